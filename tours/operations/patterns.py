"""Departures made from patterns: added ahead of time, and brought in line when a pattern was changed."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from tenancy import audit
from tenancy.audit import Actor
from tenancy.queries import current_organization
from tours.enums import OrphanFate, ScheduleStatus
from tours.models import AvailabilityPattern, Schedule, TourVariant
from tours.operations.schedules import ScheduleRefused, departure_once, new_schedule
from tours.queries import Orphan, PatternPlan, PlannedDeparture, pattern_for_update, plan_of, variant_for_update

BATCH = 1000


class PlanOutdated(Exception):
    """Something has changed since the plan was shown; `plan` is the one of now."""

    def __init__(self, plan: PatternPlan) -> None:
        self.plan = plan
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What to tell the person, in the active language."""
        return _("Something has changed since you saw this plan. Here is the new one; nothing has been done yet.")


@transaction.atomic
def generate_schedules(pattern: AvailabilityPattern, *, now: datetime, actor: Actor = None) -> PatternPlan:
    """Add the departures that a pattern asks for and that are not there yet, up to its horizon; return the plan that was followed.

    A repeat adds nothing. Departures that exist, cancelled ones too, are left as they are. The pattern counts as it is stored; one that
    was switched off or deleted meanwhile adds nothing.
    """
    # First the pattern, as whoever saves it does: what it says counts once nobody can change it any more.
    found = pattern_for_update(pattern.pk)
    if found is None:
        return PatternPlan()
    # One at a time for each variant, as `create_schedules` does.
    variant = variant_for_update(found.variant_id)
    plan = plan_of(found, now=now)
    _add(found, variant, plan.added)
    _record(found, plan, actor=actor)
    return plan


@transaction.atomic
def apply_pattern(
    pattern: AvailabilityPattern,
    *,
    digest: str,
    orphans: OrphanFate = OrphanFate.KEEP,
    now: datetime,
    actor: Actor = None,
) -> PatternPlan:
    """Do what the plan with this digest says, and with free orphans what `orphans` says; return the plan.

    Departures with bookings, with guides or changed by hand are never touched. Raises `PlanOutdated` when there is another plan by
    now; then nothing is done. A repeat changes nothing.
    """
    found = pattern_for_update(pattern.pk)
    if found is None:
        raise PlanOutdated(PatternPlan())
    pattern = found
    variant = variant_for_update(pattern.variant_id)
    # Who books waits, and finds the departure closed or gone; who has booked is seen by the plan.
    list(
        Schedule.objects.select_for_update().filter(pattern=pattern, starts_at__gt=now).order_by("pk").values_list("pk")
    )
    plan = plan_of(pattern, now=now)
    if plan.digest != digest:
        raise PlanOutdated(plan)
    _add(pattern, variant, plan.added)
    try:
        with departure_once():
            _adjust(pattern, plan.adjusted, now=now)
    except ScheduleRefused as refused:
        raise PlanOutdated(plan_of(pattern, now=now)) from refused
    closed, removed = _settle(plan.free_orphans, orphans, now=now)
    if plan.adjusted or closed or removed:
        variant.tour.save(update_fields=["updated_at"])
    _record(pattern, plan, adjusted=len(plan.adjusted), closed=closed, removed=removed, actor=actor)
    return plan


def _add(pattern: AvailabilityPattern, variant: TourVariant, planned: Iterable[PlannedDeparture]) -> None:
    zone = current_organization().zone
    schedules = []
    for one in planned:
        schedule = new_schedule(variant, one.start, zone=zone, capacity=pattern.capacity, language=pattern.language)
        schedule.pattern, schedule.pattern_date, schedule.pattern_time = pattern, one.date, one.time
        schedules.append(schedule)
    # Where somebody moves another departure to the same time in this moment, that one is there.
    Schedule.objects.bulk_create(schedules, batch_size=BATCH, ignore_conflicts=True)
    if schedules:
        # Rows made in bulk send no signals; those who keep pages of the tour learn of it this way.
        variant.tour.save(update_fields=["updated_at"])


def _adjust(pattern: AvailabilityPattern, schedules: Iterable[Schedule], *, now: datetime) -> None:
    changed = list(schedules)
    for schedule in changed:
        schedule.language = pattern.language
        schedule.capacity = pattern.capacity or schedule.capacity
        schedule.status = ScheduleStatus.OPEN
        schedule.updated_at = now
    Schedule.objects.bulk_update(changed, ["language", "capacity", "status", "updated_at"], batch_size=BATCH)


def _settle(orphans: Iterable[Orphan], fate: OrphanFate, *, now: datetime) -> tuple[int, int]:
    """Close or remove orphans; one that somebody had booked is closed in either case. Returns how many of each."""
    if fate == OrphanFate.KEEP:
        return 0, 0
    going = [one.schedule.pk for one in orphans if fate == OrphanFate.REMOVE and one.can_be_removed]
    removed = _remove(going)
    rest = [one.schedule.pk for one in orphans if one.schedule.pk not in removed]
    closed = (
        Schedule.objects.filter(pk__in=rest)
        .exclude(status=ScheduleStatus.CLOSED)
        .update(status=ScheduleStatus.CLOSED, updated_at=now)
    )
    return closed, len(removed)


def _remove(keys: Iterable[int]) -> set[int]:
    """Delete departures by their keys; return which are gone. Those stay that orders still tell of, such as one moved away from them."""
    wanted = Schedule.objects.filter(pk__in=list(keys))
    try:
        with transaction.atomic():
            gone = set(wanted.values_list("pk", flat=True))
            wanted.delete()
            return gone
    except ProtectedError:
        gone = set()
    for schedule in wanted:
        key = schedule.pk
        with suppress(ProtectedError), transaction.atomic():
            schedule.delete()
            gone.add(key)
    return gone


def _record(
    pattern: AvailabilityPattern,
    plan: PatternPlan,
    *,
    adjusted: int = 0,
    closed: int = 0,
    removed: int = 0,
    actor: Actor,
) -> None:
    """One entry for a run that did something: thousands of departures are one decision."""
    if plan.added or adjusted or closed or removed:
        audit.record(
            "pattern.applied",
            pattern,
            actor=actor,
            added=len(plan.added),
            moved=len(plan.moved),
            adjusted=adjusted,
            closed=closed,
            removed=removed,
        )


@transaction.atomic
def import_patterns(
    variant: TourVariant, *, patterns: Iterable[AvailabilityPattern], language: str = "", actor: Actor = None
) -> list[AvailabilityPattern]:
    """Keep patterns read from a calendar file for a variant, switched off until somebody has looked at their plans; return them."""
    kept = []
    for pattern in patterns:
        pattern.variant = variant
        pattern.language = language
        pattern.is_active = False
        pattern.save()
        audit.record("pattern.imported", pattern, actor=actor)
        kept.append(pattern)
    return kept
