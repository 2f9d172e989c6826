"""Whom the areas of Wagtail's admin are for. Many of its views look for nothing but the right to enter the admin at all."""

from collections.abc import Mapping
from typing import Any, Final

from wagtail.models import Page, PagePermissionTester, Workflow
from wagtail.permissions import policy_registry

from cms.pages.forms import HOME_DEPTH
from tenancy.models import TenantDocument, TenantImage

_can_delete = PagePermissionTester.can_delete

# Who may do one of these things with one of these records is let in.
AREAS: Final[Mapping[str, tuple[type, frozenset[str]]]] = {
    "pages": (Page, frozenset({"add", "change", "publish", "bulk_delete", "lock", "unlock"})),
    "images": (TenantImage, frozenset({"add", "change", "delete", "choose"})),
    "documents": (TenantDocument, frozenset({"add", "change", "delete", "choose"})),
    "workflows": (Workflow, frozenset({"add", "change", "delete"})),
}
# The area of a view, by how its name begins. What is in no area checks by itself; what is in “closed” is for nobody.
DOORS: Final[Mapping[str, str]] = {
    "wagtail_bulk_action": "pages",
    "wagtail_localize:": "pages",
    "wagtailadmin_api:documents": "documents",
    "wagtailadmin_api:images": "images",
    "wagtailadmin_api:pages": "pages",
    "wagtailadmin_block_preview": "pages",
    "wagtailadmin_choose_page": "pages",
    "wagtailadmin_collections:set_privacy": "closed",
    "wagtailadmin_error_test": "closed",
    "wagtailadmin_explore": "pages",
    "wagtailadmin_pages:": "pages",
    "wagtailadmin_reports:": "pages",
    "wagtailadmin_tag_autocomplete": "images",
    "wagtailadmin_workflows:": "workflows",
    "wagtaildocs": "documents",
    "wagtailembeds:": "pages",
    "wagtailforms:": "pages",
    "wagtailimages": "images",
}


def area_of(view_name: str) -> str:
    """Return the area that a view of the admin belongs to, or an empty text when it checks by itself."""
    return next((area for start, area in DOORS.items() if view_name.startswith(start)), "")


def may_build_starter(user: Any) -> bool:
    """Return whether a person may give the organization its first site: its pages, published, and its look."""
    return bool(
        user.has_perm("cms.change_branding")
        and policy_registry.get_by_type(Page).user_has_any_permission(user, frozenset({"add"}))
        and policy_registry.get_by_type(Page).user_has_any_permission(user, frozenset({"publish"}))
    )


def may_enter(user: Any, area: str) -> bool:
    """Return whether an area of the admin is for a person."""
    if area not in AREAS:
        return False
    model, actions = AREAS[area]
    return bool(policy_registry.get_by_type(model).user_has_any_permission(user, actions))


def can_delete_page(tester: PagePermissionTester, ignore_bulk: bool = False) -> bool:
    """Return whether somebody may delete a page, or move it away. Homes stay: the site would have nothing at its address.

    Stands in for `PagePermissionTester.can_delete`.
    """
    return tester.page.depth > HOME_DEPTH and _can_delete(tester, ignore_bulk)
