"""When a pattern takes place, by the rules of RFC 5545 (RRULE, RDATE, EXDATE) in local wall time."""

import re
from datetime import date, datetime, time
from typing import Final

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tours.enums import PatternKind
from tours.models import AvailabilityPattern

WEEKDAY_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Nothing that people mean lies further apart: the 29th of February comes again after at most eight years.
LONGEST_WAIT: Final = relativedelta(years=8)

_NUMBER: Final = r"[+-]?[1-9]\d?"
# A month or a day that no calendar has would be searched for until the year 9999.
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_MONTH_DAY: Final = r"[+-]?(?:[1-9]|[12]\d|3[01])"
_DAY: Final = f"(?:{'|'.join(WEEKDAY_CODES)})"
_PARTS: Final = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    # Zero would never end.
    "INTERVAL": r"[1-9]\d{0,2}",
    "COUNT": r"[1-9]\d{0,3}",
    "BYDAY": rf"(?:[+-]?[1-5])?{_DAY}(?:,(?:[+-]?[1-5])?{_DAY})*",
    "BYMONTH": rf"{_MONTH}(?:,{_MONTH})*",
    "BYMONTHDAY": rf"{_MONTH_DAY}(?:,{_MONTH_DAY})*",
    "BYSETPOS": rf"{_NUMBER}(?:,{_NUMBER})*",
    "WKST": _DAY,
}


class RuleRefused(ValueError):
    """A rule that cannot be followed; the message says why in the active language."""


def checked_rule(text: str) -> str:
    """Return a rule of days in the words of RFC 5545 as it is kept: “RRULE:freq=monthly; byday=1sa” as “FREQ=MONTHLY;BYDAY=1SA”.

    Raises `RuleRefused` for anything else, for what does not speak of days (BYHOUR …), and for UNTIL, which is the pattern's last day.
    """
    wanted = re.sub(r"\s+", "", text).upper().removeprefix("RRULE:").strip(";")
    parts: dict[str, str] = {}
    for part in wanted.split(";"):
        name, _sign, value = part.partition("=")
        if name == "UNTIL":
            raise RuleRefused(_("Leave out UNTIL; give the last day in its own field."))
        if name not in _PARTS or name in parts or not re.fullmatch(_PARTS[name], value):
            raise RuleRefused(
                _("“%(part)s” cannot be used here. A rule looks like FREQ=MONTHLY;BYDAY=1SA.") % {"part": part[:60]}
            )
        parts[name] = value
    frequency = parts.get("FREQ")
    if frequency is None:
        raise RuleRefused(_("A rule says how often: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."))
    by_days = {name for name in parts if name.startswith("BY")}
    # What contradicts itself day by day or week by week would be searched for until the year 9999.
    if frequency == "DAILY" and (by_days - {"BYDAY", "BYMONTH"} or (by_days and parts.get("INTERVAL", "1") != "1")):
        raise RuleRefused(_("Use FREQ=MONTHLY or FREQ=YEARLY together with these days."))
    if frequency == "WEEKLY" and by_days - {"BYDAY", "BYMONTH"}:
        raise RuleRefused(_("Use FREQ=MONTHLY or FREQ=YEARLY together with these days."))
    if frequency in ("DAILY", "WEEKLY") and re.search(r"\d", parts.get("BYDAY", "")):
        raise RuleRefused(_("Use FREQ=MONTHLY or FREQ=YEARLY together with these days."))
    try:
        rrulestr(wanted, dtstart=datetime(2000, 1, 1))  # noqa: DTZ001  # a wall clock without a zone
    except ValueError as error:
        raise RuleRefused(_("This is not a rule such as FREQ=MONTHLY;BYDAY=1SA.")) from error
    return wanted


def rule_of(pattern: AvailabilityPattern) -> str:
    """Return the rule that a recurring pattern follows, without its last day."""
    if pattern.rule:
        return pattern.rule
    days = ",".join(WEEKDAY_CODES[day] for day in sorted(set(pattern.weekdays)))
    return f"FREQ=WEEKLY;INTERVAL={pattern.every_weeks};WKST=MO;BYDAY={days}"


def days_of(pattern: AvailabilityPattern, *, first: date, last: date) -> list[date]:
    """Return the local days from `first` to `last`, both included, on which a pattern takes place, in order."""
    first = max(first, pattern.valid_from)
    last = min(last, pattern.valid_until) if pattern.valid_until else last
    if pattern.kind == PatternKind.ON_REQUEST:
        return []
    days = {day for day in pattern.dates if first <= day <= last}
    if pattern.kind == PatternKind.RECURRING and (pattern.rule or pattern.weekdays) and first <= last:
        rule = rrulestr(rule_of(pattern), dtstart=_midnight(pattern.valid_from))
        days.update(moment.date() for moment in rule.between(_midnight(first), _midnight(last), inc=True))
    return sorted(days.difference(pattern.excluded_dates))


def occurrences_of(pattern: AvailabilityPattern, *, first: date, last: date) -> list[tuple[date, time]]:
    """Return day and wall time of each departure that a pattern means from `first` to `last`, both included, in order."""
    times = sorted(set(pattern.start_times))
    return [(day, at) for day in days_of(pattern, first=first, last=last) for at in times]


def first_day_of(pattern: AvailabilityPattern) -> date | None:
    """Return the first day on which a pattern takes place, or None when it never does."""
    days = days_of(pattern, first=pattern.valid_from, last=_later(pattern.valid_from, relativedelta(years=1)))
    if not days:
        days = days_of(pattern, first=pattern.valid_from, last=_later(pattern.valid_from, LONGEST_WAIT))
    return days[0] if days else None


def _later(day: date, wait: relativedelta) -> date:
    """The day so much later, or the last one there is."""
    try:
        later: date = day + wait
    except (OverflowError, ValueError):
        return date.max
    return later


def horizon_of(pattern: AvailabilityPattern, *, today: date) -> date:
    """Return the last day for which a pattern makes departures: so many months after `today`."""
    return today + relativedelta(months=pattern.months_ahead)


def pattern_in_words(pattern: AvailabilityPattern) -> str:
    """Return when a pattern takes place, for people: “Mon, Wed at 10:00, 14:30”."""
    if pattern.kind == PatternKind.ON_REQUEST:
        return _("On request")
    times = ", ".join(f"{at:%H:%M}" for at in sorted(pattern.start_times))
    return _("%(days)s at %(times)s") % {"days": _days_in_words(pattern), "times": times}


def _days_in_words(pattern: AvailabilityPattern) -> str:
    if pattern.kind == PatternKind.DATES:
        if len(pattern.dates) == 1:
            return date_format(pattern.dates[0])
        return ngettext("%(count)d day", "%(count)d days", len(pattern.dates)) % {"count": len(pattern.dates)}
    if pattern.rule:
        return pattern.rule
    weekdays = sorted(set(pattern.weekdays))
    days = _("Every day") if len(weekdays) == 7 else ", ".join(str(WEEKDAYS_ABBR[day]) for day in weekdays)
    if pattern.every_weeks == 1:
        return days
    return _("%(days)s every %(weeks)d weeks") % {"days": days, "weeks": pattern.every_weeks}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
