"""Departures."""

import uuid
import zoneinfo
from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenancy.models import TenantModel, validate_time_zone
from tours.enums import (
    ScheduleStatus,
)
from tours.models.patterns import AvailabilityPattern
from tours.models.tours import Tour, TourVariant


class Schedule(TenantModel):
    """One departure of a tour variant; what gets booked.

    Date and time are the wall clock of `time_zone`; `starts_at` and `ends_at` are the instants derived from them, for ordering.
    `booked_count` is the sum of the seats of its live bookings, `blocked_count` that of the seats which staff keep back; only the
    operations that book, release, block and unblock change them.
    """

    audit_name = ("tour", "")
    # Free text may tell of guests, and belongs to none of them: it is not kept.
    personal_fields = ("internal_note",)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    variant = models.ForeignKey(
        TourVariant, verbose_name=_("variant"), on_delete=models.PROTECT, related_name="schedules"
    )
    tour = models.ForeignKey(
        Tour, verbose_name=_("tour"), on_delete=models.PROTECT, related_name="schedules", editable=False
    )
    date = models.DateField(_("date"))
    start_time = models.TimeField(_("start"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone], editable=False)
    starts_at = models.DateTimeField(_("starts at (UTC)"), editable=False)
    ends_at = models.DateTimeField(_("ends at (UTC)"), editable=False)
    booking_closes_at = models.DateTimeField(_("booking closes at (UTC)"), editable=False)
    duration_minutes = models.PositiveSmallIntegerField(_("duration in minutes"), validators=[MinValueValidator(1)])
    cutoff_minutes = models.PositiveIntegerField(_("booking closes (minutes before)"))
    capacity = models.PositiveSmallIntegerField(
        pgettext_lazy("on a departure", "places"), validators=[MinValueValidator(1)]
    )
    booked_count = models.PositiveIntegerField(_("booked"), default=0, editable=False)
    blocked_count = models.PositiveIntegerField(_("blocked"), default=0, db_default=0, editable=False)
    status = models.CharField(
        _("status"), max_length=12, choices=ScheduleStatus.choices, default=ScheduleStatus.OPEN, editable=False
    )
    language = models.CharField(_("language"), max_length=12, blank=True)
    # The pattern it was made from, with the day and wall time that this gives it: each of them is made once, also when it was
    # moved or cancelled since.
    pattern = models.ForeignKey(
        AvailabilityPattern,
        verbose_name=_("pattern"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="schedules",
    )
    pattern_date = models.DateField(null=True, blank=True, editable=False)
    pattern_time = models.TimeField(null=True, blank=True, editable=False)
    # Somebody has decided something about it; its pattern leaves it alone.
    changed_by_hand = models.BooleanField(_("changed by hand"), default=False, db_default=False, editable=False)
    # Empty: as the variant has it, or the tour.
    min_participants = models.PositiveSmallIntegerField(_("fewest participants"), null=True, blank=True)
    decision_hours = models.PositiveSmallIntegerField(_("decided (hours before)"), null=True, blank=True)
    # Since when it is promised that it takes place, however few come.
    guaranteed_at = models.DateTimeField(_("guaranteed since"), null=True, blank=True, editable=False)
    guest_note = models.TextField(_("note to guests"), blank=True)
    internal_note = models.TextField(_("internal note"), blank=True)

    # How many seats the shared resources leave, where that was asked: see `queries.limit_by_resources`.
    resource_seats: int | None = None

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["starts_at", "pk"]
        permissions = [
            ("view_manifest", "Can see who comes on any departure"),
            ("lead_schedule", "Can see the departures they lead, and who comes on them"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    booked_count__gte=0,
                    blocked_count__gte=0,
                    booked_count__lte=models.F("capacity") - models.F("blocked_count"),
                ),
                name="schedule_not_oversold",
                violation_error_message=_("More places are booked or blocked than that."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="schedule_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["variant", "date", "start_time", "language"],
                condition=~models.Q(status="cancelled"),
                name="schedule_once",
                violation_error_message=_("There is already a departure of this variant at that time."),
            ),
            models.UniqueConstraint(
                fields=["pattern", "pattern_date", "pattern_time"], name="schedule_once_per_pattern"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "starts_at"], name="schedule_by_start"),
            models.Index(fields=["organization", "date", "starts_at"], name="schedule_by_date"),
            models.Index(fields=["organization", "tour", "starts_at"], name="schedule_by_tour"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.start_time:%H:%M}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The IANA zone of the wall time."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def local_start(self) -> datetime:
        """The start as an aware datetime in the schedule's own zone."""
        return self.starts_at.astimezone(self.zone)

    @property
    def fewest_participants(self) -> int:
        """How many must come for it to take place: its own number, else that of the variant, else of the tour (both loaded)."""
        for found in (self.min_participants, self.variant.min_participants):
            if found is not None:
                return found
        return self.tour.min_participants

    @property
    def seats_left(self) -> int:
        """How many seats are free, as far as this object knows."""
        free = self.capacity - self.taken_count
        return free if self.resource_seats is None else min(free, self.resource_seats)

    @property
    def taken_count(self) -> int:
        """How many seats are booked or blocked, as far as this object knows."""
        return self.booked_count + self.blocked_count
