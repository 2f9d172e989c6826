"""What staff see first: the day ahead, and what needs them; and how choosers start."""

import json
from datetime import date, timedelta
from typing import Any, ClassVar

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.userbar import AccessibilityItem, ContentCheckerItem
from wagtail.admin.widgets import BaseChooser
from wagtail.admin.widgets.workflows import AdminTaskChooser
from wagtail.permissions import policy_registry

from cms import queries
from cms.enums import EditorLetter
from cms.permissions import may_build_starter, may_enter
from cms.queries.desk import editors_desk
from tenancy.audit import Area
from tenancy.models import TenantImage
from tenancy.panels import SettingsCard, TodayItem
from tenancy.queries import current_organization
from tours.models import Schedule
from tours.queries import guide_of
from tours.rules import FIRST_DAY, LAST_DAY

# Wagtail's own panels of the home; they are about pages.
PANELS_OF_EDITORS = frozenset(
    {"user_objects_in_workflow_moderation", "workflow_objects_to_moderate", "recent_edits", "locked_pages"}
)


class TodayPanel(Component):
    """What leaves on a day and the day after, and what waits for somebody; each only for those who may see it.

    What waits comes from the apps by the hook `today_items`: functions that get the request and return `TodayItem`s.
    """

    name = "today"
    order = 10
    template_name = "cms/admin/today.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        request = parent_context["request"]
        user, now = request.user, timezone.now()
        today = timezone.localdate(now, timezone=request.organization.zone)
        day = _day_of(request.GET.get("day", ""), today)
        schedules = policy_registry.get_by_type(Schedule)
        is_guide = user.has_perm("tours.lead_schedule") and not user.has_perm("tours.view_schedule")
        items = [item for items_of in hooks.get_hooks("today_items") for item in items_of(request)]
        return {
            "request": request,
            "today": today,
            "day": day,
            "day_before": day - timedelta(days=1),
            "day_after": day + timedelta(days=1),
            "zone": request.organization.zone.key,
            "ahead": queries.day_ahead(
                day,
                among=schedules.instances_user_has_permission_for(user, "view"),
                manifests=None
                if user.has_perm("tours.view_manifest")
                else schedules.instances_user_has_permission_for(user, "view_manifest"),
                now=now,
                with_money=user.has_perm("commerce.view_order"),
            )
            if schedules.user_has_permission(user, "view")
            else None,
            "is_guide": is_guide,
            "lacks_guide": is_guide and guide_of(user) is None,
            "items": sorted(items, key=lambda item: item.order),
        }


def _day_of(text: str, fallback: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return fallback
    return day if FIRST_DAY < day < LAST_DAY else fallback


class PageChecker(ContentCheckerItem):
    """What is looked at while somebody writes a page: the page itself, without the header and footer that all pages have."""

    axe_include = ("main",)
    axe_run_only = (*ContentCheckerItem.axe_run_only, "image-alt", "image-redundant-alt", "th-has-data-cells")
    axe_custom_checks = (
        # Names of files and cameras say nothing to those who cannot see the picture.
        {
            "id": "check-image-alt-text",
            "options": {
                "pattern": r"\.(avif|gif|jpg|jpeg|png|svg|webp)$|_|^(dsc|image|img|photo|picture|pxl)[ -]?\d*$"
            },
        },
        {"id": "check-empty-meta-description"},
    )
    axe_messages: ClassVar = {
        **ContentCheckerItem.axe_messages,
        "image-alt": {
            "error_name": gettext_lazy("Picture without words"),
            "help_text": gettext_lazy("Say in the picture’s description what it shows, or mark it as decoration"),
        },
        "alt-text-quality": {
            "error_name": gettext_lazy("The picture’s description looks like the name of a file"),
            "help_text": gettext_lazy("Say in the picture’s description what it shows, or mark it as decoration"),
        },
        "image-redundant-alt": {
            "error_name": gettext_lazy("The picture says the same as the words beside it"),
            "help_text": gettext_lazy("Mark it as decoration, so that nobody hears it twice"),
        },
        "heading-order": {
            "error_name": gettext_lazy("A level of headings is left out"),
            "help_text": gettext_lazy("After the title of the page comes a heading of level 2, then one of level 3"),
        },
        "th-has-data-cells": {
            "error_name": gettext_lazy("A heading in a table belongs to no cells"),
            "help_text": gettext_lazy("Remove the heading, or add a row below it"),
        },
    }


def check_pages(request: HttpRequest, items: list[Any], page: Any) -> None:
    """Let `PageChecker` look at previews in place of Wagtail's checker."""
    items[:] = [PageChecker() if isinstance(item, AccessibilityItem) else item for item in items]


class PagesMenuItem(MenuItem):
    """Shown to those who keep pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_enter(request.user, "pages")


class ImagesMenuItem(MenuItem):
    """Shown to those who keep pictures."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(policy_registry.get_by_type(TenantImage).user_has_permission(request.user, "change"))


class TodayMenuItem(MenuItem):
    """The way to the Today page, which is the admin's home, for those who see departures."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(policy_registry.get_by_type(Schedule).user_has_permission(request.user, "view"))

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        """Return the entry. Elsewhere its address does not look like the beginning of all others, by which Wagtail finds the active one."""
        entry: LinkMenuItem = super().render_component(request)
        if request.path != str(entry.url):
            entry.url = f"{entry.url}?"
        return entry


def today_items(request: HttpRequest) -> list[TodayItem]:
    """Return that the site is empty, for those who may begin it, what editors have to do, and the legal texts that are missing."""
    items = []
    if may_build_starter(request.user) and queries.is_site_empty(request.organization):
        items.append(
            TodayItem(
                _("Your site has no pages yet"),
                reverse("starter_site:index"),
                _("begin with one that is ready to change"),
                order=5,
            )
        )
    elif may_enter(request.user, "pages"):
        items += _for_editors(request)
    if not request.user.has_perm("tenancy.change_organization"):
        return items
    missing = queries.missing_legal_texts(request.organization.default_language)
    names = ", ".join(str(kind.label) for kind in missing)
    if missing:
        items.append(TodayItem(_("Legal texts are missing"), reverse("legal_texts:index"), names, order=10))
    return items


def _for_editors(request: HttpRequest) -> list[TodayItem]:
    organization = request.organization
    desk = editors_desk(
        request.user,
        root=organization.site.root_page,
        languages=[code for code in organization.languages if code != organization.default_language],
        today=timezone.localdate(timezone=organization.zone),
    )
    unfinished = reverse("unfinished_pages:index")
    counted = (
        (desk.drafts, ngettext_lazy("%d draft of yours", "%d drafts of yours"), f"{unfinished}?drafts"),
        (
            desk.stale,
            ngettext_lazy("%d tile or answer to look at", "%d tiles or answers to look at"),
            reverse("freshness:index"),
        ),
        (desk.broken, ngettext_lazy("%d broken link", "%d broken links"), reverse("links:index")),
        (
            desk.untranslated,
            ngettext_lazy("%d page is not translated", "%d pages are not translated"),
            reverse("translations:index"),
        ),
        (
            desk.wordless,
            ngettext_lazy("%d picture without words", "%d pictures without words"),
            reverse("picture_words:index"),
        ),
        (
            desk.undescribed,
            ngettext_lazy(
                "%d page without a description for search engines", "%d pages without a description for search engines"
            ),
            unfinished,
        ),
    )
    return [TodayItem(str(words % count), url, order=70) for count, words, url in counted if count]


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


def message_kinds() -> dict[str, str]:
    """Return what each kind of e-mail that this app sends is called, in the active language."""
    return {letter.value: str(letter.label) for letter in EditorLetter}


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    sentences = {"legal_text.changed": gettext_lazy("%(who)s changed the legal text %(record)s")}
    built = {"starter_site.built": gettext_lazy("%(who)s began the site with a starter site")}
    kept = {"page_template.kept": gettext_lazy("%(who)s kept a page as the template %(record)s")}
    return [
        Area("legal", gettext_lazy("Legal texts"), sentences),
        Area("starter_site", gettext_lazy("Starter site"), built),
        Area("page_template", gettext_lazy("Page templates"), kept),
    ]
