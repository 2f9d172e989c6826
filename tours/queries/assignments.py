"""Reads of who is down for which departure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from tours.enums import AssignmentStatus
from tours.models import Guide, GuideAssignment, Schedule


def guides_for_update(keys: Iterable[int]) -> list[Guide]:
    """Return guides locked until the end of the transaction, in the order of their keys.

    Who puts guides down locks the departure, then them, so that what is looked at before still holds when it is written.
    """
    return list(Guide.objects.select_for_update(no_key=True).filter(pk__in=list(keys)).order_by("pk"))


def assignment_for_update(pk: int) -> GuideAssignment | None:
    """Return an assignment locked until the end of the transaction, with its guide, or None when it is gone."""
    rows = GuideAssignment.objects.select_for_update(of=("self",), no_key=True).select_related("guide")
    return rows.filter(pk=pk).first()


def double_booked(
    schedule: Schedule, *, guides: Iterable[Guide], starts_at: datetime, ends_at: datetime
) -> GuideAssignment | None:
    """Return what one of `guides` leads for certain between two instants beside `schedule`, or None; one query."""
    return (
        GuideAssignment.objects.filter(
            guide__in=[guide.pk for guide in guides],
            status=AssignmentStatus.CONFIRMED,
            during__overlap=DateTimeTZRange(starts_at, ends_at),
        )
        .exclude(schedule=schedule)
        .select_related("guide", "schedule__tour")
        .order_by("schedule__starts_at", "pk")
        .first()
    )


def confirmed_times(
    guides: Iterable[Guide], *, starts_at: datetime, ends_at: datetime
) -> dict[int, list[tuple[datetime, datetime]]]:
    """Return from when to when each guide, by key, leads something for certain between two instants; one query."""
    rows = GuideAssignment.objects.filter(
        guide__in=[guide.pk for guide in guides],
        status=AssignmentStatus.CONFIRMED,
        during__overlap=DateTimeTZRange(starts_at, ends_at),
    )
    times: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for guide_id, during in rows.values_list("guide", "during"):
        times[guide_id].append((during.lower, during.upper))
    return times
