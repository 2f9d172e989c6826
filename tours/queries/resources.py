"""Reads of resources: what they leave of the seats of departures."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from tours.models import ResourceNeed, Schedule

# As the triggers count it. A departure whose bus is taken by another one has no seat left.
_SEATS = """
SELECT s.id, min(CASE need.basis
    WHEN 'seat' THEN free / need.quantity - s.booked_count - s.blocked_count
    WHEN 'departure' THEN CASE WHEN free >= need.quantity THEN s.capacity ELSE 0 END
END)
FROM tours_schedule s JOIN tours_resourceneed need ON need.variant_id = s.variant_id
CROSS JOIN LATERAL tours_resource_free(need.resource_id, s.id, s.starts_at, s.ends_at) AS free
WHERE s.id = ANY (%s) GROUP BY s.id
"""


def with_needs(schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Return departures each with `needs_resources`: whether its variant needs any. No query more."""
    return schedules.annotate(needs_resources=Exists(ResourceNeed.objects.filter(variant=OuterRef("variant"))))


def seats_by_resources(pks: Iterable[int]) -> dict[int, int]:
    """Return how many more seats shared resources leave on departures, by their keys; one query, none without keys."""
    wanted = sorted(pks)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SEATS, [wanted])
        return {pk: max(seats, 0) for pk, seats in cursor.fetchall()}


def limit_by_resources(schedules: Iterable[Schedule]) -> None:
    """Let `seats_left` of departures from `with_needs` be what shared resources leave; one query, none where nothing is needed."""
    limited = {schedule.pk: schedule for schedule in schedules if getattr(schedule, "needs_resources", False)}
    for pk, seats in seats_by_resources(limited).items():
        limited[pk].resource_seats = seats


def departures_for_update(variants: Iterable[int], *, now: datetime) -> list[int]:
    """Return the keys of the departures of variants (by their keys) to come, locked until the end of the transaction, in their order."""
    found = Schedule.objects.select_for_update(of=("self",), no_key=True).filter(
        variant__in=set(variants), ends_at__gt=now
    )
    return list(found.order_by("pk").values_list("pk", flat=True))
