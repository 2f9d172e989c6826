from tenancy.viewsets.audit import AuditViewSet
from tenancy.viewsets.domains import DomainViewSet
from tenancy.viewsets.problems import DeliveryViewSet
from tenancy.viewsets.team import TeamViewSet

__all__ = ["AuditViewSet", "DeliveryViewSet", "DomainViewSet", "TeamViewSet"]
