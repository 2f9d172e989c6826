"""What staff type about payments: money that came another way, extra charges, links, what is written off, deposits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from commerce.forms.orders import ReasonForm
from commerce.models import AuthorisationRule, DepositRule
from tenancy.forms import MinorUnitsFormField, TenantForm

COLLEAGUES = _("For your colleagues; guests do not see it.")


class RecordPaymentForm(forms.Form):
    """How much came another way than agreed, and which way."""

    amount_minor = MinorUnitsFormField(label=_("Amount received"))
    note = forms.CharField(
        label=_("How it came"), max_length=200, help_text=_("Such as cash, card terminal, or a partner’s voucher.")
    )
    accept_more = forms.BooleanField(
        label=_("More than is owed came in"), required=False, help_text=_("The difference is then to be paid back.")
    )


class SecondPersonForm(forms.Form):
    """What the second person saw: which payment, and how much of it was written down."""

    payment = forms.IntegerField(widget=forms.HiddenInput)
    amount_minor = forms.IntegerField(widget=forms.HiddenInput)


class DeclineForm(SecondPersonForm, ReasonForm):
    """What the second person saw, and why it is not there."""


class ChargeForm(forms.Form):
    """An extra charge on an order."""

    amount_minor = MinorUnitsFormField(label=_("Amount"))
    reason = forms.CharField(label=_("What for"), max_length=200, help_text=_("The guest sees this."))
    due_on = forms.DateField(label=_("Due on"), required=False, widget=AdminDateInput)
    send_link = forms.BooleanField(label=_("Send the guest a link to pay by card"), required=False, initial=True)

    def clean_amount_minor(self) -> int:
        """Check that there is something to pay."""
        amount: int = self.cleaned_data["amount_minor"]
        if amount <= 0:
            raise forms.ValidationError(_("Please enter an amount above zero."))
        return amount


class LinkForm(forms.Form):
    """For how long a payment link works."""

    days = forms.IntegerField(label=_("Valid for days"), min_value=1, max_value=90, initial=14)


class WriteOffForm(forms.Form):
    """How much of what is owed a guest is let off, and why."""

    amount_minor = MinorUnitsFormField(label=_("Amount"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("The guest sees this beside the reduction.")
    )


class AuthorisationRuleForm(TenantForm):
    """A tour whose money is only reserved at first."""

    class Meta:
        model = AuthorisationRule
        fields = ["tour", "when_ending"]


class DepositRuleForm(TenantForm):
    """A deposit: either a share or a fixed amount."""

    class Meta:
        model = DepositRule
        fields = ["tour", "percent", "amount_minor", "rest_days"]

    def clean(self) -> dict[str, Any]:
        """Check that there is one kind of deposit."""
        values: dict[str, Any] = super().clean() or {}
        percent, amount = values.get("percent"), values.get("amount_minor")
        if "percent" in self.errors or "amount_minor" in self.errors:
            return values
        if percent is not None and amount is not None:
            self.add_error("amount_minor", _("Give either a share or a fixed amount."))
        elif percent is None and not amount:
            self.add_error("percent", _("Give a share or a fixed amount."))
        return values
