"""What the kernel adds to Wagtail's own pages: sign-in on the account page, other organizations, the parts of the settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.admin_url_finder import ModelAdminURLFinder
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.account import BaseSettingsPanel
from wagtail.permissions import policy_registry

from tenancy.queries import failed_delivery_count, has_second_factor


class SecurityPanel(BaseSettingsPanel):
    """Leads from the account page to e-mail address, password, two-factor sign-in, sessions and organizations."""

    name = "security"
    title = _("Sign-in and security")
    order = 200
    template_name = "tenancy/security_panel.html"

    def get_form(self) -> forms.Form:
        # Wagtail asks every panel for a form; this one has links only.
        return forms.Form()

    def get_context_data(self) -> dict[str, Any]:
        return {
            "user": self.user,
            "second_factor": has_second_factor(self.user),
            "several_organizations": self.request.session.get("several_organizations", False),
        }


class SwitchMenuItem(MenuItem):
    """Shown to people who work for several organizations; the receiver of sign-ins knows who does."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.session.get("several_organizations", False))


class SettingsMenuItem(MenuItem):
    """Shown to those who may change the organization."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("tenancy.change_organization"))


@dataclass(frozen=True, slots=True)
class TodayItem:
    """Something on the Today page that waits for somebody; apps give theirs by `today_items`, those with the lowest `order` come first.

    `text` is the link when there is an `url`, `note` says what is the matter, `items` are what it is made of.
    """

    text: str
    url: str = ""
    note: str = ""
    items: Sequence["TodayItem"] = ()
    order: int = 100


def record_panels(request: HttpRequest, record: Model) -> list[Component]:
    """Return what other apps put on a record's page, such as the tasks about it.

    Apps give theirs by the hook `record_panels`: a function of the request and the record.
    """
    return [panel for offer in hooks.get_hooks("record_panels") for panel in offer(request, record)]


def page_finder(name: str) -> type[ModelAdminURLFinder]:
    """Return what leads to the page of a record, at the address of this name, rather than to its form, for those who may see it."""

    class PageFinder(ModelAdminURLFinder):  # type: ignore[misc]  # Wagtail has no types
        edit_url_name = name

        def get_edit_url(self, instance: Model) -> str | None:
            policy = policy_registry.get(instance)
            may_see = self.user is None or policy.user_has_permission_for_instance(self.user, "view", instance)
            return self.construct_edit_url(instance) if may_see else None

    return PageFinder


class SettingsCard(Component):
    """One part of an organization's settings on the page that leads to all of them; apps give theirs by `organization_cards`.

    `lines` say how things stand, `warning` what is missing or needs care.
    """

    template_name = "tenancy/settings_card.html"

    def __init__(
        self, title: str, *, url: str, icon: str, order: int, lines: Sequence[str] = (), warning: str = ""
    ) -> None:
        self.order = order
        self.context = {
            "title": title,
            "url": url,
            "icon": icon,
            "lines": [line for line in lines if line],
            "warning": warning,
        }

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return self.context


def today_items(request: HttpRequest) -> list[TodayItem]:
    """Return the events that could not be acted on."""
    failed = failed_delivery_count() if request.user.has_perm("tenancy.view_outboxdelivery") else 0
    if not failed:
        return []
    text = ngettext("%(count)d job failed", "%(count)d jobs failed", failed)
    return [TodayItem(text % {"count": failed}, f"{reverse('deliveries:index')}?status=failed", order=60)]
