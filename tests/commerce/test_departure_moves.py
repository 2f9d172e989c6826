"""Departures that are moved with their guests."""

import datetime as dt

import pytest

from commerce import queries
from commerce.models import DepartureChange
from commerce.operations import (
    end_choice,
    keep_departure,
    move_departure,
    take_alternative,
    take_money_back,
)
from crm.models import Message
from tests.commerce.factories import NOW
from tests.commerce.test_departures import cancelled, moved, paid_order, pair, plan, state
from tests.factories import make_schedule
from tours.operations import ScheduleRefused

LATER = NOW + dt.timedelta(days=2)
DEADLINE = NOW + dt.timedelta(days=3)
AFTER = DEADLINE + dt.timedelta(minutes=1)
TWO = dt.date(2031, 6, 3)


def test_moved_departure_tells_once_and_keeps_who_says_nothing(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    (choice,) = moved(schedule, [order])
    schedule.refresh_from_db()
    assert (schedule.date, schedule.start_time, schedule.booked_count) == (TWO, dt.time(15), 2)
    assert schedule.ends_at - schedule.starts_at == dt.timedelta(minutes=90)
    message = Message.objects.get(kind="departure_moved")
    assert "Tuesday 3 June 2031, 15:00, instead of Monday 2 June 2031, 10:00." in message.text
    assert queries.order_calendar_url(order, in_harbour) in message.text
    end_choice(choice.pk, now=AFTER)
    choice.refresh_from_db()
    assert (choice.status, state(order)) == ("kept", ("paid", ["confirmed"], []))


def test_moved_departure_told_only_is_kept(in_harbour):
    schedule = make_schedule()
    (choice,) = moved(schedule, [paid_order(schedule)], choose_until=None)
    assert choice.status == "kept"
    assert "Your places are kept; there is nothing to do." in Message.objects.get(kind="departure_moved").text


def test_guests_of_a_moved_departure_choose(in_harbour):
    schedule = make_schedule()
    other = make_schedule(schedule.variant, date=dt.date(2031, 6, 5))
    orders = [paid_order(schedule) for _number in range(3)]
    stays, goes, leaves = moved(schedule, orders, other)
    for _time in range(2):
        keep_departure(stays, now=LATER)
        take_alternative(goes, schedule=other, now=LATER)
        take_money_back(leaves, now=LATER)
    assert [state(order) for order in orders] == [
        ("paid", ["confirmed"], []),
        ("paid", ["confirmed"], []),
        ("cancelled", ["cancelled"], [5000]),
    ]
    schedule.refresh_from_db()
    other.refresh_from_db()
    assert (schedule.booked_count, other.booked_count) == (2, 2)


def test_departure_moved_and_then_cancelled_closes_the_first_choice(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    (first,) = moved(schedule, [order])
    cancelled(schedule, [order])
    first.refresh_from_db()
    assert (first.status, state(order)) == ("closed", ("cancelled", ["cancelled"], [5000]))


@pytest.mark.parametrize(
    ("date", "start_time", "message"),
    [
        (dt.date(2031, 6, 2), dt.time(10), "It leaves at that time already."),
        (dt.date(2031, 1, 9), dt.time(10), "That time has passed."),
        (dt.date(2031, 6, 3), dt.time(10), "There is already a departure of this variant at that time."),
    ],
)
def test_departure_does_not_move_to(in_harbour, date, start_time, message):
    schedule, _other = pair()
    with pytest.raises(ScheduleRefused, match=message):
        move_departure(schedule, date=date, start_time=start_time, plan=plan(), now=NOW)
    assert DepartureChange.objects.count() == 0
