from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.permissions import register_permission_policy

from commerce import panels, queries
from commerce.models import Difference, Dispute, LedgerTransaction, Order, ProviderEvent
from commerce.operations import customer_combining
from commerce.viewsets import (
    AuthorisationRuleViewSet,
    CancellationPolicyViewSet,
    DepositRuleViewSet,
    DifferenceViewSet,
    DisputeViewSet,
    LedgerViewSet,
    NotificationViewSet,
    OrderViewSet,
    PaymentSettingsViewSet,
    PaymentsReportViewSet,
    PriceCheckViewSet,
    PromotionViewSet,
    ProviderEventViewSet,
    TaxRateViewSet,
)
from commerce.viewsets.departures import schedule_links, schedule_urls
from commerce.viewsets.events import failed_events_button
from commerce.viewsets.price_check import price_links
from commerce.viewsets.reservations import reservation_button, reservation_urls
from tenancy.permissions import ReadOnlyPolicy
from tours.rules import staff_verbs

register_permission_policy(Dispute, ReadOnlyPolicy(Dispute))
register_permission_policy(Order, ReadOnlyPolicy(Order))
register_permission_policy(ProviderEvent, ReadOnlyPolicy(ProviderEvent))
register_permission_policy(LedgerTransaction, ReadOnlyPolicy(LedgerTransaction))
register_permission_policy(Difference, ReadOnlyPolicy(Difference))


@hooks.register("register_admin_viewset")
def register_money():
    return [PaymentsReportViewSet(), LedgerViewSet(), DifferenceViewSet()]


@hooks.register("register_admin_viewset")
def register_orders():
    return [
        PromotionViewSet(),
        TaxRateViewSet(),
        OrderViewSet(),
        DisputeViewSet(),
        ProviderEventViewSet(),
        PaymentSettingsViewSet(),
        DepositRuleViewSet(),
        AuthorisationRuleViewSet(),
        NotificationViewSet(),
        PriceCheckViewSet(),
        CancellationPolicyViewSet(),
    ]


hooks.register("problem_lists", failed_events_button)


@hooks.register("schedule_buttons")
def offer_booking(request, schedule):
    if not request.user.has_perm("commerce.change_order") or not staff_verbs(schedule.status):
        return []
    return [
        Button(_("New booking"), url=reverse("orders:new_booking", args=[schedule.pk]), icon_name="plus", priority=20)
    ]


@hooks.register("customer_panels")
def show_orders_of_customer(request, customer):
    if not request.user.has_perm("commerce.view_order"):
        return []
    return [panels.OrdersPanel(customer, may_book=request.user.has_perm("commerce.change_order"))]


@hooks.register("customer_search")
def find_customers_by_order(text):
    return queries.customers_by_order_number(text)


@hooks.register("customer_records")
def offer_orders_of_customer(customer):
    return queries.recent_orders(customer)[:10]


@hooks.register("message_kinds")
def name_kinds_of_messages():
    return panels.message_kinds()


@hooks.register("activity_sentences")
def say_what_happened():
    return panels.sentences()


hooks.register("customer_combining", customer_combining)
hooks.register("audit_sentences", panels.audit_areas)
hooks.register("organization_cards", panels.organization_cards)
hooks.register("schedule_urls", schedule_urls)
hooks.register("schedule_urls", reservation_urls)
hooks.register("schedule_buttons", reservation_button)
hooks.register("schedule_links", schedule_links)
hooks.register("price_links", price_links)
hooks.register("manifest_owed", panels.owed_in_words)


hooks.register("today_items", panels.today_items)
hooks.register("linkable_records", panels.linkable_records)
hooks.register("attention_kinds", panels.attention_kinds)
hooks.register("customer_numbers", queries.orders_by_number)
hooks.register("activity_groups", panels.activity_groups)
hooks.register("contact_activities", panels.contact_activities)
hooks.register("order_activities", panels.order_activities)
