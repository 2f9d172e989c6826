"""Asking people to work for an organization, and their answers."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from tenancy import audit, emails, queries
from tenancy.enums import InvitationStatus, Role
from tenancy.models import Invitation, Membership, User
from tenancy.operations.members import add_member, check_may_give, lock_team
from tenancy.outbox import publish
from tenancy.rules import token_hash
from tenancy.scope import every_organization

LIFETIME: Final = timedelta(days=7)
# For so long the team sees what became of an invitation; who accepted is a member, and of the others nothing more is needed.
SHOWN: Final = timedelta(days=90)


class InvitationRefused(Exception):
    """An invitation that cannot be made, sent or answered; nothing was done. The message is in the active language.

    `code` is `member` or `invited` for those who invite; for the invited `unknown`, an `InvitationStatus` other than open, `member`,
    `account_exists` or `inactive`.
    """

    def __init__(self, code: str, **facts: str) -> None:
        self.code: Final = code
        self.message: Final = {
            "member": _("This person works here already."),
            "invited": _("This person is invited already. You can send the invitation again in the list."),
            "unknown": _("This link does not work. A newer e-mail may have replaced it."),
            "accepted": _("This invitation has been accepted already."),
            "declined": _("This invitation has been declined."),
            "withdrawn": _("This invitation has been withdrawn."),
            "expired": _("This invitation has expired."),
            "account_exists": _("There is an account with your e-mail address now. Please confirm with its password."),
            "inactive": _("Your account is locked. Please ask the person who invited you what to do."),
        }[code]
        super().__init__(self.message)


@transaction.atomic
def invite_member(
    email: str, *, role: Role, language: str, message: str = "", now: datetime, actor: User
) -> Invitation:
    """Invite a person by e-mail to work for the organization in scope; return the invitation. It is good for 7 days.

    Whether the address has an account elsewhere makes no difference and is not told. Raises `MembershipRefused` when `actor` may not
    give the role, `InvitationRefused` when the person works here already or is invited already.
    """
    organization = queries.current_organization()
    lock_team(organization)
    check_may_give(actor, role, organization=organization)
    if queries.is_member(email):
        raise InvitationRefused("member")
    earlier = Invitation.objects.filter(
        email__iexact=email, accepted_at=None, declined_at=None, withdrawn_at=None
    ).first()
    if earlier is not None:
        if earlier.status_at(now) == InvitationStatus.OPEN:
            raise InvitationRefused("invited")
        earlier.withdrawn_at = now
        earlier.save(update_fields=["withdrawn_at", "updated_at"])
    invitation = Invitation.objects.create(
        email=email, role=role, language=language, message=message, invited_by=actor, expires_at=now + LIFETIME
    )
    audit.record("invitation.sent", invitation, actor=actor, role=role.value)
    publish("tenancy.invitation_issued", invitation_id=invitation.pk, issue=invitation.issue)
    return invitation


def _locked_for_inviter(invitation: Invitation, *, now: datetime, actor: User) -> Invitation:
    organization = queries.current_organization()
    lock_team(organization)
    invitation = _locked(invitation)
    check_may_give(actor, Role(invitation.role), organization=organization)
    _refuse_unless(invitation, InvitationStatus.OPEN, InvitationStatus.EXPIRED, now=now)
    return invitation


@transaction.atomic
def resend_invitation(invitation: Invitation, *, now: datetime, actor: User) -> Invitation:
    """Send an open or expired invitation again with a new link, good for 7 days; the old link dies. Return the invitation.

    Raises `MembershipRefused` when `actor` may not give its role, `InvitationRefused` when it was answered or withdrawn.
    """
    invitation = _locked_for_inviter(invitation, now=now, actor=actor)
    if queries.is_member(invitation.email):
        raise InvitationRefused("member")
    invitation.token_hash = ""
    invitation.issue += 1
    invitation.expires_at = now + LIFETIME
    invitation.save(update_fields=["token_hash", "issue", "expires_at", "updated_at"])
    audit.record("invitation.resent", invitation, actor=actor, role=invitation.role)
    publish("tenancy.invitation_issued", invitation_id=invitation.pk, issue=invitation.issue)
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, now: datetime, actor: User) -> Invitation:
    """Take an open or expired invitation back: its link dies; return it.

    Raises `MembershipRefused` when `actor` may not give its role, `InvitationRefused` when it was answered or withdrawn.
    """
    invitation = _locked_for_inviter(invitation, now=now, actor=actor)
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at", "updated_at"])
    audit.record("invitation.withdrawn", invitation, actor=actor, role=invitation.role)
    return invitation


def send_invitation(invitation_id: int, *, issue: int, now: datetime) -> None:
    """Send the e-mail of an invitation with a link made for it, unless it was answered, withdrawn, has expired or was sent anew.

    Part of a delivery of the outbox: when the e-mail cannot be handed over `EmailNotSent` is raised, the link never was, and the
    delivery is tried again. The row is not locked while the mail server is talked to.
    """
    invitation = Invitation.objects.select_related("organization", "invited_by").get(pk=invitation_id)
    if invitation.issue != issue or invitation.status_at(now) != InvitationStatus.OPEN:
        return
    token = secrets.token_urlsafe(32)
    emails.send(emails.invitation(invitation, token=token))
    Invitation.objects.filter(pk=invitation_id, issue=issue).update(token_hash=token_hash(token))


@transaction.atomic
def accept_invitation(token: str, *, user: User, now: datetime) -> Membership:
    """Let the person with this account join in the role that the token's invitation offers; return the membership.

    The caller has checked the account's password. Raises `InvitationRefused` when the invitation is not open, when the account is
    locked, of another e-mail address, or works here already. Of parallel calls one has effect.
    """
    invitation = _open_invitation(token, now=now)
    if user.email.casefold() != invitation.email.casefold():
        raise InvitationRefused("unknown")
    if not user.is_active:
        raise InvitationRefused("inactive")
    return _join(invitation, user, now=now)


@transaction.atomic
def accept_as_new_person(token: str, *, first_name: str, last_name: str, password: str, now: datetime) -> Membership:
    """Make an account for the person whom the token's invitation asks, and let it join; return the membership.

    Raises `InvitationRefused` when the invitation is not open, or with the code `account_exists` when the address has got an account
    in the meantime. Of parallel calls one has effect.
    """
    invitation = _open_invitation(token, now=now)
    try:
        with transaction.atomic(), every_organization():
            user = User.objects.create_user(invitation.email, password, first_name=first_name, last_name=last_name)
    except IntegrityError as error:
        raise InvitationRefused("account_exists") from error
    return _join(invitation, user, now=now)


@transaction.atomic
def decline_invitation(token: str, *, now: datetime) -> Invitation:
    """Say no to the invitation of a token; return it. Raises `InvitationRefused` when it is not open."""
    invitation = _open_invitation(token, now=now)
    invitation.declined_at = now
    invitation.save(update_fields=["declined_at", "updated_at"])
    audit.record("invitation.declined", invitation, role=invitation.role)
    publish("tenancy.invitation_declined", invitation_id=invitation.pk)
    return invitation


def tell_inviter(invitation_id: int) -> None:
    """Tell by e-mail who sent an invitation how it was answered, as long as they work here.

    Part of a delivery of the outbox, as `send_invitation`.
    """
    email = emails.answer(
        Invitation.objects.select_related("organization", "invited_by", "accepted_by").get(pk=invitation_id)
    )
    if email is not None:
        emails.send(email)


def _locked(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_for_update().get(pk=invitation.pk)


def _refuse_unless(invitation: Invitation, *wanted: InvitationStatus, now: datetime) -> None:
    status = invitation.status_at(now)
    if status not in wanted:
        raise InvitationRefused(status.value if status != InvitationStatus.OPEN else "invited")


def _open_invitation(token: str, *, now: datetime) -> Invitation:
    # Always the team first: two who hold the same token wait here, and the second finds the invitation answered.
    lock_team(queries.current_organization())
    invitation = queries.invitation_by_token(token)
    if invitation is None:
        raise InvitationRefused("unknown")
    _refuse_unless(invitation, InvitationStatus.OPEN, now=now)
    return invitation


def _join(invitation: Invitation, user: User, *, now: datetime) -> Membership:
    if Membership.objects.filter(user=user).exists():
        raise InvitationRefused("member")
    invitation.accepted_at = now
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by", "updated_at"])
    membership = add_member(invitation.organization, user=user, role=Role(invitation.role))
    UserProfile.objects.filter(user=user, preferred_language="").update(preferred_language=invitation.language)
    audit.record("invitation.accepted", invitation, actor=user, role=invitation.role)
    publish("tenancy.invitation_accepted", invitation_id=invitation.pk)
    return membership


@transaction.atomic
def forget_old_invitations(*, now: datetime) -> int:
    """Delete invitations of every organization that ended more than 90 days ago, however they ended; return how many."""
    with every_organization():
        return Invitation.objects.filter(expires_at__lt=now - SHOWN).delete()[0]
