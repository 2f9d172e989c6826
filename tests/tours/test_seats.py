import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests.factories import CustomerFactory, VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours.enums import BookingStatus, ScheduleStatus
from tours.models import Booking, Schedule
from tours.operations import (
    NewParticipant,
    ScheduleRefused,
    SeatRequest,
    SeatsUnavailable,
    cancel_schedule,
    change_schedule,
    close_schedule,
    complete_departed,
    confirm_bookings,
    create_booking,
    create_schedules,
    release_seats,
    reserve_seats,
    retake_seats,
)

NOW = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)


def book(schedule: Schedule, seats: int, status: BookingStatus = BookingStatus.HELD) -> Booking:
    with transaction.atomic():
        booking = create_booking(
            schedule,
            customer=CustomerFactory(),
            seats=seats,
            participants=[NewParticipant("Adult", 1)] * seats,
            status=status,
        )
        reserve_seats([SeatRequest(schedule.pk, seats)], now=NOW)
    return booking


def state(schedule: Schedule) -> tuple[int, str]:
    schedule.refresh_from_db()
    return schedule.booked_count, schedule.status


def test_reserve_seats_fills_and_release_reopens(in_harbour):
    schedule = make_schedule(capacity=3)
    first = book(schedule, 2)
    assert state(schedule) == (2, "open")
    second = book(schedule, 1)
    assert state(schedule) == (3, "full")
    release_seats([first, second], to=BookingStatus.CANCELLED, now=NOW)
    assert state(schedule) == (0, "open")


def test_reserve_seats_beyond_capacity(in_harbour):
    schedule = make_schedule(capacity=3)
    book(schedule, 2)
    with pytest.raises(SeatsUnavailable) as refused:
        reserve_seats([SeatRequest(schedule.pk, 2)], now=NOW)
    assert (refused.value.code, refused.value.seats_left) == ("too_few", 1)
    assert refused.value.message == "Only 1 place is left on this departure."
    assert state(schedule) == (2, "open")


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (dt.datetime(2031, 6, 2, 6, 59, 59, tzinfo=dt.UTC), None),
        (dt.datetime(2031, 6, 2, 7, 0, tzinfo=dt.UTC), "closed"),
        (dt.datetime(2031, 6, 2, 8, 0, tzinfo=dt.UTC), "departed"),
    ],
)
def test_reserve_seats_around_the_cut_off_in_local_time(in_harbour, now, code):
    schedule = make_schedule(start_time=dt.time(10))  # 08:00 UTC in summer; booking closes an hour before
    try:
        reserve_seats([SeatRequest(schedule.pk, 1)], now=now)
    except SeatsUnavailable as refused:
        assert refused.code == code
    else:
        assert code is None


def test_reserve_seats_on_a_closed_or_cancelled_departure(in_harbour):
    closed, cancelled = make_schedule(), make_schedule()
    close_schedule(closed)
    cancel_schedule(cancelled, reason="Storm", now=NOW)
    for schedule in (closed, cancelled):
        with pytest.raises(SeatsUnavailable) as refused:
            reserve_seats([SeatRequest(schedule.pk, 1)], now=NOW)
        assert refused.value.code == "closed"


def test_reserve_seats_of_another_organization(harbour, in_kyoto):
    from tenancy.scope import organization_scope

    with organization_scope(harbour.pk):
        schedule = make_schedule()
    with pytest.raises(SeatsUnavailable) as refused:
        reserve_seats([SeatRequest(schedule.pk, 1)], now=NOW)
    assert refused.value.code == "gone"


def test_reserve_seats_uses_one_query_for_each_departure_and_locks_several_first(in_harbour, django_assert_num_queries):
    schedules = [make_schedule() for _number in range(3)]
    for count, queries in ((1, 1), (3, 4)):
        with django_assert_num_queries(queries):
            reserve_seats([SeatRequest(schedule.pk, 2) for schedule in schedules[:count]], now=NOW)


def test_release_seats_twice(in_harbour):
    schedule = make_schedule(capacity=3)
    booking = book(schedule, 2)
    assert [row.pk for row in release_seats([booking], to=BookingStatus.EXPIRED, now=NOW)] == [booking.pk]
    assert release_seats([booking], to=BookingStatus.EXPIRED, now=NOW) == []
    assert state(schedule) == (0, "open")


def test_retake_seats_with_and_without_room(in_harbour):
    schedule = make_schedule(capacity=3)
    late = book(schedule, 2)
    release_seats([late], to=BookingStatus.EXPIRED, now=NOW)
    retake_seats([late], now=NOW)
    late.refresh_from_db()
    assert (late.status, state(schedule)) == ("pending", (2, "open"))
    confirm_bookings([late], now=NOW)
    late.refresh_from_db()
    assert late.status == "confirmed"

    other = make_schedule(capacity=3)
    too_late = book(other, 2)
    release_seats([too_late], to=BookingStatus.EXPIRED, now=NOW)
    book(other, 2)
    with pytest.raises(SeatsUnavailable), transaction.atomic():
        retake_seats([too_late], now=NOW)
    too_late.refresh_from_db()
    assert (too_late.status, state(other)) == ("expired", (2, "open"))


def test_database_refuses_more_seats_than_there_are(in_harbour):
    schedule = make_schedule(capacity=3)
    with pytest.raises(IntegrityError, match="schedule_not_oversold"), transaction.atomic():
        Schedule.objects.filter(pk=schedule.pk).update(booked_count=4)


def test_cancel_schedule_cancels_its_bookings_once(in_harbour):
    from tenancy.models import OutboxEvent

    schedule = make_schedule(capacity=3)
    booking = book(schedule, 2)
    for _time in range(2):
        cancel_schedule(schedule, reason="Storm", now=NOW)
    booking.refresh_from_db()
    assert (booking.status, state(schedule)) == ("cancelled", (0, "cancelled"))
    assert OutboxEvent.objects.filter(topic="tours.schedule_cancelled").count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_connections_book_the_last_ten_seats(harbour):
    from tenancy.scope import organization_scope

    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(), capacity=10)
    results = in_parallel(harbour, 40, lambda _number: book(schedule, 1))
    refused = [result for result in results if isinstance(result, SeatsUnavailable)]
    assert len([result for result in results if isinstance(result, Booking)]) == 10
    assert [refusal.code for refusal in refused] == ["too_few"] * 30
    with organization_scope(harbour.pk):
        assert state(schedule) == (10, ScheduleStatus.FULL)
        assert Booking.objects.filter(schedule=schedule).count() == 10


@pytest.mark.django_db(transaction=True)
def test_seats_given_back_while_the_departure_is_cancelled(harbour):
    from tenancy.scope import organization_scope

    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(), capacity=40)
        bookings = [book(schedule, 1) for _number in range(20)]

    def undo(number: int) -> None:
        with transaction.atomic():
            if number % 5 == 0:
                cancel_schedule(schedule, reason="Storm", now=NOW)
            else:
                release_seats(bookings[number : number + 5], to=BookingStatus.EXPIRED, now=NOW)

    assert in_parallel(harbour, 15, undo) == [None] * 15
    with organization_scope(harbour.pk):
        assert state(schedule) == (0, ScheduleStatus.CANCELLED)
        seat_taking = Booking.objects.filter(schedule=schedule).exclude(status__in=["cancelled", "expired"])
        assert seat_taking.count() == 0


def test_change_schedule_to_a_time_that_is_taken(in_harbour):
    variant = VariantFactory()
    make_schedule(variant, start_time=dt.time(10))
    later = make_schedule(variant, start_time=dt.time(12))
    with pytest.raises(ScheduleRefused, match="There is already a departure"):
        change_schedule(
            later,
            date=later.date,
            start_time=dt.time(10),
            duration_minutes=90,
            cutoff_minutes=0,
            capacity=5,
            language="",
            guest_note="",
            internal_note="",
        )


@pytest.mark.django_db(transaction=True)
def test_two_people_make_the_same_departures_at_once(harbour):
    from tenancy.scope import organization_scope

    with organization_scope(harbour.pk):
        variant = VariantFactory()

    days = [dt.date(2031, 6, day) for day in range(1, 11)]
    results = in_parallel(
        harbour, 4, lambda _number: len(create_schedules(variant, dates=days, start_times=[dt.time(10)]).created)
    )
    assert sorted(results) == [0, 0, 0, 10]


def test_complete_departed_completes_confirmed_bookings_only(in_harbour):
    schedule = make_schedule(capacity=5)
    confirmed, pending = book(schedule, 2, BookingStatus.CONFIRMED), book(schedule, 1, BookingStatus.PENDING)
    assert complete_departed(now=schedule.starts_at) == 0
    assert complete_departed(now=schedule.ends_at) == 1
    assert complete_departed(now=schedule.ends_at) == 0
    for booking in (confirmed, pending):
        booking.refresh_from_db()
    assert (confirmed.status, pending.status, state(schedule)) == ("completed", "pending", (3, "completed"))
