"""Places kept back by staff: taken out of sale and put back into it, under the same guard as those that are booked."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenancy import audit
from tenancy.audit import Actor
from tours.enums import ScheduleStatus
from tours.models import Schedule, SeatBlock
from tours.operations.resources import shortage_as
from tours.operations.schedules import ScheduleRefused
from tours.operations.seats import FILLED_OR_FREED, tell_of_room
from tours.queries import schedule_for_update

OVER = (ScheduleStatus.COMPLETED, ScheduleStatus.CANCELLED)

_BLOCK = """
UPDATE tours_schedule
SET blocked_count = blocked_count + %(seats)s,
    status = CASE WHEN status = 'open' AND booked_count + blocked_count + %(seats)s >= capacity THEN 'full'
                  WHEN status = 'full' AND booked_count + blocked_count + %(seats)s < capacity THEN 'open'
                  ELSE status END,
    changed_by_hand = true,
    updated_at = %(now)s
WHERE id = %(id)s AND booked_count + blocked_count + %(seats)s <= capacity AND status NOT IN ('completed', 'cancelled')
"""


@transaction.atomic
def block_seats(schedule: Schedule, *, seats: int, reason: str, now: datetime, actor: Actor) -> SeatBlock:
    """Keep places of a departure back, so that nobody can book them; return the block.

    Raises `ScheduleRefused` when fewer are free, or the departure took place or was cancelled; then nothing was done.
    """
    if seats < 1:
        raise ScheduleRefused(_("Block at least one place."))
    with connection.cursor() as cursor, shortage_as(ScheduleRefused):
        cursor.execute(_BLOCK + FILLED_OR_FREED, {"id": schedule.pk, "seats": seats, "now": now})
        changed = cursor.fetchone()
    if changed is None:
        raise _refusal(schedule)
    tell_of_room(*changed)
    block = SeatBlock.objects.create(schedule=schedule, seats=seats, reason=reason)
    audit.record("schedule.seats_blocked", schedule, actor=actor, seats=seats)
    return block


def _refusal(schedule: Schedule) -> ScheduleRefused:
    found = Schedule.objects.get(pk=schedule.pk)
    if found.status in OVER:
        return ScheduleRefused(_("A departure that took place or was cancelled cannot be changed."))
    if not found.seats_left:
        return ScheduleRefused(_("No place is free any more."))
    return ScheduleRefused(
        ngettext("Only %(count)d place is free.", "Only %(count)d places are free.", found.seats_left)
        % {"count": found.seats_left}
    )


@transaction.atomic
def unblock_seats(block: SeatBlock, *, now: datetime, actor: Actor) -> Schedule:
    """Offer blocked places again; return the departure. A repeat has no effect.

    Raises `ScheduleRefused` when the departure took place or was cancelled.
    """
    schedule = schedule_for_update(block.schedule_id)
    if schedule.status in OVER:
        raise ScheduleRefused(_("A departure that took place or was cancelled cannot be changed."))
    removed, _by_model = SeatBlock.objects.filter(pk=block.pk).delete()
    if removed:
        with connection.cursor() as cursor:
            cursor.execute(_BLOCK + FILLED_OR_FREED, {"id": schedule.pk, "seats": -block.seats, "now": now})
            tell_of_room(*cursor.fetchone())
        audit.record("schedule.seats_unblocked", schedule, actor=actor, seats=block.seats)
        schedule.refresh_from_db()
    return schedule
