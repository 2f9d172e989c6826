"""Forms of the crm app."""

from crm.forms.customers import CustomerForm
from crm.forms.links import RecordsField
from crm.forms.protocols import ProtocolForm

__all__ = ["CustomerForm", "ProtocolForm", "RecordsField"]
