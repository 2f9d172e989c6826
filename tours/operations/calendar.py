"""A departure put on another day or time, as the calendar does it."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from tenancy.audit import Actor
from tours.models import Schedule
from tours.operations.schedules import ScheduleRefused, change_schedule
from tours.queries import schedule_for_update
from tours.rules import local_start


@transaction.atomic
def move_schedule(
    schedule: Schedule,
    *,
    date: date,
    start_time: time,
    now: datetime,
    expected: datetime | None = None,
    actor: Actor = None,
) -> Schedule:
    """Put a departure that nobody has booked on another local day and wall time; return it. A repeat has no effect.

    `expected` is the start that the person saw. Raises `ScheduleRefused` when it starts at another time by now, when the new start has
    passed, and as `change_schedule` does: when it is over, has bookings, or the variant leaves at that time already;
    `AssignmentRefused` when a guide of it leads another one then.
    """
    locked = schedule_for_update(schedule.pk)
    start = local_start(date, start_time, locked.zone)
    if start.starts_at == locked.starts_at:
        return locked
    if expected is not None and locked.starts_at != expected:
        raise ScheduleRefused(_("Somebody else has moved this departure in the meantime. Look at where it is now."))
    if start.starts_at <= now:
        raise ScheduleRefused(_("This time has passed. Please choose a later one."))
    return change_schedule(
        locked,
        date=date,
        start_time=start_time,
        duration_minutes=locked.duration_minutes,
        cutoff_minutes=locked.cutoff_minutes,
        capacity=locked.capacity,
        language=locked.language,
        guest_note=locked.guest_note,
        internal_note=locked.internal_note,
        actor=actor,
    )
