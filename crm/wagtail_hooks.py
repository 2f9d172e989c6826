from wagtail import hooks
from wagtail.permissions import register_permission_policy

from crm.models import DuplicatePair, Message, Protocol, Task
from crm.panels import (
    activity_sentences,
    audit_areas,
    customer_panels,
    linkable_records,
    message_kinds,
    record_buttons,
    today_items,
)
from crm.permissions import MergePolicy, TaskPolicy
from crm.viewsets import (
    ContactKindViewSet,
    CustomerGroup,
    ProtocolTemplateViewSet,
    RecordsViewSet,
    TaskGroup,
    failed_messages_button,
)
from tenancy.permissions import NoAddingPolicy, ReadOnlyPolicy

# A protocol begins on the customer's page, where its records are.
register_permission_policy(Protocol, NoAddingPolicy(Protocol))
register_permission_policy(Message, ReadOnlyPolicy(Message))
register_permission_policy(Task, TaskPolicy(Task))
register_permission_policy(DuplicatePair, MergePolicy(DuplicatePair))


@hooks.register("register_admin_viewset")
def register_customers():
    return [CustomerGroup(), RecordsViewSet(), ContactKindViewSet(), ProtocolTemplateViewSet()]


@hooks.register("register_admin_viewset")
def register_tasks():
    return TaskGroup()


hooks.register("problem_lists", failed_messages_button)

hooks.register("audit_sentences", audit_areas)
hooks.register("today_items", today_items)
hooks.register("linkable_records", linkable_records)
hooks.register("message_kinds", message_kinds)
hooks.register("activity_sentences", activity_sentences)
hooks.register("customer_panels", customer_panels)
hooks.register("record_buttons", record_buttons)
