"""What guests and staff type."""

from commerce.forms.departures import CancelDepartureForm, MoveDepartureForm, NewTimeForm
from commerce.forms.guests import CheckoutForm, LostLinkForm, QuantitiesForm, home_region
from commerce.forms.orders import ConfirmPaymentForm, GiveBackForm, ReasonForm, RefundForm
from commerce.forms.payment_settings import PaymentSettingsForm

__all__ = [
    "CancelDepartureForm",
    "CheckoutForm",
    "ConfirmPaymentForm",
    "GiveBackForm",
    "LostLinkForm",
    "MoveDepartureForm",
    "NewTimeForm",
    "PaymentSettingsForm",
    "QuantitiesForm",
    "ReasonForm",
    "RefundForm",
    "home_region",
]
