"""The form of a protocol."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput, AdminDateTimeInput

from crm.models import Protocol


def record_key(record: Model) -> str:
    """Return the name of a record in a form: its kind and its key."""
    return f"{ContentType.objects.get_for_model(record).pk}-{record.pk}"


class ProtocolForm(forms.ModelForm):
    """What was said with a customer, when, and which of the customer's records it was about."""

    links = forms.MultipleChoiceField(label=_("About"), required=False, widget=forms.CheckboxSelectMultiple, choices=())

    class Meta:
        model = Protocol
        fields = ["kind", "direction", "subject", "body", "happened_at", "duration_minutes", "follow_up_on"]
        widgets = {
            "happened_at": AdminDateTimeInput,
            "follow_up_on": AdminDateInput,
            "body": AdminAutoHeightTextInput(attrs={"rows": 4}),
        }
        help_texts = {
            "subject": _("One line that says what it was about."),
            "follow_up_on": _("The day on which somebody should come back to it."),
        }

    def __init__(self, *args: Any, records: Sequence[Model] = (), linked: Sequence[Model] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What the protocol is about already stays on offer.
        self._records = {record_key(record): record for record in (*linked, *records)}
        self.fields["links"].choices = [
            (key, f"{capfirst(record._meta.verbose_name)} {record}") for key, record in self._records.items()
        ]
        self.initial["links"] = [record_key(record) for record in linked]
        if not self._records:
            del self.fields["links"]
        if self.instance.pk is None:
            self.initial["happened_at"] = timezone.now()

    @property
    def linked_records(self) -> list[Model]:
        """The records chosen; only those that were offered can be."""
        return [self._records[key] for key in self.cleaned_data.get("links", [])]
