"""Payments that take days: the places are kept, the guest is told, and what comes of it late is followed."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core import mail

from commerce.gateways import stripe
from commerce.models import Order, PaymentSettings
from commerce.operations import (
    add_charge,
    begin_due_payment,
    expire_order,
    open_payment_link,
    refresh_payment,
    run_refund,
    send_payment_link,
    settle_payment,
    start_card_payment,
)
from tenancy.models import Organization, OutboxEvent
from tenancy.scope import organization_scope
from tests.commerce.test_card_payments import NOW, RUN_OUT, SECRET, SOON, order_by_card, reference_of, states, webhook
from tests.factories import make_schedule

DAY = dt.timedelta(days=1)


@pytest.fixture
def card(stripe_emulator, harbour: Organization):
    with organization_scope(harbour.pk):
        PaymentSettings.objects.update(
            stripe_secret_key="sk_test_harbour",
            stripe_publishable_key="pk_test_harbour",
            stripe_webhook_secret=SECRET,
        )
    return stripe_emulator


def advance(card, reference: str, status: str) -> dict:
    return card.turn("advance", account="harbour", payment_intent=reference, status=status)


def debit(order: Order, card, *, now: dt.datetime = SOON) -> str:
    """The guest pays from a bank account; return the reference of the PaymentIntent."""
    reference = reference_of(order, now=now)
    advance(card, reference, "processing")
    refresh_payment(order.payments.get(), now=now)
    return reference


def topics() -> list[str]:
    return list(
        OutboxEvent.objects.filter(topic__startswith="commerce.payment_").order_by("pk").values_list("topic", flat=True)
    )


def test_places_are_kept_for_days_until_the_money_is_here(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = debit(order, card)
    since = order.payments.get().updated_at
    for days in range(1, 6):
        now = NOW + days * DAY
        refresh_payment(order.payments.get(), now=now)
        expire_order(order.pk, now=now + dt.timedelta(hours=2))
        assert states(order) == ("pending", "processing", "pending", 2)
    assert order.payments.get().updated_at == since
    advance(card, reference, "succeeded")
    for _time in range(2):
        refresh_payment(order.payments.get(), now=NOW + 6 * DAY)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)
    assert topics() == ["commerce.payment_on_its_way", "commerce.payment_received"]
    assert (order.payments.count(), order.payments.get().captured_minor) == (1, 5000)


def test_guest_whose_payment_failed_has_a_day_to_pay_again_on_the_same_intent(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = debit(order, card)
    later = NOW + 5 * DAY
    advance(card, reference, "failed")
    refresh_payment(order.payments.get(), now=later)
    assert states(order) == ("pending", "failed", "pending", 2)
    assert order.hold_expires_at == later + DAY
    assert topics() == ["commerce.payment_on_its_way", "commerce.payment_failed"]
    assert reference_of(order, now=later) == reference
    card.pay(reference)
    refresh_payment(order.payments.get(), now=later)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)


def test_debit_that_fails_without_a_reason_has_failed_too(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = debit(order, card)
    intent = stripe.retrieve_intent(stripe.keys_of(PaymentSettings.objects.get()), reference)
    settle_payment(order.payments.get().pk, intent=replace(intent, status="requires_payment_method"), now=SOON + DAY)
    assert states(order) == ("pending", "failed", "pending", 2)
    assert topics() == ["commerce.payment_on_its_way", "commerce.payment_failed"]


def test_link_is_not_paid_by_a_debit_of_another_amount(in_harbour, card):
    order = order_by_card(make_schedule())
    card.pay(reference_of(order))
    refresh_payment(order.payments.get(), now=SOON)
    add_charge(order, amount_minor=3000, reason="Lunch", now=SOON, actor=None)
    begun = begin_due_payment(order, now=SOON)
    start_card_payment(begun, now=SOON)
    begun.refresh_from_db()
    advance(card, begun.provider_reference, "processing")
    refresh_payment(begun, now=SOON)
    link = send_payment_link(order, extra_minor=1000, reason="Boots", now=SOON, actor=None)
    assert open_payment_link(link, now=SOON) == begun
    link.refresh_from_db()
    assert link.payment is None


def test_sweep_that_is_quicker_than_the_webhook_gives_nothing_up(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = debit(order, card)
    later = NOW + 5 * DAY
    advance(card, reference, "failed")
    expire_order(order.pk, now=later)
    assert states(order) == ("pending", "failed", "pending", 2)
    assert order.hold_expires_at == later + DAY


def test_places_are_free_when_nobody_pays_again(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = debit(order, card)
    later = NOW + 5 * DAY
    advance(card, reference, "failed")
    refresh_payment(order.payments.get(), now=later)
    expire_order(order.pk, now=later + dt.timedelta(hours=23))
    assert states(order) == ("pending", "failed", "pending", 2)
    expire_order(order.pk, now=later + DAY)
    assert states(order) == ("expired", "cancelled", "expired", 0)
    assert card.pay(reference)["error"]["code"] == "payment_intent_unexpected_state"


@pytest.mark.parametrize("room", [True, False])
def test_debit_that_succeeds_after_the_places_were_given_back(in_harbour, card, room):
    schedule = make_schedule(capacity=2)
    order = order_by_card(schedule)
    reference = reference_of(order)
    # The guest pays in the moment in which the places go, and Stripe's answer was never written down.
    order.payments.update(provider_reference="")
    expire_order(order.pk, now=RUN_OUT)
    order.payments.update(provider_reference=reference)
    advance(card, reference, "processing")
    refresh_payment(order.payments.get(), now=RUN_OUT)
    assert states(order) == ("expired", "processing", "expired", 0)
    if not room:
        order_by_card(schedule, now=RUN_OUT)
    advance(card, reference, "succeeded")
    refresh_payment(order.payments.get(), now=NOW + 4 * DAY)
    if room:
        assert states(order) == ("paid", "succeeded", "confirmed", 2)
        return
    run_refund(order.payments.get().refunds.get().pk, now=NOW + 4 * DAY)
    assert states(order) == ("expired", "refunded", "expired", 2)


@pytest.mark.django_db(transaction=True)
def test_guest_is_written_to_by_webhooks_once_each(harbour, card, run_jobs):
    with organization_scope(harbour.pk):
        order = order_by_card(make_schedule())
        reference = reference_of(order)
    intent = advance(card, reference, "processing")
    for number in range(2):
        webhook(harbour, "payment_intent.processing", intent, event_id=f"evt_{number}")
    run_jobs()
    number = order.number
    assert [message.subject for message in mail.outbox] == [f"Your payment is on its way: {number}"]
    intent = advance(card, reference, "failed")
    for twin in range(2):
        webhook(harbour, "payment_intent.payment_failed", intent, event_id=f"evt_failed_{twin}")
    run_jobs()
    assert [message.subject for message in mail.outbox][1:] == [f"Your payment did not go through: {number}"]
    assert "Please pay on the page of your booking." in mail.outbox[1].body
