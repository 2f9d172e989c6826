"""What staff type about orders."""

from django import forms
from django.utils.translation import gettext_lazy as _

from commerce.enums import RefundReason
from tenancy.forms import MinorUnitsFormField


class ConfirmPaymentForm(forms.Form):
    """How much came in by transfer or on arrival, in the organization's currency."""

    amount_minor = MinorUnitsFormField(label=_("Amount received"))
    accept_difference = forms.BooleanField(
        label=_("Another amount than expected is all right"),
        required=False,
        help_text=_("The difference is then shown on the order; what is missing is not asked for any more."),
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

    amount_minor = MinorUnitsFormField(
        label=_("Amount"), required=False, help_text=_("Empty: all that is not needed for places that stand.")
    )
    by_hand = forms.BooleanField(
        label=_("We pay it back ourselves"),
        required=False,
        help_text=_("By bank transfer or in cash, for instance when a refund to the card has failed."),
    )
