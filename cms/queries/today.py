"""The day for the staff's Today page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from commerce.queries import Unpaid, unpaid_on
from tenancy.queries import current_organization
from tours.models import Schedule
from tours.queries import (
    CalendarEntry,
    Figures,
    attendance_of,
    calendar_entries,
    schedules_of_calendar,
    variants_of_schedules,
)

# More departures of a day than anybody reads on one page; the calendar has them all.
MOST_A_DAY: Final = 200
# How long ago a departure can have left that is still on its way: minutes are kept in a small integer.
LONGEST_TOUR: Final = timedelta(days=23)


@dataclass(frozen=True, slots=True)
class TodayDeparture:
    """A departure on the Today page, with how many people are here of those expected; `unpaid` is for those who may see orders,
    and `has_manifest` says whether the person may see who comes.
    """

    entry: CalendarEntry
    unpaid: Unpaid | None
    here: int
    expected: int
    is_now: bool
    is_next: bool
    has_manifest: bool


@dataclass(frozen=True, slots=True)
class DayAhead:
    """The departures of a local day, those that have ended apart; those still under way from a day before; and those of the day after."""

    under_way: list[TodayDeparture]
    over: list[TodayDeparture]
    departures: list[TodayDeparture]
    day_after: list[CalendarEntry]
    figures: Figures | None
    figures_after: Figures | None


def day_ahead(
    day: date, *, among: QuerySet[Schedule], manifests: QuerySet[Schedule] | None, now: datetime, with_money: bool
) -> DayAhead:
    """Return what leaves on a local day, cancelled departures left out, what is on the way from before, and a first look at the day after.

    `manifests` are the departures of which the person may see who comes; None is all of them. Four queries, one more with `manifests`,
    and with money up to three more; of a day with more than `MOST_A_DAY` departures the first.
    """
    after = day + timedelta(days=1)
    midnight = datetime.combine(day, time.min, tzinfo=current_organization().zone)
    found = schedules_of_calendar(
        among.filter(Q(date__gte=day) | Q(ends_at__gt=midnight)), first=day - LONGEST_TOUR, last=after
    )
    entries, figures = calendar_entries(found, limit=MOST_A_DAY, variants=variants_of_schedules(found))
    there = [entry for entry in entries if entry.date <= day]
    unpaid = unpaid_on(entry.pk for entry in there) if with_money and there else {}
    attendance = attendance_of(entry.pk for entry in there) if there else {}
    keys = {entry.pk for entry in there}
    open_to = keys if manifests is None else set(manifests.filter(pk__in=keys).values_list("pk", flat=True))
    coming = next((entry.starts_at for entry in there if entry.starts_at > now), None)
    shown = [
        TodayDeparture(
            entry,
            unpaid.get(entry.pk),
            here=attendance.get(entry.pk, (0, 0, 0))[0],
            expected=attendance.get(entry.pk, (0, 0, 0))[2],
            is_now=entry.starts_at <= now < entry.ends_at,
            is_next=entry.starts_at == coming and day == now.astimezone(ZoneInfo(entry.time_zone)).date(),
            has_manifest=entry.pk in open_to,
        )
        for entry in there
    ]
    return DayAhead(
        under_way=[one for one in shown if one.entry.date < day and one.entry.ends_at > now],
        over=[one for one in shown if one.entry.ends_at <= now],
        departures=[one for one in shown if one.entry.date == day and one.entry.ends_at > now],
        day_after=[entry for entry in entries if entry.date == after],
        figures=figures.get((day, None)),
        figures_after=figures.get((after, None)),
    )
