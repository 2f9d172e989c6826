"""Departures: made from wall times, changed within their rules, cancelled and completed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tenancy.queries import current_organization
from tours.enums import LEADING, SEAT_TAKING, BookingStatus, GuideLetter, ScheduleStatus
from tours.models import Guide, Schedule, TourVariant
from tours.operations.assignments import (
    AssignmentRefused,
    assign_guides,
    guides_in_one_place,
    lead_new_schedules,
    refuse_double_booking,
)
from tours.operations.attendance import complete_bookings
from tours.operations.guide_letters import GuideNews, tell_guides, write_to_guide
from tours.operations.resources import shortage_as
from tours.operations.seats import release_seats
from tours.queries import assignments_of, confirmed_guides_of, guides_of, schedule_for_update, variant_for_update
from tours.rules import LocalStart, Minimum, local_start, may_become


class ScheduleRefused(ValueError):
    """A departure that cannot be made or changed so; the message says why in the active language."""


@contextmanager
def departure_once() -> Iterator[None]:
    """Run a block that writes departures; raise `ScheduleRefused` when the database refuses a second one of a variant at the same time.

    Whoever looked first gets there only when somebody else was quicker. The block is undone then.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        found = getattr(error.__cause__, "diag", None)
        if found is None or found.constraint_name != "schedule_once":
            raise
        raise ScheduleRefused(_("There is already a departure of this variant at that time.")) from error


@dataclass
class NewSchedules:
    """What a bulk creation did: departures made, wall times there were already, and times moved by a clock change.

    `unled` are departures made without a guide who was wanted and cannot lead them.
    """

    created: list[Schedule] = field(default_factory=list)
    existing: list[LocalStart] = field(default_factory=list)
    moved: list[LocalStart] = field(default_factory=list)
    unled: list[tuple[Schedule, Guide]] = field(default_factory=list)


def _placed(schedule: Schedule, start: LocalStart) -> Schedule:
    schedule.date = start.date
    schedule.start_time = start.start_time
    schedule.starts_at = start.starts_at
    schedule.ends_at = start.starts_at + timedelta(minutes=schedule.duration_minutes)
    schedule.booking_closes_at = start.starts_at - timedelta(minutes=schedule.cutoff_minutes)
    return schedule


def new_schedule(
    variant: TourVariant,
    start: LocalStart,
    *,
    zone: ZoneInfo,
    capacity: int | None = None,
    language: str = "",
    guest_note: str = "",
    internal_note: str = "",
) -> Schedule:
    """Return a departure of a variant that is not saved yet, with what it takes over from variant and tour."""
    tour = variant.tour
    return _placed(
        Schedule(
            variant=variant,
            tour=tour,
            time_zone=zone.key,
            duration_minutes=variant.duration_minutes or tour.duration_minutes,
            cutoff_minutes=tour.cutoff_minutes if variant.cutoff_minutes is None else variant.cutoff_minutes,
            capacity=capacity or variant.capacity or tour.capacity,
            language=language,
            guest_note=guest_note,
            internal_note=internal_note,
        ),
        start,
    )


@transaction.atomic
def create_schedules(
    variant: TourVariant,
    *,
    dates: Iterable[date],
    start_times: Iterable[time],
    capacity: int | None = None,
    language: str = "",
    guest_note: str = "",
    internal_note: str = "",
    guides: Iterable[Guide] = (),
    actor: Actor = None,
) -> NewSchedules:
    """Create a departure of a variant for each local day and wall time in the organization's zone; return what was done.

    Times at which the variant leaves already are left out, so a repeat changes nothing. `capacity` defaults to that of the variant;
    `guides` lead all that are made, except where they cannot. Raises `ScheduleRefused` when somebody moves another departure of the
    variant to one of these times in this moment.
    """
    # One at a time for each variant, so that two people pressing the button together do not make everything twice.
    variant = variant_for_update(variant.pk)
    tour = variant.tour
    zone = current_organization().zone
    starts = {
        start.starts_at: start
        for day in sorted(dates)
        for at in sorted(start_times)
        for start in [local_start(day, at, zone)]
    }
    taken = set(
        Schedule.objects.filter(variant=variant, language=language, starts_at__in=starts)
        .exclude(status=ScheduleStatus.CANCELLED)
        .values_list("starts_at", flat=True)
    )
    result = NewSchedules(
        existing=[start for instant, start in starts.items() if instant in taken],
        moved=[start for instant, start in starts.items() if start.moved and instant not in taken],
    )
    with departure_once():
        result.created = Schedule.objects.bulk_create(
            new_schedule(
                variant,
                start,
                zone=zone,
                capacity=capacity,
                language=language,
                guest_note=guest_note,
                internal_note=internal_note,
            )
            for instant, start in starts.items()
            if instant not in taken
        )
    result.unled = lead_new_schedules(result.created, guides=guides)
    if result.created:
        # Rows made in bulk send no signals; those who keep pages of the tour learn of it this way.
        tour.save(update_fields=["updated_at"])
    for schedule in result.created:
        audit.record("schedule.created", schedule, actor=actor)
    return result


def create_schedule(
    variant: TourVariant,
    *,
    date: date,
    start_time: time,
    capacity: int | None = None,
    language: str = "",
    guest_note: str = "",
    internal_note: str = "",
    actor: Actor = None,
) -> Schedule:
    """Create one departure at a local day and wall time; return it. Raises `ScheduleRefused` when there is one already."""
    made = create_schedules(
        variant,
        dates=[date],
        start_times=[start_time],
        capacity=capacity,
        language=language,
        guest_note=guest_note,
        internal_note=internal_note,
        actor=actor,
    )
    if not made.created:
        raise ScheduleRefused(_("There is already a departure of this variant at that time."))
    return made.created[0]


def _too_few_places(schedule: Schedule) -> str:
    if not schedule.blocked_count:
        return ngettext(
            "%(count)d place is booked already.", "%(count)d places are booked already.", schedule.booked_count
        ) % {"count": schedule.booked_count}
    return _("Booked: %(booked)d, blocked: %(blocked)d. There cannot be fewer places than that.") % {
        "booked": schedule.booked_count,
        "blocked": schedule.blocked_count,
    }


@transaction.atomic
def change_schedule(
    schedule: Schedule,
    *,
    date: date,
    start_time: time,
    duration_minutes: int,
    cutoff_minutes: int,
    capacity: int,
    language: str,
    guest_note: str,
    internal_note: str,
    guides: Iterable[Guide] | None = None,
    minimum: Minimum | None = None,
    news: GuideNews | None = None,
    actor: Actor = None,
) -> Schedule:
    """Change a departure; return it. Its guides stay when `guides` is None, and its own minimum when `minimum` is.

    Guides are told by e-mail when they are put down or taken off, and of a new time; `news` gathers the former instead. Raises
    `ScheduleRefused` when it took place or was cancelled, when more seats are booked or blocked than `capacity`, when the time is
    changed while there are bookings, when the tour is not led in `language`, when the variant leaves at that time already, when a guide
    leads another departure then, or when too little of a shared resource is free then.
    """
    locked = schedule_for_update(schedule.pk)
    if locked.status in (ScheduleStatus.COMPLETED, ScheduleStatus.CANCELLED):
        raise ScheduleRefused(_("A departure that took place or was cancelled cannot be changed."))
    if capacity < locked.taken_count:
        raise ScheduleRefused(_too_few_places(locked))
    start = local_start(date, start_time, locked.zone)
    if locked.booked_count and start.starts_at != locked.starts_at:
        raise ScheduleRefused(
            _("The time cannot change while people are booked. Cancel this departure or move its guests.")
        )
    if language and language != locked.language and language not in locked.tour.languages:
        raise ScheduleRefused(_("This tour is not led in that language."))
    others = Schedule.objects.filter(variant=locked.variant_id, starts_at=start.starts_at, language=language)
    if others.exclude(pk=locked.pk).exclude(status=ScheduleStatus.CANCELLED).exists():
        raise ScheduleRefused(_("There is already a departure of this variant at that time."))
    before, moved_from = audit.snapshot(locked), locked.starts_at
    if guides is not None:
        guides = list(guides)
        # Who does not lead it any more leaves before it moves.
        staying = [guide for guide in guides_of(locked) if guide in guides]
        assign_guides(locked, guides=staying, news=news, actor=actor)
    locked.duration_minutes = duration_minutes
    locked.cutoff_minutes = cutoff_minutes
    locked.capacity = capacity
    locked.language = language
    locked.guest_note = guest_note
    locked.internal_note = internal_note
    if minimum is not None:
        locked.min_participants, locked.decision_hours = minimum
    if locked.status in (ScheduleStatus.OPEN, ScheduleStatus.FULL):
        locked.status = ScheduleStatus.FULL if locked.taken_count >= capacity else ScheduleStatus.OPEN
    _placed(locked, start)
    try:
        leading = confirmed_guides_of(locked)
        refuse_double_booking(locked, guides=leading, starts_at=locked.starts_at, ends_at=locked.ends_at)
        with shortage_as(ScheduleRefused), departure_once(), guides_in_one_place():
            locked.save()
        tell_of_new_time(locked, moved_from, now=timezone.now())
        if guides is not None:
            assign_guides(locked, guides=guides, news=news, actor=actor)
    except AssignmentRefused as refused:
        raise ScheduleRefused(str(refused)) from refused
    changes = audit.changes_since(before, locked)
    if changes:
        Schedule.objects.filter(pk=locked.pk).update(changed_by_hand=True)
        locked.changed_by_hand = True
        audit.record("schedule.changed", locked, actor=actor, changes=changes)
    return locked


def tell_of_new_time(schedule: Schedule, before: datetime, *, now: datetime) -> None:
    """Tell the guides of a departure, also those who were only asked, that it leaves at another time than `before`; once for each time."""
    if schedule.starts_at == before or schedule.ends_at <= now:
        return
    for row in assignments_of(schedule):
        if row.status in LEADING:
            row.schedule = schedule
            write_to_guide(row, GuideLetter.MOVED, before=before, now=now)


def _set_status(schedule: Schedule, wanted: ScheduleStatus, *, actor: Actor) -> Schedule:
    locked = schedule_for_update(schedule.pk)
    if locked.status == wanted:
        return locked
    if not may_become(locked.status, wanted):
        raise ScheduleRefused(_("A departure that took place or was cancelled cannot be changed."))
    locked.status = wanted
    locked.changed_by_hand = True
    locked.save(update_fields=["status", "changed_by_hand", "updated_at"])
    audit.record(f"schedule.{wanted.value}", locked, actor=actor)
    return locked


@transaction.atomic
def close_schedule(schedule: Schedule, *, actor: Actor = None) -> Schedule:
    """Stop selling a departure; its bookings stay. Returns it. Raises `ScheduleRefused` after it took place or was cancelled."""
    return _set_status(schedule, ScheduleStatus.CLOSED, actor=actor)


@transaction.atomic
def open_schedule(schedule: Schedule, *, actor: Actor = None) -> Schedule:
    """Sell a closed departure again; it is full when no seat is left. Returns it. Raises `ScheduleRefused` as `close_schedule`."""
    locked = schedule_for_update(schedule.pk)
    wanted = ScheduleStatus.OPEN if locked.seats_left else ScheduleStatus.FULL
    return _set_status(locked, wanted, actor=actor)


@transaction.atomic
def cancel_schedule(
    schedule: Schedule, *, reason: str, now: datetime, news: GuideNews | None = None, actor: Actor = None
) -> Schedule:
    """Cancel a departure and its bookings, and announce it once, so that orders are refunded and guests told. Returns it.

    Its guides are told by e-mail, also those who were only asked; `news` gathers that instead. `reason` is for staff; it is added to
    the internal note. Raises `ScheduleRefused` when it took place. A repeat has no effect.
    """
    locked = schedule_for_update(schedule.pk)
    if locked.status == ScheduleStatus.CANCELLED:
        return locked
    locked = _set_status(locked, ScheduleStatus.CANCELLED, actor=actor)
    locked.internal_note = f"{locked.internal_note}\n{reason}".strip()
    locked.save(update_fields=["internal_note"])
    lost = release_seats(locked.bookings.filter(status__in=SEAT_TAKING), to=BookingStatus.CANCELLED, now=now)
    publish(
        "tours.schedule_cancelled",
        schedule_id=locked.pk,
        booking_ids=[booking.pk for booking in lost],
        actor_id=actor.pk if actor is not None else None,
    )
    told = GuideNews() if news is None else news
    told.add(GuideLetter.CANCELLED, locked, guides_of(locked))
    if news is None:
        tell_guides(told, now=now)
    return schedule_for_update(locked.pk)


@transaction.atomic
def complete_departed(*, now: datetime) -> int:
    """Mark departures that have ended, and their confirmed bookings, as completed; return how many departures.

    Works on the organization in scope, or on all of them inside `every_organization`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            # Those that somebody is working on are left to the next sweep.
            "UPDATE tours_schedule SET status = 'completed', updated_at = %(now)s WHERE id IN ("
            "  SELECT id FROM tours_schedule WHERE ends_at <= %(now)s AND status IN ('open', 'full', 'closed')"
            "  ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
            ") RETURNING id",
            {"now": now},
        )
        ended = [pk for (pk,) in cursor.fetchall()]
    complete_bookings(ended, now=now)
    return len(ended)
