"""Local time, what may be booked, which changes of state are legal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tours.enums import BookingStatus, ScheduleStatus

SCHEDULE_CHANGES: Final[Mapping[ScheduleStatus, frozenset[ScheduleStatus]]] = {
    ScheduleStatus.OPEN: frozenset(
        {ScheduleStatus.FULL, ScheduleStatus.CLOSED, ScheduleStatus.COMPLETED, ScheduleStatus.CANCELLED}
    ),
    ScheduleStatus.FULL: frozenset(
        {ScheduleStatus.OPEN, ScheduleStatus.CLOSED, ScheduleStatus.COMPLETED, ScheduleStatus.CANCELLED}
    ),
    ScheduleStatus.CLOSED: frozenset(
        {ScheduleStatus.OPEN, ScheduleStatus.FULL, ScheduleStatus.COMPLETED, ScheduleStatus.CANCELLED}
    ),
    # A departure that took place or was cancelled never reopens.
    ScheduleStatus.COMPLETED: frozenset(),
    ScheduleStatus.CANCELLED: frozenset(),
}

# What staff do to a departure themselves; full and completed come about by bookings and time.
STAFF_VERBS: Final[Mapping[str, ScheduleStatus]] = {
    "open": ScheduleStatus.OPEN,
    "close": ScheduleStatus.CLOSED,
    "cancel": ScheduleStatus.CANCELLED,
}

BOOKING_CHANGES: Final[Mapping[BookingStatus, frozenset[BookingStatus]]] = {
    BookingStatus.HELD: frozenset(
        {BookingStatus.PENDING, BookingStatus.CONFIRMED, BookingStatus.EXPIRED, BookingStatus.CANCELLED}
    ),
    BookingStatus.PENDING: frozenset({BookingStatus.CONFIRMED, BookingStatus.EXPIRED, BookingStatus.CANCELLED}),
    BookingStatus.CONFIRMED: frozenset({BookingStatus.COMPLETED, BookingStatus.NO_SHOW, BookingStatus.CANCELLED}),
    BookingStatus.COMPLETED: frozenset({BookingStatus.NO_SHOW}),
    BookingStatus.NO_SHOW: frozenset({BookingStatus.COMPLETED}),
    BookingStatus.CANCELLED: frozenset(),
    # Money that came late takes the seats again, when there are some.
    BookingStatus.EXPIRED: frozenset({BookingStatus.PENDING, BookingStatus.CONFIRMED}),
}


def may_become(current: str, wanted: ScheduleStatus) -> bool:
    """Return whether a schedule in state `current` may change to `wanted`."""
    return wanted in SCHEDULE_CHANGES[ScheduleStatus(current)]


def staff_verbs(current: str) -> list[str]:
    """Return what staff can do to a departure in state `current`: `open`, `close` and `cancel`, or none once it is over."""
    return [
        verb
        for verb, wanted in STAFF_VERBS.items()
        if may_become(current, wanted) and not (verb == "open" and current == ScheduleStatus.FULL)
    ]


def booking_may_become(current: str, wanted: BookingStatus) -> bool:
    """Return whether a booking in state `current` may change to `wanted`."""
    return wanted in BOOKING_CHANGES[BookingStatus(current)]


@dataclass(frozen=True, slots=True)
class LocalStart:
    """A departure's wall time in its zone and the instant it means; `moved` when the time asked for does not exist that day."""

    date: date
    start_time: time
    starts_at: datetime
    moved: bool


def local_start(day: date, wall_time: time, zone: ZoneInfo) -> LocalStart:
    """Return the instant (UTC) of a wall time in a zone.

    A time that the clock change leaves out is moved on by the gap (02:30 becomes 03:30); of one that comes twice the first counts
    (PEP 495, `fold=0`).
    """
    instant = datetime.combine(day, wall_time.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)
    local = instant.astimezone(zone)
    moved = (local.date(), local.time()) != (day, wall_time.replace(tzinfo=None, fold=0))
    return LocalStart(local.date(), local.time().replace(fold=0), instant, moved)


def days_between(first: date, last: date, weekdays: frozenset[int]) -> list[date]:
    """Return the days from `first` to `last`, both included, that fall on `weekdays` (Monday is 0); all when empty."""
    span = (last - first).days
    days = (first + timedelta(days=offset) for offset in range(span + 1))
    return [day for day in days if not weekdays or day.weekday() in weekdays]
