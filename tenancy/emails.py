"""E-mails to staff and to those who are asked to become staff: a subject, a text, and the same as HTML."""

from dataclasses import dataclass
from smtplib import SMTPResponseException
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from tenancy import queries
from tenancy.enums import Role
from tenancy.models import Invitation, User
from tenancy.rules import ROLE_WORDS


class EmailNotSent(Exception):
    """The mail server did not take an e-mail. The reason names no address, since it is logged."""


@dataclass(frozen=True, slots=True)
class Email:
    """A message ready to be sent for the organization in scope; answers go to `reply_to`."""

    recipient: str
    subject: str
    text: str
    html: str
    reply_to: str = ""


def send(email: Email) -> None:
    """Hand an e-mail to the mail server in the name of the organization in scope. Raises `EmailNotSent`."""
    organization = queries.current_organization()
    message = EmailMultiAlternatives(
        subject=" ".join(email.subject.split()),
        body=email.text,
        from_email=organization.mail_sender,
        to=[email.recipient],
        reply_to=[email.reply_to] if email.reply_to else organization.mail_reply_to,
    )
    message.attach_alternative(email.html, "text/html")
    try:
        message.send()
    except Exception as error:  # noqa: BLE001  # mail servers fail in many ways, and say addresses in their answers
        code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
        raise EmailNotSent(f"The mail server did not take the e-mail: {type(error).__name__}{code}") from None


def _render(name: str, *, recipient: str, subject: str, reply_to: str = "", **context: Any) -> Email:
    values = {"subject": subject, "organization": queries.current_organization(), **context}
    return Email(
        recipient=recipient,
        subject=subject,
        text=render_to_string(f"tenancy/email/{name}.txt", values),
        html=render_to_string(f"tenancy/email/{name}.html", values),
        reply_to=reply_to,
    )


def _name(user: User) -> str:
    return user.get_full_name() or user.email


def invitation(invitation: Invitation, *, token: str) -> Email:
    """Return what an invited person reads, in the language chosen for it; the link holds the token."""
    organization, inviter = invitation.organization, invitation.invited_by
    with override(invitation.language):
        return _render(
            "invitation",
            recipient=invitation.email,
            reply_to=inviter.email if inviter else "",
            subject=_("Invitation to work with %(organization)s") % {"organization": organization.name},
            invitation=invitation,
            inviter=_name(inviter) if inviter else organization.name,
            role_words=ROLE_WORDS[Role(invitation.role)],
            url=queries.absolute_url(organization, reverse("invitation", args=[token])),
            until=date_format(invitation.expires_at.astimezone(organization.zone).date()),
            language=invitation.language,
        )


def answer(invitation: Invitation) -> Email | None:
    """Return what the inviter reads about the answer to an invitation, in their own language; None when they have left."""
    inviter = invitation.invited_by
    if inviter is None:
        return None
    organization = invitation.organization
    language = queries.language_of(inviter) or organization.default_language
    with override(language):
        who = _name(invitation.accepted_by) if invitation.accepted_by else invitation.email
        facts = {"who": who, "organization": organization.name, "role": invitation.get_role_display()}
        if invitation.accepted_at:
            subject = _("%(who)s has accepted your invitation") % facts
            lead = _("%(who)s (%(email)s) now works with %(organization)s. Role: %(role)s.") % {
                **facts,
                "email": invitation.email,
            }
        else:
            subject = _("%(who)s has declined your invitation") % facts
            lead = _("%(who)s does not want to join %(organization)s. Role: %(role)s.") % facts
        return _render(
            "answer",
            recipient=inviter.email,
            subject=subject,
            lead=lead,
            url=queries.absolute_url(organization, reverse("team:index")),
            language=language,
        )


def sample(user: User) -> Email:
    """Return what somebody reads who wants to see how e-mails of the organization in scope arrive, in the active language."""
    organization = queries.current_organization()
    return _render(
        "test",
        recipient=user.email,
        subject=_("Test of your e-mails: %(organization)s") % {"organization": organization.name},
        sender=organization.mail_sender,
        reply_to_shown=", ".join(organization.mail_reply_to),
        language=get_language(),
    )


def account_mail(name: str, *, url: str, **context: str) -> dict[str, str]:
    """Return subject and text of the e-mail `name` about an account, in the active language; `url` is the link in it."""
    values = {"organization": queries.current_organization(), "url": url, **context}
    subject = render_to_string(f"tenancy/email/{name}_subject.txt", values)
    return {"subject": " ".join(subject.split()), "text": render_to_string(f"tenancy/email/{name}.txt", values).strip()}
