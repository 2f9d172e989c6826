"""Verbs that change organizations and their members."""

from tenancy.operations.invitations import (
    InvitationRefused,
    accept_as_new_person,
    accept_invitation,
    decline_invitation,
    invite_member,
    resend_invitation,
    send_invitation,
    tell_inviter,
    withdraw_invitation,
)
from tenancy.operations.members import (
    MembershipRefused,
    add_member,
    change_role,
    note_sign_in,
    remove_member,
)
from tenancy.operations.organizations import (
    create_organization,
)
from tenancy.operations.roles import (
    refresh_role_permissions,
)
from tenancy.operations.sessions import (
    end_sessions,
)

__all__ = [
    "InvitationRefused",
    "MembershipRefused",
    "accept_as_new_person",
    "accept_invitation",
    "add_member",
    "change_role",
    "create_organization",
    "decline_invitation",
    "end_sessions",
    "invite_member",
    "note_sign_in",
    "refresh_role_permissions",
    "remove_member",
    "resend_invitation",
    "send_invitation",
    "tell_inviter",
    "withdraw_invitation",
]
