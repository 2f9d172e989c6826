"""Changes of a booking that are paid by card, and from parallel connections."""

import datetime as dt

import pytest

from commerce import queries
from commerce.enums import RefundReason
from commerce.models import BookingChange, Order, PaymentSettings
from commerce.operations import (
    ChangeRefused,
    PaymentRefused,
    begin_due_payment,
    cancel_order,
    change_booking,
    confirm_manual_payment,
    refresh_payment,
    start_card_payment,
)
from commerce.rules import IllegalChange
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of, tier_of
from tests.commerce.test_changes import adds_up, booking_of, change, money, paid_order
from tests.factories import VariantFactory, make_schedule
from tests.parallel import in_parallel
from tests.tours.test_moves import seats_are_right
from tours.enums import BookingStatus


@pytest.fixture
def card(stripe_emulator, in_harbour):
    PaymentSettings.objects.update(stripe_publishable_key="pk_test_harbour")
    row = PaymentSettings.objects.get()
    row.stripe_secret_key = "sk_test_harbour"
    row.save()
    return stripe_emulator


def with_due(card) -> Order:
    schedule = make_schedule()
    order = paid_order(schedule)
    row = PaymentSettings.objects.get()
    row.stripe_secret_key = "sk_test_harbour"
    row.save()
    change(order, {tier_of(schedule).pk: 4})
    return order


def test_due_is_paid_by_card(card):
    order = with_due(card)
    payment = begin_due_payment(order, now=NOW)
    assert begin_due_payment(order, now=NOW) == payment
    start_card_payment(payment, now=NOW)
    payment.refresh_from_db()
    card.pay(payment.provider_reference)
    refresh_payment(payment, now=NOW)
    assert money(order) == ("paid", 10000, 0, 0)
    assert queries.paid_minor(order) == 10000
    with pytest.raises(PaymentRefused, match="nothing to pay"):
        begin_due_payment(order, now=NOW)


def test_due_that_grew_while_it_was_paid(card):
    order = with_due(card)
    payment = begin_due_payment(order, now=NOW)
    start_card_payment(payment, now=NOW)
    payment.refresh_from_db()
    change(order, {tier_of(booking_of(order).schedule).pk: 5})
    with pytest.raises(PaymentRefused, match="amount has changed"):
        start_card_payment(payment, now=NOW)
    card.pay(payment.provider_reference)
    refresh_payment(payment, now=NOW)
    assert money(order) == ("paid", 12500, 2500, 0)


def test_due_that_was_paid_on_arrival_too_goes_back(card):
    order = with_due(card)
    payment = begin_due_payment(order, now=NOW)
    start_card_payment(payment, now=NOW)
    payment.refresh_from_db()
    confirm_manual_payment(queries.due_payments(order)[0], amount_minor=5000, now=NOW, actor=None)
    card.pay(payment.provider_reference)
    refresh_payment(payment, now=NOW)
    assert payment.refunds.get().amount_minor == 5000
    assert money(order) == ("paid", 10000, 0, 0)


# From parallel connections.


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=6)
        order = paid_order(schedule)
        booking, tier = booking_of(order), tier_of(schedule)

    def attack(number: int) -> BookingChange:
        return change_booking(
            order, booking, to=schedule, quantities={tier.pk: 4}, expected_difference_minor=5000, now=NOW
        )

    results = in_parallel(harbour, 6, attack)
    assert len([result for result in results if isinstance(result, BookingChange)]) == 1
    assert [r.code for r in results if isinstance(r, ChangeRefused)] == ["price_changed"] * 5
    with organization_scope(harbour.pk):
        assert (money(order), adds_up(order), seats_are_right()) == (("paid", 10000, 5000, 0), True, True)


@pytest.mark.django_db(transaction=True)
def test_changes_of_many_orders_for_the_last_seats(harbour):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        here, there = (make_schedule(variant, date=dt.date(2031, 6, day), capacity=12) for day in (2, 3))
        orders = [paid_order(schedule, quantity=1) for schedule in (here, there) for _number in range(5)]
        tier = tier_of(here)

    def attack(number: int) -> BookingChange:
        booking = booking_of(orders[number])
        to = there if booking.schedule_id == here.pk else here
        return change_booking(
            orders[number], booking, to=to, quantities={tier.pk: 4}, expected_difference_minor=7500, now=NOW
        )

    results = in_parallel(harbour, 10, attack)
    assert {r.code for r in results if isinstance(r, Exception)} <= {"too_few"}
    with organization_scope(harbour.pk):
        assert seats_are_right()
        assert all(adds_up(order) for order in orders)
        assert BookingChange.objects.count() == len([r for r in results if isinstance(r, BookingChange)]) > 0


@pytest.mark.django_db(transaction=True)
def test_change_while_the_order_is_cancelled(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        order = paid_order(schedule)
        booking, tier = booking_of(order), tier_of(schedule)

    def attack(number: int) -> str:
        if number % 2:
            cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
            return "cancelled"
        change_booking(order, booking, to=schedule, quantities={tier.pk: 1}, expected_difference_minor=-2500, now=NOW)
        return "changed"

    results = in_parallel(harbour, 6, attack)
    assert {r.code for r in results if isinstance(r, ChangeRefused)} <= {"over", "price_changed"}
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, ChangeRefused | IllegalChange)]
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
        assert (Order.objects.get().status, booking_of(order).status) == ("cancelled", BookingStatus.CANCELLED)
        assert (schedule.booked_count, adds_up(order), queries.kept_minor(order)) == (0, True, 0)


@pytest.mark.django_db(transaction=True)
def test_change_while_the_money_comes_in(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        order = order_of(schedule)
        booking, tier, payment = booking_of(order), tier_of(schedule), order.payments.get()

    def attack(number: int) -> str:
        if number:
            change_booking(
                order, booking, to=schedule, quantities={tier.pk: 3}, expected_difference_minor=2500, now=NOW
            )
            return "changed"
        confirm_manual_payment(payment, amount_minor=5000, accept_difference=True, now=NOW, actor=None)
        return "paid"

    assert sorted(map(str, in_parallel(harbour, 2, attack))) == ["changed", "paid"]
    with organization_scope(harbour.pk):
        # Paid first: the third place is due. Changed first: staff accepted less, which the order shows.
        assert money(order)[:2] == ("paid", 7500)
        assert queries.owed_minor(Order.objects.get()) == 2500 or Order.objects.get().needs_attention
        assert (adds_up(order), seats_are_right()) == (True, True)
