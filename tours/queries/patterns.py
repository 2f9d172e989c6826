"""Reads of patterns: what they would do to departures."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenancy.queries import current_organization
from tours.enums import LEADING, OrphanReason, PatternKind, ScheduleStatus, TourStatus
from tours.models import AvailabilityPattern, Booking, GuideAssignment, Schedule, TourVariant
from tours.rules import LocalStart, horizon_of, local_start, occurrences_of

_OVER = (ScheduleStatus.CANCELLED, ScheduleStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class PlannedDeparture:
    """A departure that a pattern asks for: the day and wall time it says, and the start that these mean."""

    date: date
    time: time
    start: LocalStart


@dataclass(frozen=True, slots=True)
class Orphan:
    """A departure that its pattern does not ask for any more; `reason` says why it stays, and is empty when it may go.

    `can_be_removed` is false for one that somebody has booked and given back: it can be closed.
    """

    schedule: Schedule
    reason: str
    can_be_removed: bool


@dataclass(slots=True)
class PatternPlan:
    """What a pattern would do to the departures of its variant, from now on.

    `adjusted` get the pattern's places and language, and are opened where the pattern had closed them; `kept` stay as they are;
    `cancelled` stay cancelled; at `taken` there is a departure that another hand or pattern made.
    """

    added: list[PlannedDeparture] = field(default_factory=list)
    adjusted: list[Schedule] = field(default_factory=list)
    kept: list[Schedule] = field(default_factory=list)
    cancelled: list[Schedule] = field(default_factory=list)
    taken: list[PlannedDeparture] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)

    @property
    def moved(self) -> list[PlannedDeparture]:
        """Those of the added whose wall time the clock change leaves out."""
        return [planned for planned in self.added if planned.start.moved]

    @property
    def free_orphans(self) -> list[Orphan]:
        """Those of the orphans that nobody has booked and nobody decided about."""
        return [orphan for orphan in self.orphans if not orphan.reason]

    @property
    def held_orphans(self) -> list[Orphan]:
        """Those of the orphans that stay."""
        return [orphan for orphan in self.orphans if orphan.reason]

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.added or self.adjusted or self.free_orphans)

    @property
    def digest(self) -> str:
        """A text that differs where another plan would do something else."""
        said = (
            [(planned.date, planned.time) for planned in self.added],
            [schedule.pk for schedule in self.adjusted],
            [(orphan.schedule.pk, orphan.reason) for orphan in self.orphans],
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def plan_of(pattern: AvailabilityPattern, *, now: datetime) -> PatternPlan:
    """Return what a pattern, saved or not, would do; three queries for one that is saved.

    A departure counts by the day and time its pattern gave it, so that one which was moved or cancelled does not come again.
    """
    zone = current_organization().zone
    today = now.astimezone(zone).date()
    horizon = horizon_of(pattern, today=today)
    made = _made_by(pattern, today=today, now=now)
    if not pattern.is_active:
        return PatternPlan(kept=[schedule for schedule in made if schedule.status not in _OVER])
    last = max([horizon, *(schedule.pattern_date for schedule in made if schedule.pattern_date)])
    wanted = occurrences_of(pattern, first=today, last=last)
    plan = PatternPlan()
    taken = _taken(pattern, now=now)
    _sort_made(plan, made, set(wanted), pattern, taken, now=now)
    known = {(schedule.pattern_date, schedule.pattern_time) for schedule in made}
    for day, at in wanted:
        start = local_start(day, at, zone)
        if day > horizon or (day, at) in known or start.starts_at <= now:
            continue
        planned = PlannedDeparture(day, at, start)
        wall = (start.date, start.start_time)
        (plan.taken if wall in taken else plan.added).append(planned)
        taken.add(wall)
    return plan


def _made_by(pattern: AvailabilityPattern, *, today: date, now: datetime) -> list[Any]:
    if pattern.pk is None:
        return []
    return list(
        Schedule.objects.filter(Q(pattern_date__gte=today) | Q(starts_at__gt=now), pattern=pattern)
        .annotate(
            was_booked=Exists(Booking.objects.filter(schedule=OuterRef("pk"))),
            is_led=Exists(GuideAssignment.objects.filter(schedule=OuterRef("pk"), status__in=LEADING)),
        )
        .order_by("starts_at", "pk")
    )


def _taken(pattern: AvailabilityPattern, *, now: datetime) -> set[tuple[date, time]]:
    others = Schedule.objects.filter(variant=pattern.variant_id, language=pattern.language, starts_at__gt=now)
    return set(others.exclude(status=ScheduleStatus.CANCELLED).values_list("date", "start_time"))


def _why_it_stays(schedule: Any) -> str:
    if schedule.booked_count:
        return OrphanReason.BOOKED
    if schedule.changed_by_hand:
        return OrphanReason.BY_HAND
    return OrphanReason.LED if schedule.is_led else ""


def _sort_made(
    plan: PatternPlan,
    made: Iterable[Any],
    wanted: set[tuple[date, time]],
    pattern: AvailabilityPattern,
    taken: set[tuple[date, time]],
    *,
    now: datetime,
) -> None:
    for schedule in made:
        is_wanted = (schedule.pattern_date, schedule.pattern_time) in wanted
        stays = _why_it_stays(schedule)
        if schedule.status in _OVER or schedule.starts_at <= now:
            if schedule.status == ScheduleStatus.CANCELLED and is_wanted and schedule.starts_at > now:
                plan.cancelled.append(schedule)
        elif not is_wanted:
            plan.orphans.append(Orphan(schedule, stays, can_be_removed=not schedule.was_booked))
        elif not stays and _differs(schedule, pattern, taken):
            plan.adjusted.append(schedule)
        else:
            plan.kept.append(schedule)


def _differs(schedule: Schedule, pattern: AvailabilityPattern, taken: set[tuple[date, time]]) -> bool:
    if schedule.language != pattern.language and (schedule.date, schedule.start_time) in taken:
        return False
    return (
        schedule.language != pattern.language
        or (pattern.capacity is not None and schedule.capacity != pattern.capacity)
        or schedule.status == ScheduleStatus.CLOSED
    )


def patterns_to_follow() -> QuerySet[AvailabilityPattern]:
    """Return the patterns that make departures: active, of a variant that is offered, of a tour that is not archived."""
    return AvailabilityPattern.objects.filter(is_active=True, variant__is_active=True).exclude(
        Q(kind=PatternKind.ON_REQUEST) | Q(variant__tour__status=TourStatus.ARCHIVED)
    )


def due_patterns() -> list[tuple[int, int]]:
    """Return keys of patterns and of their organizations for the nightly run; needs `every_organization`; one query."""
    return list(patterns_to_follow().order_by("organization_id", "pk").values_list("pk", "organization_id"))


def variant_for_update(pk: int) -> TourVariant:
    """Return a variant with its tour, locked until the end of the transaction; rows that only point at it are not kept waiting."""
    return TourVariant.objects.select_for_update(of=("self",), no_key=True).select_related("tour").get(pk=pk)


def pattern_for_update(pk: int) -> AvailabilityPattern | None:
    """Return a pattern locked until the end of the transaction, or None when it is gone."""
    return AvailabilityPattern.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()


def coming_schedules(variant: TourVariant, *, now: datetime) -> list[Schedule]:
    """Return the departures of a variant that have not begun, cancelled ones too, in order; one query."""
    return list(
        Schedule.objects.filter(variant=variant, starts_at__gt=now)
        .select_related("tour__meeting_point", "variant")
        .order_by("starts_at", "pk")
    )
