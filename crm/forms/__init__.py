"""Forms of the crm app."""

from crm.forms.attention import AttentionRuleForm, DigestForm, OwnRuleForm, SettleForm, SnoozeForm
from crm.forms.customers import CustomerForm, WithdrawForm
from crm.forms.documents import (
    DocumentForm,
    DocumentLimitsForm,
    ShareForm,
    UploadForm,
    VersionForm,
)
from crm.forms.imports import ImportColumnsForm, ImportUploadForm, table_error
from crm.forms.links import RecordsField
from crm.forms.merging import MergeForm
from crm.forms.messages import MessageForm
from crm.forms.projects import ProjectForm
from crm.forms.protocols import ProtocolForm, ProtocolTemplateForm, WhoForm
from crm.forms.tasks import ChangeTasksForm, CommentForm, StepForm, TaskForm

__all__ = [
    "AttentionRuleForm",
    "ChangeTasksForm",
    "CommentForm",
    "CustomerForm",
    "DigestForm",
    "DocumentForm",
    "DocumentLimitsForm",
    "ImportColumnsForm",
    "ImportUploadForm",
    "MergeForm",
    "MessageForm",
    "OwnRuleForm",
    "ProjectForm",
    "ProtocolForm",
    "ProtocolTemplateForm",
    "RecordsField",
    "SettleForm",
    "ShareForm",
    "SnoozeForm",
    "StepForm",
    "TaskForm",
    "UploadForm",
    "VersionForm",
    "WhoForm",
    "WithdrawForm",
    "table_error",
]
