from crm.viewsets.attention import AttentionRuleViewSet, AttentionViewSet
from crm.viewsets.columns import customer_column
from crm.viewsets.customers import CustomerViewSet
from crm.viewsets.documents import (
    DocumentViewSet,
)
from crm.viewsets.duplicates import DuplicateViewSet
from crm.viewsets.group import CustomerGroup
from crm.viewsets.imports import ImportViewSet
from crm.viewsets.links import RecordsViewSet
from crm.viewsets.messages import MessageViewSet, failed_messages_button
from crm.viewsets.protocols import ContactKindViewSet, ProtocolTemplateViewSet, ProtocolViewSet
from crm.viewsets.tasks import ProjectViewSet, TaskGroup, TaskViewSet

__all__ = [
    "AttentionRuleViewSet",
    "AttentionViewSet",
    "ContactKindViewSet",
    "CustomerGroup",
    "CustomerViewSet",
    "DocumentViewSet",
    "DuplicateViewSet",
    "ImportViewSet",
    "MessageViewSet",
    "ProjectViewSet",
    "ProtocolTemplateViewSet",
    "ProtocolViewSet",
    "RecordsViewSet",
    "TaskGroup",
    "TaskViewSet",
    "customer_column",
    "failed_messages_button",
]
