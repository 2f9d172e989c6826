"""Reads for those who plan guides: the week, certificates that end, swaps that wait."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from tenancy.models import User
from tours.enums import LEADING, SWAPS_OPEN, AssignmentRole, AssignmentStatus, ScheduleStatus, SwapStatus
from tours.models import Guide, GuideAssignment, GuideCertification, GuideFeed, GuideSwap, GuideTimeOff, Schedule
from tours.queries.guides import guide_of, with_guides
from tours.rules import warning_days


def assignments_of(schedule: Schedule) -> list[GuideAssignment]:
    """Return who is down for a departure or has declined it, those who lead first; one query."""
    rows = GuideAssignment.objects.filter(schedule=schedule).select_related("guide__user")
    order = [AssignmentStatus.CONFIRMED, AssignmentStatus.PENDING, AssignmentStatus.DECLINED]
    return sorted(
        rows,
        key=lambda row: (
            order.index(AssignmentStatus(row.status)),
            row.role != AssignmentRole.LEAD,
            row.guide.name,
        ),
    )


@dataclass(slots=True)
class WeekDay:
    """What a guide, or nobody, leads on a day, and whether the guide has time off."""

    day: date
    assignments: list[GuideAssignment] = field(default_factory=list)
    departures: list[Schedule] = field(default_factory=list)
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class WeekRow:
    """The seven days of a guide."""

    guide: Guide
    days: list[WeekDay]
    hours: float


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday on: the guides with what they lead, and the departures without anybody who leads them for certain."""

    days: list[date]
    rows: list[WeekRow]
    gaps: list[WeekDay]
    gap_count: int


def week_of_guides(monday: date) -> Week:
    """Return who leads what in the week that begins on a day, by the local days of the departures; four queries."""
    days = [monday + timedelta(days=offset) for offset in range(7)]
    schedules = list(
        with_guides(Schedule.objects.filter(date__range=(days[0], days[-1])))
        .exclude(status=ScheduleStatus.CANCELLED)
        .select_related("tour")
        .order_by("starts_at", "pk")
    )
    off: dict[int, list[GuideTimeOff]] = defaultdict(list)
    for row in GuideTimeOff.objects.filter(first_day__lte=days[-1], last_day__gte=days[0]):
        off[row.guide_id].append(row)
    led: dict[int, dict[date, list[GuideAssignment]]] = defaultdict(lambda: defaultdict(list))
    gaps = {day: WeekDay(day) for day in days}
    for schedule in schedules:
        leading: list[GuideAssignment] = schedule.leading  # type: ignore[attr-defined]  # `with_guides` has added it
        for assignment in leading:
            # Read already: asking each row again for its departure would be a query for each.
            assignment.schedule = schedule
            led[assignment.guide_id][schedule.date].append(assignment)
        if not any(one.status == AssignmentStatus.CONFIRMED for one in leading):
            gaps[schedule.date].departures.append(schedule)
    rows = []
    for guide in Guide.objects.filter(Q(is_active=True) | Q(pk__in=list(led))):
        plan = [
            WeekDay(
                day,
                led[guide.pk][day],
                is_off=any(row.first_day <= day <= row.last_day for row in off[guide.pk]),
            )
            for day in days
        ]
        minutes = sum(one.schedule.duration_minutes for day in plan for one in day.assignments)
        rows.append(WeekRow(guide, plan, minutes / 60))
    found = list(gaps.values())
    return Week(days, rows, found, sum(len(day.departures) for day in found))


@dataclass(frozen=True, slots=True)
class CertificateWarning:
    """A certificate that ends within `days` (60, 30, 7), or has ended (0)."""

    certification: GuideCertification
    days: int


def certificate_warnings(*, today: date, guides: Iterable[Guide] | None = None) -> list[CertificateWarning]:
    """Return the certificates of guides who lead tours that end soon or have ended, the first to end first; one query.

    One that was renewed is not among them: of each kind the one of a guide that holds longest counts.
    """
    rows = GuideCertification.objects.filter(guide__is_active=True).select_related("guide", "certification")
    if guides is not None:
        rows = rows.filter(guide__in=[guide.pk for guide in guides])
    longest: dict[tuple[int, int], GuideCertification] = {}
    for row in rows:
        key = (row.guide_id, row.certification_id)
        known = longest.get(key)
        if known is None or (row.expires_on or date.max) > (known.expires_on or date.max):
            longest[key] = row
    found = [
        CertificateWarning(row, days)
        for row in longest.values()
        if (days := warning_days(row.expires_on, today=today)) is not None
    ]
    return sorted(found, key=lambda one: (one.certification.expires_on or date.max, one.certification.guide.name))


def _swaps() -> QuerySet[GuideSwap]:
    return GuideSwap.objects.select_related(
        "assignment__guide", "assignment__schedule__tour", "assignment__schedule__variant", "wanted", "taker"
    ).order_by("assignment__schedule__starts_at", "pk")


def swaps_under_way() -> QuerySet[GuideSwap]:
    """Return all swaps that are not decided yet, by departure."""
    return _swaps().filter(status__in=SWAPS_OPEN).exclude(assignment__schedule__status=ScheduleStatus.CANCELLED)


def swaps_of(user: User) -> QuerySet[GuideSwap]:
    """Return the swaps that concern the guide with this account: their own, and those they may take or have taken."""
    guide = guide_of(user)
    if guide is None:
        return _swaps().none()
    open_to = Q(status=SwapStatus.OFFERED) & (Q(wanted=guide) | Q(wanted=None))
    return swaps_under_way().filter(Q(assignment__guide=guide) | Q(taker=guide) | open_to)


def swaps_open_to(user: User) -> QuerySet[GuideSwap]:
    """Return the swaps that the guide with this account could take."""
    guide = guide_of(user)
    if guide is None:
        return _swaps().none()
    return swaps_of(user).filter(status=SwapStatus.OFFERED).exclude(assignment__guide=guide)


def swaps_to_decide(*, limit: int = 10) -> list[GuideSwap]:
    """Return the swaps that wait for the team, by departure; one query."""
    return list(swaps_under_way().filter(status=SwapStatus.TAKEN)[:limit])


def confirmed_assignment(schedule: Schedule, user: User) -> GuideAssignment | None:
    """Return by which the guide with this account leads a departure for certain, or None; one query."""
    return (
        GuideAssignment.objects.filter(
            schedule=schedule, guide__user=user.pk, guide__is_active=True, status=AssignmentStatus.CONFIRMED
        )
        .select_related("guide")
        .first()
    )


def declined_requests(*, now: datetime, limit: int = 10) -> list[GuideAssignment]:
    """Return the requests that guides declined where nobody leads and nobody else is asked, by departure; one query."""
    led = GuideAssignment.objects.filter(status__in=LEADING).values("schedule")
    rows = (
        GuideAssignment.objects.filter(status=AssignmentStatus.DECLINED, schedule__starts_at__gt=now)
        .exclude(schedule__in=led)
        .exclude(schedule__status__in=[ScheduleStatus.CANCELLED, ScheduleStatus.COMPLETED])
    )
    return list(rows.select_related("guide", "schedule__tour").order_by("schedule__starts_at", "pk")[:limit])


def failing_feeds(*, limit: int = 10) -> list[GuideFeed]:
    """Return the calendars of guides who lead tours that cannot be read, by guide; one query."""
    rows = GuideFeed.objects.exclude(problem="").filter(guide__is_active=True)
    return list(rows.select_related("guide").order_by("guide__name", "pk")[:limit])
