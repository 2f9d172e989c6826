"""What guests and staff type."""

from commerce.forms.bookings import CASH, MOST_FOUND, BookingForm, staff_methods
from commerce.forms.cancellations import CancelReasonForm, PeopleWhoCancelForm, StaffCancelForm
from commerce.forms.changes import ChangeDecisionForm, PeopleForm
from commerce.forms.departures import CancelDepartureForm, MoveDepartureForm, NewTimeForm
from commerce.forms.disputes import EvidenceForm
from commerce.forms.guests import CheckoutForm, LostLinkForm, QuantitiesForm, home_region
from commerce.forms.ledger import AccountNumbersForm, ReportForm
from commerce.forms.notifications import NotificationForm
from commerce.forms.orders import ConfirmPaymentForm, GiveBackForm, ReasonForm, RefundForm
from commerce.forms.participants import guest_participant_forms, party_forms
from commerce.forms.payment_settings import PaymentSettingsForm
from commerce.forms.payments import (
    AuthorisationRuleForm,
    ChargeForm,
    DeclineForm,
    DepositRuleForm,
    LinkForm,
    RecordPaymentForm,
    SecondPersonForm,
    WriteOffForm,
)
from commerce.forms.policies import CancellationPolicyForm
from commerce.forms.prices import PriceCheckForm
from commerce.forms.promo_codes import AssignForm, PromotionForm
from commerce.forms.taxes import TaxRateForm

__all__ = [
    "CASH",
    "MOST_FOUND",
    "AccountNumbersForm",
    "AssignForm",
    "AuthorisationRuleForm",
    "BookingForm",
    "CancelDepartureForm",
    "CancelReasonForm",
    "CancellationPolicyForm",
    "ChangeDecisionForm",
    "ChargeForm",
    "CheckoutForm",
    "ConfirmPaymentForm",
    "DeclineForm",
    "DepositRuleForm",
    "EvidenceForm",
    "GiveBackForm",
    "LinkForm",
    "LostLinkForm",
    "MoveDepartureForm",
    "NewTimeForm",
    "NotificationForm",
    "PaymentSettingsForm",
    "PeopleForm",
    "PeopleWhoCancelForm",
    "PriceCheckForm",
    "PromotionForm",
    "QuantitiesForm",
    "ReasonForm",
    "RecordPaymentForm",
    "RefundForm",
    "ReportForm",
    "SecondPersonForm",
    "StaffCancelForm",
    "TaxRateForm",
    "WriteOffForm",
    "guest_participant_forms",
    "home_region",
    "party_forms",
    "staff_methods",
]
