from wagtail import hooks
from wagtail.permissions import register_permission_policy

from crm.models import Message, Protocol
from crm.panels import audit_areas, linkable_records, message_kinds, today_items
from crm.viewsets import (
    ContactKindViewSet,
    CustomerGroup,
    ProtocolTemplateViewSet,
    RecordsViewSet,
    failed_messages_button,
)
from tenancy.permissions import NoAddingPolicy, ReadOnlyPolicy

# A protocol begins on the customer's page, where its records are.
register_permission_policy(Protocol, NoAddingPolicy(Protocol))
register_permission_policy(Message, ReadOnlyPolicy(Message))


@hooks.register("register_admin_viewset")
def register_customers():
    return [CustomerGroup(), RecordsViewSet(), ContactKindViewSet(), ProtocolTemplateViewSet()]


hooks.register("problem_lists", failed_messages_button)

hooks.register("audit_sentences", audit_areas)
hooks.register("message_kinds", message_kinds)
hooks.register("today_items", today_items)
hooks.register("linkable_records", linkable_records)
