"""When a place is open, on its own clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

DAY: Final = timedelta(days=1)
# How far ahead the next opening is looked for: a closed fortnight is told, a closed month is not worth counting.
HORIZON_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """Open on a weekday (Monday is 0) from `opens` to `closes`; one that closes before it opens closes on the day after."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not as its weekday: open from `opens` to `closes`, or closed when they are None."""

    day: date
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class OpenStatus:
    """Whether it is open, and when that changes next: on the clock of the place, None when not within a fortnight."""

    is_open: bool
    changes_at: datetime | None


def open_status(periods: Sequence[OpenPeriod], special_days: Iterable[SpecialDay] = (), *, now: datetime) -> OpenStatus:
    """Return how a place stands at `now`, a moment without zone on its own clock.

    A special day takes the place of all that begins on that day. Periods that touch or overlap are one.
    """
    special: dict[date, list[SpecialDay]] = {}
    for one in special_days:
        special.setdefault(one.day, []).append(one)
    stretches: list[tuple[datetime, datetime]] = []
    # From yesterday on, for what is open over midnight.
    for ahead in range(-1, HORIZON_DAYS + 1):
        day = now.date() + DAY * ahead
        for begins, ends in sorted(_stretches_of(day, periods, special.get(day))):
            if stretches and begins <= stretches[-1][1]:
                stretches[-1] = stretches[-1][0], max(ends, stretches[-1][1])
            else:
                stretches.append((begins, ends))
    horizon = datetime.combine(now.date() + DAY * HORIZON_DAYS, time.max)
    for begins, ends in stretches:
        if begins <= now < ends:
            return OpenStatus(is_open=True, changes_at=ends if ends < horizon else None)
        if begins > now:
            return OpenStatus(is_open=False, changes_at=begins)
    return OpenStatus(is_open=False, changes_at=None)


def _stretches_of(
    day: date, periods: Sequence[OpenPeriod], special: list[SpecialDay] | None
) -> Iterable[tuple[datetime, datetime]]:
    if special is not None:
        hours = [(one.opens, one.closes) for one in special]
    else:
        hours = [(one.opens, one.closes) for one in periods if one.weekday == day.weekday()]
    for opens, closes in hours:
        if opens is not None and closes is not None:
            ends = datetime.combine(day if closes > opens else day + DAY, closes)
            yield datetime.combine(day, opens), ends
