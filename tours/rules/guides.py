"""What speaks against a guide leading a departure, and what speaks for it. Nothing here asks the database."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tours.enums import ConflictKind

# Against these nobody decides; everything else a manager may know better.
HARD: Final = frozenset({ConflictKind.INACTIVE, ConflictKind.OVERLAP, ConflictKind.CERTIFICATE, ConflictKind.TIME_OFF})
EARTH_KM: Final = 6371.0
# How much longer the way is than the crow flies.
DETOUR: Final = 4 / 3
# Closer than this two places are one.
SAME_PLACE_KM: Final = 0.1
# On which days before the end of a certificate staff are warned, the most urgent last.
CERTIFICATE_WARNINGS: Final = (60, 30, 7)
# The end of a day, as people type it.
LAST_MINUTE: Final = time(23, 59)


@dataclass(frozen=True, slots=True)
class Spot:
    """A position in WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Engagement:
    """A departure as a guide sees it: when and where it begins and ends (None: nobody knows), what it is called, and when it is.

    `is_certain` is false as long as the guide is only asked.
    """

    starts_at: datetime
    ends_at: datetime
    begins: Spot | None = None
    ends: Spot | None = None
    name: str = ""
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Planning:
    """How an organization plans: zone, minutes between places at least, speed between them, hours of rest between two days."""

    zone: ZoneInfo
    travel_minutes: int = 15
    travel_kmh: int = 15
    rest_hours: int = 11


@dataclass(frozen=True, slots=True)
class Need:
    """What a departure asks of its guide.

    `qualified_only` when the tour may be led by those who have it on their list; `language` is empty when any will do; `certification` is
    the name of the certificate that is required, empty for none.
    """

    engagement: Engagement
    qualified_only: bool = False
    language: str = ""
    certification: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a guide around a departure.

    `certified_until` is the last day of the certificate required (`date.max` without an end, None without a certificate); `hours` are
    weekday, from and until in the organization's zone; `days_off` first and last days; limits are in hours.
    """

    is_active: bool = True
    languages: Sequence[str] = ()
    is_qualified: bool = False
    certified_until: date | None = None
    hours: Sequence[tuple[int, time, time]] = ()
    days_off: Sequence[tuple[date, date]] = ()
    busy: Sequence[tuple[datetime, datetime]] = ()
    engagements: Sequence[Engagement] = ()
    max_hours_per_day: int | None = None
    max_hours_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that speaks against it, in words of the active language."""

    kind: ConflictKind
    text: str

    @property
    def is_hard(self) -> bool:
        """Whether nobody can decide otherwise."""
        return self.kind in HARD


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is said of one guide: conflicts, reasons that speak for them, and `rank`, by which the best come first."""

    conflicts: list[Conflict]
    reasons: list[str]
    rank: tuple[float, ...] = field(default=(), compare=False)

    @property
    def is_refused(self) -> bool:
        """Whether the guide cannot lead it at all."""
        return any(conflict.is_hard for conflict in self.conflicts)


def speaks(languages: Iterable[str], wanted: str) -> bool:
    """Return whether one of `languages` is `wanted`; the country makes no difference (“de-at” is German)."""
    base = wanted.lower().partition("-")[0]
    return any(code.lower().partition("-")[0] == base for code in languages)


def distance_km(one: Spot, other: Spot) -> float:
    """Return how far two positions are from each other as the crow flies, in kilometres."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    half = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def travel_minutes(leaves: Spot | None, arrives: Spot | None, planning: Planning) -> int:
    """Return how many minutes a guide needs from one place to another: none within the same, the least where one is not known."""
    if leaves is None or arrives is None:
        return planning.travel_minutes
    distance = distance_km(leaves, arrives)
    if distance <= SAME_PLACE_KM:
        return 0
    return max(planning.travel_minutes, ceil(distance * DETOUR / planning.travel_kmh * 60))


def warning_days(expires_on: date | None, *, today: date) -> int | None:
    """Return within how many days a certificate ends, as one of `CERTIFICATE_WARNINGS`; 0 once it has ended, None without need."""
    if expires_on is None:
        return None
    left = (expires_on - today).days
    if left < 0:
        return 0
    return min((days for days in CERTIFICATE_WARNINGS if left <= days), default=None)


def _overlap(one_from: datetime, one_until: datetime, other_from: datetime, other_until: datetime) -> bool:
    return one_from < other_until and other_from < one_until


def _clock(moment: datetime, planning: Planning) -> str:
    return date_format(moment.astimezone(planning.zone), "H:i")


def _pieces(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[tuple[date, time, time | None]]:
    """The local days that a stretch of time touches, each with its wall times; None stands for midnight."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    day = start.date()
    while day <= end.date():
        begins = start.time() if day == start.date() else time.min
        ends = end.time() if day == end.date() else None
        if ends != time.min:
            yield day, begins.replace(fold=0), ends.replace(fold=0) if ends else None
        day += timedelta(days=1)


def _within_hours(candidate: Candidate, wanted: Engagement, zone: ZoneInfo) -> bool:
    for day, begins, ends in _pieces(wanted.starts_at, wanted.ends_at, zone):
        reached = begins
        for _weekday, opens, closes in sorted(row for row in candidate.hours if row[0] == day.weekday()):
            if opens <= reached < closes:
                reached = closes
        if reached < LAST_MINUTE if ends is None else reached < min(ends, LAST_MINUTE):
            return False
    return True


def _hours_of(engagements: Iterable[Engagement]) -> float:
    return sum((one.ends_at - one.starts_at).total_seconds() for one in engagements) / 3600


def _plain_hours(hours: float) -> str:
    return f"{hours:.1f}".removesuffix(".0")


def conflicts(need: Need, candidate: Candidate, planning: Planning) -> list[Conflict]:
    """Return all that speaks against a guide leading a departure, what nobody can change first."""
    found = [
        *_of_the_person(need, candidate, planning),
        *_of_the_calendar(need.engagement, candidate, planning),
        *_of_the_day(need.engagement, candidate, planning),
        *_of_the_hours(need.engagement, candidate, planning),
    ]
    return sorted(found, key=lambda conflict: not conflict.is_hard)


def _of_the_person(need: Need, candidate: Candidate, planning: Planning) -> Iterator[Conflict]:
    if not candidate.is_active:
        yield Conflict(ConflictKind.INACTIVE, _("leads no tours any more"))
    if need.certification:
        names = {"certificate": need.certification}
        last_day = need.engagement.starts_at.astimezone(planning.zone).date()
        if candidate.certified_until is None:
            yield Conflict(ConflictKind.CERTIFICATE, _("has no certificate “%(certificate)s”") % names)
        elif candidate.certified_until < last_day:
            names["day"] = date_format(candidate.certified_until)
            yield Conflict(
                ConflictKind.CERTIFICATE, _("the certificate “%(certificate)s” holds until %(day)s only") % names
            )
    if need.qualified_only and not candidate.is_qualified:
        yield Conflict(ConflictKind.QUALIFICATION, _("is not qualified for this tour"))
    if need.language and not speaks(candidate.languages, need.language):
        yield Conflict(ConflictKind.LANGUAGE, _("does not speak the language of the departure"))


def _of_the_calendar(wanted: Engagement, candidate: Candidate, planning: Planning) -> Iterator[Conflict]:
    days = [day for day, _begins, _ends in _pieces(wanted.starts_at, wanted.ends_at, planning.zone)]
    if any(first <= day <= last for first, last in candidate.days_off for day in days):
        yield Conflict(ConflictKind.TIME_OFF, _("has time off"))
    for begins, ends in sorted(candidate.busy):
        if _overlap(wanted.starts_at, wanted.ends_at, begins, ends):
            times = {"from": _clock(begins, planning), "until": _clock(ends, planning)}
            yield Conflict(ConflictKind.BUSY, _("is busy from %(from)s to %(until)s by their own calendar") % times)
            break
    if candidate.hours and not _within_hours(candidate, wanted, planning.zone):
        yield Conflict(ConflictKind.HOURS, _("is not available at that time of the week"))


def _of_the_day(wanted: Engagement, candidate: Candidate, planning: Planning) -> Iterator[Conflict]:
    for other in candidate.engagements:
        names = {"name": other.name, "time": _clock(other.starts_at, planning)}
        if _overlap(wanted.starts_at, wanted.ends_at, other.starts_at, other.ends_at):
            if other.is_certain:
                yield Conflict(ConflictKind.OVERLAP, _("leads “%(name)s” at %(time)s") % names)
            else:
                yield Conflict(ConflictKind.ASKED, _("is asked to lead “%(name)s” at %(time)s") % names)
            continue
        if other.ends_at <= wanted.starts_at:
            gap, leaves, arrives = wanted.starts_at - other.ends_at, other.ends, wanted.begins
        else:
            gap, leaves, arrives = other.starts_at - wanted.ends_at, wanted.ends, other.begins
        needed = travel_minutes(leaves, arrives, planning)
        if gap < timedelta(minutes=needed):
            facts = {**names, "gap": int(gap.total_seconds() // 60), "needed": needed}
            text = _("has %(gap)s minutes between this and “%(name)s” at %(time)s, and needs %(needed)s")
            yield Conflict(ConflictKind.TRAVEL, text % facts)


def _of_the_hours(wanted: Engagement, candidate: Candidate, planning: Planning) -> Iterator[Conflict]:
    day = wanted.starts_at.astimezone(planning.zone).date()
    others = [(other, other.starts_at.astimezone(planning.zone).date()) for other in candidate.engagements]
    same_day = [other for other, its_day in others if its_day == day]
    same_week = [other for other, its_day in others if its_day.isocalendar()[:2] == day.isocalendar()[:2]]
    for kind, limit, led, text in (
        (
            ConflictKind.DAY_HOURS,
            candidate.max_hours_per_day,
            same_day,
            _("would lead %(hours)s hours that day; the limit is %(limit)s"),
        ),
        (
            ConflictKind.WEEK_HOURS,
            candidate.max_hours_per_week,
            same_week,
            _("would lead %(hours)s hours that week; the limit is %(limit)s"),
        ),
    ):
        hours = _hours_of([wanted, *led])
        if limit is not None and hours > limit:
            yield Conflict(kind, text % {"hours": _plain_hours(hours), "limit": limit})
    rest = rest_hours(wanted, candidate.engagements, planning)
    if rest is not None and rest < planning.rest_hours:
        text = _("would rest %(hours)s hours between two days; it should be %(limit)s")
        yield Conflict(ConflictKind.REST, text % {"hours": _plain_hours(rest), "limit": planning.rest_hours})


def rest_hours(wanted: Engagement, others: Iterable[Engagement], planning: Planning) -> float | None:
    """Return the shortest time without work, in hours, between a departure and those on the day before or after; None without."""
    day = wanted.starts_at.astimezone(planning.zone).date()
    gaps = []
    for other in others:
        if other.starts_at.astimezone(planning.zone).date() == day:
            continue
        gap = (
            wanted.starts_at - other.ends_at if other.ends_at <= wanted.starts_at else other.starts_at - wanted.ends_at
        )
        if timedelta() <= gap < timedelta(days=1):
            gaps.append(gap.total_seconds() / 3600)
    return min(gaps, default=None)


def judge(
    need: Need,
    candidate: Candidate,
    planning: Planning,
    *,
    guests: Sequence[tuple[str, int]] = (),
    language_name: str = "",
) -> Opinion:
    """Return what speaks against a guide and for them, with a rank: who can, speaks with the guests, is qualified, has led least.

    `guests` are how many people booked in which language; `language_name` is what the language of the departure is called.
    """
    against = conflicts(need, candidate, planning)
    reasons = []
    understood = sum(count for code, count in guests if speaks(candidate.languages, code))
    everybody = sum(count for _code, count in guests)
    if need.language and speaks(candidate.languages, need.language):
        reasons.append(_("speaks %(language)s") % {"language": language_name or need.language})
    if everybody:
        text = ngettext(
            "speaks the language of %(count)d of %(all)d guest",
            "speaks the language of %(count)d of %(all)d guests",
            everybody,
        )
        if understood:
            reasons.append(text % {"count": understood, "all": everybody})
    if candidate.is_qualified:
        reasons.append(_("is qualified for this tour"))
    month = _month(need.engagement, candidate.engagements, planning)
    hours = _hours_of(month)
    reasons.append(
        _("leads %(hours)s hours this month") % {"hours": _plain_hours(hours)}
        if hours
        else _("leads nothing yet this month")
    )
    rest = rest_hours(need.engagement, candidate.engagements, planning)
    if rest is None:
        reasons.append(_("is free on the days around it"))
    elif rest >= planning.rest_hours:
        reasons.append(_("has %(hours)s hours of rest") % {"hours": _plain_hours(rest)})
    rank = (
        sum(conflict.is_hard for conflict in against),
        sum(not conflict.is_hard for conflict in against),
        -(understood / everybody if everybody else 0.0),
        -float(candidate.is_qualified),
        round(hours, 2),
        -min(rest if rest is not None else 24.0, 24.0),
    )
    return Opinion(against, reasons, rank)


def _month(wanted: Engagement, engagements: Iterable[Engagement], planning: Planning) -> list[Engagement]:
    day = wanted.starts_at.astimezone(planning.zone)
    return [
        other
        for other in engagements
        if (local := other.starts_at.astimezone(planning.zone)).year == day.year and local.month == day.month
    ]


def window(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the stretch of time that matters for a departure: its month and its week, and the days beside it."""
    first, last = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
    begins = min(first.replace(day=1), first - timedelta(days=max(first.weekday(), 2)))
    next_month = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    ends = max(next_month, last + timedelta(days=max(7 - last.weekday(), 3)))
    return datetime.combine(begins, time.min, tzinfo=zone), datetime.combine(ends, time.min, tzinfo=zone)
