"""Seats: taken and given back by one conditional statement for each departure, so that none is sold twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Customer
from tenancy import audit
from tenancy.audit import Actor
from tours.enums import SEAT_TAKING, BookingStatus, ScheduleStatus
from tours.models import Booking, Participant, Schedule
from tours.operations.resources import Shortage, shortage_of
from tours.queries import bookings_for_update, schedules_by_key_for_update, schedules_for_update
from tours.rules import booking_may_become
from tours.signals import availability_changed


@dataclass(frozen=True, slots=True)
class SeatRequest:
    """How many seats are wanted on a schedule, by its primary key."""

    schedule_id: int
    seats: int


@dataclass(frozen=True, slots=True)
class NewParticipant:
    """One person or group to be written on a booking: the name of the price paid, the seats taken, and what is known of them."""

    tier_name: str
    seats: int
    name: str = ""
    needs: str = ""
    diet: str = ""
    age: int | None = None
    emergency_name: str = ""
    emergency_phone: str = ""


class SeatsUnavailable(Exception):
    """The seats cannot be had: `code` is `gone`, `closed`, `departed` or `too_few` (then `seats_left` are free).

    `shortage` is the shared resource that was too few, where it was one; its message is for staff, guests only learn of the seats.
    For a booking that is to be moved it may also be `over`, or `changed` when it is not any more as the caller knew it.
    """

    def __init__(self, code: str, *, schedule_id: int, seats_left: int = 0, shortage: Shortage | None = None) -> None:
        self.code = code
        self.shortage = shortage
        self.schedule_id = schedule_id
        self.seats_left = seats_left
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What to tell the person, in the active language."""
        if self.code == "too_few" and self.seats_left:
            return ngettext(
                "Only %(count)d place is left on this departure.",
                "Only %(count)d places are left on this departure.",
                self.seats_left,
            ) % {"count": self.seats_left}
        return {
            "too_few": _("This departure is fully booked."),
            "departed": _("This departure has left."),
            "closed": _("This departure can no longer be booked."),
            "over": _("This booking is over, so it cannot be changed."),
            "changed": _("This booking has just been changed. Please look at it again."),
        }.get(self.code, _("This departure does not exist any more."))


# Bookings that wait for their departure; only they can be moved.
MOVABLE = (BookingStatus.HELD, BookingStatus.PENDING, BookingStatus.CONFIRMED)

# Tells whether guests find other departures with room than before: when one fills or has room again, and where departures share
# resources with every place, because what this one takes another lacks.
FILLED_OR_FREED = """RETURNING (
    status IN ('open', 'full')
    AND (booked_count + blocked_count >= capacity) <> (booked_count + blocked_count - %(seats)s >= capacity)
    OR EXISTS (SELECT FROM tours_resourceneed need WHERE need.variant_id = tours_schedule.variant_id)
)"""

# One statement checks that the departure can be booked and has room, takes the seats and keeps open ↔ full.
_TAKE = """
UPDATE tours_schedule
SET booked_count = booked_count + %(seats)s,
    status = CASE WHEN status IN ('open', 'full')
                  THEN CASE WHEN booked_count + blocked_count + %(seats)s >= capacity THEN 'full' ELSE 'open' END
                  ELSE status END,
    updated_at = %(now)s
WHERE id = %(id)s AND booked_count + blocked_count + %(seats)s <= capacity AND starts_at > %(now)s
  AND (status = ANY (%(states)s)) AND (%(late)s OR booking_closes_at > %(now)s)
"""

_GIVE_BACK = """
UPDATE tours_schedule
SET booked_count = booked_count + %(seats)s,
    status = CASE WHEN status = 'full' AND booked_count + blocked_count + %(seats)s < capacity THEN 'open' ELSE status END,
    updated_at = %(now)s
WHERE id = %(id)s
"""


def tell_of_room(changed: bool) -> None:
    """Tell the apps above when `FILLED_OR_FREED` says that guests find other departures with room."""
    if changed:
        availability_changed.send(Schedule)


def _take(requests: Iterable[SeatRequest], *, now: datetime, late: bool) -> None:
    wanted: Counter[int] = Counter()
    for request in requests:
        wanted[request.schedule_id] += request.seats
    # Full stays bookable for a party without seats of its own; closed only for guests who had paid for their place.
    states = [ScheduleStatus.OPEN.value, ScheduleStatus.FULL.value] + ([ScheduleStatus.CLOSED.value] if late else [])
    if len(wanted) > 1:
        # None of them is waited for while shared resources are held, which others take after their departure.
        schedules_by_key_for_update(wanted)
    with connection.cursor() as cursor:
        for schedule_id, seats in sorted(wanted.items()):
            try:
                cursor.execute(
                    _TAKE + FILLED_OR_FREED,
                    {"id": schedule_id, "seats": seats, "now": now, "states": states, "late": late},
                )
            except IntegrityError as error:
                raise _shortage(error, schedule_id) from error
            changed = cursor.fetchone()
            if changed is None:
                raise _refusal(schedule_id, seats, now=now, late=late)
            tell_of_room(*changed)


def _shortage(error: IntegrityError, schedule_id: int) -> Exception:
    shortage = shortage_of(error)
    if shortage is None:
        return error
    return SeatsUnavailable("too_few", schedule_id=schedule_id, seats_left=shortage.seats, shortage=shortage)


def _give_back(freed: Mapping[int, int], *, now: datetime) -> None:
    with connection.cursor() as cursor:
        for schedule_id, seats in sorted(freed.items()):
            cursor.execute(_GIVE_BACK + FILLED_OR_FREED, {"id": schedule_id, "seats": -seats, "now": now})
            tell_of_room(*cursor.fetchone())


def _refusal(schedule_id: int, seats: int, *, now: datetime, late: bool) -> SeatsUnavailable:
    schedule = Schedule.objects.filter(pk=schedule_id).first()
    if schedule is None:
        return SeatsUnavailable("gone", schedule_id=schedule_id)
    if schedule.starts_at <= now:
        return SeatsUnavailable("departed", schedule_id=schedule_id)
    closed = schedule.status not in (ScheduleStatus.OPEN, ScheduleStatus.FULL)
    if closed or (not late and schedule.booking_closes_at <= now):
        return SeatsUnavailable("closed", schedule_id=schedule_id)
    return SeatsUnavailable("too_few", schedule_id=schedule_id, seats_left=schedule.seats_left)


def reserve_seats(requests: Sequence[SeatRequest], *, now: datetime, late: bool = False) -> None:
    """Take seats on departures, in the caller's transaction; all of them or, by the exception, none.

    `late` takes them past the cut-off and on departures closed for booking too, as staff may. Departures are locked in the order of
    their keys. Raises `SeatsUnavailable` when one is not open, past its cut-off or has too
    little room; the caller must roll back.
    """
    _take(requests, now=now, late=late)


def create_booking(
    schedule: Schedule,
    *,
    customer: Customer,
    seats: int,
    participants: Sequence[NewParticipant],
    status: BookingStatus,
    special_needs: str = "",
) -> Booking:
    """Write down a booking of `seats` with its people; return it. `reserve_seats` takes the seats in the same transaction."""
    booking = Booking.objects.create(
        schedule=schedule,
        customer=customer,
        status=status,
        seats=seats,
        special_needs=special_needs,
    )
    Participant.objects.bulk_create(Participant(booking=booking, **asdict(participant)) for participant in participants)
    return booking


def release_seats(bookings: Iterable[Booking], *, to: BookingStatus, now: datetime) -> list[Booking]:
    """Give the seats of bookings back and mark them cancelled or expired; return those that changed.

    A booking that holds no seats any more is left as it is, so a repeat has no effect.
    """
    wanted = list(bookings)
    schedules_for_update(wanted)
    released = [booking for booking in bookings_for_update(wanted) if booking_may_become(booking.status, to)]
    freed: Counter[int] = Counter()
    for booking in released:
        if booking.status in SEAT_TAKING:
            freed[booking.schedule_id] += booking.seats
    Booking.objects.filter(pk__in=[booking.pk for booking in released]).update(status=to, updated_at=now)
    _give_back(freed, now=now)
    for booking in released:
        booking.status = to
    return released


def retake_seats(bookings: Iterable[Booking], *, now: datetime) -> None:
    """Take the seats of expired bookings again for guests whose money came late, past the cut-off too.

    Raises `SeatsUnavailable` when there is no room, or the departure has left or was cancelled; the caller must roll back.
    """
    wanted = list(bookings)
    schedules_for_update(wanted)
    expired = [booking for booking in bookings_for_update(wanted) if booking.status == BookingStatus.EXPIRED]
    _take([SeatRequest(booking.schedule_id, booking.seats) for booking in expired], now=now, late=True)
    Booking.objects.filter(pk__in=[booking.pk for booking in expired]).update(
        status=BookingStatus.PENDING, updated_at=now
    )


def _advance(bookings: Iterable[Booking], *, to: BookingStatus, now: datetime) -> None:
    pks = [booking.pk for booking in bookings_for_update(bookings) if booking_may_become(booking.status, to)]
    Booking.objects.filter(pk__in=pks).update(status=to, updated_at=now)


def await_payment(bookings: Iterable[Booking], *, now: datetime) -> None:
    """Mark held bookings as waiting for a payment that takes days; they keep their seats."""
    _advance(bookings, to=BookingStatus.PENDING, now=now)


def confirm_bookings(bookings: Iterable[Booking], *, now: datetime) -> None:
    """Confirm bookings that hold their seats; those confirmed already stay so."""
    _advance(
        [booking for booking in bookings if booking.status != BookingStatus.EXPIRED],
        to=BookingStatus.CONFIRMED,
        now=now,
    )


@transaction.atomic
def move_booking(
    booking: Booking,
    *,
    to: Schedule,
    now: datetime,
    actor: Actor,
    seats: int | None = None,
    late: bool = False,
    revive: BookingStatus | None = None,
) -> Booking:
    """Move a booking to another departure, or to another number of `seats`, or both; return it. A repeat has no effect.

    The seats of both departures move together: both are locked in the order of their keys, and the new seats are taken as
    `reserve_seats` takes them; `late` past the cut-off and on a departure closed for booking too. `revive` is the state in which a
    booking lives again that was cancelled with its departure. Who comes (`Participant`) is left to the caller; on another departure
    nobody is there or missed yet. Raises `SeatsUnavailable`, also when the booking is over, or is not any more on the departure that
    the caller knows; then nothing was done.
    """
    wanted = booking.seats if seats is None else seats
    if wanted < 1:
        raise ValueError("A booking takes at least one seat; release it instead.")
    known_schedule_id = booking.schedule_id
    locked_schedules = schedules_by_key_for_update([known_schedule_id, to.pk])
    (locked,) = bookings_for_update([booking])
    if locked.schedule_id == to.pk and locked.seats == wanted and locked.status in SEAT_TAKING:
        return locked
    if locked.schedule_id != known_schedule_id or locked.seats != booking.seats:
        raise SeatsUnavailable("changed", schedule_id=to.pk)
    had = locked.seats if locked.status in MOVABLE else 0
    if not had:
        origin = locked_schedules.get(known_schedule_id)
        was_lost = locked.status == BookingStatus.CANCELLED and origin is not None and origin.status == "cancelled"
        if revive is None or not was_lost:
            raise SeatsUnavailable("over", schedule_id=to.pk)
        locked.status = revive
    if known_schedule_id == to.pk and wanted < had:
        _give_back({to.pk: had - wanted}, now=now)
    elif known_schedule_id == to.pk:
        _take([SeatRequest(to.pk, wanted - had)], now=now, late=late)
    else:
        if had:
            _give_back({known_schedule_id: had}, now=now)
        _take([SeatRequest(to.pk, wanted)], now=now, late=late)
    before = audit.snapshot(locked)
    locked.schedule_id = to.pk
    locked.seats = wanted
    locked.save(update_fields=["schedule", "seats", "status", "updated_at"])
    if known_schedule_id != to.pk:
        # Who was there, or was missed, was so on the other departure.
        marked = locked.participants.exclude(checked_in_at=None, no_show_at=None)
        marked.update(checked_in_at=None, checked_in_by=None, no_show_at=None, updated_at=now)
    changes = audit.changes_since(before, locked)
    audit.record("booking.moved", locked, actor=actor, changes=changes, seats_before=had, seats=wanted)
    return locked
