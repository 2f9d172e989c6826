from tenancy.viewsets.audit import AuditViewSet
from tenancy.viewsets.problems import DeliveryViewSet

__all__ = ["AuditViewSet", "DeliveryViewSet"]
