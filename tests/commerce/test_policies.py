"""Cancellation policies: which share comes back until when, in any time zone, and in plain words."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from commerce import queries
from commerce.models import CancellationPolicy, Order, PaymentSettings, TourPolicy
from commerce.operations import change_booking
from commerce.rules import (
    Policy,
    PolicyStep,
    back_minor,
    deadline,
    percent_back,
    policy_from,
    policy_in_words,
    policy_problem,
)
from tests.commerce.factories import order_of
from tests.commerce.test_changes import change, paid_order
from tests.factories import make_schedule
from tours.models import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
FLEXIBLE = Policy((PolicyStep(48, 100), PolicyStep(24, 50)))


@st.composite
def policies(draw):
    hours = sorted(draw(st.sets(st.integers(0, 1000), max_size=5)), reverse=True)
    size = st.lists(st.integers(1, 100), min_size=len(hours), max_size=len(hours), unique=True)
    shares = sorted(draw(size), reverse=True)
    steps = tuple(PolicyStep(*pair) for pair in zip(hours, shares, strict=True))
    return Policy(steps, draw(st.integers(0, 3000)))


STARTS = st.integers(0, 2 * 365 * 24 * 4).map(
    lambda quarters: dt.datetime(2030, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=15 * quarters)
)


@given(policies(), STARTS, st.integers(0, 60000), st.integers(0, 60000))
def test_share_never_rises_towards_the_start(policy, start, earlier, later):
    earlier, later = max(earlier, later), min(earlier, later)
    shares = [
        percent_back(policy, starts_at=start, zone=BERLIN, now=start - dt.timedelta(minutes=minutes))
        for minutes in (earlier, later)
    ]
    assert policy_problem(policy.steps) == ""
    assert shares == sorted(shares, reverse=True)


@given(policies(), st.integers(0, 10**9), st.integers(1, 99), st.integers(0, 100))
def test_what_comes_back_is_between_nothing_and_the_price(policy, value, places, percent):
    assert 0 <= back_minor(policy, value, places=places, percent=percent) <= value


@given(st.integers(0, 10**9), st.integers(1, 99))
def test_all_and_nothing_are_exact(value, places):
    assert back_minor(FLEXIBLE, value, places=places, percent=100) == value
    assert back_minor(FLEXIBLE, value, places=places, percent=0) == 0


@given(policies(), STARTS, st.integers(0, 60000), st.integers(0, 100))
def test_policy_held_to_a_share_gives_the_smaller_one_always(policy, start, minutes, percent):
    then = {"starts_at": start, "zone": BERLIN, "now": start - dt.timedelta(minutes=minutes)}
    held = policy.at_most(percent)
    assert percent_back(held, **then) == min(percent, percent_back(policy, **then))
    assert policy_problem(held.steps) == ""


@given(policies())
def test_policy_that_was_written_down_is_the_same(policy):
    assert policy_from(policy.as_json) == policy


@pytest.mark.parametrize(
    ("value", "percent", "fee", "back"),
    [(2500, 50, 0, 1250), (2501, 50, 0, 1251), (3333, 33, 0, 1100), (2500, 100, 500, 2000), (400, 50, 300, 0)],
)
def test_share_is_rounded_half_up_and_the_fee_taken_off(value, percent, fee, back):
    assert back_minor(Policy(fee_minor=fee), value, places=1, percent=percent) == back


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "last"),
    [
        ("2031-01-12T10:00", 48, "2031-01-10T10:00"),
        # Clocks go forward on 30 March and back on 26 October: the same time of day all the same.
        ("2031-03-31T10:00", 48, "2031-03-29T10:00"),
        ("2031-10-27T10:00", 48, "2031-10-25T10:00"),
        # Hours that are no whole days pass one by one.
        ("2031-03-30T10:00", 12, "2031-03-29T21:00"),
        ("2031-10-26T10:00", 12, "2031-10-25T23:00"),
        # 02:30 does not exist on the day before.
        ("2031-03-31T02:30", 24, "2031-03-30T03:30"),
        ("2031-01-12T10:00", 0, "2031-01-12T10:00"),
    ],
)
def test_deadline_is_on_the_clock_at_the_departure(start, hours, last):
    found = deadline(PolicyStep(hours, 100), starts_at=at(start).astimezone(dt.UTC), zone=BERLIN)
    assert found == at(last).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("now", "percent"),
    [
        ("2031-10-25T10:00:00", 100),
        ("2031-10-25T10:00:01", 50),
        ("2031-10-26T10:00:00", 50),
        ("2031-10-26T10:00:01", 0),
        ("2031-10-28T10:00:00", 0),
    ],
)
def test_deadline_itself_is_in_time(now, percent):
    assert percent_back(FLEXIBLE, starts_at=at("2031-10-27T10:00"), zone=BERLIN, now=at(now)) == percent


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([(24, 100), (24, 50)], "Two deadlines are the same."),
        ([(48, 50), (24, 100)], "Closer to the start, less must come back than before."),
        ([(48, 50), (24, 50)], "Closer to the start, less must come back than before."),
        ([(48, 0)], "Give back between 1 and 100 percent. After the last deadline nothing comes back."),
        ([(9000, 100)], "A deadline lies between the start and a year before it."),
        ([], ""),
        ([(48, 100), (0, 1)], ""),
    ],
)
def test_steps_that_make_no_sense_are_named(steps, problem):
    assert policy_problem([PolicyStep(*step) for step in steps]) == problem


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (
            FLEXIBLE,
            (
                "Until 2 days before the start: everything back. Until 1 day before the start: 50% back. "
                "After that: nothing back."
            ),
        ),
        (Policy((PolicyStep(0, 100),)), "Until the start: everything back."),
        (
            Policy((PolicyStep(36, 80),), 500),
            (
                "Until 36 hours before the start: 80% back. After that: nothing back. "
                "€5.00 of each place are kept in any case."
            ),
        ),
        (Policy(), "If you cancel, nothing comes back."),
    ],
)
def test_policy_in_words(policy, words):
    with override("en"):
        assert policy_in_words(policy, "EUR") == words


def make_policy(steps=((48, 100), (24, 50)), **values) -> CancellationPolicy:
    written = [{"hours": hours, "percent": percent} for hours, percent in steps]
    return CancellationPolicy.objects.create(**{"name": "Flexible", "steps": written, **values})


def test_tour_without_a_policy_has_the_default(in_harbour, django_assert_num_queries):
    with_own, without = make_schedule(), make_schedule()
    strict = make_policy([(72, 50)], name="Strict")
    TourPolicy.objects.create(policy=strict, tour=with_own.tour)
    tours = [with_own.tour_id, without.tour_id]
    with django_assert_num_queries(1):
        assert queries.policies_of(tours) == {with_own.tour_id: Policy((PolicyStep(72, 50),))}
    make_policy(is_default=True)
    with django_assert_num_queries(1):
        assert queries.policies_of(tours) == {
            with_own.tour_id: Policy((PolicyStep(72, 50),)),
            without.tour_id: FLEXIBLE,
        }


def test_order_keeps_what_was_agreed(in_harbour):
    row = make_policy(is_default=True)
    line = order_of(make_schedule()).lines.get()
    agreed = {
        "steps": [{"hours": 48, "percent": 100}, {"hours": 24, "percent": 50}],
        "fee_minor": 0,
        "words": "Until 2 days before the start: everything back. Until 1 day before the start: 50% back. "
        "After that: nothing back.",
    }
    assert line.cancellation_policy == agreed
    row.delete()
    line.refresh_from_db()
    assert line.cancellation_policy == agreed
    assert order_of(make_schedule()).lines.get().cancellation_policy == {}


def by_guest(order: Order, to: Schedule, *, now: dt.datetime) -> None:
    choice = {"to": to, "quantities": {order.lines.get().tier_id: 2}, "by_guest": True, "now": now}
    booking, organization = queries.booking_of(order), queries.payment_settings().organization
    shown = queries.preview_change(order, booking, organization=organization, **choice)
    change_booking(order, booking, expected_difference_minor=0, expected_policy=shown.stricter_words, **choice)


@pytest.mark.parametrize(
    ("hours", "back", "words"),
    [
        (
            72,
            5000,
            "Until 2 days before the start: everything back. Until 1 day before the start: 50% back. After that: nothing back.",
        ),
        (30, 2500, "Until 1 day before the start: 50% back. After that: nothing back."),
        (3, 0, "If you cancel, nothing comes back."),
    ],
)
def test_guest_who_moves_first_and_cancels_then_gets_no_more_than_before(in_harbour, hours, back, words):
    make_policy(is_default=True)
    schedule = make_schedule()
    later = make_schedule(schedule.variant, date=dt.date(2031, 9, 1))
    order = paid_order(schedule)
    PaymentSettings.objects.update(guest_change_hours=0)
    now = schedule.starts_at - dt.timedelta(hours=hours)
    by_guest(order, later, now=now)
    assert order.lines.get().cancellation_policy["words"] == words
    people = list(queries.booking_of(order).participants.values_list("pk", flat=True))
    found = queries.preview_cancellation(
        Order.objects.get(pk=order.pk), people, by_guest=True, organization=in_harbour, now=now
    )
    assert (found.back_minor, found.fee_minor) == (back, 5000 - back)
    # Nor does a second move.
    by_guest(order, schedule, now=now)
    by_guest(order, later, now=now)
    assert order.lines.get().cancellation_policy["words"] == words


def test_staff_who_move_a_booking_keep_its_policy(in_harbour):
    make_policy(is_default=True)
    schedule = make_schedule()
    later = make_schedule(schedule.variant, date=dt.date(2031, 9, 1))
    order = paid_order(schedule)
    agreed = order.lines.get().cancellation_policy
    change(order, {order.lines.get().tier_id: 2}, to=later)
    assert order.lines.get().cancellation_policy == agreed
