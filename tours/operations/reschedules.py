"""Moving a departure to another time, with the people who booked it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tours.enums import SEAT_TAKING
from tours.models import Schedule
from tours.operations.assignments import AssignmentRefused, guides_in_one_place
from tours.operations.resources import shortage_as
from tours.operations.schedules import ScheduleRefused, departure_once, tell_of_new_time
from tours.queries import reschedule_problems, schedule_for_update
from tours.rules import local_start


@dataclass(frozen=True, slots=True)
class MovedSchedule:
    """What moving a departure did: from when (an instant), and the keys of the bookings that came along."""

    schedule: Schedule
    moved_from: datetime
    booking_ids: list[int]


@transaction.atomic
def reschedule(
    schedule: Schedule, *, date: date, start_time: time, now: datetime, actor: Actor = None
) -> MovedSchedule:
    """Move a departure to another local day and wall time of its zone, its bookings with it, and tell its guides; return what was done.

    Duration, places and the time between the end of booking and the start stay. Raises `ScheduleRefused` when it took place or was
    cancelled, when the new time is the old one, has passed or is taken by the same variant, or when its guide
    leads another departure or too little of a shared resource is free then.
    """
    locked = schedule_for_update(schedule.pk)
    start = local_start(date, start_time, locked.zone)
    problems = reschedule_problems(locked, start, now=now)
    if problems:
        raise ScheduleRefused(" ".join(problems))
    before, moved_from = audit.snapshot(locked), locked.starts_at
    locked.date = start.date
    locked.start_time = start.start_time
    locked.starts_at = start.starts_at
    locked.ends_at = start.starts_at + timedelta(minutes=locked.duration_minutes)
    locked.booking_closes_at = start.starts_at - timedelta(minutes=locked.cutoff_minutes)
    locked.changed_by_hand = True
    try:
        with shortage_as(ScheduleRefused), departure_once(), guides_in_one_place():
            locked.save()
    except AssignmentRefused as refused:
        raise ScheduleRefused(str(refused)) from refused
    tell_of_new_time(locked, moved_from, now=now)
    audit.record("schedule.moved", locked, actor=actor, changes=audit.changes_since(before, locked))
    booking_ids = list(locked.bookings.filter(status__in=SEAT_TAKING).order_by("pk").values_list("pk", flat=True))
    publish("tours.schedule_moved", schedule_id=locked.pk, booking_ids=booking_ids)
    return MovedSchedule(locked, moved_from, booking_ids)
