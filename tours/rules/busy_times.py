"""When somebody is busy, as an iCalendar file (RFC 5545) says."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from tours.rules.time_zones import zones_of_one_file

MAX_FEED_BYTES: Final = 2_000_000
# Repeated entries of one calendar, and stretches of time kept of it.
MAX_SERIES: Final = 500
MAX_BUSY_TIMES: Final = 5_000
# How often an entry may be repeated at most: calendars of people know days, not seconds.
_FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})

# Days named of entries that make no sense; nobody reads more.
MAX_SKIPPED: Final = 20

BusyTime = tuple[datetime, datetime]
# What a library of calendars raises about a single entry that makes no sense.
_BAD_ENTRY: Final = (ValueError, TypeError, KeyError, OverflowError, AttributeError)


class BusyTimes(NamedTuple):
    """From when to when somebody is busy, in order; and the local days of the entries left out, None for one without a day."""

    times: list[BusyTime]
    skipped: list[date | None]


class NoCalendar(ValueError):
    """A text that is no calendar."""


class CalendarTooLarge(ValueError):
    """A calendar with more in it than anybody's."""


def busy_times(raw: bytes, *, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> BusyTimes:
    """Return from when to when a calendar says its owner is busy between two instants, in order, joined where they touch.

    Entries that are cancelled or shown as free do not count; a whole day and times without a zone are those of `zone`. An entry that
    makes no sense, or repeats in a way nobody's does, is left out and told; the rest counts. Raises `NoCalendar` for anything else than
    a calendar, `CalendarTooLarge` for one with too much in it.
    """
    calendar, left_out = _parsed(raw)
    try:
        found = _periods(calendar, starts_at, ends_at, zone)
    except _BAD_ENTRY:
        # One of them, then: all are looked at by themselves.
        found = []
        for entry in _entries(calendar):
            try:
                found += _periods(entry, starts_at, ends_at, zone)
            except _BAD_ENTRY:
                left_out.append(entry.subcomponents[0])
    joined = _joined(found)
    if len(joined) > MAX_BUSY_TIMES:
        raise CalendarTooLarge
    return BusyTimes(joined, [_day(event, zone) for event in left_out[:MAX_SKIPPED]])


def _periods(calendar: icalendar.Calendar, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> list[BusyTime]:
    events = recurring_ical_events.of(calendar, skip_bad_series=False).between(starts_at, ends_at)
    return [period for event in events if (period := _period(event, zone)) is not None]


def _entries(calendar: icalendar.Calendar) -> list[icalendar.Calendar]:
    """A calendar for each entry, with the changes to single days of it."""
    by_uid: dict[str, list[Any]] = defaultdict(list)
    for number, event in enumerate(calendar.walk("VEVENT")):
        by_uid[str(event.get("UID") or number)].append(event)
    entries = []
    for events in by_uid.values():
        entry = icalendar.Calendar()
        entry.subcomponents = events
        entries.append(entry)
    return entries


def _day(event: Any, zone: ZoneInfo) -> date | None:
    try:
        return _instant(event["DTSTART"].dt, zone).astimezone(zone).date()
    except _BAD_ENTRY:
        return None


def _parsed(raw: bytes) -> tuple[icalendar.Calendar, list[Any]]:
    try:
        with zones_of_one_file():
            calendar = icalendar.Calendar.from_ical(raw)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoCalendar(type(error).__name__) from error
    if not isinstance(calendar, icalendar.Calendar):
        raise NoCalendar("a part of a calendar")
    series, left_out = 0, []
    # Events of calendars inside the calendar are read, too.
    for parent in list(calendar.walk()):
        kept = []
        for part in parent.subcomponents:
            rules = part.get("RRULE") if part.name == "VEVENT" else None
            rules = rules if isinstance(rules, list) else [rules] if rules is not None else []
            series += len(rules)
            if all(_is_of_people(rule) for rule in rules):
                kept.append(part)
            else:
                left_out.append(part)
        parent.subcomponents[:] = kept
    if series > MAX_SERIES:
        raise CalendarTooLarge
    return calendar, left_out


def _is_of_people(rule: Any) -> bool:
    """Whether a rule can be read and repeats an entry at most once a day; others could fill any memory, or be followed for ever."""
    if not isinstance(rule, icalendar.vRecur):
        return False
    names = {str(name).upper() for name in rule}
    frequency = {str(value).upper() for value in rule.get("FREQ", [])}
    return (
        frequency <= _FREQUENCIES
        and not names & {"BYHOUR", "BYMINUTE", "BYSECOND"}
        and all(int(interval) > 0 for interval in rule.get("INTERVAL", []))
        and all(1 <= int(month) <= 12 for month in rule.get("BYMONTH", []))
    )


def _period(event: Any, zone: ZoneInfo) -> BusyTime | None:
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    starts_at, ends_at = _instant(event.start, zone), _instant(event.end, zone)
    return (starts_at, ends_at) if ends_at > starts_at else None


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min, tzinfo=zone)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _joined(periods: Iterable[BusyTime]) -> list[BusyTime]:
    joined: list[BusyTime] = []
    for starts_at, ends_at in sorted(periods):
        if joined and starts_at <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends_at))
        else:
            joined.append((starts_at, ends_at))
    return joined


def next_reading(failures: int, *, now: datetime) -> datetime:
    """Return when a calendar is read again: hourly, and after failures in a row ever later, daily at most."""
    return now + min(timedelta(hours=1) * 2 ** min(failures, 10), timedelta(days=1))
