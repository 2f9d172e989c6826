"""What guests and staff type."""

from commerce.forms.guests import CheckoutForm, LostLinkForm, QuantitiesForm, home_region
from commerce.forms.orders import ConfirmPaymentForm, GiveBackForm, ReasonForm, RefundForm
from commerce.forms.payment_settings import PaymentSettingsForm

__all__ = [
    "CheckoutForm",
    "ConfirmPaymentForm",
    "GiveBackForm",
    "LostLinkForm",
    "PaymentSettingsForm",
    "QuantitiesForm",
    "ReasonForm",
    "RefundForm",
    "home_region",
]
