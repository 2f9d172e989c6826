"""Who leads."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel
from tours.enums import (
    AssignmentStatus,
)
from tours.models.schedules import Schedule


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


class GuideAssignment(TenantModel):
    """A guide put down for a departure, and what the guide says to it."""

    schedule = models.ForeignKey(
        Schedule, verbose_name=_("schedule"), on_delete=models.CASCADE, related_name="guide_assignments"
    )
    guide = models.ForeignKey(Guide, verbose_name=_("guide"), on_delete=models.PROTECT, related_name="assignments")
    status = models.CharField(
        _("status"), max_length=12, choices=AssignmentStatus.choices, default=AssignmentStatus.PENDING
    )

    class Meta:
        verbose_name = _("guide assignment")
        verbose_name_plural = _("guide assignments")
        constraints = [models.UniqueConstraint(fields=["schedule", "guide"], name="guide_once_per_schedule")]
        indexes = [models.Index(fields=["organization", "guide", "status"], name="assignment_by_guide")]

    def __str__(self) -> str:
        return f"{self.schedule}: {self.guide}"
