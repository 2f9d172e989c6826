from commerce.viewsets.deposits import DepositRuleViewSet
from commerce.viewsets.disputes import DisputeViewSet
from commerce.viewsets.events import ProviderEventViewSet
from commerce.viewsets.notifications import NotificationViewSet
from commerce.viewsets.orders import OrderViewSet
from commerce.viewsets.payment_settings import PaymentSettingsViewSet
from commerce.viewsets.price_check import PriceCheckViewSet

__all__ = [
    "DepositRuleViewSet",
    "DisputeViewSet",
    "NotificationViewSet",
    "OrderViewSet",
    "PaymentSettingsViewSet",
    "PriceCheckViewSet",
    "ProviderEventViewSet",
]
