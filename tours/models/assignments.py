"""Who leads which departure, and what they say to it."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel
from tours.enums import SWAPS_OPEN, AssignmentRole, AssignmentStatus, SwapStatus
from tours.models.guides import Guide
from tours.models.schedules import Schedule


class GuideAssignment(TenantModel):
    """A guide put down for a departure, and what the guide says to it.

    `during` is when the departure takes place, empty once it is cancelled. The database keeps it in line with the departure, and
    refuses a second confirmed assignment of one guide at the same time.
    """

    audit_person = "guide"
    personal_fields = ("__str__", "decline_reason", "override_reason")

    schedule = models.ForeignKey(
        Schedule, verbose_name=_("schedule"), on_delete=models.CASCADE, related_name="guide_assignments"
    )
    guide = models.ForeignKey(Guide, verbose_name=_("guide"), on_delete=models.PROTECT, related_name="assignments")
    status = models.CharField(
        _("status"), max_length=12, choices=AssignmentStatus.choices, default=AssignmentStatus.PENDING
    )
    role = models.CharField(_("task"), max_length=12, choices=AssignmentRole.choices, default=AssignmentRole.LEAD)
    during = DateTimeRangeField(null=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who asked"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    decline_reason = models.TextField(_("reason for declining"), blank=True)
    override_reason = models.TextField(_("why in spite of the warnings"), blank=True)

    class Meta:
        verbose_name = _("guide assignment")
        verbose_name_plural = _("guide assignments")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "guide"], name="guide_once_per_schedule"),
            # A range of one key stands for `=`, for which GiST has no operator without an extension.
            ExclusionConstraint(
                name="guide_one_place_at_a_time",
                expressions=[
                    (
                        models.Func(models.F("guide"), models.F("guide"), models.Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(status="confirmed"),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "guide", "status"], name="assignment_by_guide"),
            models.Index(fields=["asked_at"], condition=models.Q(status="pending"), name="assignment_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule}: {self.guide}"


class GuideSwap(TenantModel):
    """The wish of a guide to hand a departure over: to one other guide, or to whoever can."""

    personal_fields = ("reason",)
    audit_person = "assignment.guide"

    assignment = models.ForeignKey(
        GuideAssignment, verbose_name=_("assignment"), on_delete=models.CASCADE, related_name="swaps"
    )
    wanted = models.ForeignKey(
        Guide, verbose_name=_("to whom"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    taker = models.ForeignKey(
        Guide, verbose_name=_("who takes over"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)
    status = models.CharField(_("status"), max_length=12, choices=SwapStatus.choices, default=SwapStatus.OFFERED)
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who decided"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("swap of guides")
        verbose_name_plural = _("swaps of guides")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=models.Q(status__in=SWAPS_OPEN), name="guide_swap_one_open"
            )
        ]
        indexes = [models.Index(fields=["organization", "status"], name="guide_swap_by_status")]

    def __str__(self) -> str:
        return f"{self.assignment}"
