"""Reading a calendar file (.ics, RFC 5545) as patterns of departures."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar

from tours.enums import PatternKind
from tours.models import AvailabilityPattern
from tours.rules.recurrence import WEEKDAY_CODES, RuleRefused, checked_rule, days_of, first_day_of
from tours.rules.time_zones import zones_of_one_file

MAX_CALENDAR_BYTES: Final = 1_000_000
MAX_CALENDAR_EVENTS: Final = 2000
MAX_CALENDAR_PATTERNS: Final = 50
# What an event's time is read from; what else is broken in it does not matter here.
_READ: Final = ("DTSTART", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
# What nonsense leads to that the parser lets pass: texts for times, the last days of the year 9999.
_NONSENSE: Final = (AttributeError, OverflowError, TypeError, ValueError)


class CalendarRefused(ValueError):
    """A file that is no calendar to make patterns from; the message says why in the active language."""


class _EventRefusedError(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class SkippedEvent:
    """An event that became no pattern: its title, and why not."""

    title: str
    reason: str


@dataclass(slots=True)
class CalendarPatterns:
    """What a calendar file says: patterns, not saved and without a variant, and the events that became none."""

    patterns: list[AvailabilityPattern] = field(default_factory=list)
    skipped: list[SkippedEvent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Start:
    """A day and wall time in the organization's zone."""

    day: date
    at: time


def read_calendar(raw: bytes, *, zone: ZoneInfo, today: date) -> CalendarPatterns:
    """Return the patterns in a calendar file, in the wall time of `zone`; what is over by `today` is left out.

    Events that follow the same days at several times of day become one pattern, and so do single events. Raises `CalendarRefused`
    when the file is no calendar, is too large or holds no events.
    """
    events = _events(raw)
    found = CalendarPatterns()
    recurring: dict[tuple[Any, ...], AvailabilityPattern] = {}
    singles: dict[time, set[date]] = defaultdict(set)
    replaced: dict[str, set[date]] = defaultdict(set)
    for event in events:
        # Why an event cannot be read is said below.
        with suppress(*_NONSENSE):
            for changed in _moments(event, "RECURRENCE-ID"):
                replaced[str(event.get("UID", ""))].add(_local(changed, zone).day)
    for event in events:
        try:
            _read(event, zone, today, recurring, singles, replaced)
        except _NONSENSE as error:
            unreadable = _("Its time cannot be read (%(field)s).") % {"field": "DTSTART"}
            reason = str(error) if isinstance(error, _EventRefusedError) else unreadable
            found.skipped.append(SkippedEvent(str(event.get("SUMMARY", ""))[:80] or _("Event"), reason))
    found.patterns = [*recurring.values(), *_of_single_days(singles)]
    if len(found.patterns) > MAX_CALENDAR_PATTERNS:
        raise CalendarRefused(
            _("This file holds %(count)d different patterns; at most %(limit)d can be imported at once.")
            % {"count": len(found.patterns), "limit": MAX_CALENDAR_PATTERNS}
        )
    return found


def _events(raw: bytes) -> list[Any]:
    if len(raw) > MAX_CALENDAR_BYTES:
        raise CalendarRefused(_("This file is larger than 1 MB."))
    try:
        with zones_of_one_file():
            calendars = Calendar.from_ical(raw.decode("utf-8-sig"), multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise CalendarRefused(_("This file cannot be read as a calendar (.ics).")) from error
    if not calendars:
        raise CalendarRefused(_("This file cannot be read as a calendar (.ics)."))
    if not events:
        raise CalendarRefused(_("There are no events in this file."))
    if len(events) > MAX_CALENDAR_EVENTS:
        raise CalendarRefused(_("There are more than %(limit)d events in this file.") % {"limit": MAX_CALENDAR_EVENTS})
    return events


def _read(
    event: Any,
    zone: ZoneInfo,
    today: date,
    recurring: dict[tuple[Any, ...], AvailabilityPattern],
    singles: dict[time, set[date]],
    replaced: dict[str, set[date]],
) -> None:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _EventRefusedError(_("It is cancelled."))
    broken = [name for name, _error in event.errors if name in _READ]
    if broken or len(_all(event, "DTSTART")) != 1 or len(_all(event, "RRULE")) > 1:
        raise _EventRefusedError(_("Its time cannot be read (%(field)s).") % {"field": (broken or ["DTSTART"])[0]})
    begins = event["DTSTART"].dt
    if not isinstance(begins, datetime):
        raise _EventRefusedError(_("It has no time of day."))
    start = _local(begins, zone)
    extra = [_local(moment, zone) for moment in _moments(event, "RDATE")]
    excluded = {_local(moment, zone).day for moment in _moments(event, "EXDATE")}
    if "RRULE" not in event:
        kept = [one for one in (start, *extra) if one.day not in excluded and one.day >= today]
        if not kept:
            raise _EventRefusedError(_("It is over."))
        for one in kept:
            singles[one.at].add(one.day)
        return
    if "RECURRENCE-ID" not in event:
        excluded |= replaced[str(event.get("UID", ""))]
    if begins.tzinfo is not None and not _goes_with(begins, zone):
        raise _EventRefusedError(
            _("It repeats in another time zone than %(zone)s, where your clock counts.") % {"zone": zone.key}
        )
    pattern = _recurring(event, start, zone)
    pattern.dates = sorted({*pattern.dates, *(one.day for one in extra if one.at == start.at and one.day > start.day)})
    pattern.excluded_dates = sorted(excluded)
    if first_day_of(pattern) is None:
        raise _EventRefusedError(_("It never takes place."))
    if pattern.valid_until is not None and pattern.valid_until < today:
        raise _EventRefusedError(_("It is over."))
    for one in extra:
        # What lies before the rule begins is no part of it.
        if (one.at != start.at or one.day < start.day) and one.day >= today and one.day not in excluded:
            singles[one.at].add(one.day)
    key = (
        pattern.rule,
        tuple(pattern.weekdays),
        pattern.every_weeks,
        pattern.valid_from,
        pattern.valid_until,
        tuple(pattern.dates),
        tuple(pattern.excluded_dates),
    )
    same = recurring.setdefault(key, pattern)
    same.start_times = sorted({*same.start_times, start.at})


def _recurring(event: Any, start: _Start, zone: ZoneInfo) -> AvailabilityPattern:
    rule = event["RRULE"]
    last = _last_day(rule.get("UNTIL", [None])[0], start, zone)
    if last is not None and last < start.day:
        raise _EventRefusedError(_("It ends before it begins."))
    pattern = AvailabilityPattern(
        kind=PatternKind.RECURRING, valid_from=start.day, valid_until=last, start_times=[start.at]
    )
    parts = {name: value for name, value in rule.items() if name != "UNTIL"}
    weekdays = [str(day) for day in parts.get("BYDAY", [])] or [WEEKDAY_CODES[start.day.weekday()]]
    interval = int(parts.get("INTERVAL", [1])[0])
    is_daily = parts.get("FREQ") == ["DAILY"] and interval == 1
    is_weekly = parts.get("FREQ") == ["WEEKLY"] and 1 <= interval <= 52 and (interval == 1 or _starts_monday(parts))
    if (
        (is_daily or is_weekly)
        and set(parts) <= {"FREQ", "INTERVAL", "BYDAY", "WKST"}
        and set(weekdays) <= set(WEEKDAY_CODES)
    ):
        everyday = is_daily and "BYDAY" not in parts
        pattern.weekdays = list(range(7)) if everyday else sorted(WEEKDAY_CODES.index(day) for day in set(weekdays))
        pattern.every_weeks = interval
    else:
        text = ";".join(part for part in rule.to_ical().decode().split(";") if not part.startswith("UNTIL="))
        try:
            pattern.rule = checked_rule(text)
        except RuleRefused as refused:
            raise _EventRefusedError(str(refused)) from refused
    # The first day counts in any case, as most calendars show it.
    if not days_of(pattern, first=start.day, last=start.day):
        pattern.dates = [start.day]
    return pattern


def _starts_monday(parts: dict[str, list[Any]]) -> bool:
    return str(parts.get("WKST", ["MO"])[0]) == "MO"


def _last_day(until: date | datetime | None, start: _Start, zone: ZoneInfo) -> date | None:
    if until is None or not isinstance(until, datetime):
        return until
    last = _local(until, zone)
    return last.day if last.at >= start.at else last.day - timedelta(days=1)


def _of_single_days(singles: dict[time, set[date]]) -> Iterable[AvailabilityPattern]:
    by_days: dict[tuple[date, ...], list[time]] = defaultdict(list)
    for at, days in sorted(singles.items()):
        by_days[tuple(sorted(days))].append(at)
    for same, times in by_days.items():
        yield AvailabilityPattern(
            kind=PatternKind.DATES, dates=list(same), start_times=times, valid_from=same[0], valid_until=None
        )


def _all(event: Any, name: str) -> list[Any]:
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def _moments(event: Any, name: str) -> list[date | datetime]:
    """The moments of a property that may stand several times and hold several; of a period, when it begins."""
    if any(broken == name for broken, _error in event.errors):
        return []
    values = [one.dt for value in _all(event, name) for one in getattr(value, "dts", [value])]
    return [value[0] if isinstance(value, tuple) else value for value in values]


def _local(moment: date | datetime, zone: ZoneInfo) -> _Start:
    if not isinstance(moment, datetime):
        return _Start(moment, time.min)
    local = moment if moment.tzinfo is None else moment.astimezone(zone)
    return _Start(local.date(), local.time().replace(second=0, microsecond=0, fold=0))


def _goes_with(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock of a moment shows the same as that of `zone`, in winter and in summer."""
    noons = (datetime(moment.year, month, 15, 12, tzinfo=moment.tzinfo) for month in (1, 4, 7, 10))
    return all(noon.utcoffset() == noon.astimezone(zone).utcoffset() for noon in noons)
