"""Orders and the money that belongs to them."""

from commerce.models.acceptances import Acceptance
from commerce.models.adjustments import OrderAdjustment
from commerce.models.authorisations import AuthorisationRule
from commerce.models.cancellations import Cancellation
from commerce.models.changes import BookingChange
from commerce.models.departures import DepartureChange, GuestChoice, OfferedDeparture
from commerce.models.deposits import DepositRule
from commerce.models.disputes import Dispute, DisputeFile, Evidence, EvidenceDelivery, EvidenceFile
from commerce.models.events import ProviderEvent
from commerce.models.ledger import LedgerEntry, LedgerTransaction
from commerce.models.notifications import Notification
from commerce.models.orders import Order, OrderLine, is_secret, new_secret
from commerce.models.payment_links import PaymentLink
from commerce.models.payment_settings import PaymentSettings
from commerce.models.payments import Payment, Refund
from commerce.models.policies import CancellationPolicy, TourPolicy
from commerce.models.promo_codes import AppliedDiscount, PromoCode, Promotion, PromotionCustomer, PromotionTarget
from commerce.models.reconciliation import Difference, Reconciliation
from commerce.models.taxes import AppliedTax, TaxedTour, TaxPercentage, TaxRate

__all__ = [
    "Acceptance",
    "AppliedDiscount",
    "AppliedTax",
    "AuthorisationRule",
    "BookingChange",
    "Cancellation",
    "CancellationPolicy",
    "DepartureChange",
    "DepositRule",
    "Difference",
    "Dispute",
    "DisputeFile",
    "Evidence",
    "EvidenceDelivery",
    "EvidenceFile",
    "GuestChoice",
    "LedgerEntry",
    "LedgerTransaction",
    "Notification",
    "OfferedDeparture",
    "Order",
    "OrderAdjustment",
    "OrderLine",
    "Payment",
    "PaymentLink",
    "PaymentSettings",
    "PromoCode",
    "Promotion",
    "PromotionCustomer",
    "PromotionTarget",
    "ProviderEvent",
    "Reconciliation",
    "Refund",
    "TaxPercentage",
    "TaxRate",
    "TaxedTour",
    "TourPolicy",
    "is_secret",
    "new_secret",
]
