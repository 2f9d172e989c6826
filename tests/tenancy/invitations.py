"""Inviting people, for tests of the team."""

import re

from django.core import mail
from django.utils import timezone

from tenancy.enums import Role
from tenancy.models import Invitation, User
from tenancy.operations import invite_member, send_invitation

NEW_PERSON = {
    "first_name": "Lena",
    "last_name": "Brandt",
    "password1": "seven-green-boats",
    "password2": "seven-green-boats",
}


def invite(email: str = "lena@example.com", *, actor: User, role: Role = Role.EDITOR, **options: str) -> Invitation:
    """An invitation of the organization in scope whose e-mail is sent."""
    invitation = invite_member(email, role=role, language="en", now=timezone.now(), actor=actor, **options)
    send_invitation(invitation.pk, issue=invitation.issue, now=timezone.now())
    invitation.refresh_from_db()
    return invitation


def link_in(text: str) -> str:
    """The path of the link in an e-mail."""
    return re.search(r"http://[^/]+(/invitation/\S+)", text)[1]


def last_link() -> str:
    """The path of the link in the newest e-mail."""
    return link_in(mail.outbox[-1].body)


def token_of(link: str) -> str:
    """The token in the path of a link."""
    return link.strip("/").rpartition("/")[2]
