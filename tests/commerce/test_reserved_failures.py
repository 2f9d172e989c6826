"""Reserved cards when something goes wrong: refused captures, keys that may not do all, warnings, news of freed money, cancellations."""

import datetime as dt

import pytest

from commerce import queries
from commerce.enums import OrderSource, PaymentMethod, RefundReason
from commerce.gateways import stripe
from commerce.models import LedgerTransaction, Order, Payment, PaymentSettings, ProviderEvent, Refund
from commerce.operations import (
    CartLine,
    cancel_order,
    cancel_places,
    capture_payment,
    follow_reservations,
    place_order,
    process_provider_event,
    settle_dispute,
    stop_card_payment,
)
from commerce.operations.authorisations import CAPTURE_GIVEN_UP, CAPTURE_REFUSED
from commerce.operations.disputes import WARNED
from commerce.operations.payments import TAKEN_WHEN_CANCELLED
from commerce.operations.reservations import RESERVATION_FREED
from commerce.receivers import payment_on_its_way, reservation_ended
from crm.models import Message
from tenancy.models import Organization
from tests.commerce.factories import GRETE, tier_of
from tests.commerce.test_authorisations import (
    NOW,
    PAID,
    RESERVED,
    SOON,
    capture_all,
    departure,
    fresh,
    give_up,
    intent_of,
    reserved_order,
    settle,
    state,
)
from tests.commerce.test_authorisations import card as card  # noqa: PLC0414  # the fixture
from tests.commerce.test_card_payments import webhook
from tests.commerce.test_reconcile import compare
from tests.commerce.test_reserved_money import cash, money, stop_all
from tours.models import Participant, Schedule


def begun(card, *, quantity: int = 2) -> tuple[Order, Payment]:
    """An order whose reserved card is being charged."""
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card, quantity=quantity)
    follow_reservations(schedule.pk, now=SOON)
    return order, order.payments.get()


def test_capture_that_stripe_refuses_is_shown_once_and_given_up_after_some_tries(in_harbour, card):
    order, payment = begun(card)
    # More than was reserved: Stripe will never take that.
    Payment.objects.filter(pk=payment.pk).update(amount_minor=5001)
    capture_payment(payment.pk, now=SOON)
    payment.refresh_from_db()
    assert (state(order), payment.capture_at - SOON) == (RESERVED, dt.timedelta(minutes=10))
    assert fresh(order).needs_attention == CAPTURE_REFUSED
    assert "amount that can be captured" in payment.failure_message
    Order.objects.update(needs_attention="")
    capture_payment(payment.pk, now=SOON)
    assert fresh(order).needs_attention == ""
    capture_payment(payment.pk, now=SOON)
    assert fresh(order).needs_attention == CAPTURE_GIVEN_UP
    stop_all()
    assert intent_of(order, card) == ("canceled", 0)
    assert money(order) == ("confirmed", 0, 5000, 0)
    payment.refresh_from_db()
    assert "amount that can be captured" in payment.failure_message


# Asking for a payment that may not be seen is tried with less once.
@pytest.mark.parametrize(("verb", "calls"), [("", 8), ("/capture", 4)])
def test_keys_that_may_not_take_it_are_shown_once_and_tried_until_they_may(in_harbour, card, verb, calls):
    order, payment = begun(card)
    card.turn("fail_next", how="forbidden", path=f"/v1/payment_intents/{payment.provider_reference}{verb}", count=calls)
    for said in (CAPTURE_REFUSED, "", "", ""):
        assert capture_payment(payment.pk, now=SOON).capture_at == SOON + dt.timedelta(hours=1)
        assert (state(order), fresh(order).needs_attention) == (RESERVED, said)
        Order.objects.update(needs_attention="")
    payment.refresh_from_db()
    assert "does not have the required permissions" in payment.failure_message
    assert "record" in queries.staff_verbs(fresh(order))
    assert queries.card_words(fresh(order)).startswith("€50.00 are reserved on the card.")
    capture_payment(payment.pk, now=SOON)
    assert (state(order), intent_of(order, card)) == (PAID, ("succeeded", 5000))
    payment.refresh_from_db()
    assert payment.failure_message == ""


def forbid(card, payment: Payment) -> None:
    """Let the keys see the payment, and not take it, for one try."""
    path = f"/v1/payment_intents/{payment.provider_reference}/capture"
    card.turn("fail_next", how="forbidden", path=path, count=1)


def test_while_keys_may_not_take_it_others_pay_and_leave_and_what_is_left_is_taken(in_harbour, card):
    order, payment = begun(card)
    forbid(card, payment)
    capture_payment(payment.pk, now=SOON)
    cash(order, 1000)
    assert money(order) == ("confirmed", 1000, 0, 4000)
    give_up(order, 1)
    assert money(order) == ("confirmed", 1000, 0, 1500)
    capture_payment(payment.pk, now=SOON)
    assert (money(order), intent_of(order, card)) == (("paid", 2500, 0, 0), ("succeeded", 1500))


def test_keys_that_may_not_take_it_until_the_bank_waits_no_longer_free_the_card(in_harbour, card):
    order, payment = begun(card)
    until = SOON + dt.timedelta(minutes=40)
    Payment.objects.filter(pk=payment.pk).update(authorised_until=until)
    forbid(card, payment)
    # Not in an hour: then it would be too late.
    assert capture_payment(payment.pk, now=SOON).capture_at == until
    forbid(card, payment)
    capture_payment(payment.pk, now=until)
    stop_all()
    assert (money(order), intent_of(order, card)) == (("confirmed", 0, 5000, 0), ("canceled", 0))
    assert fresh(order).needs_attention == RESERVATION_FREED
    payment.refresh_from_db()
    assert "does not have the required permissions" in payment.failure_message


@pytest.mark.parametrize(
    ("stays", "at_stripe", "at_last"),
    [(2, ("succeeded", 10010), ("paid", 10010, 0, 0)), (1, ("canceled", 0), ("confirmed", 0, 5005, 0))],
)
def test_dinars_are_taken_where_stripe_can_count_them_and_asked_for_where_not(
    in_harbour, card, stays, at_stripe, at_last
):
    Organization.objects.update(currency="KWD")
    schedule = departure(minimum=2)
    tier_of(schedule, price_minor=5005)
    order = place_order(
        [CartLine(str(schedule.public_id), {tier_of(schedule, price_minor=5005).pk: 2})],
        contact=GRETE,
        method=PaymentMethod.CARD,
        source=OrderSource.WEB,
        now=NOW,
    )
    settle(order, card)
    if stays == 1:
        person = Participant.objects.filter(booking__order_lines__order=order).distinct().order_by("pk")[0]
        cancel_places(order, [person.pk], expected="0:0:5005", now=SOON)
    capture_all(schedule)
    stop_all()
    assert (intent_of(order, card), money(order)) == (at_stripe, at_last)


def test_capture_says_what_moved_and_is_done_once(in_harbour, card):
    _order, payment = begun(card)
    keys = stripe.keys_of(PaymentSettings.objects.get())
    for _time in range(2):
        taken = stripe.capture_intent(keys, payment.provider_reference, amount_minor=4000, currency="EUR")
        assert (taken.status, taken.received_minor, taken.movement.amount_minor) == ("succeeded", 4000, 4000)


def test_warning_about_a_reserved_card_receives_nothing(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    payment = order.payments.get()
    warning = card.turn("fraud_warning", account="harbour", payment_intent=payment.provider_reference)["id"]
    settle_dispute(payment, warning, now=SOON)
    assert (state(order), fresh(order).needs_attention) == (RESERVED, WARNED)
    cancel_order(order, reason=RefundReason.OTHER, now=SOON)
    stop_all()
    settle_dispute(payment, warning, now=SOON)
    assert state(order) == ("cancelled", "cancelled", "cancelled", 0)


def freed_refund(card, order: Order) -> str:
    """The refund that Stripe keeps for reserved money that was freed."""
    keys = stripe.keys_of(PaymentSettings.objects.get())
    (found,) = stripe._client(keys).v1.refunds.list({"payment_intent": order.payments.get().provider_reference}).data
    return found.id


@pytest.mark.parametrize("is_part", [True, False])
def test_refund_of_money_that_was_never_taken_is_none(in_harbour, card, is_part):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card, quantity=3)
    if is_part:
        give_up(order, 1)
        capture_all(schedule)
    else:
        cancel_order(order, reason=RefundReason.OTHER, now=SOON)
        stop_all()
    before = state(order)
    intent = order.payments.get().provider_reference
    subject = {"id": freed_refund(card, order), "payment_intent": intent, "metadata": {}}
    webhook(in_harbour, "refund.created", subject)
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)
    assert ProviderEvent.objects.get().last_error == ""
    run = compare()
    assert (run.replayed, run.last_error) == (0, "")
    assert (state(order), Refund.objects.count(), fresh(order).needs_attention) == (before, 0, "")
    assert LedgerTransaction.objects.filter(kind="refund").count() == 0


def test_order_cancelled_while_its_card_is_charged_says_so(in_harbour, card):
    order, payment = begun(card)
    keys = stripe.keys_of(PaymentSettings.objects.get())
    stripe.capture_intent(keys, payment.provider_reference, amount_minor=5000, currency="EUR")
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=SOON)
    stop_card_payment(payment.pk, now=SOON)
    refund = payment.refunds.get()
    assert (refund.amount_minor, refund.reason) == (5000, RefundReason.CANCELLED_BY_US)
    assert fresh(order).needs_attention == TAKEN_WHEN_CANCELLED


def test_cancelled_order_is_not_told_that_places_are_kept(in_harbour, card):
    order = reserved_order(departure(), card)
    payment = order.payments.get()
    cancel_order(order, reason=RefundReason.OTHER, now=SOON)
    Payment.objects.filter(pk=payment.pk).update(status="processing")
    payment_on_its_way(order_id=order.pk, payment_id=payment.pk)
    reservation_ended(order_id=order.pk, payment_id=payment.pk)
    assert Message.objects.filter(kind__in=("payment_on_its_way", "reservation_ended")).count() == 0


@pytest.mark.parametrize(("came", "said"), [(0, " Nothing was charged."), (2000, "")])
def test_nothing_was_charged_is_said_only_when_it_is_so(in_harbour, card, came, said):
    order = reserved_order(departure(), card)
    if came:
        cash(order, came)
    cancel_order(order, reason=RefundReason.OTHER, now=SOON)
    amount = "€30.00" if came else "€50.00"
    assert queries.card_words(fresh(order)) == f"{amount} were reserved on the card and are free again.{said}"


def test_sweep_looks_only_at_departures_with_something_to_do(in_harbour, card):
    quiet = departure()
    reserved_order(quiet, card)
    assert queries.schedules_with_reservations(now=SOON) == []
    ending = departure()
    reserved_order(ending, card).payments.update(authorised_until=NOW + dt.timedelta(days=1))
    certain, left, enough = departure(), departure(), departure(minimum=2)
    for schedule in (certain, left, enough):
        reserved_order(schedule, card)
    Schedule.objects.filter(pk=certain.pk).update(guaranteed_at=NOW)
    Schedule.objects.filter(pk=left.pk).update(starts_at=NOW)
    expected = [(schedule.pk, in_harbour.pk) for schedule in (ending, certain, left, enough)]
    assert queries.schedules_with_reservations(now=SOON) == sorted(expected)
