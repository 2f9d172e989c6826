"""Who works for an organization, in which role."""

from django.db import transaction
from wagtail.users.models import UserProfile

from tenancy import audit
from tenancy.audit import Actor
from tenancy.enums import Role
from tenancy.models import Membership, Organization, RoleGroup, User
from tenancy.scope import every_organization, organization_scope


class MembershipError(ValueError):
    """A change of members that would leave the organization without an owner."""


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
