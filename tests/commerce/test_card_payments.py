import datetime as dt
import json

import pytest
from django.core import mail
from django.urls import reverse

from commerce import queries
from commerce.enums import OrderSource, PaymentMethod, RefundReason
from commerce.gateways import stripe
from commerce.models import Order, PaymentSettings, ProviderEvent
from commerce.operations import (
    CartLine,
    OrderRefused,
    PaymentRefused,
    expire_order,
    place_order,
    process_provider_event,
    refresh_payment,
    run_refund,
    start_card_payment,
    start_refund,
)
from devtools.stripe_emulator.delivery import sign
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, tier_of
from tests.factories import make_schedule
from tests.fixtures import client_for
from tests.parallel import in_parallel
from tours.models import Booking, Schedule

SECRET = "whsec_of_the_tests"
RUN_OUT = NOW + dt.timedelta(minutes=16)
SOON = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def card(stripe_emulator, harbour: Organization):
    """The emulator, with keys of it in Harbour's settings."""
    with organization_scope(harbour.pk):
        row = PaymentSettings.objects.get()
        row.stripe_secret_key = "sk_test_harbour"
        row.stripe_publishable_key = "pk_test_harbour"
        row.stripe_webhook_secret = SECRET
        row.bank_transfer_enabled = True
        row.save()
    return stripe_emulator


def order_by_card(schedule: Schedule, *, quantity: int = 2, price_minor: int = 2500, now: dt.datetime = NOW) -> Order:
    tier = tier_of(schedule, price_minor=price_minor)
    return place_order(
        [CartLine(str(schedule.public_id), {tier.pk: quantity})],
        contact=GRETE,
        method=PaymentMethod.CARD,
        source=OrderSource.WEB,
        now=now,
    )


def reference_of(order: Order, *, now: dt.datetime = SOON) -> str:
    start_card_payment(order.payments.get(), now=now)
    return order.payments.get().provider_reference


def states(order: Order) -> tuple[str, str, str, int]:
    order.refresh_from_db()
    booking = Booking.objects.filter(order_lines__order=order).distinct().get()
    return order.status, order.payments.get().status, booking.status, booking.schedule.booked_count


def webhook(
    organization: Organization, kind: str, subject: dict, *, event_id: str = "evt_1", secret: str = SECRET, age=0
):
    body = json.dumps({"id": event_id, "type": kind, "livemode": False, "data": {"object": subject}}).encode()
    with organization_scope(organization.pk):
        url = reverse("stripe_webhook", args=[PaymentSettings.objects.get().public_id])
    at = int(dt.datetime.now(dt.UTC).timestamp()) - age
    return client_for(organization).post(
        url, body, content_type="application/json", headers={"Stripe-Signature": sign(body, secret, at=at)}
    )


def test_card_payment_confirms_order_and_booking(in_harbour, card):
    order = order_by_card(make_schedule())
    assert states(order) == ("pending", "pending", "held", 2)
    started = start_card_payment(order.payments.get(), now=SOON)
    reference = order.payments.get().provider_reference
    assert (started.publishable_key, started.status) == ("pk_test_harbour", "requires_payment_method")
    assert started.client_secret.startswith(f"{reference}_secret_")
    card.pay(reference)
    refresh_payment(order.payments.get(), now=SOON)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)
    payment = order.payments.get()
    assert (payment.captured_minor, payment.captured_currency) == (5000, "EUR")
    assert queries.paid_minor(order) == 5000


def test_card_payment_is_one_intent_however_often_it_is_started(in_harbour, card):
    order = order_by_card(make_schedule())
    first = start_card_payment(order.payments.get(), now=SOON)
    # As after a crash between the call and writing its answer down.
    order.payments.update(provider_reference="")
    assert start_card_payment(order.payments.get(), now=SOON) == first
    assert start_card_payment(order.payments.get(), now=SOON) == first


@pytest.mark.parametrize("when", ["before", "after"])
def test_card_payment_survives_a_failing_provider(in_harbour, card, when):
    order = order_by_card(make_schedule())
    card.turn("fail_next", when=when, count=1)
    reference = reference_of(order)
    assert reference.startswith("pi_")


def test_declined_card_is_tried_again_on_the_same_intent(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = reference_of(order)
    answer = card.pay(reference, card="pm_card_chargeDeclined")
    assert answer["error"]["code"] == "card_declined"
    refresh_payment(order.payments.get(), now=SOON)
    assert states(order) == ("pending", "failed", "held", 2)
    assert order.payments.get().failure_message == "Your card was declined."
    assert reference_of(order) == reference
    card.pay(reference)
    refresh_payment(order.payments.get(), now=SOON)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)
    with pytest.raises(PaymentRefused, match="paid already"):
        start_card_payment(order.payments.get(), now=SOON)


def test_hold_that_runs_out_cancels_the_intent_first(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = reference_of(order)
    expire_order(order.pk, now=RUN_OUT)
    assert states(order) == ("expired", "cancelled", "expired", 0)
    assert card.pay(reference)["error"]["code"] == "payment_intent_unexpected_state"
    with pytest.raises(PaymentRefused, match="run out"):
        start_card_payment(order.payments.get(), now=RUN_OUT)


def test_hold_that_runs_out_after_the_money_came_is_honoured(in_harbour, card):
    order = order_by_card(make_schedule())
    card.pay(reference_of(order))
    expire_order(order.pk, now=RUN_OUT)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)


def test_hold_is_kept_while_the_provider_cannot_be_asked(in_harbour, card):
    order = order_by_card(make_schedule())
    reference_of(order)
    card.turn("fail_next", when="before", count=10)
    with pytest.raises(stripe.GatewayUnavailable):
        expire_order(order.pk, now=RUN_OUT)
    assert states(order) == ("pending", "pending", "held", 2)


def test_holds_that_cannot_be_ended_keep_no_others_waiting(in_harbour, card):
    first, second = (order_by_card(make_schedule()) for _number in range(2))
    for order in (first, second):
        reference_of(order)
    due = [(order.pk, in_harbour.pk) for order in (first, second)]
    Order.objects.filter(pk=first.pk).update(hold_expires_at=NOW)
    assert queries.expired_holds(now=RUN_OUT, limit=1) == due[:1]
    card.turn("fail_next", when="before", count=10)
    with pytest.raises(stripe.GatewayUnavailable):
        expire_order(first.pk, now=RUN_OUT)
    assert queries.expired_holds(now=RUN_OUT, limit=1) == due[1:]
    # Its turn comes again.
    later = RUN_OUT + dt.timedelta(minutes=2)
    assert queries.expired_holds(now=later) == due[::-1]


def test_hold_is_kept_while_a_debit_is_on_its_way(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = reference_of(order)
    card.turn("advance", account="harbour", payment_intent=reference, status="processing")
    expire_order(order.pk, now=RUN_OUT)
    assert states(order) == ("pending", "processing", "pending", 2)
    assert queries.expired_holds(now=RUN_OUT) == []
    card.turn("advance", account="harbour", payment_intent=reference, status="succeeded")
    refresh_payment(order.payments.get(), now=RUN_OUT)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)


@pytest.mark.parametrize("room", [True, False])
def test_money_that_comes_after_the_hold_ran_out(in_harbour, card, room):
    schedule = make_schedule(capacity=2)
    late = order_by_card(schedule)
    reference = reference_of(late)
    # The places were given back although the provider had not been told.
    late.payments.update(provider_reference="")
    expire_order(late.pk, now=RUN_OUT)
    late.payments.update(provider_reference=reference)
    assert states(late) == ("expired", "cancelled", "expired", 0)
    card.pay(reference)
    if not room:
        order_by_card(schedule, now=RUN_OUT)
    refresh_payment(late.payments.get(), now=RUN_OUT)
    if room:
        assert states(late) == ("paid", "succeeded", "confirmed", 2)
        assert late.needs_attention == "Paid after the hold ran out; there was room, so the booking stands."
        return
    assert states(late) == ("expired", "succeeded", "expired", 2)
    assert late.needs_attention == "Paid after the hold ran out; there was no room, so the money goes back."
    refund = late.payments.get().refunds.get()
    for _time in range(2):
        run_refund(refund.pk, now=RUN_OUT)
    refund.refresh_from_db()
    assert (refund.status, refund.amount_minor) == ("succeeded", 5000)
    assert (late.payments.get().status, queries.paid_minor(late)) == ("refunded", 0)


@pytest.mark.django_db(transaction=True)
def test_webhook_confirms_the_order_and_writes_to_the_guest(harbour, card, run_jobs):
    with organization_scope(harbour.pk):
        order = order_by_card(make_schedule())
        reference = reference_of(order, now=SOON)
        intent = card.pay(reference)
    assert webhook(harbour, "payment_intent.succeeded", intent).status_code == 200
    run_jobs()
    with organization_scope(harbour.pk):
        assert states(order) == ("paid", "succeeded", "confirmed", 2)
    subjects = [message.subject for message in mail.outbox]
    assert sorted(subjects) == [
        f"We have received your payment: {order.number}",
        f"Your booking is confirmed: {order.number}",
    ]


@pytest.mark.django_db(transaction=True)
def test_five_copies_of_a_webhook_at_once_take_effect_once(harbour, card, run_jobs):
    with organization_scope(harbour.pk):
        order = order_by_card(make_schedule())
        intent = card.pay(reference_of(order))
    answers = in_parallel(harbour, 5, lambda _number: webhook(harbour, "payment_intent.succeeded", intent))
    assert [answer.status_code for answer in answers] == [200] * 5
    with organization_scope(harbour.pk):
        event = ProviderEvent.objects.get()
        in_parallel(harbour, 5, lambda _number: process_provider_event(event.pk, now=SOON))
    run_jobs()
    with organization_scope(harbour.pk):
        assert states(order) == ("paid", "succeeded", "confirmed", 2)
        assert order.payments.get().captured_minor == 5000
    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_webhook_whose_job_was_lost_is_picked_up_by_the_sweep(harbour, card, run_jobs):
    from django.utils import timezone

    from commerce.tasks import sweep_provider_events
    from tenancy.scope import every_organization

    with organization_scope(harbour.pk):
        order = order_by_card(make_schedule())
        intent = card.pay(reference_of(order))
    webhook(harbour, "payment_intent.succeeded", intent)
    _drop_queue()
    with organization_scope(harbour.pk):
        assert states(order) == ("pending", "pending", "held", 2)
        ProviderEvent.objects.update(next_attempt_at=timezone.now())
    with every_organization():
        sweep_provider_events()
    run_jobs()
    with organization_scope(harbour.pk):
        assert states(order) == ("paid", "succeeded", "confirmed", 2)


def _drop_queue() -> None:
    """What happens to a job when the broker or the worker dies with it."""
    from config.celery import app

    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge(app.conf.task_default_queue)


def test_events_out_of_order_and_twins_change_nothing(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = reference_of(order)
    intent = card.pay(reference)
    for number, kind in enumerate(["payment_intent.succeeded", "payment_intent.created", "payment_intent.succeeded"]):
        webhook(in_harbour, kind, intent, event_id=f"evt_{number}")
    for event in ProviderEvent.objects.order_by("-pk"):
        process_provider_event(event.pk, now=SOON)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)
    assert ProviderEvent.objects.filter(processed_at=None).count() == 0


def test_event_of_an_unknown_payment_is_kept(in_harbour, card):
    webhook(in_harbour, "payment_intent.succeeded", {"id": "pi_of_somebody_else", "metadata": {}})
    event = ProviderEvent.objects.get()
    process_provider_event(event.pk, now=SOON)
    event.refresh_from_db()
    assert (event.processed_at, event.last_error) == (SOON, "Nothing of this organization's.")


@pytest.mark.parametrize(("secret", "age", "status"), [(SECRET, 0, 200), ("whsec_other", 0, 400), (SECRET, 600, 400)])
def test_webhook_signature(in_harbour, card, secret, age, status):
    answer = webhook(in_harbour, "payment_intent.succeeded", {"id": "pi_1"}, secret=secret, age=age)
    assert answer.status_code == status
    assert ProviderEvent.objects.count() == (1 if status == 200 else 0)


def test_event_that_says_more_than_stripe_is_not_believed(in_harbour, card):
    order = order_by_card(make_schedule())
    told = {"id": reference_of(order), "status": "succeeded", "amount_received": 5000, "metadata": {}}
    assert webhook(in_harbour, "payment_intent.succeeded", told, secret="whsec_other").status_code == 400
    assert ProviderEvent.objects.count() == 0
    # Even with the right signature: Stripe itself is asked.
    assert webhook(in_harbour, "payment_intent.succeeded", told).status_code == 200
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)
    assert states(order) == ("pending", "pending", "held", 2)
    assert order.payments.get().captured_minor == 0


def test_webhook_address_of_another_organization(harbour, kyoto, card):
    with organization_scope(kyoto.pk):
        url = reverse("stripe_webhook", args=[PaymentSettings.objects.get().public_id])
    assert client_for(harbour).post(url, b"{}", content_type="application/json").status_code == 404


def test_order_below_the_smallest_charge(in_harbour, card):
    schedule = make_schedule()
    with pytest.raises(OrderRefused, match=r"Cards are accepted from €0\.50"):
        order_by_card(schedule, quantity=1, price_minor=49)
    assert order_by_card(schedule, quantity=1, price_minor=50).total_minor == 50


def test_partial_refund_and_one_that_fails_later(in_harbour, card):
    order = order_by_card(make_schedule())
    card.pay(reference_of(order))
    payment = refresh_payment(order.payments.get(), now=SOON)
    refund = start_refund(payment, amount_minor=2000, reason=RefundReason.OTHER, now=SOON)
    run_refund(refund.pk, now=SOON)
    assert states(order)[:2] == ("partially_refunded", "partially_refunded")
    refund.refresh_from_db()
    card.turn("advance", account="harbour", refund=refund.provider_reference, status="failed")
    webhook(in_harbour, "refund.failed", {"id": refund.provider_reference, "metadata": {}})
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)
    assert states(order)[:2] == ("paid", "succeeded")
    assert order.needs_attention == "A refund failed; pay the money back another way."
    assert queries.paid_minor(order) == 5000


@pytest.mark.parametrize(
    ("minor", "currency", "sent"),
    [
        (1250, "EUR", 1250),
        (4800, "JPY", 4800),
        (5120, "KWD", 5120),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (17500, "HUF", 17500),
    ],
)
def test_amounts_make_the_round_trip_to_stripe(minor, currency, sent):
    assert stripe.to_stripe(minor, currency) == sent
    assert stripe.from_stripe(sent, currency) == minor


def test_amount_that_stripe_cannot_charge():
    with pytest.raises(stripe.NotRepresentable):
        stripe.to_stripe(5124, "KWD")


def test_keys_are_encrypted_in_the_database(in_harbour, card):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT stripe_secret_key FROM commerce_paymentsettings")
        (stored,) = cursor.fetchone()
    assert stored.startswith("gAAAA")
    assert PaymentSettings.objects.get().stripe_secret_key == "sk_test_harbour"
