"""Handing a sign-in over from one organization's host to another's."""

import secrets
from typing import Final, NamedTuple

from django.core import signing
from django.core.cache import cache
from django.utils.translation import gettext as _

from tenancy import audit, queries
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, require_organization_id

LIFETIME_SECONDS: Final = 60
_SALT: Final = "tenancy.switching"


class SwitchRefused(ValueError):
    """A hand-over that is not possible; says why."""


class Arrival(NamedTuple):
    """Who arrives, and whether a second factor was shown at the host the person comes from."""

    user: User
    second_factor: bool


def issue_switch(user: User, *, to: Organization, second_factor: bool) -> str:
    """Return a token that signs the person in at another organization's host: once, there only, within a minute.

    Raises `SwitchRefused` when the person does not work there, or the organization is not running.
    """
    if to.pk not in {organization.pk for organization in queries.organizations_of(user)}:
        raise SwitchRefused(_("You cannot switch to this organization."))
    nonce = secrets.token_urlsafe(16)
    audit.record("account.switched_away", user, actor=user)
    with organization_scope(to.pk):
        cache.set(_key(nonce), 1, timeout=LIFETIME_SECONDS)
    return signing.dumps(
        {"user": user.pk, "to": to.pk, "second_factor": second_factor, "nonce": nonce}, salt=_SALT, compress=False
    )


def redeem_switch(token: str) -> Arrival:
    """Take a token of `issue_switch` at the organization in scope and return who arrives.

    Raises `SwitchRefused` for one that is forged, too old, used before or meant for another organization, and for a person who does
    not work here any more.
    """
    refused = SwitchRefused(_("This link to switch has expired. Please sign in, or go back and switch again."))
    try:
        claim = signing.loads(token, salt=_SALT, max_age=LIFETIME_SECONDS)
    except signing.BadSignature as error:
        raise refused from error
    # Deleting tells whether it was there: of two copies that come at once, one is let in.
    if claim["to"] != require_organization_id() or not cache.delete(_key(claim["nonce"])):
        raise refused
    user = User.objects.filter(pk=claim["user"], is_active=True).first()
    if user is None:
        raise refused
    return Arrival(user=user, second_factor=claim["second_factor"])


def _key(nonce: str) -> str:
    return f"switch:{nonce}"
