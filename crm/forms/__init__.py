"""Forms of the crm app."""

from crm.forms.customers import CustomerForm
from crm.forms.protocols import ProtocolForm, record_key

__all__ = [
    "CustomerForm",
    "ProtocolForm",
    "record_key",
]
