"""What this app shows on pages that belong to others, and what its actions are in words."""

from crm.panels.attention import DigestPanel, attention_kinds
from crm.panels.customers import customer_panels
from crm.panels.documents import organization_cards
from crm.panels.links import linkable_records
from crm.panels.record_work import record_panels
from crm.panels.sentences import activity_sentences, audit_areas, message_kinds
from crm.panels.today import today_items

__all__ = [
    "DigestPanel",
    "activity_sentences",
    "attention_kinds",
    "audit_areas",
    "customer_panels",
    "linkable_records",
    "message_kinds",
    "organization_cards",
    "record_panels",
    "today_items",
]
