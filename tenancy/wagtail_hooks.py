from wagtail import hooks
from wagtail.permissions import register_permission_policy

from tenancy.models import AuditEntry, OutboxDelivery
from tenancy.permissions import ReadOnlyPolicy
from tenancy.viewsets import AuditViewSet, DeliveryViewSet

register_permission_policy(AuditEntry, ReadOnlyPolicy(AuditEntry))
register_permission_policy(OutboxDelivery, ReadOnlyPolicy(OutboxDelivery))


@hooks.register("register_admin_viewset")
def register_reports():
    return [DeliveryViewSet(), AuditViewSet()]
