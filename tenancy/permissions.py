"""Permission policies of the admin for records that are not simply edited."""

from typing import Any

from django.db.models import QuerySet
from wagtail.models import GroupSitePermission
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permission_policies.sites import SitePermissionPolicy


class ReadOnlyPolicy(ModelPermissionPolicy):
    """Records that nobody adds, changes or deletes by a form; operations do."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether a person may do `action`; only looking is possible."""
        return action == "view" and super().user_has_permission(user, "view")


class NoAddingPolicy(ModelPermissionPolicy):
    """Records that begin elsewhere than in an empty form of their own."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether a person may do `action`; never “add”."""
        return action != "add" and super().user_has_permission(user, action)


class SettingsPolicy(ModelPermissionPolicy):
    """Records that those add and look at who may change the organization; nobody changes them by a form, operations do."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether a person may do `action`; only adding and looking are possible."""
        return action in ("add", "view") and user.has_perm("tenancy.change_organization")


class RoleSitePolicy(SitePermissionPolicy):
    """Settings of the organization's site. A role may change them or not; nobody has rights for single sites."""

    def get_all_permissions_for_user(self, _user: Any) -> QuerySet[GroupSitePermission]:
        """Return the rights for single sites: none, without asking."""
        return GroupSitePermission.objects.none()
