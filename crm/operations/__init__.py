"""Verbs that change customers, protocols and messages."""

from crm.operations.activities import record_activity
from crm.operations.customers import find_or_create_customer, record_consent
from crm.operations.links import LinkRefused, set_links
from crm.operations.messages import SWEEP_AFTER, queue_message, retry_message, send_message
from crm.operations.protocols import (
    add_files,
    close_follow_up,
    log_protocol,
    relink_protocol,
    remove_files,
    set_participants,
)
from crm.operations.tags import pin, set_tags, unpin

__all__ = [
    "SWEEP_AFTER",
    "LinkRefused",
    "add_files",
    "close_follow_up",
    "find_or_create_customer",
    "log_protocol",
    "pin",
    "queue_message",
    "record_activity",
    "record_consent",
    "relink_protocol",
    "remove_files",
    "retry_message",
    "send_message",
    "set_links",
    "set_participants",
    "set_tags",
    "unpin",
]
