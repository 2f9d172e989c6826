from commerce.viewsets.disputes import DisputeViewSet
from commerce.viewsets.events import ProviderEventViewSet
from commerce.viewsets.notifications import NotificationViewSet
from commerce.viewsets.orders import OrderViewSet
from commerce.viewsets.payment_settings import PaymentSettingsViewSet

__all__ = ["DisputeViewSet", "NotificationViewSet", "OrderViewSet", "PaymentSettingsViewSet", "ProviderEventViewSet"]
