"""The groups that hold what each role may do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from tenancy import queries
from tenancy.enums import Role
from tenancy.models import Organization, RoleGroup
from tenancy.rules import COLLECTION_PERMISSIONS, grants, page_permissions
from tenancy.scope import every_organization


def grant_roles(
    groups: Mapping[Role, Group], *, container: Page, collection: Collection, reviewed: bool = False
) -> None:
    """Give the groups of an organization exactly what the table of roles says; the owner of the tables does it.

    `groups` by role; `reviewed` says that somebody else looks at pages before they are published.
    Takes seven statements, and one more for each kind of grant that is taken away.
    """
    permissions = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    granted = [(group, name) for role, group in groups.items() for name in permissions if grants(role, name)]
    through = Group.permissions.through
    _write([through(group=group, permission_id=permissions[name]) for group, name in granted], groups.values())
    _write(
        [
            GroupPagePermission(group=group, page=container, permission_id=permissions[f"wagtailcore.{codename}"])
            for role, group in groups.items()
            for codename in page_permissions(role, reviewed=reviewed)
        ],
        groups.values(),
    )
    _write(
        [
            GroupCollectionPermission(group=group, collection=collection, permission_id=permissions[name])
            for group, name in granted
            if name in COLLECTION_PERMISSIONS
        ],
        groups.values(),
    )


def _write(wanted: Sequence[Any], groups: Iterable[Group]) -> None:
    """Let these be the only rows of their kind that groups have."""
    rows = type(wanted[0]).objects
    there = {
        (group_id, permission_id): pk
        for pk, group_id, permission_id in rows.filter(group__in=groups).values_list("pk", "group_id", "permission_id")
    }
    missing = [row for row in wanted if there.pop((row.group_id, row.permission_id), None) is None]
    if there:
        rows.filter(pk__in=there.values()).delete()
    rows.bulk_create(missing, ignore_conflicts=True)


@transaction.atomic
def refresh_role_permissions(organization: Organization) -> None:
    """Bring the groups of an organization in line with the table of roles, and with whether its pages are reviewed."""
    with every_organization(writing_for=organization.pk):
        entries = RoleGroup.objects.filter(organization=organization).select_related("group")
        grant_roles(
            {Role(entry.role): entry.group for entry in entries},
            container=queries.page_container(organization),
            collection=queries.root_collection(organization),
            reviewed=organization.reviews_pages,
        )
