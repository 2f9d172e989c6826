from crm.views.attention import (
    AttentionIndexView,
    AttentionRuleEditView,
    AttentionRuleIndexView,
    SettleAttention,
    count_attention,
    settle_item,
)
from crm.views.customers import CustomerProfileView, offered_records
from crm.views.documents import (
    DocumentCreateView,
    DocumentDeleteView,
    DocumentEditView,
    DocumentIndexView,
    DocumentView,
    ReadableDocumentMixin,
    add_version,
    document_file,
    document_preview,
    revoke_share,
    share_version,
    shared_download,
    shared_file,
)
from crm.views.finding import find_customers
from crm.views.links import find_records
from crm.views.merging import choose_other, merge, merge_selected, merged, not_the_same
from crm.views.messages import resend_message, write_message
from crm.views.projects import ProjectCreateView, ProjectEditView, ProjectIndexView, ProjectView
from crm.views.protocols import (
    history_pdf,
    linked_records,
    log_protocol,
    protocol_file,
    protocol_pdf,
    readable_protocol,
)
from crm.views.task_bulk import ChangeTasks
from crm.views.task_overviews import TaskBoardView, TaskCalendarView
from crm.views.task_verbs import (
    add_dependency,
    add_item,
    end_series,
    move_task,
    remove_dependency,
    tick_item,
    watch_task,
)
from crm.views.tasks import TaskCreateView, TaskEditView, TaskIndexView, TaskView
from crm.views.timeline import pin, timeline

__all__ = [
    "AttentionIndexView",
    "AttentionRuleEditView",
    "AttentionRuleIndexView",
    "ChangeTasks",
    "CustomerProfileView",
    "DocumentCreateView",
    "DocumentDeleteView",
    "DocumentEditView",
    "DocumentIndexView",
    "DocumentView",
    "ProjectCreateView",
    "ProjectEditView",
    "ProjectIndexView",
    "ProjectView",
    "ReadableDocumentMixin",
    "SettleAttention",
    "TaskBoardView",
    "TaskCalendarView",
    "TaskCreateView",
    "TaskEditView",
    "TaskIndexView",
    "TaskView",
    "add_dependency",
    "add_item",
    "add_version",
    "choose_other",
    "count_attention",
    "document_file",
    "document_preview",
    "end_series",
    "find_customers",
    "find_records",
    "history_pdf",
    "linked_records",
    "log_protocol",
    "merge",
    "merge_selected",
    "merged",
    "move_task",
    "not_the_same",
    "offered_records",
    "pin",
    "protocol_file",
    "protocol_pdf",
    "readable_protocol",
    "remove_dependency",
    "resend_message",
    "revoke_share",
    "settle_item",
    "share_version",
    "shared_download",
    "shared_file",
    "tick_item",
    "timeline",
    "watch_task",
    "write_message",
]
