"""Calendars of guides that live elsewhere, and when they say that somebody is busy."""

from datetime import date

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from tenancy.fields import EncryptedTextField
from tenancy.models import TenantModel
from tours.enums import FeedProblem
from tours.models.guides import Guide


class GuideFeed(TenantModel):
    """A calendar that a guide keeps elsewhere, read again and again. Its address opens it to whoever knows it."""

    audit_person = "guide"
    personal_fields = ("url",)

    guide = ParentalKey(Guide, verbose_name=_("guide"), on_delete=models.CASCADE, related_name="feeds")
    url = EncryptedTextField(_("address of the calendar"))
    problem = models.CharField(_("problem"), max_length=12, choices=FeedProblem.choices, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, blank=True, editable=False)
    next_read_at = models.DateTimeField(_("next reading"), null=True, blank=True, editable=False)

    # The days of entries that could not be read, as ISO dates; empty for one whose day could not be read either.
    skipped_days = ArrayField(
        models.CharField(max_length=10, blank=True), default=list, db_default=[], blank=True, editable=False
    )

    class Meta:
        verbose_name = _("calendar of a guide")
        verbose_name_plural = _("calendars of guides")
        indexes = [models.Index(fields=["next_read_at"], name="guide_feed_due")]

    def __str__(self) -> str:
        return str(_("Calendar"))

    @property
    def skipped_dates(self) -> list[date]:
        """The days of the entries that could not be read, as far as they are known, in order."""
        return sorted(date.fromisoformat(day) for day in self.skipped_days if day)


class GuideBusyTime(TenantModel):
    """When a guide's own calendar says that they are busy. What with is nobody's business and not kept."""

    feed = models.ForeignKey(GuideFeed, on_delete=models.CASCADE, related_name="busy_times")
    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="busy_times")
    during = DateTimeRangeField(_("when"))

    class Meta:
        verbose_name = _("busy time")
        verbose_name_plural = _("busy times")
        indexes = [models.Index(fields=["organization", "guide"], name="busy_time_by_guide")]

    def __str__(self) -> str:
        return f"{self.during.lower:%Y-%m-%d %H:%M}"
