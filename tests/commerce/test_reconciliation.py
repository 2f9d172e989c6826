import datetime as dt

import pytest
from django.core import mail

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import PaymentSettings, ProviderEvent, Refund
from commerce.operations import (
    begin_cancelled,
    cancel_order,
    complete_orders,
    confirm_manual_payment,
    expire_order,
    process_provider_event,
    refresh_payment,
    run_refund,
    start_card_payment,
    tell_guest,
)
from commerce.tasks import sweep_refunds
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import NOW, order_of
from tests.commerce.test_card_payments import RUN_OUT, SOON, card, order_by_card, reference_of, states, webhook
from tests.factories import make_schedule
from tests.parallel import in_parallel
from tours.models import Booking
from tours.operations import cancel_schedule, complete_departed

__all__ = ["card"]

DEPARTED = dt.datetime(2031, 6, 3, tzinfo=dt.UTC)


def paid_by_card(card, schedule=None, **options):
    order = order_by_card(schedule or make_schedule(), **options)
    card.pay(reference_of(order))
    refresh_payment(order.payments.get(), now=SOON)
    return order


def test_intent_that_stripe_gave_up_is_replaced(in_harbour, card):
    order = order_by_card(make_schedule())
    given_up = reference_of(order)
    from commerce.gateways import stripe

    stripe.cancel_intent(stripe.keys_of(queries.payment_settings()), given_up)
    webhook(in_harbour, "payment_intent.canceled", {"id": given_up})
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)
    assert states(order) == ("pending", "cancelled", "held", 2)
    replaced = reference_of(order)
    assert replaced != given_up
    # News of the old one changes nothing any more.
    webhook(in_harbour, "payment_intent.canceled", {"id": given_up, "metadata": {}}, event_id="evt_2")
    process_provider_event(ProviderEvent.objects.get(event_id="evt_2").pk, now=SOON)
    assert states(order) == ("pending", "pending", "held", 2)
    card.pay(replaced)
    refresh_payment(order.payments.get(), now=SOON)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)


def test_failure_that_stripe_repeats_is_not_asked_for_again(in_harbour, card):
    from commerce.gateways.stripe import GatewayUnavailable

    order = order_by_card(make_schedule())
    card.turn("fail_next", when="before", count=2)
    with pytest.raises(GatewayUnavailable):
        start_card_payment(order.payments.get(), now=SOON)
    assert order.payments.get().idempotency_key.endswith("-v2")
    assert reference_of(order).startswith("pi_")


def test_refund_whose_answer_was_lost_is_found_and_not_made_again(in_harbour, card):
    order = paid_by_card(card)
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=SOON)
    refund = Refund.objects.get()
    # Stripe made it, and both answers were lost on the way.
    card.turn("fail_next", when="after", count=2)
    run_refund(refund.pk, now=SOON)
    refund.refresh_from_db()
    assert (refund.status, refund.attempts) == ("pending", 1)
    run_refund(refund.pk, now=SOON)
    refund.refresh_from_db()
    assert refund.status == "succeeded"
    assert states(order) == ("cancelled", "refunded", "cancelled", 0)


def test_refund_that_stripe_refuses_is_shown_to_staff(in_harbour, card):
    order = paid_by_card(card)
    order.payments.update(provider_reference="pi_that_does_not_exist")
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=SOON)
    run_refund(Refund.objects.get().pk, now=SOON)
    order.refresh_from_db()
    assert (Refund.objects.get().status, order.needs_attention) == (
        "failed",
        "A refund failed; pay the money back another way.",
    )
    assert "refund" in queries.staff_verbs(queries.staff_order(order.pk))


@pytest.mark.django_db(transaction=True)
def test_refund_whose_job_was_lost_is_sent_by_the_sweep(harbour, card, run_jobs):
    with organization_scope(harbour.pk):
        order = paid_by_card(card)
        cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=SOON)
        Refund.objects.update(next_attempt_at=NOW - dt.timedelta(days=3650))
    from config.celery import app

    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge(app.conf.task_default_queue)
    with every_organization():
        sweep_refunds()
    assert "commerce.run_refund" in run_jobs()
    with organization_scope(harbour.pk):
        assert states(order) == ("cancelled", "refunded", "cancelled", 0)


def test_refund_made_in_stripes_dashboard_is_written_down_once(in_harbour, card):
    from commerce.gateways import stripe

    order = paid_by_card(card)
    reference = order.payments.get().provider_reference
    made = stripe.create_refund(
        stripe.keys_of(queries.payment_settings()),
        intent=reference,
        amount_minor=2000,
        currency="EUR",
        metadata={},
        idempotency_key="by-hand",
    )
    subject = {"id": made.reference, "payment_intent": reference}
    for number, kind in enumerate(["refund.created", "refund.updated"]):
        webhook(in_harbour, kind, subject, event_id=f"evt_{number}")
    for event in ProviderEvent.objects.order_by("-pk"):
        process_provider_event(event.pk, now=SOON)
    assert Refund.objects.get().amount_minor == 2000
    assert states(order)[:2] == ("partially_refunded", "partially_refunded")
    assert queries.paid_minor(order) == 3000


def test_second_payment_of_an_order_goes_back(in_harbour, card):
    order = paid_by_card(card)
    # The guest had chosen a transfer before and made it as well.
    transfer = order.payments.create(
        method=PaymentMethod.BANK_TRANSFER, status="awaiting_approval", amount_minor=5000, currency="EUR"
    )
    confirm_manual_payment(transfer, amount_minor=5000, now=SOON, actor=None)
    order.refresh_from_db()
    refund = transfer.refunds.get()
    assert (refund.reason, refund.amount_minor, refund.by_hand) == ("duplicate", 5000, True)
    assert (order.status, Booking.objects.get().status) == ("paid", "confirmed")


def test_event_of_another_organization_on_the_same_account_is_not_kept(in_harbour, card):
    subject = {"id": "pi_1", "metadata": {"organization": str(in_harbour.pk + 1)}}
    assert webhook(in_harbour, "payment_intent.succeeded", subject).status_code == 200
    assert ProviderEvent.objects.count() == 0


def test_event_keeps_nothing_of_the_guest(in_harbour, card):
    webhook(in_harbour, "payment_intent.succeeded", {"id": "pi_1", "receipt_email": "grete@example.com"})
    assert ProviderEvent.objects.get().payload == {
        "object": "",
        "status": "",
        "payment_intent": "",
        "metadata": {},
    }


def test_test_and_live_are_not_mixed(in_harbour, card):
    order = order_by_card(make_schedule())
    intent = card.pay(reference_of(order))
    PaymentSettings.objects.update(stripe_publishable_key="pk_live_x")
    row = PaymentSettings.objects.get()
    row.stripe_secret_key = "sk_live_x"
    row.save()
    webhook(in_harbour, "payment_intent.succeeded", intent)
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)
    event = ProviderEvent.objects.get()
    assert event.last_error.startswith("Test and live are mixed up")
    assert states(order) == ("pending", "pending", "held", 2)


def test_event_that_cannot_be_worked_on_comes_again(in_harbour, card):
    order = order_by_card(make_schedule())
    intent = card.pay(reference_of(order))
    webhook(in_harbour, "payment_intent.succeeded", intent)
    event = ProviderEvent.objects.get()
    card.turn("fail_next", when="before", count=2)
    process_provider_event(event.pk, now=SOON)
    event.refresh_from_db()
    assert (event.processed_at, event.attempts, event.next_attempt_at) == (None, 1, SOON + dt.timedelta(minutes=1))
    process_provider_event(event.pk, now=SOON)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)


def test_money_that_meets_a_cancelled_departure_goes_back_once(in_harbour, card):
    schedule = make_schedule()
    order = order_by_card(schedule)
    reference = reference_of(order)
    cancel_schedule(schedule, reason="Storm", now=SOON)
    card.pay(reference)
    refresh_payment(order.payments.get(), now=SOON)
    booking = order.lines.get().booking
    for _time in range(2):
        change = begin_cancelled(schedule.pk, booking_ids=[booking.pk])
        tell_guest(order.pk, change_id=change.pk, now=SOON)
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert [refund.amount_minor for refund in Refund.objects.all()] == [5000]


def test_orders_whose_departures_took_place_are_completed(in_harbour):
    order = order_of(make_schedule())
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    assert complete_orders(now=NOW) == 0
    complete_departed(now=DEPARTED)
    assert complete_orders(now=DEPARTED) == 1
    order.refresh_from_db()
    assert order.status == "completed"


@pytest.mark.django_db(transaction=True)
def test_hold_that_runs_out_while_the_money_comes_sells_the_places_once(harbour, card):
    with organization_scope(harbour.pk):
        orders = [order_by_card(make_schedule(capacity=2)) for _number in range(3)]
        for order in orders:
            card.pay(reference_of(order))

    def act(number: int):
        order = orders[number % 3]
        if number < 3:
            return expire_order(order.pk, now=RUN_OUT)
        return refresh_payment(order.payments.get(), now=RUN_OUT)

    results = in_parallel(harbour, 6, act)
    assert [result for result in results if isinstance(result, Exception)] == []
    with organization_scope(harbour.pk):
        assert [states(order) for order in orders] == [("paid", "succeeded", "confirmed", 2)] * 3
        assert [queries.paid_minor(order) for order in orders] == [5000] * 3


@pytest.mark.django_db(transaction=True)
def test_late_money_without_room_is_explained_to_the_guest(harbour, run_jobs):
    later = NOW + dt.timedelta(days=6)
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=2)
        late = order_of(schedule)
        expire_order(late.pk, now=later)
        order_of(schedule, now=later)
        run_jobs()
        mail.outbox.clear()
        confirm_manual_payment(late.payments.get(), amount_minor=5000, now=later, actor=None)
    run_jobs()
    assert [message.subject for message in mail.outbox] == [f"Your money is on its way back: {late.number}"]
    assert "Your payment came after the time we could keep your places" in mail.outbox[0].body
