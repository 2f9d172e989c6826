"""When, and in which language, a part of a page is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Visibility:
    """Days, times of day, weekdays (Monday is 0) and languages in which something is shown; what is empty limits nothing.

    Days are included. Times that end before they begin go on past midnight and belong to the day on which they begin.
    """

    first_day: date | None = None
    last_day: date | None = None
    begins: time | None = None
    ends: time | None = None
    weekdays: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()

    def shows(self, now: datetime, *, language: str) -> bool:
        """Return whether it is shown at `now`, a moment without zone on the clock of the place, to who reads in a language."""
        if self.languages and language not in self.languages:
            return False
        begins, ends = self.begins or time.min, self.ends or time.min
        clock = now.time()
        if begins < ends:
            return begins <= clock < ends and self._is_day(now.date())
        # Past midnight, or the whole day when nothing is said.
        if clock >= begins and self._is_day(now.date()):
            return True
        return clock < ends and self._is_day(now.date() - DAY)

    def _is_day(self, day: date) -> bool:
        return (
            (self.first_day is None or self.first_day <= day)
            and (self.last_day is None or day <= self.last_day)
            and (not self.weekdays or day.weekday() in self.weekdays)
        )

    def next_change(self, now: datetime, *, within: timedelta) -> datetime | None:
        """Return when it next begins or ceases to be shown, on the clock of the place; None when not `within` a time of at most a day."""
        turns = {time.min, self.begins or time.min, self.ends or time.min}
        days = (now.date(), now.date() + DAY)
        moments = sorted(datetime.combine(day, turn) for day in days for turn in turns)
        language = next(iter(self.languages), "")
        before = self.shows(now, language=language)
        for moment in moments:
            if now < moment <= now + within and self.shows(moment, language=language) != before:
                return moment
        return None


def soonest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the first of some moments, None when there is none."""
    return min((moment for moment in moments if moment is not None), default=None)
