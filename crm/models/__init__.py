"""Customers and every contact with them."""

from crm.models.activities import Activity, TimelinePin
from crm.models.attention import AttentionDigest, AttentionItem, AttentionRule
from crm.models.customers import Consent, Customer, CustomerTag
from crm.models.documents import Document, DocumentLimits, DocumentLink, DocumentShare, DocumentTag, DocumentVersion
from crm.models.duplicates import CustomerMerge, DuplicatePair
from crm.models.imports import ExternalId, Import, ImportBatch, ImportChange, ImportProblem
from crm.models.keys import CustomerKey
from crm.models.links import RecordLink
from crm.models.messages import Message, new_message_key
from crm.models.projects import Milestone, Project, ProjectLink, ProjectMember
from crm.models.protocols import (
    ContactKind,
    Protocol,
    ProtocolFile,
    ProtocolLink,
    ProtocolMention,
    ProtocolParticipant,
    ProtocolTemplate,
)
from crm.models.tasks import ChecklistItem, Task, TaskComment, TaskDependency, TaskLink, TaskWatcher

__all__ = [
    "Activity",
    "AttentionDigest",
    "AttentionItem",
    "AttentionRule",
    "ChecklistItem",
    "Consent",
    "ContactKind",
    "Customer",
    "CustomerKey",
    "CustomerMerge",
    "CustomerTag",
    "Document",
    "DocumentLimits",
    "DocumentLink",
    "DocumentShare",
    "DocumentTag",
    "DocumentVersion",
    "DuplicatePair",
    "ExternalId",
    "Import",
    "ImportBatch",
    "ImportChange",
    "ImportProblem",
    "Message",
    "Milestone",
    "Project",
    "ProjectLink",
    "ProjectMember",
    "Protocol",
    "ProtocolFile",
    "ProtocolLink",
    "ProtocolMention",
    "ProtocolParticipant",
    "ProtocolTemplate",
    "RecordLink",
    "Task",
    "TaskComment",
    "TaskDependency",
    "TaskLink",
    "TaskWatcher",
    "TimelinePin",
    "new_message_key",
]
