"""The form of a protocol."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput, AdminDateTimeInput

from crm.forms.links import RecordsField
from crm.models import Protocol
from crm.queries import record_key


class ProtocolForm(forms.ModelForm):
    """What was said with a customer, when, and which of the customer's records it was about."""

    links = RecordsField()

    class Meta:
        model = Protocol
        fields = ["kind", "direction", "subject", "body", "happened_at", "duration_minutes", "follow_up_on"]
        widgets = {
            "happened_at": AdminDateTimeInput,
            "follow_up_on": AdminDateInput,
            "subject": forms.TextInput(attrs={"autofocus": True}),
            "body": AdminAutoHeightTextInput(attrs={"rows": 4}),
        }
        help_texts = {
            "subject": _("One line that says what it was about."),
            "follow_up_on": _("The day on which somebody should come back to it."),
        }

    def __init__(
        self, *args: Any, user: Any, records: Sequence[Model] = (), linked: Sequence[Model] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        # What the protocol is about already stays on offer.
        chosen = self.data.getlist(self.add_prefix("links")) if self.is_bound else ()
        self.fields["links"].prepare(user=user, offered=[*linked, *records], chosen=chosen)
        self.initial["links"] = [record_key(record) for record in linked]
        if self.instance.pk is None:
            self.initial["happened_at"] = timezone.now()
