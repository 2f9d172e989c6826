"""What staff see first: the day ahead, and what needs them; and how choosers start."""

import json
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import BaseChooser
from wagtail.admin.widgets.workflows import AdminTaskChooser
from wagtail.permissions import policy_registry

from cms import queries
from tenancy.audit import Area
from tenancy.panels import SettingsCard
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
            "missing_legal_texts": queries.missing_legal_texts(organization.default_language)
            if user.has_perm("tenancy.change_organization")
            else [],
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
        render_to_string("wagtailadmin/shared/start.html", started),
        widget.render_html(name, shown, attrs),
    )


def organization_cards(request: HttpRequest) -> list[SettingsCard]:
    """Return the parts of the organization's settings that are about what guests see."""
    missing = queries.missing_legal_texts(current_organization().default_language)
    cards = [
        SettingsCard(
            _("Legal texts"),
            url=reverse("legal_texts:index"),
            icon="doc-full",
            order=60,
            lines=[_("Imprint, privacy, terms: at the foot of each page and at the checkout.")],
            warning=_("Missing: %(texts)s") % {"texts": ", ".join(str(kind.label) for kind in missing)}
            if missing
            else "",
        )
    ]
    if request.user.has_perm("cms.change_branding"):
        cards.append(
            SettingsCard(
                _("Branding"),
                url=reverse("wagtailsettings:edit", args=["cms", "branding"]),
                icon="view",
                order=70,
                lines=[_("Logo, colours, typeface, contact.")],
            )
        )
    return cards


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    sentences = {"legal_text.changed": gettext_lazy("%(who)s changed the legal text %(record)s")}
    return [Area("legal", gettext_lazy("Legal texts"), sentences)]
