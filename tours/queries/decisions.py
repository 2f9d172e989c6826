"""Reads of departures that have too few participants."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from tours.enums import ScheduleStatus
from tours.models import DepartureDecision, PlanningSettings, Schedule
from tours.queries.resources import limit_by_resources, with_needs
from tours.rules import MERGE_WITHIN

TO_COME = (ScheduleStatus.OPEN, ScheduleStatus.FULL, ScheduleStatus.CLOSED)


def planning_settings() -> PlanningSettings:
    """Return how the organization plans; the defaults, not saved, when it has said nothing."""
    return PlanningSettings.objects.first() or PlanningSettings()


def with_minimum(schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Return departures each with `minimum`, the fewest participants that count for it, and `hours`, when it is decided."""
    return schedules.annotate(
        minimum=Coalesce("min_participants", "variant__min_participants", "tour__min_participants"),
        hours=Coalesce("decision_hours", "variant__decision_hours", "tour__decision_hours"),
    )


def short_schedules(*, now: datetime) -> QuerySet[Schedule]:
    """Return departures to come whose decision time has passed with too few booked, unless they are guaranteed or being decided."""
    until = ExpressionWrapper(Value(now) + F("hours") * Value(timedelta(hours=1)), output_field=DateTimeField())
    # The types know nothing of what `with_minimum` adds.
    found: Any = with_minimum(Schedule.objects.filter(status__in=TO_COME, starts_at__gt=now, guaranteed_at=None))
    short: QuerySet[Schedule] = found.filter(
        ~Exists(DepartureDecision.objects.filter(schedule=OuterRef("pk"), decided_at=None)),
        minimum__gt=1,
        booked_count__lt=F("minimum"),
        starts_at__lte=until,
    )
    return short


def settled_decisions(*, now: datetime) -> QuerySet[DepartureDecision]:
    """Return open decisions that need not be taken any more: enough have booked by now, or the departure has left or was cancelled."""
    minimum = Coalesce(
        "schedule__min_participants", "schedule__variant__min_participants", "schedule__tour__min_participants"
    )
    return DepartureDecision.objects.annotate(wanted=minimum).filter(
        Q(schedule__starts_at__lte=now)
        | ~Q(schedule__status__in=TO_COME)
        | Q(schedule__booked_count__gte=F("wanted"))
        # It was changed since, and takes place in any case.
        | Q(wanted__lte=1),
        decided_at=None,
    )


def merge_targets(schedule: Schedule, *, now: datetime) -> list[Schedule]:
    """Return the departures that can take the guests of another one, nearest in time first; at most two queries.

    Group departures of the same tour in the same language, at most `MERGE_WITHIN` apart and not left yet, with room for all, which
    take place then: their own minimum is reached, or they are guaranteed.
    """
    found = with_needs(with_minimum(Schedule.objects.select_related("variant", "tour"))).filter(
        tour=schedule.tour_id,
        language=schedule.language,
        status__in=(ScheduleStatus.OPEN, ScheduleStatus.CLOSED),
        starts_at__gt=now,
        starts_at__range=(schedule.starts_at - MERGE_WITHIN, schedule.starts_at + MERGE_WITHIN),
        capacity__gte=F("booked_count") + F("blocked_count") + schedule.booked_count,
        variant__kind=schedule.variant.kind,
    )
    taking_place = found.filter(
        Q(guaranteed_at__isnull=False) | Q(minimum__lte=F("booked_count") + schedule.booked_count)
    )
    targets = [other for other in taking_place if other.pk != schedule.pk and other.variant.kind == "group"]
    limit_by_resources(targets)
    roomy = [other for other in targets if other.seats_left >= schedule.booked_count]
    return sorted(roomy, key=lambda other: (abs(other.starts_at - schedule.starts_at), other.pk))


def decision_for_update(pk: int) -> DepartureDecision:
    """Return a decision locked until the end of the transaction."""
    return DepartureDecision.objects.select_for_update(no_key=True).get(pk=pk)
