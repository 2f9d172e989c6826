"""Who leads."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel


class Guide(TenantModel):
    """Somebody who leads tours; with an account, the person sees in the admin what they lead."""

    audit_person = ""
    personal_fields = ("__str__", "name")

    name = models.CharField(_("name"), max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_active = models.BooleanField(_("leads tours"), default=True)

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                name="guide_account_unique",
                violation_error_message=_("This account belongs to another guide already."),
            )
        ]
        indexes = [models.Index(fields=["organization", "name"], name="guide_by_name")]

    def __str__(self) -> str:
        return self.name
