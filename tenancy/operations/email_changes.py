"""Changing the e-mail address of an account: both addresses confirm, and nothing changes before."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from tenancy import audit, queries
from tenancy.emails import account_mail
from tenancy.models import EmailChange, User
from tenancy.operations.account_mail import queue_account_mail
from tenancy.rules import token_hash

LIFETIME: Final = timedelta(hours=24)


class EmailChangeRefused(ValueError):
    """A link that does not work, or does not work any more; says why and what to do."""


@transaction.atomic
def ask_email_change(user: User, *, new_email: str, now: datetime) -> EmailChange:
    """Write down that a person wants another address and send a link to the old and to the new one; return the change.

    An earlier wish ends. An address that another account has gets a note instead of a link: whoever asks cannot tell the difference.
    """
    queries.user_for_update(user.pk)
    _open_changes(user).update(cancelled_at=now)
    old_token, new_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    change = EmailChange.objects.create(
        user=user,
        old_email=user.email,
        new_email=new_email,
        old_token_hash=token_hash(old_token),
        new_token_hash=token_hash(new_token),
        expires_at=now + LIFETIME,
    )
    audit.record("account.email_change_asked", user, actor=user)
    _send("email_change_old", user.email, token=old_token, new_email=new_email)
    if queries.email_has_account(new_email):
        _send("email_change_taken", new_email)
    else:
        _send("email_change_new", new_email, token=new_token, old_email=user.email)
    return change


def find_email_change(token: str, *, now: datetime) -> EmailChange:
    """Return the change that a link's token belongs to; raises `EmailChangeRefused` for one that does not work."""
    change = queries.email_change_by_token(token)
    if change is None:
        raise EmailChangeRefused(_("This link is not right. Please open it again from the e-mail."))
    if change.completed_at is not None:
        raise EmailChangeRefused(_("Your e-mail address has been changed already. Nothing is left to do."))
    if change.cancelled_at is not None or change.user.email != change.old_email:
        raise EmailChangeRefused(_("This change was cancelled. Ask for it again on your account page."))
    if change.expires_at <= now:
        raise EmailChangeRefused(_("This link has expired. Ask for the change again on your account page."))
    confirmed = change.old_confirmed_at if change.old_token_hash == token_hash(token) else change.new_confirmed_at
    if confirmed is not None:
        raise EmailChangeRefused(
            _("You have confirmed this address. The other one is still missing: open the link that we sent there.")
        )
    return change


def confirm_email_change(token: str, *, now: datetime) -> EmailChange:
    """Confirm a change at the address whose link holds `token`; when both have, the account gets the new address.

    Raises `EmailChangeRefused` for a token that does not work, and when the address has been taken by another account meanwhile.
    """
    try:
        return _confirm(token, now=now)
    except IntegrityError as error:
        raise EmailChangeRefused(_("This change is not possible. Please ask for another address.")) from error


@transaction.atomic
def _confirm(token: str, *, now: datetime) -> EmailChange:
    queries.user_for_update(find_email_change(token, now=now).user_id)
    # What was read before the lock may have been confirmed or cancelled since.
    change = find_email_change(token, now=now)
    if change.old_token_hash == token_hash(token):
        change.old_confirmed_at = now
    else:
        change.new_confirmed_at = now
    if change.old_confirmed_at and change.new_confirmed_at:
        change.completed_at = now
        User.objects.filter(pk=change.user_id).update(email=change.new_email)
        audit.record("account.email_changed", change.user, actor=change.user)
        for recipient in (change.old_email, change.new_email):
            _send("email_changed", recipient, new_email=change.new_email)
    change.save()
    return change


@transaction.atomic
def cancel_email_change(change: EmailChange, *, now: datetime) -> None:
    """End a change that is not complete; its links stop working. One that is complete stays so."""
    if EmailChange.objects.filter(pk=change.pk, completed_at=None, cancelled_at=None).update(cancelled_at=now):
        audit.record("account.email_change_cancelled", change.user, actor=change.user)


def _open_changes(user: User) -> QuerySet[EmailChange]:
    return EmailChange.objects.filter(user=user, completed_at=None, cancelled_at=None)


def _send(name: str, recipient: str, *, token: str = "", **context: str) -> None:
    organization = queries.current_organization()
    path = reverse("account_confirm_email_change", args=[token]) if token else reverse("account_login")
    url = queries.absolute_url(organization, path)
    queue_account_mail(recipient=recipient, **account_mail(name, url=url, **context))
