"""Who came: people checked in and missed, one by one or a whole party, and what was marked by mistake put right."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import User
from tours.enums import AttendanceMarkKind, BookingStatus
from tours.models import AttendanceMark, Booking, Participant
from tours.queries import bookings_for_update
from tours.rules import CHECK_IN_ENDS, CHECK_IN_OPENS, attendance_problem, check_in_problem


class AttendanceRefused(ValueError):
    """Somebody cannot be marked; `code` says why, the message says it in the active language."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_message(code))


def _hours(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def _message(code: str) -> str:
    match code:
        case "cancelled":
            return _("This departure is cancelled.")
        case "early":
            return _("People can be checked in from %(span)s before the start.") % {"span": _hours(CHECK_IN_OPENS)}
        case "late":
            return _("This tour was over more than %(span)s ago.") % {"span": _hours(CHECK_IN_ENDS)}
        case "unfinished":
            return _("This booking is not finished yet: the guest is still at the checkout.")
        case "lost":
            return _("This booking is cancelled or ran out.")
    return _("Nobody of that name is booked here.")


def _marked(
    people: Iterable[Participant], kind: AttendanceMarkKind, *, now: datetime, actor: Actor, key: str
) -> tuple[Booking, list[Participant]]:
    """Lock the booking, check, and change those whom the mark changes; return them with their booking."""
    asked = list(people)
    bookings = bookings_for_update({person.booking for person in asked})
    # One that was moved to another departure meanwhile is that one's guide's business.
    if len(bookings) != 1 or bookings[0].schedule_id != asked[0].booking.schedule_id:
        raise AttendanceRefused("unknown")
    booking = bookings[0]
    schedule = booking.schedule
    problem = check_in_problem(
        schedule.status, starts_at=schedule.starts_at, ends_at=schedule.ends_at, now=now
    ) or attendance_problem(booking.status)
    if problem:
        raise AttendanceRefused(problem)
    if key and not AttendanceMark.objects.get_or_create(key=key, defaults={"booking": booking, "kind": kind})[1]:
        return booking, []
    locked = Participant.objects.filter(booking=booking, pk__in=[person.pk for person in asked]).order_by("pk")
    changed = [person for person in locked if _change(person, kind, now=now, actor=actor)]
    Participant.objects.bulk_update(changed, ["checked_in_at", "checked_in_by", "no_show_at", "updated_at"])
    if changed:
        _follow(booking, now=now)
    return booking, changed


def _change(person: Participant, kind: AttendanceMarkKind, *, now: datetime, actor: Actor) -> bool:
    match kind:
        case AttendanceMarkKind.CHECK_IN if person.checked_in_at is None:
            person.checked_in_at, person.no_show_at = now, None
            person.checked_in_by = actor if isinstance(actor, User) else None
        case AttendanceMarkKind.UNDO_CHECK_IN if person.checked_in_at is not None:
            person.checked_in_at = person.checked_in_by = None
        case AttendanceMarkKind.NO_SHOW if person.checked_in_at is None and person.no_show_at is None:
            person.no_show_at = now
        case AttendanceMarkKind.UNDO_NO_SHOW if person.no_show_at is not None:
            person.no_show_at = None
        case _:
            return False
    person.updated_at = now
    return True


def _follow(booking: Booking, *, now: datetime) -> None:
    """Keep a booking whose departure is over in line with who came; before that it stays as it is."""
    if booking.status not in (BookingStatus.COMPLETED, BookingStatus.NO_SHOW):
        return
    somebody_came = booking.participants.filter(no_show_at__isnull=True).exists()
    wanted = BookingStatus.COMPLETED if somebody_came else BookingStatus.NO_SHOW
    if wanted != booking.status:
        booking.status = wanted
        booking.updated_at = now
        booking.save(update_fields=["status", "updated_at"])


def complete_bookings(schedule_ids: Iterable[int], *, now: datetime) -> None:
    """Complete the confirmed bookings of departures that are over; where all people were missed, nobody came."""
    people = Participant.objects.filter(booking=OuterRef("pk"))
    nobody_came = Exists(people) & ~Exists(people.filter(no_show_at__isnull=True))
    confirmed = Booking.objects.filter(schedule__in=list(schedule_ids), status=BookingStatus.CONFIRMED)
    confirmed.filter(nobody_came).update(status=BookingStatus.NO_SHOW, updated_at=now)
    confirmed.update(status=BookingStatus.COMPLETED, updated_at=now)


@transaction.atomic
def check_in(people: Iterable[Participant], *, now: datetime, actor: Actor, key: str = "") -> list[Participant]:
    """Mark people of one booking as there; return those who were not yet. Who was missed before is there after all.

    A `key` that was used before has no effect, whatever happened since. Raises `AttendanceRefused` when the departure is cancelled,
    far away in time or the booking does not stand.
    """
    booking, changed = _marked(people, AttendanceMarkKind.CHECK_IN, now=now, actor=actor, key=key)
    if changed:
        audit.record("booking.checked_in", booking, actor=actor, participants=[person.pk for person in changed])
    return changed


@transaction.atomic
def undo_check_in(people: Iterable[Participant], *, now: datetime, actor: Actor, key: str = "") -> list[Participant]:
    """Take back that people of one booking are there; return those who were. Keys and refusals as `check_in`."""
    booking, changed = _marked(people, AttendanceMarkKind.UNDO_CHECK_IN, now=now, actor=actor, key=key)
    if changed:
        audit.record("booking.check_in_undone", booking, actor=actor, participants=[person.pk for person in changed])
    return changed


@transaction.atomic
def mark_no_show(people: Iterable[Participant], *, now: datetime, actor: Actor, key: str = "") -> list[Participant]:
    """Mark people of one booking as not come; return those who change. Who is checked in stays so. Keys and refusals as `check_in`."""
    booking, changed = _marked(people, AttendanceMarkKind.NO_SHOW, now=now, actor=actor, key=key)
    if changed:
        audit.record("booking.no_show", booking, actor=actor, participants=[person.pk for person in changed])
    return changed


@transaction.atomic
def undo_no_show(people: Iterable[Participant], *, now: datetime, actor: Actor, key: str = "") -> list[Participant]:
    """Take back that people of one booking did not come; return those who change. Keys and refusals as `check_in`."""
    booking, changed = _marked(people, AttendanceMarkKind.UNDO_NO_SHOW, now=now, actor=actor, key=key)
    if changed:
        audit.record("booking.no_show_undone", booking, actor=actor, participants=[person.pk for person in changed])
    return changed
