"""Reads of the crm app."""

from crm.queries.customers import customer_by_email, customers_with_tags, latest_consents, search_customers, tags_in_use
from crm.queries.links import (
    LinkableKind,
    RecordUnknown,
    find_records,
    linkable_kinds,
    record_key,
    record_name,
    records_by_key,
    records_of,
)
from crm.queries.messages import due_messages, failed_messages, messages_about
from crm.queries.phones import phone_number, phone_region
from crm.queries.protocols import (
    follow_ups,
    follow_ups_with,
    own_kinds,
    protocol_templates,
    protocols_about,
    protocols_with,
    readable_protocols,
)
from crm.queries.search import find_customers
from crm.queries.timeline import Timeline, TimelineEntry, timeline, timeline_entry

__all__ = [
    "LinkableKind",
    "RecordUnknown",
    "Timeline",
    "TimelineEntry",
    "customer_by_email",
    "customers_with_tags",
    "due_messages",
    "failed_messages",
    "find_customers",
    "find_records",
    "follow_ups",
    "follow_ups_with",
    "latest_consents",
    "linkable_kinds",
    "messages_about",
    "own_kinds",
    "phone_number",
    "phone_region",
    "protocol_templates",
    "protocols_about",
    "protocols_with",
    "readable_protocols",
    "record_key",
    "record_name",
    "records_by_key",
    "records_of",
    "search_customers",
    "tags_in_use",
    "timeline",
    "timeline_entry",
]
