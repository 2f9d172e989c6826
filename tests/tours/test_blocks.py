import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours.models import Schedule, SeatBlock
from tours.operations import (
    ScheduleRefused,
    SeatRequest,
    SeatsUnavailable,
    block_seats,
    cancel_schedule,
    change_schedule,
    reserve_seats,
    unblock_seats,
)
from tours.queries import available_schedules

NOW = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)
JUNE = {"from_": dt.date(2031, 6, 1), "to": dt.date(2031, 6, 30), "now": NOW}


def block(schedule, seats, reason="Kept for the hotel"):
    return block_seats(schedule, seats=seats, reason=reason, now=NOW, actor=None)


def state(schedule):
    schedule.refresh_from_db()
    return schedule.booked_count, schedule.blocked_count, schedule.status


def test_blocked_places_are_not_sold(in_harbour):
    schedule = make_schedule(capacity=4)
    first = block(schedule, 2)
    with pytest.raises(SeatsUnavailable) as refused:
        reserve_seats([SeatRequest(schedule.pk, 3)], now=NOW)
    assert (refused.value.code, refused.value.seats_left) == ("too_few", 2)
    assert available_schedules(schedule.tour, **JUNE, seats=3) == []
    reserve_seats([SeatRequest(schedule.pk, 2)], now=NOW)
    assert state(schedule) == (2, 2, "full")
    assert available_schedules(schedule.tour, **JUNE) == []
    unblock_seats(first, now=NOW, actor=None)
    assert state(schedule) == (2, 0, "open")
    assert [found.seats_left for found in available_schedules(schedule.tour, **JUNE)] == [2]


def test_block_of_the_last_places_fills_the_departure(in_harbour):
    schedule = make_schedule(capacity=3)
    reserve_seats([SeatRequest(schedule.pk, 1)], now=NOW)
    block(schedule, 2)
    assert state(schedule) == (1, 2, "full")


@pytest.mark.parametrize(
    ("seats", "booked", "message"),
    [
        (0, 0, "Block at least one place."),
        (3, 2, "Only 1 place is free."),
        (4, 0, "Only 3 places are free."),
        (1, 3, "No place is free any more."),
    ],
)
def test_block_more_than_is_free(in_harbour, seats, booked, message):
    schedule = make_schedule(capacity=3)
    if booked:
        reserve_seats([SeatRequest(schedule.pk, booked)], now=NOW)
    with pytest.raises(ScheduleRefused) as refused:
        block(schedule, seats)
    assert (str(refused.value), state(schedule)[1], SeatBlock.objects.count()) == (message, 0, 0)


def test_blocks_of_a_cancelled_departure_stay_as_they_are(in_harbour):
    schedule = make_schedule(capacity=3)
    kept = block(schedule, 2)
    cancel_schedule(schedule, reason="Storm", now=NOW)
    with pytest.raises(ScheduleRefused):
        block(schedule, 1)
    with pytest.raises(ScheduleRefused):
        unblock_seats(kept, now=NOW, actor=None)
    assert state(schedule) == (0, 2, "cancelled")


def test_capacity_cannot_fall_below_what_is_booked_and_blocked(in_harbour):
    schedule = make_schedule(capacity=5)
    reserve_seats([SeatRequest(schedule.pk, 1)], now=NOW)
    block(schedule, 2)
    values = {
        "date": schedule.date,
        "start_time": schedule.start_time,
        "duration_minutes": 90,
        "cutoff_minutes": 60,
        "language": "",
        "guest_note": "",
        "internal_note": "",
    }
    with pytest.raises(ScheduleRefused, match="Booked: 1, blocked: 2"):
        change_schedule(schedule, capacity=2, **values)
    assert change_schedule(schedule, capacity=3, **values).status == "full"


def test_database_refuses_blocks_beyond_capacity(in_harbour):
    schedule = make_schedule(capacity=3)
    reserve_seats([SeatRequest(schedule.pk, 2)], now=NOW)
    with pytest.raises(IntegrityError, match="schedule_not_oversold"), transaction.atomic():
        Schedule.objects.filter(pk=schedule.pk).update(blocked_count=2)


@pytest.mark.django_db(transaction=True)
def test_forty_connections_block_and_book_the_last_ten_places(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(), capacity=10)

    def take(number):
        with transaction.atomic():
            if number % 2:
                block(schedule, 1)
            else:
                reserve_seats([SeatRequest(schedule.pk, 1)], now=NOW)

    results = in_parallel(harbour, 40, take)
    assert (results.count(None), sum(isinstance(r, SeatsUnavailable | ScheduleRefused) for r in results)) == (10, 30)
    with organization_scope(harbour.pk):
        booked, blocked, status = state(schedule)
        assert (booked + blocked, status, SeatBlock.objects.count()) == (10, "full", blocked)


@pytest.mark.django_db(transaction=True)
def test_one_block_is_removed_once_by_ten_at_once(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(), capacity=10)
        kept = block(schedule, 4)
        block(schedule, 3)
    results = in_parallel(harbour, 10, lambda _number: unblock_seats(kept, now=NOW, actor=None).blocked_count)
    assert results == [3] * 10
    with organization_scope(harbour.pk):
        assert state(schedule) == (0, 3, "open")


def test_block_and_offer_again_in_the_admin(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=3)
        other = block(make_schedule(), 1)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:blocks", args=[schedule.pk])
    assert client.post(url, {"seats": 2, "reason": "Seat 12 is broken"}).url == url
    page = client.get(url)
    assert [(kept.seats, kept.reason) for kept in page.context["blocks"]] == [(2, "Seat 12 is broken")]
    refused = client.post(url, {"seats": 2, "reason": "Two more"})
    assert refused.context["form"].errors == {"seats": ["Only 1 place is free."]}
    assert refused.context["form"]["reason"].value() == "Two more"
    for stranger in (other.pk, "x", 10**9):
        said = client.post(url, {"remove": stranger}, follow=True).context["messages"]
        assert [str(message).strip() for message in said] == ["These places are offered again already."]
    (kept,) = page.context["blocks"]
    assert client.post(url, {"remove": kept.pk}).url == url
    with organization_scope(harbour.pk):
        assert state(schedule) == (0, 0, "open")
        other.refresh_from_db()
    history = client.get(reverse("schedules:history", args=[schedule.pk])).content.decode()
    assert ("blocked places" in history, "offered blocked places" in history) == (True, True)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_blocked_places_are_not_for_everybody(harbour, member_client, role):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
    client = member_client(harbour, role)
    url = reverse("schedules:blocks", args=[schedule.pk])
    assert [client.get(url).status_code, client.post(url, {"seats": 1, "reason": "x"}).status_code] == [302, 302]
    with organization_scope(harbour.pk):
        assert state(schedule) == (0, 0, "open")
