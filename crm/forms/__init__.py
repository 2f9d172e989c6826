"""Forms of the crm app."""

from crm.forms.customers import CustomerForm
from crm.forms.links import RecordsField
from crm.forms.messages import MessageForm
from crm.forms.protocols import ProtocolForm, ProtocolTemplateForm

__all__ = ["CustomerForm", "MessageForm", "ProtocolForm", "ProtocolTemplateForm", "RecordsField"]
