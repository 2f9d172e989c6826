"""Forms of the crm app."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput, AdminDateTimeInput

from crm import queries
from crm.models import Customer, Protocol
from tenancy.forms import TenantForm
from tenancy.queries import scope_languages


class CustomerForm(TenantForm):
    """A customer; the phone is read as one of the organization's country, the language is one of the organization's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "phone" in self.fields:
            self.fields["phone"] = PhoneNumberField(
                label=capfirst(Customer._meta.get_field("phone").verbose_name),
                required=False,
                region=queries.phone_region(),
                help_text=_("With the country code, such as +49, when it is of another country."),
            )
        if "language" in self.fields:
            names = dict(settings.LANGUAGES)
            codes = dict.fromkeys([*scope_languages(), *filter(None, [self.instance.language])])
            self.fields["language"] = forms.ChoiceField(
                label=capfirst(Customer._meta.get_field("language").verbose_name),
                required=False,
                choices=[("", _("Not known")), *((code, names.get(code, code)) for code in codes)],
                help_text=_("In which language to write."),
            )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean()
        if not any(values.get(name) for name in ("first_name", "last_name", "email", "phone")):
            raise forms.ValidationError(_("Write at least a name, an e-mail address or a phone number."))
        return values


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
