"""Asking a person to work for an organization."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tenancy.enums import InvitationStatus, Role
from tenancy.models.accounts import User
from tenancy.models.organizations import TenantModel

UNANSWERED = Q(accepted_at=None, declined_at=None, withdrawn_at=None)


class Invitation(TenantModel):
    """An e-mail address that may join in a role, until the invitation is answered, withdrawn or has expired.

    Of the token only a hash is kept. It is made when the e-mail is sent, so until then `token_hash` is empty.
    """

    audit_person = ""
    personal_fields = ("__str__", "email", "message")

    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    language = models.CharField(_("language"), max_length=12, choices=settings.WAGTAILADMIN_PERMITTED_LANGUAGES)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    invited_by = models.ForeignKey(
        User, verbose_name=_("invited by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    issue = models.PositiveSmallIntegerField(_("times sent"), default=1)
    token_hash = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, verbose_name=_("accepted by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "organization", Lower("email"), condition=UNANSWERED, name="invitation_one_unanswered"
            ),
            models.UniqueConstraint(
                fields=["organization", "token_hash"], condition=~Q(token_hash=""), name="invitation_token_unique"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, declined_at=None)
                | Q(accepted_at=None, withdrawn_at=None)
                | Q(declined_at=None, withdrawn_at=None),
                name="invitation_one_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.get_role_display()})"

    def status_at(self, now: datetime) -> InvitationStatus:
        """Return how things stand with the invitation at an instant."""
        if self.accepted_at:
            return InvitationStatus.ACCEPTED
        if self.declined_at:
            return InvitationStatus.DECLINED
        if self.withdrawn_at:
            return InvitationStatus.WITHDRAWN
        return InvitationStatus.OPEN if now < self.expires_at else InvitationStatus.EXPIRED
