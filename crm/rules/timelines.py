"""Where days stand on the timeline of a project, in percent of its width."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """From where to where something reaches, in percent from the left."""

    start: float
    width: float

    @property
    def end(self) -> float:
        """Its right edge."""
        return round(self.start + self.width, 3)


@dataclass(frozen=True, slots=True)
class Scale:
    """The days that a timeline shows, `first` and `last` included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it shows."""
        return (self.last - self.first).days + 1

    def at(self, day: date) -> float:
        """Return where a day begins."""
        return round((day - self.first).days * 100 / self.days, 3)

    def span(self, first: date, last: date) -> Span:
        """Return the part that some days take, both included and `first` not after `last`."""
        return Span(self.at(first), round(self.at(last + timedelta(days=1)) - self.at(first), 3))

    @property
    def ticks(self) -> list[date]:
        """The days that are written on it: Mondays for up to ten weeks, else firsts of months; six at most."""
        if self.days <= 70:
            monday = self.first + timedelta(days=-self.first.weekday() % 7)
            step = 7 if self.days <= 35 else 14
            return [monday + timedelta(days=days) for days in range(0, (self.last - monday).days + 1, step)]
        months = [
            date(year, month, 1)
            for year in range(self.first.year, self.last.year + 1)
            for month in range(1, 13)
            if self.first <= date(year, month, 1) <= self.last
        ]
        return months[:: (len(months) + 5) // 6 or 1]


def scale_of(days: list[date], *, today: date) -> Scale:
    """Return a scale that shows all of some days and today, with a little room at both ends."""
    first, last = min([*days, today]), max([*days, today])
    room = max((last - first).days // 20, 3)
    return Scale(first - timedelta(days=room), last + timedelta(days=room))
