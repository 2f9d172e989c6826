"""Departures with too few participants, and what is decided about them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel
from tours.enums import Decision, Outcome, WhoDecides
from tours.models.schedules import Schedule


class PlanningSettings(TenantModel):
    """How an organization plans its departures. One without a row has the defaults."""

    minimum_decided_by = models.CharField(
        _("who decides when too few people come"),
        max_length=12,
        choices=WhoDecides.choices,
        default=WhoDecides.STAFF,
        db_default=WhoDecides.STAFF,
    )

    class Meta:
        verbose_name = _("planning settings")
        verbose_name_plural = _("planning settings")
        constraints = [models.UniqueConstraint(fields=["organization"], name="planning_settings_once")]

    def __str__(self) -> str:
        return str(_("Planning settings"))


class DepartureDecision(TenantModel):
    """A departure that had too few participants at its decision time: what the system proposes, and what was decided.

    `booked` and `minimum` are those of the moment of the proposal. Without `decided_by` the system has decided itself.
    """

    # Free text may tell of guests, and belongs to none of them.
    audit_person = ""
    personal_fields = ("note",)

    schedule = models.ForeignKey(
        Schedule, verbose_name=_("schedule"), on_delete=models.CASCADE, related_name="decisions"
    )
    booked = models.PositiveIntegerField(_("booked"))
    minimum = models.PositiveSmallIntegerField(_("fewest participants"))
    proposal = models.CharField(_("proposal"), max_length=12, choices=Decision.choices)
    merge_into = models.ForeignKey(
        Schedule, verbose_name=_("into"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(_("decision"), max_length=12, choices=Outcome.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    note = models.TextField(_("why"), blank=True)

    class Meta:
        verbose_name = _("decision about a departure")
        verbose_name_plural = _("decisions about departures")
        ordering = ["decided_at", "schedule__starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule"], condition=models.Q(decided_at=None), name="decision_once_open"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at=None, outcome="") | (~models.Q(decided_at=None) & ~models.Q(outcome="")),
                name="decision_with_outcome",
            ),
        ]
        indexes = [models.Index(fields=["organization", "decided_at"], name="decision_by_time")]

    def __str__(self) -> str:
        return str(self.schedule)
