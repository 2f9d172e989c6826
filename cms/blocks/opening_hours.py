"""Opening hours: a week, and the days that are different."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.formats import time_format as written
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.blocks.struct import StructBlock
from cms.blocks.visibility import WEEKDAY_CHOICES, local_now, note_local_change
from cms.rules import OpenPeriod, OpenStatus, SpecialDay, open_status


class PeriodBlock(StructBlock):
    weekdays = blocks.MultipleChoiceBlock(
        widget=forms.CheckboxSelectMultiple, label=gettext_lazy("On"), choices=WEEKDAY_CHOICES
    )
    opens = blocks.TimeBlock(label=gettext_lazy("Opens at"))
    closes = blocks.TimeBlock(
        label=gettext_lazy("Closes at"), help_text=gettext_lazy("Earlier than it opens: on the day after.")
    )

    class Meta:
        icon = "time"
        label = gettext_lazy("Days with the same hours")


class SpecialDayBlock(StructBlock):
    day = blocks.DateBlock(label=gettext_lazy("Day"))
    opens = blocks.TimeBlock(label=gettext_lazy("Opens at"), required=False)
    closes = blocks.TimeBlock(label=gettext_lazy("Closes at"), required=False)
    why = blocks.CharBlock(label=gettext_lazy("Why"), required=False, max_length=60)

    def check_fields(self, value: Any) -> None:
        if (value["opens"] is None) != (value["closes"] is None):
            missing = "opens" if value["opens"] is None else "closes"
            raise StructBlockValidationError(
                {missing: ValidationError(_("Give both times, or neither for a day on which you are closed."))}
            )

    class Meta:
        icon = "date"
        label = gettext_lazy("A day that is different")


@dataclass(frozen=True, slots=True)
class HoursOfDay:
    """A row of a table of opening hours."""

    name: str
    hours: str
    is_today: bool = False
    why: str = ""


def week_of(value: Any) -> list[OpenPeriod]:
    """Return the periods of a week that the value of an opening hours block holds; in a draft some have no times yet."""
    return [
        OpenPeriod(int(day), period["opens"], period["closes"])
        for period in value["periods"]
        for day in period["weekdays"]
        if period["opens"] is not None and period["closes"] is not None
    ]


def special_days_of(value: Any) -> list[SpecialDay]:
    """Return the days that are different; in a draft some have no day, or only one time, yet."""
    return [
        SpecialDay(one["day"], one["opens"], one["closes"])
        for one in value["special_days"]
        if one["day"] is not None and (one["opens"] is None) == (one["closes"] is None)
    ]


def status_in_words(status: OpenStatus, *, now: datetime) -> str:
    """Return how a place stands, such as “Open until 18:00” or “Closed, opens Tue at 10:00”, in the active language."""
    changes = status.changes_at
    if changes is None:
        return _("Always open") if status.is_open else _("Closed")
    at = written(changes.time(), "TIME_FORMAT")
    if status.is_open:
        return _("Open until %(time)s") % {"time": at}
    if changes.date() == now.date():
        return _("Closed, opens at %(time)s") % {"time": at}
    if (changes.date() - now.date()).days < 7:
        return _("Closed, opens %(day)s at %(time)s") % {"day": date_format(changes, "D"), "time": at}
    return _("Closed, opens on %(day)s at %(time)s") % {"day": date_format(changes, "j F"), "time": at}


def hours_of_week(value: Any, *, now: datetime) -> list[HoursOfDay]:
    """Return a row for each weekday, and one for each day to come that is different, in the active language."""
    periods = week_of(value)
    rows = []
    for number, name in WEEKDAYS.items():
        hours = sorted((period.opens, period.closes) for period in periods if period.weekday == number)
        rows.append(HoursOfDay(str(name), _in_words(hours), is_today=now.weekday() == number))
    why = {one["day"]: one["why"] for one in value["special_days"] if one["why"]}
    ahead = (one for one in special_days_of(value) if one.day >= now.date())
    for one in sorted(ahead, key=lambda one: (one.day, str(one.opens))):
        hours = [(one.opens, one.closes)] if one.opens is not None and one.closes is not None else []
        row = HoursOfDay(
            date_format(one.day, "D j N"), _in_words(hours), is_today=one.day == now.date(), why=why.get(one.day, "")
        )
        rows.append(row)
    return rows


def _in_words(hours: list[tuple[time, time]]) -> str:
    if not hours:
        return _("closed")
    return ", ".join(f"{written(opens, 'TIME_FORMAT')} – {written(closes, 'TIME_FORMAT')}" for opens, closes in hours)


class OpeningHoursBlock(StructBlock):
    """The fields of opening hours, for tiles and blocks that show them."""

    periods = blocks.ListBlock(PeriodBlock(), label=gettext_lazy("Hours of the week"))
    special_days = blocks.ListBlock(
        SpecialDayBlock(),
        label=gettext_lazy("Days that are different"),
        default=[],
        help_text=gettext_lazy("Such as holidays. They count instead of the hours of the week."),
    )

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        now = local_now()
        status = open_status(week_of(value), special_days_of(value), now=now)
        note_local_change((parent_context or {}).get("request"), status.changes_at)
        context |= {
            "status": status,
            "status_in_words": status_in_words(status, now=now),
            "rows": hours_of_week(value, now=now),
        }
        return context
