"""Ways through sign-in that several tests take."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from tenancy.models import AuditEntry, Organization, User
from tenancy.scope import organization_scope
from tests.fixtures import PASSWORD


def sign_in(client: Client, email: str = "owner@harbour.example", password: str = PASSWORD, **more: str):
    """The answer to the sign-in form."""
    return client.post("/admin/login/", {"login": email, "password": password, **more})


def signed_in_as(client: Client) -> str | None:
    """The account a browser is signed in with, as the server finds it at the next request."""
    request = client.get("/admin/account/").wsgi_request
    return request.user.email if request.user.is_authenticated else None


def actions(organization: Organization) -> list[str]:
    """What was written down about accounts, the oldest first."""
    with organization_scope(organization.pk):
        entries = AuditEntry.objects.filter(action__startswith="account.").order_by("pk")
        return list(entries.values_list("action", flat=True))


def totp_code(secret: str, *, steps: int = 0) -> str:
    """The code that an authenticator app shows now, or some steps of 30 seconds later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up_totp(organization: Organization, user: User) -> tuple[str, list[str]]:
    """Give a person an authenticator app and recovery codes; return the secret and the codes."""
    secret = generate_totp_secret()
    with organization_scope(organization.pk):
        TOTP.activate(user, secret)
        codes = RecoveryCodes.activate(user).get_unused_codes()
    return secret, codes


def authenticator_types(organization: Organization) -> list[str]:
    """The second factors that are seen in an organization."""
    with organization_scope(organization.pk):
        return sorted(Authenticator.objects.values_list("type", flat=True))
