"""Reads of the crm app."""

from crm.queries.customers import customer_by_email, latest_consents, phone_region, search_customers
from crm.queries.messages import due_messages, failed_messages, messages_about
from crm.queries.protocols import follow_ups, follow_ups_with, protocols_about
from crm.queries.timeline import TimelineEntry, timeline

__all__ = [
    "TimelineEntry",
    "customer_by_email",
    "due_messages",
    "failed_messages",
    "follow_ups",
    "follow_ups_with",
    "latest_consents",
    "messages_about",
    "phone_region",
    "protocols_about",
    "search_customers",
    "timeline",
]
