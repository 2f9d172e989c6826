"""Forms of patterns."""

import re
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput

from tenancy.forms import TenantForm
from tenancy.queries import current_organization
from tours.enums import OrphanFate, PatternKind, TourStatus
from tours.forms.fields import VariantField, language_choices, language_name
from tours.forms.schedules import parse_times
from tours.models import AvailabilityPattern, TourVariant
from tours.queries import PatternPlan
from tours.rules import (
    MAX_CALENDAR_BYTES,
    CalendarPatterns,
    CalendarRefused,
    RuleRefused,
    checked_rule,
    first_day_of,
    occurrences_of,
    read_calendar,
)

MAX_DAYS = 1000
# Ten departures a day for two years, and some.
MAX_DEPARTURES = 8000


class TimesField(forms.CharField):
    """Wall times, typed as “10:00, 14:30”."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{at:%H:%M}" for at in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the times in order. Raises `ValidationError` for what is none."""
        text = super().clean(value)
        return parse_times(text) if text.strip() else []


class DaysField(forms.CharField):
    """Days, one on each line or with commas between, and spans such as “24.12.2031 – 1.1.2032”."""

    widget = AdminAutoHeightTextInput

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(date_format(day, "SHORT_DATE_FORMAT") for day in value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != (initial or []))
        except ValidationError:
            return True

    def clean(self, value: Any) -> Any:
        """Return the days in order, each once. Raises `ValidationError` for what is none."""
        days: set[date] = set()
        for part in filter(None, (part.strip() for part in re.split(r"[,;\n]+", super().clean(value)))):
            ends = [self._day(end, part) for end in re.split(r"\s+(?:-|–|to|bis)\s+|–|\.\.+", part)]
            first, last = ends[0], ends[-1]
            if len(ends) > 2 or not 0 <= (last - first).days <= MAX_DAYS:
                raise ValidationError(_("“%(text)s” is not a range of days."), params={"text": part[:40]})
            days.update(first + timedelta(days=offset) for offset in range((last - first).days + 1))
        if len(days) > MAX_DAYS:
            raise ValidationError(_("That is more than %(limit)d days."), params={"limit": MAX_DAYS})
        return sorted(days)

    def _day(self, text: str, part: str) -> date:
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            pass
        try:
            day: date | None = forms.DateField().clean(text)
        except ValidationError:
            day = None
        if day is None:
            example = date_format(date(2031, 12, 24), "SHORT_DATE_FORMAT")
            raise ValidationError(
                _("“%(text)s” is not a day such as %(example)s."), params={"text": part[:40], "example": example}
            )
        return day


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Days of the week; Monday is 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=list(WEEKDAYS.items()), coerce=int, widget=forms.CheckboxSelectMultiple, empty_value=[], **kwargs
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return {str(day) for day in initial or []} != set(data or [])


def _variants() -> Any:
    return (
        TourVariant.objects.exclude(tour__status=TourStatus.ARCHIVED)
        .select_related("tour")
        .order_by("tour__name", "sort_order", "pk")
    )


class PatternForm(TenantForm):
    """When a variant leaves. What does not belong to the chosen kind is not kept."""

    variant = VariantField(label=_("Tour and variant"), queryset=TourVariant.objects.none())
    kind = forms.ChoiceField(label=_("When"), choices=PatternKind.choices, widget=forms.RadioSelect)
    weekdays = WeekdaysField(label=_("Weekdays"), required=False)
    start_times = TimesField(
        label=_("Start times"),
        max_length=400,
        required=False,
        help_text=_("One or more, such as 10:00, 14:30. Local time, in summer and in winter."),
    )
    valid_from = forms.DateField(label=_("First day"), required=False, widget=AdminDateInput)
    dates = DaysField(label=_("Days"), required=False)
    excluded_dates = DaysField(label=_("Not on these days"), required=False)
    rule = forms.CharField(label=_("Another rule"), required=False, max_length=200)
    language = forms.ChoiceField(label=_("Language"), required=False)
    # What was on the screen, so that nobody overwrites what somebody else has just saved.
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate(timezone=current_organization().zone)
        self.is_new = self.instance.pk is None
        variant = self.fields["variant"]
        variant.queryset = _variants() if self.is_new else TourVariant.objects.select_related("tour")
        variant.disabled = not self.is_new
        choices = language_choices()
        if self.instance.language and self.instance.language not in dict(choices):
            choices.append((self.instance.language, language_name(self.instance.language)))
        self.fields["language"].choices = choices
        if self.is_new:
            self.initial.setdefault("kind", PatternKind.RECURRING)
            self.initial["valid_from"] = self.initial.get("valid_from") or self.today
        else:
            self.initial["version"] = self.instance.updated_at.isoformat()

    def clean_rule(self) -> str:
        """Return the rule in the form it is kept in. Raises `ValidationError` for what is none."""
        text: str = self.cleaned_data["rule"].strip()
        try:
            return checked_rule(text) if text else ""
        except RuleRefused as refused:
            raise ValidationError(str(refused)) from refused

    def clean_version(self) -> str:
        """Raise `ValidationError` when the pattern was saved by somebody else since this form was opened."""
        version: str = self.cleaned_data["version"]
        if not self.is_new and version and version != self.instance.updated_at.isoformat():
            raise ValidationError(
                _(
                    "Somebody else has changed this pattern in the meantime. Please open it again and repeat your change."
                )
            )
        return version

    def clean(self) -> dict[str, Any]:
        """Return the values of the chosen kind. Raises `ValidationError` for a pattern that never takes place."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        variant, language = values.get("variant"), values.get("language")
        if variant is not None and language and language not in variant.tour.languages:
            self.add_error("language", _("This tour is not led in that language."))
        getattr(self, f"_clean_{values.get('kind', 'nothing')}")(values)
        first, last = values.get("valid_from"), values.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        # Whether the number of weeks is one is said with the other limits, later.
        if not self.errors and values["kind"] != PatternKind.ON_REQUEST and values["every_weeks"]:
            self._check_days(values)
        return values

    def _clean_nothing(self, values: dict[str, Any]) -> None:
        """The field says what is wrong."""

    def _clean_recurring(self, values: dict[str, Any]) -> None:
        self._require_times(values)
        if not values.get("valid_from") and "valid_from" not in self.errors:
            self.add_error("valid_from", _("Enter a first day."))
        if values.get("rule"):
            if values.get("weekdays"):
                self.add_error("rule", _("Tick weekdays or enter another rule, not both."))
            values["every_weeks"] = 1
        elif not values.get("weekdays") and not {"weekdays", "rule"} & set(self.errors):
            self.add_error("weekdays", _("Tick at least one weekday."))

    def _clean_dates(self, values: dict[str, Any]) -> None:
        self._require_times(values)
        if not values.get("dates") and "dates" not in self.errors:
            self.add_error("dates", _("Enter at least one day."))
        self._forget(values, "weekdays", "rule", "excluded_dates")
        values["valid_from"] = min(values.get("dates") or [self.today])
        values["valid_until"] = None

    def _clean_on_request(self, values: dict[str, Any]) -> None:
        self._forget(values, "weekdays", "rule", "excluded_dates", "dates", "start_times", "language", "capacity")
        values["valid_from"] = values.get("valid_from") or self.today

    def _require_times(self, values: dict[str, Any]) -> None:
        if not values.get("start_times") and "start_times" not in self.errors:
            self.add_error("start_times", _("Enter at least one start time."))

    def _forget(self, values: dict[str, Any], *names: str) -> None:
        for name in names:
            self.errors.pop(name, None)
            values[name] = AvailabilityPattern._meta.get_field(name).get_default()
        values["every_weeks"] = 1

    def _check_days(self, values: dict[str, Any]) -> None:
        names = [name for name in values if name != "version"]
        pattern = AvailabilityPattern(**{name: values[name] for name in names})
        if first_day_of(pattern) is None:
            raise ValidationError(
                _("This would never run: none of these days falls between the first and the last day.")
            )
        end = self.today + relativedelta(years=10)
        coming = occurrences_of(pattern, first=self.today, last=self.today + relativedelta(months=pattern.months_ahead))
        begins_in_time = pattern.valid_from <= end
        if self.is_new and begins_in_time and not coming and not occurrences_of(pattern, first=self.today, last=end):
            raise ValidationError(_("All of these days have passed."))
        if len(coming) > MAX_DEPARTURES:
            raise ValidationError(
                _(
                    "That would be %(count)d departures; a pattern can make up to %(limit)d. Choose fewer times or months."
                ),
                params={"count": len(coming), "limit": MAX_DEPARTURES},
            )


class PlanForm(forms.Form):
    """What is done with departures that a pattern does not ask for any more, and which plan was seen."""

    digest = forms.CharField(widget=forms.HiddenInput)
    orphans = forms.ChoiceField(
        label=_("What should happen to them?"),
        choices=OrphanFate.choices,
        initial=OrphanFate.KEEP,
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, plan: PatternPlan, **kwargs: Any) -> None:
        super().__init__(*args, initial={"digest": plan.digest, "orphans": OrphanFate.KEEP}, **kwargs)
        if not plan.free_orphans:
            del self.fields["orphans"]

    @staticmethod
    def fate(data: Any) -> OrphanFate:
        """Return what was chosen for orphans; to keep them when nothing was."""
        wanted = data.get("orphans")
        return OrphanFate(wanted) if wanted in OrphanFate.values else OrphanFate.KEEP


class CalendarUploadForm(forms.Form):
    """A calendar file, and the variant whose departures it tells of."""

    variant = VariantField(label=_("Tour and variant"), queryset=TourVariant.objects.none())
    file = forms.FileField(
        label=_("Calendar file (.ics)"),
        max_length=255,
        help_text=_("As calendar programs export it, up to 1 MB. Titles and guests of the events are not kept."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=language_choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["variant"].queryset = _variants()

    def clean(self) -> dict[str, Any]:
        """Refuse a language in which the tour is not led."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        variant, language = values.get("variant"), values.get("language")
        if variant is not None and language and language not in variant.tour.languages:
            self.add_error("language", _("This tour is not led in that language."))
        return values

    def clean_file(self) -> Any:
        """Return the upload and keep what it says as `read`. Raises `ValidationError` when nothing can be made of it."""
        upload = self.cleaned_data["file"]
        zone = current_organization().zone
        today = timezone.localdate(timezone=zone)
        try:
            # One byte more than may be: enough to see that it is too big.
            self.read: CalendarPatterns = read_calendar(upload.read(MAX_CALENDAR_BYTES + 1), zone=zone, today=today)
        except CalendarRefused as refused:
            raise ValidationError(str(refused)) from refused
        if not self.read.patterns:
            reasons = "; ".join(f"{event.title}: {event.reason}" for event in self.read.skipped[:5])
            raise ValidationError(_now("None of the events can be used. %(reasons)s") % {"reasons": reasons})
        return upload
