"""The form of a customer."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from crm import queries
from crm.enums import ConsentPurpose
from crm.models import Customer, CustomerTag
from tenancy.forms import SuggestInput, TenantForm
from tenancy.queries import scope_languages

LONGEST_TAG: Final = CustomerTag._meta.get_field("name").max_length or 0


class CustomerForm(TenantForm):
    """A customer; the phone is read as one of the organization's country, the language is one of the organization's."""

    tag_names = forms.CharField(
        label=_("Tags"),
        required=False,
        widget=SuggestInput([]),
        help_text=_("Words to sort by, with commas between them."),
    )

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

        if "tag_names" in self.fields:
            self.fields["tag_names"].widget.options = queries.tags_in_use()
            if self.instance.pk:
                self.initial["tag_names"] = ", ".join(self.instance.tags.values_list("name", flat=True))

    def clean_tag_names(self) -> list[str]:
        names = [" ".join(name.split()) for name in self.cleaned_data["tag_names"].split(",")]
        long = next((name for name in names if len(name) > LONGEST_TAG), None)
        if long:
            raise forms.ValidationError(
                _("“%(tag)s” is too long: a tag has at most %(most)s letters. Put commas between tags.")
                % {"tag": long, "most": LONGEST_TAG}
            )
        return [name for name in dict.fromkeys(names) if name]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        holder = queries.customer_by_email(email)
        if holder is not None and holder.pk != self.instance.pk and holder.email.lower() != email.strip().lower():
            raise forms.ValidationError(
                _("This address belongs to %(customer)s, into whom its customer was merged.") % {"customer": holder}
            )
        return email

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean()
        if not any(values.get(name) for name in ("first_name", "last_name", "email", "phone")):
            raise forms.ValidationError(_("Write at least a name, an e-mail address or a phone number."))
        return values


class WithdrawForm(forms.Form):
    """What a customer allows no more, and how they said so."""

    purpose = forms.ChoiceField(choices=ConsentPurpose.choices, widget=forms.HiddenInput)
    how = forms.CharField(
        label=_("How they withdrew it"), max_length=200, help_text=_("Such as: by phone, by e-mail of today.")
    )
