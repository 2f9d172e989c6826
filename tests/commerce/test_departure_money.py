"""The money around cancelled and moved departures: what stands, what is approved, what changes meanwhile."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import GuestChoice, Refund
from commerce.operations import (
    ChoiceRefused,
    approve_refunds,
    begin_cancelled,
    begin_choices,
    cancel_departure,
    cancel_order,
    change_booking,
    confirm_manual_payment,
    expire_order,
    move_departure,
    refund_order,
    retry_refunds,
    take_alternative,
    take_money_back,
    tell_guest,
)
from tests.commerce.factories import NOW, order_of, tier_of
from tests.commerce.test_departures import (
    _event,
    cancelled,
    moved,
    order_of_both,
    paid_order,
    pair,
    plan,
    state,
    written,
)
from tests.factories import make_schedule

LATER = NOW + dt.timedelta(days=2)
DEADLINE = NOW + dt.timedelta(days=3)
TWO = dt.date(2031, 6, 3)


def test_money_on_arrival_for_what_stands_is_kept(in_harbour):
    first, second = make_schedule(), make_schedule()
    order = order_of_both(first, second, method=PaymentMethod.ON_ARRIVAL)
    cancelled(first, [order])
    assert (queries.owed_minor(order), order.payments.get().amount_minor) == (5000, 5000)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=LATER, actor=None)
    assert state(order) == ("paid", ["cancelled", "confirmed"], [])
    assert order.needs_attention == ""


def test_money_on_arrival_that_comes_while_the_guest_may_choose_waits_for_that(in_harbour):
    schedule, other = pair()
    takes, leaves = (order_of(schedule, method=PaymentMethod.ON_ARRIVAL) for _number in range(2))
    choices = cancelled(schedule, [takes, leaves], other)
    for order in (takes, leaves):
        confirm_manual_payment(order.payments.get(), amount_minor=5000, now=LATER, actor=None)
        assert state(order) == ("paid", ["cancelled"], [])
    take_alternative(choices[0], schedule=other, now=LATER)
    take_money_back(choices[1], now=LATER)
    assert [state(order) for order in (takes, leaves)] == [
        ("paid", ["confirmed"], []),
        ("cancelled", ["cancelled"], [5000]),
    ]


def test_late_transfer_of_all_pays_for_what_stands_and_goes_back_for_what_was_lost(in_harbour):
    first, second = make_schedule(), make_schedule()
    order = order_of_both(first, second)
    cancelled(first, [order])
    late = NOW + dt.timedelta(days=6)
    expire_order(order.pk, now=late)
    assert state(order) == ("expired", ["cancelled", "expired"], [])
    confirm_manual_payment(order.payments.get(), amount_minor=10000, accept_difference=True, now=late, actor=None)
    assert state(order) == ("paid", ["cancelled", "confirmed"], [5000])


def test_what_is_due_is_no_more_than_what_is_owed_once_places_are_lost(in_harbour):
    first, second = make_schedule(), make_schedule()
    order = order_of_both(first, second)
    confirm_manual_payment(order.payments.get(), amount_minor=10000, now=NOW, actor=None)
    booking = order.lines.get(position=2).booking
    for count, dearer in ((3, 2500), (7, 10000)):
        quantities = {tier_of(second).pk: count}
        change_booking(order, booking, to=second, quantities=quantities, expected_difference_minor=dearer, now=NOW)
    cancelled(first, [order])
    # 10000 came in, 17500 are to be paid for the second.
    assert [payment.amount_minor for payment in queries.due_payments(order)] == [7500]
    assert (state(order)[2], queries.owed_minor(order)) == ([], 7500)


# Approved and tried again


def test_refund_that_comes_to_be_held_during_an_approval_waits_for_the_next(in_harbour):
    schedule = make_schedule()
    orders = [paid_order(schedule) for _number in range(2)]
    first, second = cancelled(schedule, orders, limit_minor=1)
    GuestChoice.objects.filter(pk=second.pk).update(status="new")
    held = []

    def hold_the_second(execute, sql, params, many, context):
        if sql.startswith('UPDATE "commerce_guestchoice"') and not held:
            held.append(second.pk)
            GuestChoice.objects.filter(pk=second.pk).update(status="held")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hold_the_second):
        approve_refunds(first.change, actor=None)
    assert list(GuestChoice.objects.order_by("pk").values_list("status", flat=True)) == ["due", "held"]
    assert _event("commerce.refund_approved")["order_id"] == first.order_id


def test_refund_that_was_paid_another_way_does_not_keep_others_from_being_tried_again(in_harbour):
    schedule = make_schedule()
    orders = [paid_order(schedule) for _number in range(2)]
    (choice, _other) = cancelled(schedule, orders)
    Refund.objects.update(status="failed", by_hand=False)
    refund_order(orders[0], reason=RefundReason.OTHER, by_hand=True, now=LATER, actor=None)
    assert retry_refunds(choice.change, now=LATER, actor=None) == 1
    assert [list(order.payments.get().refunds.order_by("pk").values_list("status", flat=True)) for order in orders] == [
        ["failed", "pending"],
        ["pending"],
    ]


# Bookings that staff or guests change meanwhile


def test_choice_is_closed_by_a_change_to_another_departure(in_harbour):
    schedule = make_schedule()
    other = make_schedule(schedule.variant, date=dt.date(2031, 6, 5))
    order = paid_order(schedule)
    (choice,) = moved(schedule, [order])
    schedule.refresh_from_db()
    for to, count, dearer in ((schedule, 3, 2500), (other, 3, 0)):
        choice.refresh_from_db()
        assert choice.status == "waiting"
        quantities = {tier_of(schedule).pk: count}
        change_booking(order, choice.booking, to=to, quantities=quantities, expected_difference_minor=dearer, now=LATER)
    choice.refresh_from_db()
    assert (choice.status, choice.amount_minor) == ("closed", 7500)
    with pytest.raises(ChoiceRefused, match="settled already"):
        take_money_back(choice, now=LATER)


def test_guest_who_has_left_a_departure_is_not_told_that_it_moved(in_harbour):
    schedule = make_schedule()
    other = make_schedule(schedule.variant, date=dt.date(2031, 6, 5))
    leaves, cancels = paid_order(schedule), paid_order(schedule)
    bookings = [order.lines.get().booking for order in (leaves, cancels)]
    change = move_departure(schedule, date=TWO, start_time=dt.time(15), plan=plan(choose_until=DEADLINE), now=NOW)
    quantities = {tier_of(schedule).pk: 2}
    change_booking(leaves, bookings[0], to=other, quantities=quantities, expected_difference_minor=0, now=NOW)
    cancel_order(cancels, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
    begin_choices(change.pk, booking_ids=[booking.pk for booking in bookings])
    for order in (leaves, cancels):
        tell_guest(order.pk, change_id=change.pk, now=NOW)
    assert list(change.choices.values_list("status", flat=True)) == ["closed", "closed"]
    assert written("departure_moved") == []


def test_orders_are_locked_before_their_choices(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    moved(schedule, [order])
    change = cancel_departure(schedule, plan=plan(), now=NOW)
    with CaptureQueriesContext(connection) as found:
        begin_cancelled(schedule.pk, booking_ids=[order.lines.get().booking_id])
    statements = [query["sql"] for query in found]
    locks = [at for at, sql in enumerate(statements) if 'FROM "commerce_order" ' in sql and sql.endswith("FOR UPDATE")]
    closes = [at for at, sql in enumerate(statements) if sql.startswith('UPDATE "commerce_guestchoice"')]
    assert (len(locks), len(closes), locks < closes) == (1, 1, True)
    assert change.choices.count() == 1
