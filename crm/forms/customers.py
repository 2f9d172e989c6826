"""The form of a customer."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from crm import queries
from crm.models import Customer
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
