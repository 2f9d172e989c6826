"""When tasks are due, repeat and remind; who a comment mentions; how far work has come."""

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.enums import TaskReminder
from tenancy.models import User

# Rules that people choose by name; they may write others as calendars do.
REPEATS: Final[Mapping[str, Promise]] = {
    "FREQ=DAILY": _("Every day"),
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": _("Monday to Friday"),
    "FREQ=WEEKLY": _("Every week"),
    "FREQ=WEEKLY;INTERVAL=2": _("Every two weeks"),
    "FREQ=MONTHLY": _("Every month"),
    "FREQ=MONTHLY;INTERVAL=3": _("Every three months"),
    "FREQ=YEARLY": _("Every year"),
}
MORNING: Final = time(8)
_PARTS: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
# Shorter periods could ask for days that never come.
_OF_MONTHS: Final = frozenset({"BYMONTHDAY", "BYSETPOS"})
_FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


def rule_problem(rule: str) -> Promise | None:
    """Return what is wrong with a rule of recurrence such as “FREQ=WEEKLY;BYDAY=MO”, or None. Times of day have no place in it."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if parts.get("FREQ") not in _FREQUENCIES:
        return _("Begin with FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY.")
    if not (_PARTS | (_OF_MONTHS if parts["FREQ"] in ("MONTHLY", "YEARLY") else set())).issuperset(parts):
        return _("Use INTERVAL, COUNT, UNTIL and BYDAY only; for months and years BYMONTHDAY and BYSETPOS too.")
    if not parts.get("INTERVAL", "1").strip("0").isdecimal():
        return _("The INTERVAL is a whole number from 1.")
    try:
        rrulestr(rule, dtstart=datetime.combine(date(2000, 1, 1), time()))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return _("This is no rule that calendars understand.")
    return None


def next_due_day(rule: str, *, first: date, after: date) -> date | None:
    """Return the first day after `after` on which a series that begins on `first` comes again, or None when it has ended.

    A plain monthly or yearly rule that begins on a day which a month lacks falls on the last day of that month.
    """
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    by_day = {"BYDAY", "BYMONTHDAY", "BYSETPOS"} & parts.keys()
    if first.day > 28 and not by_day and parts["FREQ"] in ("MONTHLY", "YEARLY"):
        days = ",".join(str(day) for day in range(28, first.day + 1))
        rule += f";BYMONTHDAY={days};BYSETPOS=-1"
        if parts["FREQ"] == "YEARLY":
            rule += f";BYMONTH={first.month}"
    found = rrulestr(rule, dtstart=datetime.combine(first, time())).after(datetime.combine(after, time()))
    return found.date() if found is not None else None


def repeat_in_words(rule: str) -> str:
    """Return how often a task repeats, for people; a rule of their own as it is written."""
    return str(REPEATS.get(rule, rule))


def is_overdue(due_on: date | None, due_time: time | None, *, now: datetime) -> bool:
    """Return whether a day, or a time on it, is over; `now` is local."""
    if due_on is None:
        return False
    today = now.date()
    return due_on < today or (due_on == today and due_time is not None and due_time < now.time())


def reminder_instant(
    remind: str, *, due_on: date | None, due_time: time | None, zone: ZoneInfo, now: datetime
) -> datetime | None:
    """Return when somebody is reminded of what is due by the wall clock of `zone`; None for never, or when that is over.

    Without a time, “one hour before” means in the morning of that day.
    """
    if due_on is None or remind == TaskReminder.NEVER:
        return None
    at = datetime.combine(due_on, MORNING, tzinfo=zone)
    if remind == TaskReminder.DAY_BEFORE:
        at = datetime.combine(due_on - timedelta(days=1), MORNING, tzinfo=zone)
    elif remind == TaskReminder.HOUR_BEFORE and due_time is not None:
        at = datetime.combine(due_on, due_time, tzinfo=zone) - timedelta(hours=1)
    return at if at > now else None


def handles(user: User) -> set[str]:
    """Return by which names a comment can mention a person, in small letters: the whole name, the first one, the e-mail address."""
    names = {user.get_full_name(), user.first_name, user.email, user.email.partition("@")[0]}
    return {name.strip().casefold() for name in names if name.strip()}


def mentioned(text: str, people: Iterable[User]) -> list[User]:
    """Return who of `people` a text mentions as “@Ada”, “@Ada Lovelace” or “@ada@example.com”.

    The longest name decides; a name that several have mentions nobody.
    """
    named: dict[str, list[User]] = {}
    for user in people:
        for handle in handles(user):
            named.setdefault(handle, []).append(user)
    found: dict[int, User] = {}
    folded = text.casefold()
    for match in re.finditer(r"(?<![\w.])@", folded):
        rest = folded[match.end() :]
        fitting = [name for name in named if re.match(rf"{re.escape(name)}(?!\w)", rest)]
        if fitting and len(named[best := max(fitting, key=len)]) == 1:
            found[named[best][0].pk] = named[best][0]
    return list(found.values())


def mention_names(people: Iterable[User]) -> list[str]:
    """Return what to write after @ to mention each of `people`: the name, or the e-mail address of those who share one."""
    people = list(people)
    names = [user.get_full_name().strip() for user in people]
    return [name if name and names.count(name) == 1 else user.email for name, user in zip(names, people, strict=True)]


def progress(done: int, total: int) -> int:
    """Return how much of some work is done, in whole percent; 100 only when all is."""
    return done * 100 // total if total else 0


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month as it is drawn: its first and last day, and whole weeks, which hold days of the months beside it."""

    first: date
    last: date
    weeks: tuple[tuple[date, ...], ...]

    @property
    def previous(self) -> date:
        """A day of the month before."""
        return self.first - timedelta(days=1)

    @property
    def next(self) -> date:
        """A day of the month after."""
        return self.last + timedelta(days=1)


def calendar_month(day: date, *, first_weekday: int) -> CalendarMonth:
    """Return the month that holds `day`; weeks begin on `first_weekday` (Monday is 0). Years outside 2000 to 2199 count as the nearest."""
    day = min(max(day, date(2000, 1, 1)), date(2199, 12, 31))
    weeks = calendar.Calendar(first_weekday).monthdatescalendar(day.year, day.month)
    last = calendar.monthrange(day.year, day.month)[1]
    return CalendarMonth(day.replace(day=1), day.replace(day=last), tuple(map(tuple, weeks)))
