"""What guests type: how many people, who they are, how they pay."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from commerce.enums import PaymentMethod
from tenancy.fields import translated
from tenancy.models import Organization
from tours.models import PricingTier, Schedule

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# More people of one kind than anybody books at once on a guest site.
MOST_OF_A_KIND = 50

# Names go into e-mails to the address given beside them: nothing that a mail program would turn into a link.
plain_name = RegexValidator(r"[<>\r\n]|://|www\.", _("Please enter a name."), inverse_match=True)


class QuantitiesForm(forms.Form):
    """How many people of each price want to come on a departure. `quantities` holds those above zero by the price's key."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        schedule: Schedule,
        tiers: Sequence[PricingTier],
        chosen: Mapping[int, int] | None = None,
        auto_id: str = "id_%s",
    ) -> None:
        super().__init__(data, auto_id=auto_id)
        self.schedule = schedule
        self.tiers = tiers
        self.quantities: dict[int, int] = {}
        first = next((tier for tier in tiers if tier.is_default), tiers[0] if tiers else None)
        for tier in tiers:
            most = MOST_OF_A_KIND if tier.seats == 0 else max(schedule.seats_left // tier.seats, 0)
            field = forms.IntegerField(
                label=translated(tier, "name"),
                min_value=0,
                max_value=MOST_OF_A_KIND,
                required=False,
                initial=chosen.get(tier.pk, 0) if chosen is not None else int(tier == first),
                widget=forms.NumberInput(
                    # The browser stops at what there is room for; more is refused with a sentence that says why.
                    attrs={"inputmode": "numeric", "max": min(most, MOST_OF_A_KIND), "autocomplete": "off"}
                ),
            )
            self.fields[self.field_name(tier)] = field

    @staticmethod
    def field_name(tier: PricingTier) -> str:
        """Return the name of the input for a price."""
        return f"tier-{tier.pk}"

    @classmethod
    def is_in(cls, data: Mapping[str, Any]) -> bool:
        """Return whether a query string or a submission holds quantities at all."""
        return any(name.startswith("tier-") for name in data)

    @property
    def rows(self) -> list[tuple[PricingTier, Any]]:
        """Each price with its input."""
        return [(tier, self[self.field_name(tier)]) for tier in self.tiers]

    def clean(self) -> dict[str, Any]:
        """Check that somebody comes and that there is room for all."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        self.quantities = {
            tier.pk: cleaned[self.field_name(tier)] for tier in self.tiers if cleaned.get(self.field_name(tier))
        }
        seats = sum(tier.seats * self.quantities.get(tier.pk, 0) for tier in self.tiers)
        if not self.quantities:
            raise ValidationError(_("Choose how many people will come."), code="nobody")
        if seats == 0:
            raise ValidationError(_("Choose at least one person who needs a place."), code="no_seats")
        if seats > self.schedule.seats_left:
            left = self.schedule.seats_left
            message = ngettext(
                "Only %(count)d place is left on this departure.",
                "Only %(count)d places are left on this departure.",
                left,
            )
            raise ValidationError(
                message if left else _("This departure is fully booked."), code="too_few", params={"count": left}
            )
        return cleaned


def home_region(organization: Organization) -> str | None:
    """Return the country (“DE”) in which an organization's guests may leave out the country code; None when it is not known."""
    if not organization.business_phone:
        return None
    return phonenumbers.region_code_for_number(organization.business_phone)


def newsletter_wording(organization: Organization) -> str:
    """Return the words by which a guest allows an organization to write about more than the booking, in the active language."""
    return gettext("%(name)s may send me news and offers by e-mail. I can take that back at any time.") % {
        "name": organization.business_name or organization.name
    }


def _email_field(help_text: "StrOrPromise") -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=help_text,
        error_messages={
            "required": _("Please enter your e-mail address."),
            "invalid": _("This is not an e-mail address such as name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )


class CheckoutForm(forms.Form):
    """Who orders and how it is paid. `seen` holds what the guest was shown, so that no other order is placed than that."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=100,
        validators=[plain_name],
        error_messages={"required": _("Please enter your first name.")},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=100,
        validators=[plain_name],
        error_messages={"required": _("Please enter your last name.")},
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = _email_field(_("Your booking and the link to it are sent there."))
    note = forms.CharField(
        label=_("Anything we should know?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    method = forms.ChoiceField(
        label=_("How would you like to pay?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose how you would like to pay."),
            "invalid_choice": _("Please choose how you would like to pay."),
        },
    )
    accept = forms.BooleanField(
        label=_("I have read and accept what applies to my booking"),
        error_messages={"required": _("Please accept what applies to your booking.")},
    )
    newsletter = forms.BooleanField(required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        organization: Organization,
        methods: Sequence[PaymentMethod],
        has_terms: bool,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        phone = PhoneNumberField(
            label=_("Phone"),
            required=False,
            region=home_region(organization),
            help_text=_("Only for news about your booking on the day."),
            error_messages={
                "invalid": _("This is not a phone number. Give it with its country code, such as +49 40 123456.")
            },
        )
        phone.widget.attrs.update({"autocomplete": "tel", "inputmode": "tel"})
        self.fields["phone"] = phone
        self.offer(methods)
        if not has_terms:
            del self.fields["accept"]
        self.fields["newsletter"].label = newsletter_wording(organization)
        self.order_fields(["first_name", "last_name", "email", "phone", "note", "method", "accept", "newsletter"])

    def offer(self, methods: Sequence[PaymentMethod]) -> None:
        """Let one of these ways of paying be chosen; at first it is the first one."""
        choices = [(method.value, str(method.label)) for method in methods]
        field = self.fields["method"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if choices:
            field.initial = choices[0][0]

    def full_clean(self) -> None:
        """Validate, and let the browser put the cursor into the first field that is wrong."""
        super().full_clean()
        wrong = next((name for name in self.fields if name in self.errors), None) if self.is_bound else None
        if wrong is not None:
            self.fields[wrong].widget.attrs["autofocus"] = True

    def show_again(self, *, token: UUID | None, seen: str) -> None:
        """Keep what was typed, for a cart that is now named `token` and looks like `seen`."""
        self.data = {**self.data.dict(), "token": str(token or ""), "seen": seen}

    def offer_others(self, methods: Sequence[PaymentMethod]) -> None:
        """Offer other ways of paying, once it was kept what was typed; the first one where that which was chosen is none of them."""
        self.offer(methods)
        if methods and self.data["method"] not in methods:
            self.data = {**self.data, "method": methods[0].value}

    @property
    def visible_errors(self) -> list[tuple[Any, str]]:
        """The first thing wrong with each visible field, in the order of the page."""
        return [(field, field.errors[0]) for field in self.visible_fields() if field.errors]


class LostLinkForm(forms.Form):
    """The e-mail address to which the links of its orders are sent again."""

    email = _email_field(_("The address you gave when you booked."))
