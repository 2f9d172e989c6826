"""Where django-allauth asks us: mail in the organization's name, encrypted secrets, who may do without a second factor."""

import time
from types import SimpleNamespace
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tenancy import audit
from tenancy.fields import decrypt_text, encrypt_text
from tenancy.models import User
from tenancy.operations import queue_account_mail
from tenancy.queries import current_organization, has_second_factor
from tenancy.throttle import client_address


class RoleBackend(AuthenticationBackend):
    """Signs people in by their e-mail address. What they may do comes from their roles, nobody has permissions of their own."""

    def get_user(self, user_id: Any) -> User | None:
        """Return a person with their settings of the admin, which every page of it asks for; None for one who may not sign in."""
        user = User.objects.select_related("wagtail_userprofile").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def _get_user_permissions(self, _user: Any) -> QuerySet[Permission]:
        return Permission.objects.none()


def used_second_factor(request: HttpRequest) -> bool:
    """Return whether the person in this session has shown a second factor, here or where the session was handed over from."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" or record.get("second_factor") for record in records)


def sign_in_from_elsewhere(request: HttpRequest, user: User, *, second_factor: bool) -> HttpResponse:
    """Sign a person in who arrives from another organization, and return where to go: the admin, or the page that asks for a code.

    The code is not asked for again when a second factor was shown there.
    """
    request.allauth.second_factor_shown = second_factor  # type: ignore[attr-defined]  # set by allauth's middleware
    record_authentication(request, user, "switch", second_factor=second_factor)
    return perform_login(request, Login(user=user, signal_kwargs={"switched": True}))


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for people who were invited: no sign-up, one e-mail address, mail in the organization's name."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many attempts. Please wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        # A sign-in that was handed over after a second factor does not ask for it again.
        if getattr(self.request.allauth, "second_factor_shown", False):
            return []
        return ["allauth.mfa.stages.AuthenticateStage"]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether to ask for the password again: not within minutes of having typed it or shown a second factor."""
        records = get_authentication_records(self.request, self.request.user)
        typed = [record["at"] for record in records if record["method"] in ("password", "mfa")]
        return not typed or time.time() - max(typed) > account_settings.REAUTHENTICATION_TIMEOUT

    def login_attempts_key(self, request: HttpRequest, email: str) -> str:
        """Return the key under which failed attempts to sign in to an account are counted."""
        return self._get_login_attempts_cache_key(request, email=email)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        organization = current_organization()
        site = SimpleNamespace(name=organization.name, domain=self.request.get_host())
        mail = self.render_mail(
            template_prefix, email, {"request": self.request, "email": email, "current_site": site, **context}
        )
        queue_account_mail(recipient=email, subject=str(mail.subject), text=str(mail.body))

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        # The dashboard says by itself that one is in.
        if message_template != "account/messages/logged_in.txt":
            super().add_message(request, level, message_template, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted at rest; authenticator apps and passkeys name the organization."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Your organization asks everybody for two-factor sign-in. Add another way first, then remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        return encrypt_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_text(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not current_organization().requires_two_factor or has_second_factor(
            authenticator.user, besides=authenticator
        )

    def _get_site_name(self) -> str:
        return current_organization().name


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ending sessions is written down."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        super().end_sessions(sessions)
        actor: User | AnonymousUser = allauth_context.request.user
        if sessions and isinstance(actor, User):
            audit.record("account.sessions_ended", actor, actor=actor, count=len(sessions))
