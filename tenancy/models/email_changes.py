"""The way of an account from one e-mail address to another."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models.accounts import User
from tenancy.models.organizations import TenantModel


class EmailChange(TenantModel):
    """A person's wish for another e-mail address, which both addresses must confirm. The tokens are in the links only."""

    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="+")
    old_email = models.EmailField(_("old e-mail address"))
    new_email = models.EmailField(_("new e-mail address"))
    old_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    new_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    old_confirmed_at = models.DateTimeField(_("confirmed at the old address"), null=True, blank=True)
    new_confirmed_at = models.DateTimeField(_("confirmed at the new address"), null=True, blank=True)
    completed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of e-mail address")
        verbose_name_plural = _("changes of e-mail addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=models.Q(completed_at=None, cancelled_at=None),
                name="email_change_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.created_at:%Y-%m-%d}"
