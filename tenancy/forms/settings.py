"""Forms of the organization's settings."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from tenancy import queries
from tenancy.forms.records import SuggestInput
from tenancy.models import Domain, Organization
from tenancy.money import currency_choices
from tenancy.rules import host_name, time_zone_choices, time_zone_name


class OrganizationForm(WagtailAdminModelForm):
    """What an organization says of itself. A field that cannot change any more shows the reason."""

    class Meta:
        model = Organization
        fields = [
            "name",
            "business_name",
            "business_address",
            "business_email",
            "business_phone",
            "time_zone",
            "currency",
            "order_prefix",
            "sender_name",
            "reply_to",
            "requires_two_factor",
            "reviews_pages",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            self.fields["time_zone"].widget = SuggestInput(time_zone_choices(), {"autocomplete": "off"})
        if "business_address" in self.fields:
            self.fields["business_address"].widget.attrs["rows"] = 4
        if "currency" in self.fields:
            self._offer_currencies()
        self.locks = {name: reason for name, reason in queries.locked_settings().items() if name in self.fields}
        for name, reason in self.locks.items():
            typed = self.data.get(self.add_prefix(name)) if self.is_bound else None
            self.fields[name].help_text = reason
            # A browser does not send what cannot be changed; who sends another value all the same is told why not.
            self.fields[name].disabled = not typed or typed == self.initial[name]

    def _offer_currencies(self) -> None:
        field = self.fields["currency"]
        field.help_text = _(
            "All your prices are in it. It can be changed until the first order; prices you have typed are not converted, so check "
            "them afterwards."
        )
        choices = currency_choices()
        current = self.initial["currency"]
        if current not in dict(choices):
            choices.append((current, current))
        field.widget = forms.Select(choices=choices)

    def clean_time_zone(self) -> str:
        """Return the time zone that is meant by what was typed."""
        return time_zone_name(self.cleaned_data["time_zone"])

    def clean(self) -> dict[str, Any]:
        """Refuse to change what is locked."""
        values: dict[str, Any] = super().clean() or {}
        for name, reason in self.locks.items():
            if name in values and values[name] != self.initial[name]:
                self.add_error(name, reason)
        return values


class DomainForm(WagtailAdminModelForm):
    """A host name under which an organization would like to be reached, as people type or paste it."""

    host = forms.CharField(
        label=_("Web address"),
        max_length=300,
        help_text=_("Such as tours.example.com. You need access to the DNS settings of the name."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
        ),
    )

    class Meta:
        model = Domain
        fields = ["host"]

    def clean_host(self) -> str:
        """Return the host name as browsers send it."""
        host = host_name(self.cleaned_data["host"])
        if host is None:
            raise ValidationError(
                _("“%(text)s” is not a web address such as tours.example.com."),
                params={"text": self.cleaned_data["host"]},
            )
        return host


class LanguageForm(forms.Form):
    """Which of the languages that can be added."""

    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args: Any, offered: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = list(offered.items())
