"""What happens around sign-in is written down; people are told of invitations."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.mfa import signals as mfa_signals
from django.contrib.auth import signals as auth_signals
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import Page, PageLogEntry

from tenancy import audit, operations, queries
from tenancy.adapters import used_second_factor
from tenancy.audit.sentences import PAGES
from tenancy.models import User
from tenancy.outbox import subscriber
from tenancy.scope import current_organization_id


@receiver(auth_signals.user_logged_in)
def note_sign_in(sender: type[User], user: User, **kwargs: Any) -> None:
    operations.note_sign_in(user, now=timezone.now())


@subscriber("tenancy.invitation_issued")
def send_invitation(*, invitation_id: int, issue: int) -> None:
    operations.send_invitation(invitation_id, issue=issue, now=timezone.now())


@subscriber("tenancy.invitation_accepted")
def tell_of_acceptance(*, invitation_id: int) -> None:
    operations.tell_inviter(invitation_id)


@subscriber("tenancy.invitation_declined")
def tell_of_refusal(*, invitation_id: int) -> None:
    operations.tell_inviter(invitation_id)


@receiver(auth_signals.user_logged_in)
def remember_organizations(request, user, **kwargs):
    request.session["several_organizations"] = len(queries.organizations_of(user)) > 1


@receiver(account_signals.user_logged_in)
def record_sign_in(request, user, **kwargs):
    action = "account.switched_here" if kwargs.get("switched") else "account.signed_in"
    audit.record(action, user, actor=user, second_factor=used_second_factor(request))


@receiver(auth_signals.user_logged_out)
def record_sign_out(request, user, **kwargs):
    if user is not None and current_organization_id() is not None:
        audit.record("account.signed_out", user, actor=user)


@receiver(auth_signals.user_login_failed)
def record_failed_sign_in(credentials, **kwargs):
    if current_organization_id() is not None:
        known = queries.member_by_email(credentials.get("email") or "")
        audit.record("account.sign_in_failed", known or queries.current_organization())


@receiver(mfa_signals.authentication_failed)
def record_failed_second_factor(user, authenticator, **kwargs):
    audit.record("account.second_factor_failed", user, type=authenticator.type)


@receiver(mfa_signals.authenticator_added)
def record_added_second_factor(user, authenticator, **kwargs):
    audit.record("account.second_factor_added", user, actor=user, type=authenticator.type)


@receiver(mfa_signals.authenticator_reset)
def record_new_recovery_codes(user, authenticator, **kwargs):
    audit.record("account.second_factor_reset", user, actor=user, type=authenticator.type)


@receiver(mfa_signals.authenticator_removed)
def record_removed_second_factor(user, authenticator, **kwargs):
    audit.record("account.second_factor_removed", user, actor=user, type=authenticator.type)


@receiver(account_signals.password_changed)
@receiver(account_signals.password_set)
def record_new_password(request, user, **kwargs):
    audit.record("account.password_changed", user, actor=user)
    operations.end_sessions(user.pk, besides=request.session.session_key)


@receiver(account_signals.password_reset)
def record_reset_password(request, user, **kwargs):
    audit.record("account.password_reset", user, actor=user)
    operations.end_sessions(user.pk)
    # Who forgot the password has tried several; the new one is not held back for that.
    ratelimit.clear(request, action="login_failed", key=get_adapter().login_attempts_key(request, user.email))


@receiver(post_save, sender=PageLogEntry)
def record_page(instance, created, **kwargs):
    if created and instance.action in PAGES:
        details = {"revision_id": instance.revision_id} if instance.revision_id else {}
        audit.record(instance.action, Page(pk=instance.page_id, title=instance.label), actor=instance.user, **details)
