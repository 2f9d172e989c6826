"""Customers and every contact with them."""

from crm.models.activities import Activity, TimelinePin
from crm.models.customers import Consent, Customer, CustomerTag
from crm.models.keys import CustomerKey
from crm.models.links import RecordLink
from crm.models.messages import Message, new_message_key
from crm.models.protocols import (
    ContactKind,
    Protocol,
    ProtocolFile,
    ProtocolLink,
    ProtocolParticipant,
    ProtocolTemplate,
)

__all__ = [
    "Activity",
    "Consent",
    "ContactKind",
    "Customer",
    "CustomerKey",
    "CustomerTag",
    "Message",
    "Protocol",
    "ProtocolFile",
    "ProtocolLink",
    "ProtocolParticipant",
    "ProtocolTemplate",
    "RecordLink",
    "TimelinePin",
    "new_message_key",
]
