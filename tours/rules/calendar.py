"""The calendar of departures: which days a view holds, how full is how full, when clocks change."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tours.enums import CalendarView, Fullness

# The years in which days can be stepped through without falling off the end of the calendar.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class CalendarPeriod:
    """What a view of the calendar holds: its `first` and `last` local day, and the `weeks` in which it is drawn."""

    view: CalendarView
    first: date
    last: date
    weeks: tuple[tuple[date, ...], ...]

    @property
    def previous(self) -> date:
        """A day of the period before."""
        return max(self.first - timedelta(days=1), FIRST_DAY)

    @property
    def next(self) -> date:
        """A day of the period after."""
        return min(self.last + timedelta(days=1), LAST_DAY)


def calendar_period(view: CalendarView, day: date, *, first_weekday: int) -> CalendarPeriod:
    """Return the month, the week or the day that holds `day`; weeks begin on `first_weekday` (Monday is 0).

    The weeks of a month are whole: they hold days of the months beside it. Days outside 2000 to 2199 count as the nearest inside.
    """
    day = min(max(day, FIRST_DAY), LAST_DAY)
    first, last = day, day
    if view == CalendarView.MONTH:
        first = day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    start = first - timedelta(days=(first.weekday() - first_weekday) % 7)
    end = last + timedelta(days=(first_weekday - last.weekday() - 1) % 7)
    if view == CalendarView.WEEK:
        first, last = start, end
    if view == CalendarView.DAY:
        return CalendarPeriod(view, first, last, ((day,),))
    days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
    weeks = tuple(tuple(days[place : place + 7]) for place in range(0, len(days), 7))
    return CalendarPeriod(view, first, last, weeks)


def fullness(taken: int, places: int) -> Fullness:
    """Return how full a departure, or several together, are: `many` from half of the places on."""
    if taken <= 0:
        return Fullness.EMPTY
    if taken >= places:
        return Fullness.FULL
    return Fullness.MANY if taken * 2 >= places else Fullness.SOME


def clock_change(day: date, zone: ZoneInfo) -> timedelta:
    """Return by how much the clocks of a zone go forward during a local day; negative when they go back, else nothing."""
    start, end = (datetime.combine(at, time(), tzinfo=zone) for at in (day, day + timedelta(days=1)))
    before, after = start.utcoffset(), end.utcoffset()
    return after - before if before is not None and after is not None else timedelta()
