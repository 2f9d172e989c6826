"""Who works for an organization, in which role."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import APIToken
from wagtail.users.models import UserProfile

from tenancy import audit
from tenancy.audit import Actor
from tenancy.enums import Role
from tenancy.models import Membership, Organization, RoleGroup, User
from tenancy.operations.sessions import end_sessions
from tenancy.rules import may_give
from tenancy.scope import every_organization, organization_scope


class MembershipRefused(Exception):
    """A change of members that cannot be made; nothing was done. The message is for staff, in the active language.

    `code` is `last_owner`, `not_allowed` or `gone`.
    """

    def __init__(self, code: str) -> None:
        self.code: Final = code
        self.message: Final = {
            "last_owner": _("An organization needs an owner. Make somebody else an owner first, then try again."),
            "not_allowed": _("Your own role does not let you do this. Please ask an owner."),
            "gone": _("This person does not work here any more."),
        }[code]
        super().__init__(self.message)


def lock_team(organization: Organization) -> None:
    """Let no other change of the organization's members and invitations happen until the transaction ends.

    What only refers to the organization (an order, a page) is not held up.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def check_may_give(actor: Actor, role: Role, *, organization: Organization) -> None:
    """Raise `MembershipRefused` unless the role that `actor` has now lets them give and take `role`; the system (None) may."""
    if actor is None:
        return
    own = None
    if isinstance(actor, User):
        members = Membership.objects.filter(organization=organization, user=actor)
        own = members.values_list("role", flat=True).first()
    if own is None or not may_give(Role(own), role):
        raise MembershipRefused("not_allowed")


@transaction.atomic
def add_member(organization: Organization, *, user: User, role: Role, actor: Actor = None) -> Membership:
    """Make a person work for an organization in a role, or change the role; return the membership.

    Raises `MembershipRefused` when that would take the role from the last owner, or when `actor` may not give it.
    """
    with every_organization(writing_for=organization.pk):
        lock_team(organization)
        check_may_give(actor, role, organization=organization)
        membership = Membership.objects.filter(organization=organization, user=user).first()
        if membership is not None:
            return _give_role(membership, role, actor=actor)
        membership = Membership.objects.create(organization=organization, user=user, role=role)
        _join_group(membership)
        audit.record("membership.set", membership, actor=actor, user_id=user.pk, role=role.value)
    with organization_scope(organization.pk):
        # Staff read and type times as the organization's clock shows them, until they choose another.
        UserProfile.objects.get_or_create(user=user, defaults={"current_time_zone": organization.time_zone})
    return membership


@transaction.atomic
def change_role(membership: Membership, *, role: Role, actor: Actor) -> Membership:
    """Give a member another role, which holds from the person's next click; return the membership.

    Raises `MembershipRefused` when the last owner would lose the role, when `actor` may give neither the old nor the new role, or
    when the person does not work here any more.
    """
    organization = membership.organization
    with every_organization(writing_for=organization.pk):
        lock_team(organization)
        membership = _current(membership)
        for touched in (Role(membership.role), role):
            check_may_give(actor, touched, organization=organization)
        return _give_role(membership, role, actor=actor)


@transaction.atomic
def remove_member(membership: Membership, *, actor: Actor = None) -> None:
    """End a person's work for an organization: the account is not seen there any more, and its open sessions there end.

    Everybody may remove themselves. Raises `MembershipRefused` for the last owner, when `actor` may not give the member's role, or
    when the person does not work here any more.
    """
    organization = membership.organization
    with every_organization(writing_for=organization.pk):
        lock_team(organization)
        membership = _current(membership)
        is_leaving = actor is not None and actor.pk == membership.user_id
        if not is_leaving:
            check_may_give(actor, Role(membership.role), organization=organization)
        if membership.role == Role.OWNER:
            _refuse_last_owner(membership)
        _leave_groups(membership)
        audit.record(
            "membership.left" if is_leaving else "membership.removed",
            membership,
            actor=actor,
            user_id=membership.user_id,
            role=membership.role,
        )
        user_id = membership.user_id
        membership.delete()
    with organization_scope(organization.pk):
        end_sessions(user_id)
        # Otherwise they would work again when the person comes back.
        APIToken.objects.filter(user=user_id).delete()


def note_sign_in(user: User, *, now: datetime) -> None:
    """Write down that a person has just signed in at the organization in scope; without one nothing happens."""
    Membership.objects.filter(user=user).update(last_sign_in_at=now)


def _current(membership: Membership) -> Membership:
    """Return the membership as it is now that nobody else can change it."""
    found = Membership.objects.filter(pk=membership.pk).select_related("organization").first()
    if found is None:
        raise MembershipRefused("gone")
    return found


def _give_role(membership: Membership, role: Role, *, actor: Actor) -> Membership:
    before = Role(membership.role)
    if before == role:
        return membership
    if before == Role.OWNER:
        _refuse_last_owner(membership)
    membership.role = role
    membership.save(update_fields=["role", "updated_at"])
    _leave_groups(membership)
    _join_group(membership)
    audit.record(
        "membership.role_changed",
        membership,
        actor=actor,
        user_id=membership.user_id,
        before=before.value,
        after=role.value,
    )
    return membership


def _refuse_last_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(organization=membership.organization_id, role=Role.OWNER)
    if not owners.exclude(pk=membership.pk).exists():
        raise MembershipRefused("last_owner")


def _join_group(membership: Membership) -> None:
    group = RoleGroup.objects.get(organization=membership.organization_id, role=membership.role).group_id
    User.groups.through.objects.create(user_id=membership.user_id, group_id=group)


def _leave_groups(membership: Membership) -> None:
    groups = RoleGroup.objects.filter(organization=membership.organization_id).values("group")
    User.groups.through.objects.filter(user_id=membership.user_id, group__in=groups).delete()
