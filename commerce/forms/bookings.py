"""What staff type when they book for a guest: who comes, who it is, and how it is paid."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from commerce.forms.guests import home_region, plain_name
from commerce.queries import MethodChoice
from commerce.rules import methods_that
from crm.models import Customer
from tenancy.models import Organization

CASH: Final = "cash"
# More customers than anybody reads through; who is not among them is found by typing more.
MOST_FOUND: Final = 8


class BookingForm(forms.Form):
    """For whom staff book, and how it is paid. A customer is found by typing, or a new one is written down."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    search = forms.CharField(
        label=_("Find a customer"),
        required=False,
        max_length=100,
        help_text=_("Name, e-mail or phone. For somebody new, leave this empty."),
    )
    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("Customer"), required=False, empty_label=None)
    first_name = forms.CharField(label=_("First name"), required=False, max_length=100, validators=[plain_name])
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=100, validators=[plain_name])
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("The booking and the link to it are sent there. Without it the guest is not written to."),
    )
    note = forms.CharField(
        label=_("Wishes of the guest"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    code = forms.CharField(label=_("Promo code"), required=False, max_length=60)
    method = forms.ChoiceField(label=_("How it is paid"), widget=forms.RadioSelect)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        organization: Organization,
        methods: Sequence[tuple[str, Any]],
        found: Sequence[Customer],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        phone = PhoneNumberField(label=_("Phone"), required=False, region=home_region(organization))
        self.fields["phone"] = phone
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=_languages(organization))
        customers = self.fields["customer"]
        assert isinstance(customers, forms.ModelChoiceField)
        customers.queryset = Customer.objects.filter(pk__in=[customer.pk for customer in found])
        customers.widget = forms.RadioSelect()
        customers.choices = [("", _("Somebody new")), *((row.pk, _described(row)) for row in found)]
        method = self.fields["method"]
        assert isinstance(method, forms.ChoiceField)
        method.choices = list(methods)
        method.initial = methods[0][0] if methods else None
        self.order_fields(
            ["search", "customer", "first_name", "last_name", "email", "phone", "language", "note", "code", "method"]
        )

    def clean(self) -> dict[str, Any]:
        """Check that it is known who comes, and that who is to get a link can be written to."""
        values: dict[str, Any] = super().clean() or {}
        customer = values.get("customer")
        if customer is None and not (values.get("first_name") or values.get("last_name")):
            self.add_error("last_name", ValidationError(_("Give a name, or choose a customer.")))
        email = values.get("email") or (customer.email if customer is not None else "")
        if values.get("method") in methods_that(by_provider=True) and not email and "email" not in self.errors:
            self.add_error("email", ValidationError(_("The link to pay is sent by e-mail.")))
        return values


def _languages(organization: Organization) -> list[tuple[str, str]]:
    return [(code, LANG_INFO[code]["name_local"] if code in LANG_INFO else code) for code in organization.languages]


def _described(customer: Customer) -> str:
    contact = customer.email or (customer.phone.as_international if customer.phone else "")
    return f"{customer.full_name} ({contact})" if customer.full_name and contact else str(customer)


def staff_methods(offers: Sequence[MethodChoice], *, may_confirm: bool) -> list[tuple[str, Any]]:
    """Return how staff can have a booking paid: what guests can use, on arrival always, and cash at once if they may confirm money."""
    usable = {offer.method for offer in offers if not offer.problem}
    free = [method for method in methods_that(is_free=True) if method in usable]
    if free:
        return [(method.value, method.label) for method in free]
    methods: list[tuple[str, Any]] = [(method.value, method.label) for method in methods_that(on_site=True)]
    if may_confirm:
        methods.append((CASH, _("Already paid to us, such as in cash")))
    promised = methods_that(is_promise=True, on_site=False)
    methods += [(method.value, method.label) for method in promised if method in usable]
    by_link = [method for method in methods_that(by_provider=True) if method in usable]
    return methods + [(method.value, _("By card: the guest gets a link by e-mail")) for method in by_link]
