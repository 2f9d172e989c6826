from crm.views.customers import CustomerProfileView, offered_records
from crm.views.finding import find_customers
from crm.views.links import find_records
from crm.views.messages import resend_message, write_message
from crm.views.protocols import (
    close_follow_up,
    history_pdf,
    linked_records,
    log_protocol,
    protocol_file,
    protocol_pdf,
    readable_protocol,
)
from crm.views.timeline import pin, timeline

__all__ = [
    "CustomerProfileView",
    "close_follow_up",
    "find_customers",
    "find_records",
    "history_pdf",
    "linked_records",
    "log_protocol",
    "offered_records",
    "pin",
    "protocol_file",
    "protocol_pdf",
    "readable_protocol",
    "resend_message",
    "timeline",
    "write_message",
]
