"""Reads of who is down for which departure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from tours.enums import AssignmentStatus, ScheduleStatus
from tours.models import Guide, GuideAssignment, GuideSettings, GuideSwap, Schedule


def guides_for_update(keys: Iterable[int]) -> list[Guide]:
    """Return guides locked until the end of the transaction, in the order of their keys.

    Who puts guides down locks the departure, then them, so that what is looked at before still holds when it is written.
    """
    return list(Guide.objects.select_for_update(no_key=True).filter(pk__in=list(keys)).order_by("pk"))


def assignment_for_update(pk: int) -> GuideAssignment | None:
    """Return an assignment locked until the end of the transaction, with its guide, or None when it is gone."""
    rows = GuideAssignment.objects.select_for_update(of=("self",), no_key=True).select_related(
        "guide__user", "asked_by", "schedule__tour__meeting_point", "schedule__variant"
    )
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
        if during is not None:
            times[guide_id].append((during.lower, during.upper))
    return times


def swap_for_update(pk: int) -> GuideSwap | None:
    """Return a swap locked until the end of the transaction, with its guides and its departure, or None when it is gone."""
    rows = GuideSwap.objects.select_for_update(of=("self",), no_key=True).select_related(
        "taker__user", "assignment__guide__user", "assignment__asked_by", "assignment__schedule__tour"
    )
    return rows.filter(pk=pk).first()


def due_reminders(*, now: datetime) -> list[tuple[int, int]]:
    """Return key and organization of the requests that wait longer than the organization lets them; needs `every_organization`."""
    hours = {row.organization_id: row.reminder_hours for row in GuideSettings.objects.all()}
    usual = GuideSettings().reminder_hours
    waiting = GuideAssignment.objects.filter(
        status=AssignmentStatus.PENDING,
        asked_at__lte=now - timedelta(hours=min([usual, *hours.values()])),
        reminded_at=None,
        schedule__starts_at__gt=now,
    ).exclude(schedule__status=ScheduleStatus.CANCELLED)
    return [
        (pk, organization_id)
        for pk, organization_id, asked_at in waiting.order_by("asked_at").values_list(
            "pk", "organization_id", "asked_at"
        )
        if asked_at is not None and asked_at <= now - timedelta(hours=hours.get(organization_id, usual))
    ]
