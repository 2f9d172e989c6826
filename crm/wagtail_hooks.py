from wagtail import hooks
from wagtail.permissions import register_permission_policy

from crm.models import AttentionItem, AttentionRule, DuplicatePair, Import, Message, Protocol, Task
from crm.panels import (
    DigestPanel,
    activity_sentences,
    attention_kinds,
    audit_areas,
    customer_panels,
    linkable_records,
    message_kinds,
    organization_cards,
    record_panels,
    today_items,
)
from crm.permissions import AttentionRulePolicy, ImportPolicy, MergePolicy, TaskPolicy
from crm.viewsets import (
    AttentionRuleViewSet,
    AttentionViewSet,
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
register_permission_policy(AttentionItem, ReadOnlyPolicy(AttentionItem))
register_permission_policy(AttentionRule, AttentionRulePolicy(AttentionRule))
register_permission_policy(Import, ImportPolicy(Import))
register_permission_policy(DuplicatePair, MergePolicy(DuplicatePair))


@hooks.register("register_admin_viewset")
def register_customers():
    return [CustomerGroup(), RecordsViewSet(), ContactKindViewSet(), ProtocolTemplateViewSet()]


@hooks.register("register_admin_viewset")
def register_tasks():
    return TaskGroup()


@hooks.register("register_admin_viewset")
def register_attention():
    return [AttentionViewSet(), AttentionRuleViewSet()]


@hooks.register("register_account_settings_panel")
def register_digest(request, user, profile):
    return DigestPanel(request, user, profile)


hooks.register("problem_lists", failed_messages_button)

hooks.register("audit_sentences", audit_areas)
hooks.register("today_items", today_items)
hooks.register("linkable_records", linkable_records)
hooks.register("attention_kinds", attention_kinds)
hooks.register("message_kinds", message_kinds)
hooks.register("activity_sentences", activity_sentences)
hooks.register("customer_panels", customer_panels)
hooks.register("organization_cards", organization_cards)
hooks.register("record_panels", record_panels)
