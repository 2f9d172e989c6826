"""The groups that hold what each role may do."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from tenancy import queries
from tenancy.enums import Role
from tenancy.models import Organization, RoleGroup
from tenancy.rules import COLLECTION_PERMISSIONS, PAGE_PERMISSIONS, grants
from tenancy.scope import every_organization


def grant_role(group: Group, role: Role, *, container: Page, collection: Collection) -> None:
    """Give a group of an organization exactly what the table of roles says its role may do; the owner of the tables does it."""
    permissions = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    group.permissions.set([pk for name, pk in permissions.items() if grants(role, name)])
    wanted_pages = {permissions[f"wagtailcore.{codename}"] for codename in PAGE_PERMISSIONS.get(role, ())}
    GroupPagePermission.objects.filter(group=group).exclude(permission_id__in=wanted_pages).delete()
    for permission_id in wanted_pages:
        GroupPagePermission.objects.get_or_create(group=group, page=container, permission_id=permission_id)
    wanted_files = {permissions[name] for name in COLLECTION_PERMISSIONS if grants(role, name)}
    GroupCollectionPermission.objects.filter(group=group).exclude(permission_id__in=wanted_files).delete()
    for permission_id in wanted_files:
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission_id=permission_id)


@transaction.atomic
def refresh_role_permissions(organization: Organization) -> None:
    """Bring the groups of an organization in line with the table of roles; runs after each migration."""
    with every_organization(writing_for=organization.pk):
        container = queries.page_container(organization)
        collection = queries.root_collection(organization)
        for entry in RoleGroup.objects.filter(organization=organization).select_related("group"):
            grant_role(entry.group, Role(entry.role), container=container, collection=collection)
