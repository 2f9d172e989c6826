"""When a variant leaves: the patterns that departures are made from."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenancy.models import TenantModel
from tours.enums import PatternKind
from tours.models.tours import TourVariant


class AvailabilityPattern(TenantModel):
    """When a variant leaves, in the wall time of the organization: on weekdays, on chosen days, or when guests ask.

    A recurring one follows `weekdays` of every `every_weeks`-th week, counted from the week of `valid_from`, or another `rule` in the
    words of RFC 5545; `dates` are days besides, `excluded_dates` days left out. One of specific dates has `dates` alone.
    """

    audit_name = ("variant", "")

    variant = models.ForeignKey(
        TourVariant, verbose_name=_("variant"), on_delete=models.CASCADE, related_name="patterns"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=PatternKind.choices, default=PatternKind.RECURRING)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=list, blank=True)
    every_weeks = models.PositiveSmallIntegerField(
        _("repeats every (weeks)"), default=1, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    rule = models.CharField(_("another rule"), max_length=200, blank=True)
    start_times = ArrayField(models.TimeField(), verbose_name=_("start times"), default=list, blank=True)
    valid_from = models.DateField(_("first day"))
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    dates = ArrayField(models.DateField(), verbose_name=_("days"), default=list, blank=True)
    excluded_dates = ArrayField(models.DateField(), verbose_name=_("days left out"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    capacity = models.PositiveSmallIntegerField(
        pgettext_lazy("on a departure", "places"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
    )
    months_ahead = models.PositiveSmallIntegerField(
        _("months ahead"), default=6, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    is_active = models.BooleanField(_("makes departures"), default=True)

    class Meta:
        verbose_name = _("pattern")
        verbose_name_plural = _("patterns")
        ordering = ["variant", "valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="pattern_validity",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(condition=models.Q(every_weeks__gte=1), name="pattern_weeks"),
        ]
        indexes = [models.Index(fields=["organization", "variant"], name="pattern_by_variant")]

    def __str__(self) -> str:
        times = ", ".join(f"{time:%H:%M}" for time in self.start_times)
        return f"{self.get_kind_display()} {times}".strip()
