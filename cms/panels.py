"""What staff see first: the day ahead, and what needs them; and how choosers start."""

import json
from datetime import timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import BaseChooser
from wagtail.admin.widgets.workflows import AdminTaskChooser
from wagtail.permissions import policy_registry

from cms import queries
from tenancy.queries import current_organization
from tours.models import Schedule
from tours.queries import guide_of

# Wagtail's own panels of the home; they are about pages.
PANELS_OF_EDITORS = frozenset(
    {"user_objects_in_workflow_moderation", "workflow_objects_to_moderate", "recent_edits", "locked_pages"}
)


class DayPanel(Component):
    """The departures of today and tomorrow, and what waits for somebody; each only for those who may see it."""

    name = "day"
    order = 10
    template_name = "cms/admin/day.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        organization = current_organization()
        today = timezone.localdate(timezone=organization.zone)
        schedules = policy_registry.get_by_type(Schedule)
        is_guide = user.has_perm("tours.lead_schedule") and not user.has_perm("tours.view_schedule")
        may_see_orders = user.has_perm("commerce.view_order")
        return {
            "today": today,
            "departures": queries.departures_between(
                today, today + timedelta(days=1), among=schedules.instances_user_has_permission_for(user, "view")
            )
            if schedules.user_has_permission(user, "view")
            else None,
            "is_guide": is_guide,
            "lacks_guide": is_guide and guide_of(user) is None,
            "may_see_orders": may_see_orders,
            "orders": queries.orders_needing_attention() if may_see_orders else [],
            "transfers": queries.transfers_awaiting_staff() if user.has_perm("commerce.confirm_payment") else None,
            "failed_messages": queries.failed_message_count() if user.has_perm("crm.view_message") else 0,
            "failed_events": queries.failed_event_count() if user.has_perm("commerce.view_providerevent") else 0,
            "failed_deliveries": queries.failed_delivery_count() if user.has_perm("tenancy.view_outboxdelivery") else 0,
            "follow_ups": queries.follow_ups_due(today) if user.has_perm("crm.view_protocol") else [],
        }


def render_chooser(
    widget: BaseChooser, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
) -> SafeString:
    """Return the HTML of a chooser, started by `admin-start.js` where Wagtail's own method would write an inline script.

    Stands in for `BaseChooser.render`. Raises `TypeError` when `attrs` has no id, as that does.
    """
    if not attrs or "id" not in attrs:
        raise TypeError("A chooser cannot be rendered without an id.")
    shown = widget.get_value_data(value)
    started = {"name": widget.js_constructor, "id": attrs["id"]}
    if isinstance(widget, AdminTaskChooser):
        started["name"] = "createTaskChooser"
    else:
        started["options"] = json.dumps(widget.get_js_init_options(attrs["id"], name, shown))
    return format_html(
        "{}{}",
        widget.render_html(name, shown, attrs),
        render_to_string("wagtailadmin/shared/start.html", started),
    )
