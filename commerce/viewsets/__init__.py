from commerce.viewsets.events import ProviderEventViewSet
from commerce.viewsets.orders import OrderViewSet
from commerce.viewsets.payment_settings import PaymentSettingsViewSet

__all__ = ["OrderViewSet", "PaymentSettingsViewSet", "ProviderEventViewSet"]
