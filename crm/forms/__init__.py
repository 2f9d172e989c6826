"""Forms of the crm app."""

from crm.forms.customers import CustomerForm
from crm.forms.documents import (
    DocumentForm,
    ShareForm,
    UploadForm,
    VersionForm,
)
from crm.forms.links import RecordsField
from crm.forms.merging import MergeForm
from crm.forms.messages import MessageForm
from crm.forms.projects import ProjectForm
from crm.forms.protocols import ProtocolForm, ProtocolTemplateForm
from crm.forms.tasks import ChangeTasksForm, CommentForm, StepForm, TaskForm

__all__ = [
    "ChangeTasksForm",
    "CommentForm",
    "CustomerForm",
    "DocumentForm",
    "MergeForm",
    "MessageForm",
    "ProjectForm",
    "ProtocolForm",
    "ProtocolTemplateForm",
    "RecordsField",
    "ShareForm",
    "StepForm",
    "TaskForm",
    "UploadForm",
    "VersionForm",
]
