"""Verbs that change organizations and their members."""

from tenancy.operations.account_mail import (
    give_up_account_mail,
    queue_account_mail,
    send_account_mail,
)
from tenancy.operations.domains import (
    DomainRefused,
    add_domain,
    check_domain,
    check_domain_now,
    make_main_domain,
    remove_domain,
    sweep_domains,
)
from tenancy.operations.email_changes import (
    EmailChangeRefused,
    ask_email_change,
    cancel_email_change,
    confirm_email_change,
    find_email_change,
)
from tenancy.operations.invitations import (
    InvitationRefused,
    accept_as_new_person,
    accept_invitation,
    decline_invitation,
    forget_old_invitations,
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
from tenancy.operations.settings import (
    SettingRefused,
    add_language,
    change_organization,
    remove_language,
)
from tenancy.operations.switching import (
    Arrival,
    SwitchRefused,
    issue_switch,
    redeem_switch,
)

__all__ = [
    "Arrival",
    "DomainRefused",
    "EmailChangeRefused",
    "InvitationRefused",
    "MembershipRefused",
    "SettingRefused",
    "SwitchRefused",
    "accept_as_new_person",
    "accept_invitation",
    "add_domain",
    "add_language",
    "add_member",
    "ask_email_change",
    "cancel_email_change",
    "change_organization",
    "change_role",
    "check_domain",
    "check_domain_now",
    "confirm_email_change",
    "create_organization",
    "decline_invitation",
    "end_sessions",
    "find_email_change",
    "forget_old_invitations",
    "give_up_account_mail",
    "invite_member",
    "issue_switch",
    "make_main_domain",
    "note_sign_in",
    "queue_account_mail",
    "redeem_switch",
    "refresh_role_permissions",
    "remove_domain",
    "remove_language",
    "remove_member",
    "resend_invitation",
    "send_account_mail",
    "send_invitation",
    "sweep_domains",
    "tell_inviter",
    "withdraw_invitation",
]
