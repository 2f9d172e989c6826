"""Verbs that change organizations and their members."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site
from wagtail.users.models import UserProfile

from tenancy import audit, queries
from tenancy.audit import Actor
from tenancy.enums import OrganizationStatus, Role
from tenancy.models import Domain, Membership, Organization, RoleGroup, User
from tenancy.rules import COLLECTION_PERMISSIONS, PAGE_PERMISSIONS, grants
from tenancy.scope import every_organization, organization_scope
from tenancy.signals import organization_created


class MembershipError(ValueError):
    """A change of members that would leave the organization without an owner."""


def _public_port() -> int:
    base = urlsplit(settings.BASE_URL)
    return base.port or {"https": 443}.get(base.scheme, 80)


@transaction.atomic
def _set_up(organization: Organization, *, host: str, actor: Actor) -> None:
    organization.full_clean(exclude=["organization"])
    organization.save()
    with every_organization(writing_for=organization.pk):
        Domain.objects.create(host=host, is_canonical=True)
        root = Page.get_first_root_node()
        container = root.add_child(
            instance=Page(
                title=organization.name,
                slug=organization.slug,
                locale=Locale.objects.get(language_code=organization.default_language),
            )
        )
        organization.site = Site.objects.create(
            hostname=host, port=_public_port(), site_name=organization.name, root_page=container
        )
        organization.save(update_fields=["site"])
        collection = Collection.get_first_root_node().add_child(instance=Collection(name=organization.name))
        for role in Role:
            group = Group.objects.create(name=str(role.label))
            RoleGroup.objects.create(role=role, group=group)
            _grant(group, role, container=container, collection=collection)
        organization_created.send(Organization, organization=organization, container=container)
        audit.record("organization.created", organization, actor=actor)


def create_organization(
    name: str,
    *,
    slug: str,
    host: str,
    currency: str,
    time_zone: str,
    languages: Sequence[str],
    order_prefix: str,
    business_email: str = "",
    business_phone: str = "",
    business_address: str = "",
    status: OrganizationStatus = OrganizationStatus.ACTIVE,
    actor: Actor = None,
) -> Organization:
    """Create an organization with its host name, site, page container, homes, picture collection and role groups; return it.

    The first of `languages` is its own language. Raises `ValidationError` when a value is not right, such as an unknown currency
    or a slug that is taken.
    """
    organization = Organization(
        name=name,
        slug=slug,
        currency=currency,
        time_zone=time_zone,
        default_language=languages[0],
        languages=list(languages),
        order_prefix=order_prefix,
        business_name=name,
        business_email=business_email,
        business_phone=business_phone,
        business_address=business_address,
        status=status,
    )
    with every_organization():
        _set_up(organization, host=host, actor=actor)
    queries.forget_hosts()
    return organization


def _grant(group: Group, role: Role, *, container: Page, collection: Collection) -> None:
    permissions = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    group.permissions.set([pk for name, pk in permissions.items() if grants(role, name)])
    wanted_pages = {permissions[f"wagtailcore.{codename}"] for codename in PAGE_PERMISSIONS.get(role, ())}
    GroupPagePermission.objects.filter(group=group).exclude(permission_id__in=wanted_pages).delete()
    for permission_id in wanted_pages:
        GroupPagePermission.objects.get_or_create(group=group, page=container, permission_id=permission_id)
    wanted_files = {
        permissions[f"tenancy.{codename}"] for codename in COLLECTION_PERMISSIONS if grants(role, f"tenancy.{codename}")
    }
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
            _grant(entry.group, Role(entry.role), container=container, collection=collection)


@transaction.atomic
def add_member(organization: Organization, *, user: User, role: Role, actor: Actor = None) -> Membership:
    """Make a person work for an organization in a role, or change the role; return the membership.

    Raises `MembershipError` when that would take the role from the last owner.
    """
    with every_organization(writing_for=organization.pk):
        Organization.objects.select_for_update().get(pk=organization.pk)
        membership = Membership.objects.filter(organization=organization, user=user).first()
        if membership is not None and membership.role == Role.OWNER and role != Role.OWNER:
            _refuse_last_owner(organization, membership)
        membership, _created = Membership.objects.update_or_create(
            organization=organization, user=user, defaults={"role": role}
        )
        _leave_groups(organization, user)
        user.groups.add(RoleGroup.objects.get(organization=organization, role=role).group_id)
        audit.record("membership.set", membership, actor=actor, user_id=user.pk, role=role.value)
    with organization_scope(organization.pk):
        # Staff read and type times as the organization's clock shows them, until they choose another.
        UserProfile.objects.get_or_create(user=user, defaults={"current_time_zone": organization.time_zone})
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, actor: Actor = None) -> None:
    """End a person's work for an organization: the account is not seen there any more, in open sessions too.

    Raises `MembershipError` for the last owner.
    """
    organization = membership.organization
    with every_organization(writing_for=organization.pk):
        Organization.objects.select_for_update().get(pk=organization.pk)
        if membership.role == Role.OWNER:
            _refuse_last_owner(organization, membership)
        _leave_groups(organization, membership.user)
        audit.record("membership.removed", membership, actor=actor, user_id=membership.user_id)
        membership.delete()


def _refuse_last_owner(organization: Organization, membership: Membership) -> None:
    others = Membership.objects.filter(organization=organization, role=Role.OWNER).exclude(pk=membership.pk)
    if not others.exists():
        raise MembershipError("An organization keeps at least one owner.")


def _leave_groups(organization: Organization, user: User) -> None:
    groups = RoleGroup.objects.filter(organization=organization).values("group")
    user.groups.remove(*user.groups.filter(pk__in=groups))
