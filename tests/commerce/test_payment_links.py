"""Extra charges, what is written off, and links to pay."""

import datetime as dt

import pytest

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import Order, PaymentLink
from commerce.operations import (
    PaymentRefused,
    add_charge,
    begin_due_payment,
    cancel_order,
    open_payment_link,
    refresh_payment,
    send_payment_link,
    start_card_payment,
    stop_card_payment,
    withdraw_payment_link,
    write_off,
)
from crm.models import Message
from tests.commerce.factories import NOW, order_of
from tests.commerce.test_change_payments import card  # noqa: F401  # the fixture
from tests.commerce.test_payment_plans import confirm, state, take_cards
from tests.factories import make_schedule


def paid(schedule) -> Order:
    order = order_of(schedule)
    confirm(order.payments.get())
    return Order.objects.get(pk=order.pk)


def test_extra_charge_is_part_of_the_price(in_harbour):
    order = paid(make_schedule())
    add_charge(order, amount_minor=1200, reason="Wheelchair van", now=NOW, actor=None)
    assert state(order) == ("paid", 5000, 1200)
    assert Order.objects.get(pk=order.pk).total_minor == 6200
    confirm(queries.manual_payment_of(Order.objects.get(pk=order.pk)))
    assert state(order) == ("paid", 6200, 0)


def test_write_off_leaves_nothing_owed(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    with pytest.raises(PaymentRefused, match=r"At most €50\.00"):
        write_off(order, amount_minor=5001, reason="Rain", now=NOW, actor=None)
    with pytest.raises(PaymentRefused, match="You may pay back up to"):
        write_off(order, amount_minor=2000, reason="Rain", limit_minor=1999, now=NOW, actor=None)
    write_off(order, amount_minor=2000, reason="Rain", limit_minor=2000, now=NOW, actor=None)
    assert state(order) == ("confirmed", 0, 3000)
    with pytest.raises(PaymentRefused, match=r"this would make it €20\.01"):
        write_off(order, amount_minor=1, reason="Rain", limit_minor=2000, now=NOW, actor=None)
    write_off(order, amount_minor=3000, reason="Rain", now=NOW, actor=None)
    assert state(order) == ("paid", 0, 0)
    assert Order.objects.get(pk=order.pk).total_minor == 0


def test_payment_link_for_what_is_owed(card):  # noqa: F811
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    take_cards()
    link = send_payment_link(order, now=NOW, actor=None)
    payment = open_payment_link(link, now=NOW)
    assert open_payment_link(link, now=NOW) == payment
    start_card_payment(payment, now=NOW)
    payment.refresh_from_db()
    card.pay(payment.provider_reference)
    refresh_payment(payment, now=NOW)
    assert state(order) == ("paid", 5000, 0)
    assert queries.payment_link_by_secret(link.secret).is_paid
    assert Message.objects.get(kind="payment_request").subject == f"Please pay €50.00: booking {order.number}"


def test_payment_link_for_an_extra_charge(card):  # noqa: F811
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    take_cards()
    link = send_payment_link(order, extra_minor=900, reason="Lunch", now=NOW, actor=None)
    payment = open_payment_link(link, now=NOW)
    start_card_payment(payment, now=NOW)
    payment.refresh_from_db()
    card.pay(payment.provider_reference)
    refresh_payment(payment, now=NOW)
    # What comes in pays what is due first; the rest of it is still to be paid on arrival.
    assert state(order) == ("confirmed", 900, 5000)
    with pytest.raises(PaymentRefused, match="This is paid, thank you"):
        open_payment_link(queries.payment_link_by_secret(link.secret), now=NOW)


def test_payment_link_that_ended(card):  # noqa: F811
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    take_cards()
    link = send_payment_link(order, now=NOW, actor=None)
    with pytest.raises(PaymentRefused, match="has ended"):
        open_payment_link(link, now=NOW + dt.timedelta(days=14))
    withdraw_payment_link(link, now=NOW, actor=None)
    with pytest.raises(PaymentRefused, match="has ended"):
        open_payment_link(PaymentLink.objects.get(), now=NOW)


def test_superseded_card_payment_is_stopped_at_stripe(card):  # noqa: F811
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    take_cards()
    first = begin_due_payment(order, now=NOW)
    start_card_payment(first, now=NOW)
    first.refresh_from_db()
    add_charge(order, amount_minor=500, reason="Lunch", now=NOW, actor=None)
    second = begin_due_payment(order, now=NOW)
    assert (second.pk != first.pk, second.amount_minor) == (True, 5500)
    assert queries.payments_to_stop(now=NOW + dt.timedelta(minutes=5)) == [(first.pk, first.organization_id)]
    stop_card_payment(first.pk, now=NOW)
    assert card.pay(first.provider_reference)["error"]["code"] == "payment_intent_unexpected_state"
    assert queries.payments_to_stop(now=NOW + dt.timedelta(days=1)) == []
    start_card_payment(second, now=NOW)
    cancel_order(order, reason=RefundReason.OTHER, now=NOW)
    assert queries.payments_to_stop(now=NOW + dt.timedelta(minutes=5)) == [(second.pk, second.organization_id)]
