"""Money by hand for orders that have ended: what brings them back, what is kept, and what goes back."""

import pytest

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import Order
from commerce.operations import (
    PaymentRefused,
    cancel_order,
    confirm_manual_payment,
    expire_order,
)
from commerce.operations.attention import FEE_UNPAID, RECORDED_LEFT, REFUND_BY_HAND, TOO_MUCH
from tests.commerce.factories import NOW, code_of, order_of, tier_of
from tests.commerce.test_cancellations import cancel, people_of
from tests.commerce.test_changes import change
from tests.commerce.test_manual_payments import LATE, approve, decline, now_, record, sums
from tests.commerce.test_manual_payments import two as two  # noqa: PLC0414  # the fixture
from tests.commerce.test_payment_plans import confirm, deposit_of, money, state
from tests.commerce.test_policies import make_policy
from tests.factories import make_schedule
from tours.models import Booking


def test_money_written_down_outlives_the_hold_and_brings_the_order_back(two):
    first, second = two
    order = order_of(make_schedule())
    payment = confirm(order.payments.get(), actor=first)
    expire_order(order.pk, now=LATE)
    payment.refresh_from_db()
    assert (sums(order), payment.status) == (("expired", 0, RECORDED_LEFT), "awaiting_approval")
    assert "approve" in queries.staff_verbs(queries.staff_order(order.pk))
    approve(payment, second)
    assert state(order) == ("paid", 5000, 0)
    assert Booking.objects.get().status == "confirmed"


def test_order_that_comes_back_owes_what_a_change_added(two):
    first, second = two
    schedule = make_schedule()
    order = order_of(schedule)
    payment = confirm(order.payments.get(), actor=first)
    change(order, {tier_of(schedule).pk: 3})
    expire_order(order.pk, now=LATE)
    approve(payment, second)
    assert state(order) == ("confirmed", 5000, 2500)


def test_too_much_that_came_late_is_shown(in_harbour):
    order = order_of(make_schedule())
    expire_order(order.pk, now=LATE)
    payment = queries.manual_payment_of(now_(order))
    confirm_manual_payment(payment, amount_minor=6000, accept_difference=True, now=LATE, actor=None)
    assert sums(order) == ("paid", 6000, TOO_MUCH)


def test_money_written_down_for_a_cancelled_order_goes_back(two):
    first, second = two
    order = order_of(make_schedule())
    payment = confirm(order.payments.get(), actor=first)
    cancel_order(order, reason=RefundReason.OTHER, now=NOW)
    assert sums(order) == ("cancelled", 0, RECORDED_LEFT)
    approve(payment, second)
    assert (sums(order), payment.refunds.get().amount_minor) == (("cancelled", 0, REFUND_BY_HAND), 5000)


def test_money_that_was_not_there_ends_with_its_order(two):
    first, second = two
    order = order_of(make_schedule())
    payment = confirm(order.payments.get(), actor=first)
    cancel_order(order, reason=RefundReason.OTHER, now=NOW)
    decline(payment, second)
    payment.refresh_from_db()
    assert (sums(order), payment.status) == (("cancelled", 0, ""), "cancelled")


def test_late_money_waits_only_for_what_is_owed(in_harbour):
    deposit_of()
    schedule = make_schedule()
    order = order_of(schedule, quantity=4)
    # The rest is gone, and the deposit has become the whole.
    change(order, {tier_of(schedule).pk: 1})
    change(order, {tier_of(schedule).pk: 2})
    expire_order(order.pk, now=LATE)
    assert [row[:4] for row in money(order)] == [
        ("deposit", "bank_transfer", "cancelled", 5000),
        ("rest", "bank_transfer", "cancelled", 7500),
    ]
    payment = queries.manual_payment_of(now_(order))
    confirm_manual_payment(payment, amount_minor=5000, now=LATE, actor=None)
    assert (state(order), queries.due_minor(now_(order))) == (("paid", 5000, 0), 0)


def test_rest_of_an_expired_order_is_nothing_to_confirm(in_harbour):
    deposit_of()
    order = order_of(make_schedule())
    expire_order(order.pk, now=LATE)
    with pytest.raises(PaymentRefused, match="not waiting"):
        confirm_manual_payment(order.payments.get(purpose="rest"), amount_minor=3750, now=LATE, actor=None)
    order.payments.filter(purpose="deposit").update(purpose="extra")
    assert queries.manual_payment_of(now_(order)) is None


@pytest.fixture
def owing_a_fee(in_harbour) -> Order:
    """A guest cancelled an order of €50.00 that was to be paid on arrival; half of it is kept."""
    schedule = make_schedule()
    make_policy([(0, 50)], is_default=True)
    order = order_of(schedule, method=PaymentMethod.ON_ARRIVAL)
    cancel(order, people_of(order), by_guest=True)
    return order


def test_fee_that_is_owed_is_written_down_when_it_comes(owing_a_fee):
    order = owing_a_fee
    assert (sums(order), queries.recordable_minor(now_(order))) == (("cancelled", 0, FEE_UNPAID), 2500)
    record(order, 2500)
    assert sums(order) == ("cancelled", 2500, "")
    assert not order.payments.filter(refunds__isnull=False).exists()


def test_late_money_for_a_cancelled_order_pays_its_fee_first(owing_a_fee):
    payment = record(owing_a_fee, 5000, accept_more=True)
    assert (sums(owing_a_fee), payment.refunds.get().amount_minor) == (("cancelled", 2500, REFUND_BY_HAND), 2500)


def test_late_money_takes_the_use_of_its_code_again(in_harbour):
    code = code_of("ONCE", uses_limit=1)
    order = order_of(make_schedule(), codes=["ONCE"])
    expire_order(order.pk, now=LATE)
    code.refresh_from_db()
    assert code.uses == 0
    payment = queries.manual_payment_of(now_(order))
    confirm_manual_payment(payment, amount_minor=4500, now=LATE, actor=None)
    code.refresh_from_db()
    assert (state(order), code.uses, order.discounts.get().released_at) == (("paid", 4500, 0), 1, None)


def test_late_money_for_places_that_are_lost_takes_no_use_of_its_code(in_harbour):
    code = code_of("ONCE", uses_limit=1)
    order = order_of(make_schedule(), codes=["ONCE"])
    expire_order(order.pk, now=LATE)
    Booking.objects.update(status="cancelled")
    payment = queries.manual_payment_of(now_(order))
    confirm_manual_payment(payment, amount_minor=4500, now=LATE, actor=None)
    code.refresh_from_db()
    assert (code.uses, order.discounts.get().released_at, payment.refunds.get().amount_minor) == (0, LATE, 4500)


def test_late_money_goes_back_when_somebody_else_has_the_code(in_harbour):
    code = code_of("ONCE", uses_limit=1)
    schedule = make_schedule()
    order = order_of(schedule, codes=["ONCE"])
    expire_order(order.pk, now=LATE)
    order_of(schedule, codes=["ONCE"], now=LATE)
    payment = confirm_manual_payment(queries.manual_payment_of(now_(order)), amount_minor=4500, now=LATE, actor=None)
    code.refresh_from_db()
    schedule.refresh_from_db()
    assert (state(order)[0], payment.refunds.get().amount_minor) == ("expired", 4500)
    assert (code.uses, schedule.booked_count) == (1, 2)
