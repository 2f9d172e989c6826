"""What staff see first: the day ahead, and what needs them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.admin.ui.components import Component

from cms import queries
from tenancy.queries import current_organization


class DayPanel(Component):
    """The departures of today and tomorrow, and what waits for somebody; each only for those who may see it."""

    name = "day"
    order = 10
    template_name = "cms/admin/day.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        organization = current_organization()
        today = timezone.localdate(timezone=organization.zone)
        may_see_orders = user.has_perm("commerce.view_order")
        return {
            "today": today,
            "departures": queries.departures_between(today, today + timedelta(days=1))
            if user.has_perm("tours.view_schedule")
            else None,
            "may_see_orders": may_see_orders,
            "orders": queries.orders_needing_attention() if may_see_orders else [],
            "transfers": queries.transfers_awaiting_staff() if user.has_perm("commerce.confirm_payment") else None,
            "failed_messages": queries.failed_message_count() if user.has_perm("crm.view_message") else 0,
            "failed_events": queries.failed_event_count() if user.has_perm("commerce.view_providerevent") else 0,
            "failed_deliveries": queries.failed_delivery_count() if user.has_perm("tenancy.view_outboxdelivery") else 0,
            "follow_ups": queries.follow_ups_due(today) if user.has_perm("crm.view_protocol") else [],
        }
