from commerce.viewsets.deposits import DepositRuleViewSet
from commerce.viewsets.disputes import DisputeViewSet
from commerce.viewsets.events import ProviderEventViewSet
from commerce.viewsets.ledger import LedgerViewSet
from commerce.viewsets.notifications import NotificationViewSet
from commerce.viewsets.orders import OrderViewSet
from commerce.viewsets.payment_settings import PaymentSettingsViewSet
from commerce.viewsets.payments_report import PaymentsReportViewSet
from commerce.viewsets.policies import CancellationPolicyViewSet
from commerce.viewsets.price_check import PriceCheckViewSet
from commerce.viewsets.promo_codes import PromotionViewSet
from commerce.viewsets.reconciliation import DifferenceViewSet
from commerce.viewsets.reservations import AuthorisationRuleViewSet
from commerce.viewsets.taxes import TaxRateViewSet

__all__ = [
    "AuthorisationRuleViewSet",
    "CancellationPolicyViewSet",
    "DepositRuleViewSet",
    "DifferenceViewSet",
    "DisputeViewSet",
    "LedgerViewSet",
    "NotificationViewSet",
    "OrderViewSet",
    "PaymentSettingsViewSet",
    "PaymentsReportViewSet",
    "PriceCheckViewSet",
    "PromotionViewSet",
    "ProviderEventViewSet",
    "TaxRateViewSet",
]
