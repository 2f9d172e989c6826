"""How an organization is paid."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commerce.enums import InvoiceCustomers
from commerce.models import PaymentSettings
from tenancy.forms import TenantForm

# How Stripe's keys begin.
KEY_STARTS = {
    "stripe_secret_key": ("sk_", "rk_"),
    "stripe_publishable_key": ("pk_",),
    "stripe_webhook_secret": ("whsec_",),
}


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
            "invoice_for",
            "invoice_days",
            "invoice_min_minor",
            "invoice_max_minor",
            "second_person_minor",
            "remind_days_before",
            "remind_days_after",
            "cancel_days_after",
            "hold_minutes",
            "max_places",
            "guest_change_hours",
            "guest_change_refunds",
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
        least, most = values.get("invoice_min_minor"), values.get("invoice_max_minor")
        if least is not None and most is not None and least > most:
            self.add_error("invoice_max_minor", _("This is below the amount from which invoices are possible."))
        invoices = values.get("invoice_for", InvoiceCustomers.NOBODY) != InvoiceCustomers.NOBODY
        if (values.get("bank_transfer_enabled") or invoices) and not values.get("bank_details", "").strip():
            self.add_error("bank_details", _("Guests who pay by transfer or invoice need to know where to."))
        return values

    def save(self, commit: bool = True) -> PaymentSettings:
        """Save what was typed; secret keys that were left empty stay as they are."""
        self.instance.stripe_secret_key = self.cleaned_data["stripe_secret_key"]
        self.instance.stripe_webhook_secret = self.cleaned_data["stripe_webhook_secret"]
        saved: PaymentSettings = super().save(commit)
        return saved
