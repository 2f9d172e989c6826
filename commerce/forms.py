"""What guests type (how many people, who they are, how they pay) and what staff type about orders."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from phonenumber_field.formfields import PhoneNumberField

from commerce.enums import PaymentMethod, RefundReason
from commerce.models import PaymentSettings
from tenancy.fields import translated
from tenancy.forms import MinorUnitsFormField, TenantForm
from tenancy.models import Organization
from tours.models import PricingTier, Schedule

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# How Stripe's keys begin.
KEY_STARTS = {
    "stripe_secret_key": ("sk_", "rk_"),
    "stripe_publishable_key": ("pk_",),
    "stripe_webhook_secret": ("whsec_",),
}

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
    ) -> None:
        super().__init__(data)
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
    token = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        organization: Organization,
        methods: Sequence[PaymentMethod],
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
        choices = [(method.value, str(method.label)) for method in methods]
        field = self.fields["method"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if choices:
            field.initial = choices[0][0]
        self.order_fields(["first_name", "last_name", "email", "phone", "note", "method"])

    def full_clean(self) -> None:
        """Validate, and let the browser put the cursor into the first field that is wrong."""
        super().full_clean()
        wrong = next((name for name in self.fields if name in self.errors), None) if self.is_bound else None
        if wrong is not None:
            self.fields[wrong].widget.attrs["autofocus"] = True

    def show_again(self, *, token: UUID | None, seen: str) -> None:
        """Keep what was typed, for a cart that is now named `token` and looks like `seen`."""
        self.data = {**self.data.dict(), "token": str(token or ""), "seen": seen}

    @property
    def visible_errors(self) -> list[tuple[Any, str]]:
        """The first thing wrong with each visible field, in the order of the page."""
        return [(field, field.errors[0]) for field in self.visible_fields() if field.errors]


class LostLinkForm(forms.Form):
    """The e-mail address to which the links of its orders are sent again."""

    email = _email_field(_("The address you gave when you booked."))


class ConfirmPaymentForm(forms.Form):
    """How much came in by transfer or on arrival, in the organization's currency."""

    amount_minor = MinorUnitsFormField(label=_("Amount received"))
    accept_difference = forms.BooleanField(
        label=_("Another amount than expected is all right"),
        required=False,
        help_text=_("The difference is then shown on the order."),
    )


class ReasonForm(forms.Form):
    """Why staff do something, in a few words."""

    note = forms.CharField(label=_("Reason"), max_length=300, help_text=_("For your colleagues; guests do not see it."))


class GiveBackForm(forms.Form):
    """Why money goes back, or an order is cancelled."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            (reason.value, reason.label)
            for reason in (RefundReason.CANCELLED_BY_GUEST, RefundReason.CANCELLED_BY_US, RefundReason.OTHER)
        ],
    )
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, help_text=_("For your colleagues; guests do not see it.")
    )


class RefundForm(GiveBackForm):
    """Why money goes back, and by which way."""

    by_hand = forms.BooleanField(
        label=_("We pay it back ourselves"),
        required=False,
        help_text=_("By bank transfer or in cash, for instance when a refund to the card has failed."),
    )


class PaymentSettingsForm(TenantForm):
    """How an organization is paid. Secret keys are only taken, never shown."""

    stripe_secret_key = forms.CharField(
        label=_("Stripe secret key"), required=False, strip=True, widget=forms.PasswordInput(render_value=False)
    )
    stripe_webhook_secret = forms.CharField(
        label=_("Stripe webhook secret"), required=False, strip=True, widget=forms.PasswordInput(render_value=False)
    )
    forget_keys = forms.BooleanField(
        label=_("Forget the Stripe keys"),
        required=False,
        help_text=_("Guests can then no longer pay by card, unless the installation has keys for all."),
    )

    class Meta:
        model = PaymentSettings
        fields = [
            "card_enabled",
            "stripe_publishable_key",
            "bank_transfer_enabled",
            "bank_details",
            "bank_transfer_days",
            "on_arrival_enabled",
            "hold_minutes",
            "max_places",
            "refund_limit_minor",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kept in self._kept().items():
            field = self.fields[name]
            field.widget.attrs.update({"autocomplete": "new-password", "spellcheck": "false"})
            field.help_text = (
                _("There is one, ending in %(end)s. Leave empty to keep it.") % {"end": kept[-4:]}
                if kept
                else _("There is none yet.")
            )

    def _kept(self) -> dict[str, str]:
        row = self.instance
        return {
            "stripe_secret_key": row.stripe_secret_key,
            "stripe_webhook_secret": row.stripe_webhook_secret,
        }

    def clean(self) -> dict[str, Any]:
        """Check that the keys are of the right kinds and of one mode, and that a transfer has somewhere to go."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("forget_keys"):
            values.update(stripe_publishable_key="", stripe_secret_key="", stripe_webhook_secret="")
            return values
        for name, kept in self._kept().items():
            values[name] = values.get(name) or kept
        for name, starts in KEY_STARTS.items():
            if values.get(name) and not values[name].startswith(starts):
                self.add_error(name, _("This key should start with %(start)s.") % {"start": " / ".join(starts)})
        if self.errors:
            return values
        secret, publishable = values["stripe_secret_key"], values["stripe_publishable_key"]
        if bool(secret) != bool(publishable):
            self.add_error("stripe_publishable_key", _("Give both the publishable and the secret key, or neither."))
        elif ("_live_" in secret) != ("_live_" in publishable):
            self.add_error("stripe_publishable_key", _("One of the keys is for tests and the other is not."))
        if values.get("bank_transfer_enabled") and not values.get("bank_details", "").strip():
            self.add_error("bank_details", _("Guests who pay by transfer need to know where to."))
        return values

    def save(self, commit: bool = True) -> PaymentSettings:
        """Save what was typed; secret keys that were left empty stay as they are."""
        self.instance.stripe_secret_key = self.cleaned_data["stripe_secret_key"]
        self.instance.stripe_webhook_secret = self.cleaned_data["stripe_webhook_secret"]
        saved: PaymentSettings = super().save(commit)
        return saved
