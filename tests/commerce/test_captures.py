"""Reserved money is taken once, by whom and when it may be, and asked for another way where the bank has freed it."""

import datetime as dt

import pytest

from commerce import queries
from commerce.enums import AuthorisationEnding, RefundReason
from commerce.gateways import stripe
from commerce.models import (
    LedgerTransaction,
    Order,
    Payment,
    PaymentSettings,
    ProviderEvent,
)
from commerce.operations import (
    PaymentRefused,
    cancel_departure,
    cancel_order,
    capture_payment,
    expire_order,
    follow_reservations,
    process_provider_event,
    refresh_payment,
    stop_card_payment,
    take_reserved,
)
from commerce.tasks import sweep_reservations
from tenancy.models import AuditEntry
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import NOW
from tests.commerce.test_authorisations import (
    PAID,
    PLAN,
    RESERVED,
    capture_all,
    departure,
    fresh,
    intent_of,
    order_by_card,
    reserved_order,
    state,
)
from tests.commerce.test_authorisations import card as card  # noqa: PLC0414  # the fixture
from tests.commerce.test_card_payments import SOON, _drop_queue, reference_of, webhook
from tests.commerce.test_departures import tell
from tests.parallel import in_parallel
from tours.models import Schedule
from tours.operations import guarantee_departure


def test_staff_take_the_money_of_one_order_or_of_a_departure(in_harbour, card):
    schedule = departure()
    first, second = reserved_order(schedule, card, quantity=1), reserved_order(schedule, card, quantity=1)
    take_reserved(first, now=SOON, actor=None)
    with pytest.raises(PaymentRefused, match="Nothing is reserved"):
        take_reserved(first, now=SOON, actor=None)
    for payment in Payment.objects.exclude(capture_at=None):
        capture_payment(payment.pk, now=SOON)
    assert [state(first)[3], state(second)[3]] == [2500, 0]
    guarantee_departure(schedule, now=SOON)
    guarantee_departure(schedule, now=SOON)
    assert AuditEntry.objects.filter(action="schedule.guaranteed").count() == 1
    capture_all(schedule)
    assert state(second)[3] == 2500


def test_departure_that_left_takes_the_money(in_harbour, card):
    schedule = departure()
    order = reserved_order(schedule, card)
    capture_all(schedule, now=schedule.starts_at + dt.timedelta(minutes=1))
    assert state(order) == PAID


@pytest.mark.parametrize("when_ending", AuthorisationEnding)
def test_card_that_the_bank_will_free_soon(in_harbour, card, when_ending):
    schedule = departure(when_ending=when_ending)
    order = reserved_order(schedule, card)
    Schedule.objects.filter(pk=schedule.pk).update(
        starts_at=NOW + dt.timedelta(days=20), ends_at=NOW + dt.timedelta(days=20, hours=2)
    )
    early, late = NOW + dt.timedelta(days=5), NOW + dt.timedelta(days=6, minutes=1)
    capture_all(schedule, now=early)
    assert state(order) == RESERVED
    capture_all(schedule, now=late)
    for payment in Payment.objects.exclude(stop_at=None):
        stop_card_payment(payment.pk, now=late)
    if when_ending == AuthorisationEnding.CAPTURE:
        assert state(order) == PAID
        assert fresh(order).needs_attention.startswith(
            "The bank would not keep the card reserved any longer, so the money"
        )
        return
    assert state(order) == ("confirmed", "cancelled", "confirmed", 0)
    assert intent_of(order, card) == ("canceled", 0)
    assert_is_owed(order)
    assert fresh(order).needs_attention.startswith(
        "The bank would not keep the card reserved any longer, so it was freed"
    )


def assert_is_owed(order: Order) -> None:
    due = queries.due_payments(fresh(order))
    assert [(payment.purpose, payment.method, payment.amount_minor) for payment in due] == [
        ("rest", "bank_transfer", 5000)
    ]
    assert queries.owed_minor(fresh(order)) == 5000


def test_card_that_the_bank_has_freed_is_paid_another_way(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    reference = order.payments.get().provider_reference
    follow_reservations(schedule.pk, now=SOON)
    card.turn("advance", account="harbour", payment_intent=reference, status="expired")
    capture_all(schedule)
    webhook(in_harbour, "payment_intent.canceled", {"id": reference, "metadata": {}})
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)
    assert state(order) == ("confirmed", "cancelled", "confirmed", 0)
    assert_is_owed(order)
    assert fresh(order).needs_attention.startswith("The bank has freed the card before the money was taken.")


def test_hold_that_runs_out_after_the_card_was_reserved_is_honoured(in_harbour, card):
    order = order_by_card(departure())
    card.pay(reference_of(order))
    expire_order(order.pk, now=NOW + dt.timedelta(minutes=16))
    assert state(order) == RESERVED


def test_departure_cancelled_while_the_money_is_taken_pays_it_back(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    follow_reservations(schedule.pk, now=SOON)
    payment = order.payments.get()
    # Taken at Stripe, and the worker died before it was written down.
    keys = stripe.keys_of(PaymentSettings.objects.get())
    stripe.capture_intent(keys, payment.provider_reference, amount_minor=5000, currency="EUR")
    tell(cancel_departure(schedule, plan=PLAN, now=SOON), [order])
    stop_card_payment(payment.pk, now=SOON)
    assert state(order) == ("cancelled", "succeeded", "cancelled", 5000)
    assert [refund.amount_minor for refund in payment.refunds.all()] == [5000]


def test_webhooks_twice_and_in_any_order_have_the_same_end(in_harbour, card):
    schedule = departure(minimum=2)
    order = order_by_card(schedule)
    reference = reference_of(order)
    card.pay(reference)
    kinds = [
        "amount_capturable_updated",
        "created",
        "amount_capturable_updated",
        "succeeded",
        "amount_capturable_updated",
    ]
    for number, kind in enumerate(kinds):
        webhook(in_harbour, f"payment_intent.{kind}", {"id": reference, "metadata": {}}, event_id=f"evt_{number}")
    events = list(ProviderEvent.objects.order_by("pk"))
    for event in events[:3]:
        process_provider_event(event.pk, now=SOON)
    assert state(order) == RESERVED
    capture_all(schedule)
    for event in reversed(events):
        process_provider_event(event.pk, now=SOON)
    assert state(order) == PAID
    assert ProviderEvent.objects.filter(processed_at=None).count() == 0
    assert LedgerTransaction.objects.filter(kind="charge").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_bookings_cross_the_minimum_at_once(harbour, card, run_jobs):
    with organization_scope(harbour.pk):
        schedule = departure()
        orders = [order_by_card(schedule) for _order in range(2)]
        for order in orders:
            card.pay(reference_of(order))
        payments = [order.payments.get() for order in orders]
    in_parallel(harbour, 4, lambda number: refresh_payment(payments[number % 2], now=SOON))
    run_jobs()
    with organization_scope(harbour.pk):
        assert [state(order) for order in orders] == [PAID, PAID]
        assert [intent_of(order, card) for order in orders] == [("succeeded", 5000)] * 2
        assert AuditEntry.objects.filter(action="schedule.guaranteed").count() == 1
        assert AuditEntry.objects.filter(action="payment.received").count() == 2


@pytest.mark.django_db(transaction=True)
def test_capture_that_was_killed_is_done_by_the_sweep(harbour, card, run_jobs):
    with organization_scope(harbour.pk):
        schedule = departure(minimum=2)
        order = order_by_card(schedule)
        reference = reference_of(order)
        card.pay(reference)
        refresh_payment(order.payments.get(), now=SOON)
    # With the queue the job is lost that would look whether there are enough.
    _drop_queue()
    with every_organization():
        sweep_reservations()
    # The money is taken at Stripe, and its answer is lost each time.
    path = f"/v1/payment_intents/{reference}/capture"
    card.turn("fail_next", when="after", how="drop", path=path, count=2)
    with pytest.raises(stripe.GatewayUnavailable):
        run_jobs()
    with organization_scope(harbour.pk):
        assert state(order) == RESERVED
        assert Payment.objects.exclude(capture_at=None).update(capture_at=NOW - dt.timedelta(days=3650)) == 1
    _drop_queue()
    with every_organization():
        sweep_reservations()
    run_jobs()
    with organization_scope(harbour.pk):
        assert state(order) == PAID
        assert intent_of(order, card) == ("succeeded", 5000)


@pytest.mark.django_db(transaction=True)
def test_captures_and_cancellations_at_once(harbour, card):
    with organization_scope(harbour.pk):
        schedule = departure(minimum=2)
        order = reserved_order(schedule, card, quantity=3)
        follow_reservations(schedule.pk, now=SOON)
        payment = order.payments.get()

    def attack(number: int) -> str:
        if number % 2:
            return capture_payment(payment.pk, now=SOON).status
        return cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=SOON).status

    in_parallel(harbour, 6, attack)
    with organization_scope(harbour.pk):
        stop_card_payment(payment.pk, now=SOON)
        payment.refresh_from_db()
        taken = intent_of(order, card)[1]
        assert payment.captured_minor == taken
        assert sum(refund.amount_minor for refund in payment.refunds.all()) == taken
        assert fresh(order).status == "cancelled"
