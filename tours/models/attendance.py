"""Who came, and what the guide says of the tour afterwards."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel
from tours.enums import AttendanceMarkKind
from tours.models.bookings import Booking
from tours.models.schedules import Schedule


class AttendanceMark(TenantModel):
    """One tap on the guide's page. `key` is made by the device, so that a tap that is sent twice, or much later, counts once."""

    booking = models.ForeignKey(
        Booking, verbose_name=_("booking"), on_delete=models.CASCADE, related_name="attendance_marks"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=AttendanceMarkKind.choices)
    key = models.CharField(_("key"), max_length=100)

    class Meta:
        verbose_name = _("attendance mark")
        verbose_name_plural = _("attendance marks")
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="attendance_mark_once")]

    def __str__(self) -> str:
        return self.get_kind_display()


class TourReport(TenantModel):
    """What somebody who led a departure says of it afterwards; one for each author."""

    # Free text may tell of guests, and belongs to none of them: it is not kept in the log.
    personal_fields = ("text",)
    audit_name = ("schedule.tour", "schedule")

    schedule = models.ForeignKey(
        Schedule, verbose_name=_("schedule"), on_delete=models.CASCADE, related_name="tour_reports"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    text = models.TextField(_("how it went"), blank=True)
    had_incident = models.BooleanField(_("something happened that the office should know"), default=False)
    actual_count = models.PositiveSmallIntegerField(_("how many people came"), null=True, blank=True)

    class Meta:
        verbose_name = _("note after a tour")
        verbose_name_plural = _("notes after tours")
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["schedule", "author"], name="tour_report_once")]

    def __str__(self) -> str:
        return str(self.schedule)
