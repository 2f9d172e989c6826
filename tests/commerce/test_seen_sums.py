"""What somebody decides about money is decided on the sums that they saw, and done once."""

import pytest
from django.urls import reverse

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import Order, PaymentSettings
from commerce.operations import (
    PaymentRefused,
    RefundRefused,
    refund_order,
    reject_manual_payment,
    write_off,
)
from commerce.operations.attention import REFUND_FAILED, TOO_MUCH
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of
from tests.commerce.test_manual_payments import now_, record
from tests.commerce.test_payment_plans import confirm, deposit_of, state
from tests.factories import make_schedule
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel


def test_two_of_the_staff_do_not_write_the_same_cash_down_twice(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    url = reverse("orders:record", args=[order.pk])
    clients = [client_for(in_harbour, make_member(in_harbour, role)) for role in (Role.MANAGER, Role.OWNER)]
    forms = [{"amount_minor": "20.00", "note": "Cash", "seen": client.get(url).context["seen"]} for client in clients]
    assert clients[0].post(url, forms[0]).status_code == 302
    again = clients[1].post(url, forms[1])
    assert "This has just been changed. Please look at it again." in again.content.decode()
    assert state(order) == ("confirmed", 2000, 3000)
    # With what the page says now, it is another payment.
    clients[1].post(url, {**forms[1], "seen": again.context["seen"]})
    assert state(order) == ("confirmed", 4000, 1000)


@pytest.mark.django_db(transaction=True)
def test_cash_of_one_click_is_written_down_once_however_often_it_is_sent(harbour):
    with organization_scope(harbour.pk):
        order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
        seen = queries.sums_seen(order)
    results = in_parallel(harbour, 4, lambda _number: record(order, 1000, seen=seen))
    assert sorted(type(result).__name__ for result in results) == ["Payment", *["PaymentRefused"] * 3]
    with organization_scope(harbour.pk):
        assert state(order) == ("confirmed", 1000, 4000)


@pytest.mark.parametrize("verb", ["refund", "write_off"])
def test_what_goes_back_or_is_written_off_is_decided_on_what_was_seen(in_harbour, verb):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    if verb == "refund":
        confirm(order.payments.get())
    seen = queries.sums_seen(now_(order))
    common = {"amount_minor": 1000, "seen": seen, "now": NOW, "actor": None}
    act = refund_order if verb == "refund" else write_off
    act(order, reason=RefundReason.OTHER if verb == "refund" else "Rain", **common)
    with pytest.raises((PaymentRefused, RefundRefused), match="just been changed"):
        act(order, reason=RefundReason.OTHER if verb == "refund" else "Rain", **common)


def test_second_click_does_not_confirm_the_next_payment(in_harbour):
    deposit_of(50)
    order = order_of(make_schedule())
    url = reverse("orders:confirm", args=[order.pk])
    manager = client_for(in_harbour, make_member(in_harbour, Role.MANAGER))
    form = {"amount_minor": "25.00", "seen": manager.get(url).context["seen"]}
    assert manager.post(url, form).status_code == 302
    assert "just been changed" in manager.post(url, form).content.decode()
    assert state(order) == ("confirmed", 2500, 2500)


def test_second_click_does_not_charge_twice(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    url = reverse("orders:charge", args=[order.pk])
    manager = client_for(in_harbour, make_member(in_harbour, Role.MANAGER))
    form = {"amount_minor": "7.00", "reason": "Lunch", "seen": manager.get(url).context["seen"]}
    manager.post(url, form)
    assert "just been changed" in manager.post(url, form).content.decode()
    assert now_(order).total_minor == 5700


def test_who_says_that_money_will_not_come_does_not_touch_what_was_written_down(in_harbour):
    PaymentSettings.objects.update(second_person_minor=0)
    order = order_of(make_schedule())
    payment = confirm(order.payments.get(), actor=make_member(in_harbour, Role.MANAGER))
    with pytest.raises(PaymentRefused, match="not waiting for confirmation"):
        reject_manual_payment(payment, reason="Never sent", now=NOW, actor=None)
    assert (order.payments.get().status, order.payments.get().recorded_minor) == ("awaiting_approval", 5000)


def test_what_came_up_after_somebody_looked_is_not_seen_to(in_harbour):
    order = order_of(make_schedule())
    Order.objects.filter(pk=order.pk).update(needs_attention=TOO_MUCH)
    url = reverse("orders:seen", args=[order.pk])
    manager = client_for(in_harbour, make_member(in_harbour, Role.MANAGER))
    seen = manager.get(url).context["seen"]
    Order.objects.filter(pk=order.pk).update(needs_attention=REFUND_FAILED)
    again = manager.post(url, {"seen": seen})
    assert "A refund failed; pay the money back another way." in again.content.decode()
    assert now_(order).needs_attention == REFUND_FAILED
    manager.post(url, {"seen": again.context["seen"]})
    assert now_(order).needs_attention == ""


def test_order_is_cancelled_on_the_sums_that_were_seen(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    owner = client_for(in_harbour, make_member(in_harbour, Role.OWNER))
    url = reverse("orders:cancel", args=[order.pk])
    form = {"reason": "other", "note": "", "seen": owner.get(url).context["seen"]}
    confirm(order.payments.get())
    again = owner.post(url, form)
    assert "This has just been changed. Please look at it again." in again.content.decode()
    assert state(order) == ("paid", 5000, 0)
    owner.post(url, {**form, "seen": again.context["seen"]})
    assert now_(order).status == "cancelled"


def test_what_decides_a_refund_is_among_the_sums(in_harbour):
    order = now_(order_of(make_schedule()))
    assert queries.sums_seen(order) == "pending:5000:5000:0:0:0:5000:0"
    confirm(order.payments.get())
    # €25.00 of the fee are kept, nothing else changes.
    Order.objects.update(cancellation_fee_minor=2500)
    assert queries.sums_seen(now_(order)) == "paid:5000:5000:2500:5000:0:0:0"
