import datetime as dt

import pytest
from django.db import transaction

from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.factories import VariantFactory, make_schedule
from tests.parallel import in_parallel
from tests.tours.test_seats import NOW, book, state
from tours.enums import BookingStatus, ScheduleStatus
from tours.models import Booking, Schedule
from tours.operations import (
    SeatsUnavailable,
    cancel_schedule,
    close_schedule,
    move_booking,
    release_seats,
)

PAST_CUTOFF = dt.datetime(2031, 6, 2, 7, 30, tzinfo=dt.UTC)


def where(booking: Booking) -> tuple[int, int, str]:
    booking.refresh_from_db()
    return booking.schedule_id, booking.seats, booking.status


def seats_are_right() -> bool:
    """Whether each departure counts just the seats of its live bookings."""
    live = BookingStatus.HELD, BookingStatus.PENDING, BookingStatus.CONFIRMED
    return all(
        schedule.booked_count == sum(b.seats for b in schedule.bookings.filter(status__in=live))
        for schedule in Schedule.objects.all()
    )


def test_move_booking_moves_the_seats_of_both_departures(in_harbour):
    full, other = make_schedule(capacity=3), make_schedule(capacity=2)
    booking = book(full, 2, BookingStatus.CONFIRMED)
    book(full, 1)
    assert move_booking(booking, to=other, now=NOW, actor=None) == booking
    assert (where(booking), state(full), state(other)) == ((other.pk, 2, "confirmed"), (1, "open"), (2, "full"))
    entry = AuditEntry.objects.get(action="booking.moved")
    assert entry.details == {"seats_before": 2, "seats": 2, "changes": entry.details["changes"]}
    assert [change["field"] for change in entry.details["changes"]] == ["schedule"]


def test_move_booking_twice_has_no_further_effect(in_harbour):
    first, second = make_schedule(), make_schedule()
    booking = book(first, 2)
    for _time in range(2):
        move_booking(booking, to=second, now=NOW, actor=None)
    assert (state(first), state(second), AuditEntry.objects.filter(action="booking.moved").count()) == (
        (0, "open"),
        (2, "open"),
        1,
    )


@pytest.mark.parametrize(("seats", "left"), [(1, (1, "open")), (3, (3, "full")), (2, (2, "open"))])
def test_move_booking_to_another_number_of_seats(in_harbour, seats, left):
    schedule = make_schedule(capacity=3)
    booking = book(schedule, 2)
    move_booking(booking, to=schedule, seats=seats, now=NOW, actor=None)
    assert (where(booking), state(schedule)) == ((schedule.pk, seats, "held"), left)


def test_move_booking_without_room_does_nothing(in_harbour):
    first, second = make_schedule(capacity=4), make_schedule(capacity=2)
    booking = book(first, 2)
    book(second, 1)
    for to, seats, left in ((second, 2, 1), (second, 3, 1), (first, 5, 2)):
        with pytest.raises(SeatsUnavailable) as refused:
            move_booking(booking, to=to, seats=seats, now=NOW, actor=None)
        assert (refused.value.code, refused.value.seats_left) == ("too_few", left)
    assert (where(booking), state(first), state(second)) == ((first.pk, 2, "held"), (2, "open"), (1, "open"))


def test_move_booking_to_no_seats(in_harbour):
    schedule = make_schedule()
    with pytest.raises(ValueError, match="at least one seat"):
        move_booking(book(schedule, 2), to=schedule, seats=0, now=NOW, actor=None)


def test_move_booking_past_the_cut_off_only_when_late(in_harbour):
    first, second = make_schedule(), make_schedule()
    booking = book(first, 2)
    close_schedule(second)
    for now in (NOW, PAST_CUTOFF):
        with pytest.raises(SeatsUnavailable) as refused:
            move_booking(booking, to=second, now=now, actor=None)
        assert refused.value.code == "closed"
    move_booking(booking, to=second, now=PAST_CUTOFF, actor=None, late=True)
    assert (where(booking), state(second)) == ((second.pk, 2, "held"), (2, "closed"))


def test_move_booking_to_a_departure_that_has_left(in_harbour):
    first, second = make_schedule(date=dt.date(2031, 7, 1)), make_schedule()
    with pytest.raises(SeatsUnavailable) as refused:
        move_booking(book(first, 2), to=second, now=second.starts_at, actor=None, late=True)
    assert refused.value.code == "departed"


def test_move_booking_that_is_over_or_known_wrongly(in_harbour):
    first, second, third = make_schedule(), make_schedule(), make_schedule()
    booking = book(first, 2)
    stale = Booking.objects.get(pk=booking.pk)
    move_booking(booking, to=second, now=NOW, actor=None)
    with pytest.raises(SeatsUnavailable) as refused:
        move_booking(stale, to=third, now=NOW, actor=None)
    assert (refused.value.code, refused.value.message) == (
        "changed",
        "This booking has just been changed. Please look at it again.",
    )
    booking.refresh_from_db()
    release_seats([booking], to=BookingStatus.EXPIRED, now=NOW)
    with pytest.raises(SeatsUnavailable) as refused:
        move_booking(booking, to=third, now=NOW, actor=None)
    assert refused.value.code == "over"


def test_move_booking_of_a_cancelled_departure_revives_it(in_harbour):
    lost, other = make_schedule(), make_schedule(capacity=2)
    booking = book(lost, 2, BookingStatus.CONFIRMED)
    cancelled_alone = book(other, 1)
    release_seats([cancelled_alone], to=BookingStatus.CANCELLED, now=NOW)
    cancel_schedule(lost, reason="Storm", now=NOW)
    with pytest.raises(SeatsUnavailable) as refused:
        move_booking(booking, to=other, now=NOW, actor=None)
    assert refused.value.code == "over"
    with pytest.raises(SeatsUnavailable) as refused:
        move_booking(cancelled_alone, to=other, now=NOW, actor=None, revive=BookingStatus.CONFIRMED)
    assert refused.value.code == "over"
    move_booking(booking, to=other, now=NOW, actor=None, revive=BookingStatus.CONFIRMED)
    assert (where(booking), state(lost), state(other)) == (
        (other.pk, 2, "confirmed"),
        (0, "cancelled"),
        (2, "full"),
    )


def test_who_was_missed_or_came_is_open_again_on_another_departure(in_harbour):
    first, second = make_schedule(), make_schedule()
    booking = book(first, 2, BookingStatus.CONFIRMED)
    came, missed = booking.participants.order_by("pk")
    booking.participants.filter(pk=came.pk).update(checked_in_at=NOW)
    booking.participants.filter(pk=missed.pk).update(no_show_at=NOW)
    marks = booking.participants.order_by("pk").values_list("checked_in_at", "no_show_at")
    move_booking(booking, to=first, seats=3, now=NOW, actor=None)
    assert list(marks.all()) == [(NOW, None), (None, NOW)]
    booking.refresh_from_db()
    move_booking(booking, to=second, now=NOW, actor=None)
    assert list(marks.all()) == [(None, None), (None, None)]


def test_move_booking_uses_few_queries(in_harbour, django_assert_num_queries):
    first, second = make_schedule(), make_schedule()
    booking = book(first, 2)
    with django_assert_num_queries(14):
        move_booking(booking, to=second, now=NOW, actor=None)


@pytest.mark.django_db(transaction=True)
def test_move_bookings_across_each_other_at_once(harbour):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        ends = [make_schedule(variant, start_time=dt.time(hour), capacity=15) for hour in (9, 15)]
        bookings = [book(ends[number % 2], 1) for number in range(20)]
    results = in_parallel(
        harbour, 20, lambda number: move_booking(bookings[number], to=ends[1 - number % 2], now=NOW, actor=None)
    )
    moved = [result for result in results if isinstance(result, Booking)]
    refused = [result for result in results if isinstance(result, SeatsUnavailable)]
    assert len(moved) + len(refused) == 20
    assert {refusal.code for refusal in refused} <= {"too_few"}
    with organization_scope(harbour.pk):
        assert seats_are_right()
        assert sum(state(end)[0] for end in ends) == 20


@pytest.mark.django_db(transaction=True)
def test_move_one_booking_to_many_departures_at_once(harbour):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        schedules = [make_schedule(variant, start_time=dt.time(8 + number)) for number in range(9)]
        booking = book(schedules[0], 2)
    results = in_parallel(
        harbour, 8, lambda number: move_booking(booking, to=schedules[1 + number], now=NOW, actor=None)
    )
    assert len([result for result in results if isinstance(result, Booking)]) == 1
    assert [r.code for r in results if isinstance(r, SeatsUnavailable)] == ["changed"] * 7
    with organization_scope(harbour.pk):
        assert seats_are_right()


@pytest.mark.django_db(transaction=True)
def test_move_bookings_while_their_departure_is_cancelled(harbour):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        lost, other = (make_schedule(variant, start_time=dt.time(hour), capacity=40) for hour in (9, 15))
        bookings = [book(lost, 1) for _number in range(12)]

    def attack(number: int) -> str:
        if number == 12:
            cancel_schedule(lost, reason="Storm", now=NOW)
            return "cancelled"
        with transaction.atomic():
            move_booking(bookings[number], to=other, now=NOW, actor=None)
        return "moved"

    results = in_parallel(harbour, 13, attack)
    assert results[12] == "cancelled"
    assert {r.code for r in results[:12] if isinstance(r, Exception)} <= {"over"}
    with organization_scope(harbour.pk):
        assert seats_are_right()
        assert (state(lost), state(other)) == ((0, ScheduleStatus.CANCELLED), (results.count("moved"), "open"))
