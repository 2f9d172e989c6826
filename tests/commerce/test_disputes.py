"""Disputes as Stripe tells of them: in any order, twice, too early; and what they do to money and orders."""

import datetime as dt
import itertools

import pytest
from django.core import mail
from django.utils import timezone

from commerce import queries
from commerce.enums import RefundReason
from commerce.models import Dispute, Order, Payment, ProviderEvent, Refund
from commerce.operations import (
    DisputeRefused,
    PaymentRefused,
    accept_chargeback,
    cancel_order,
    leave_warning,
    process_provider_event,
    refresh_payment,
    remind_of_dispute,
    run_refund,
    settle_dispute,
    start_card_payment,
)
from commerce.operations.attention import REFUND_FAILED
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tests.commerce.factories import NOW
from tests.commerce.test_card_payments import SOON, card, order_by_card, reference_of, webhook
from tests.factories import make_schedule
from tests.fixtures import make_member
from tests.parallel import in_parallel

__all__ = ["card"]

TAKEN = "The guest's bank has taken this payment back. Answer in time: see the dispute."


def paid_order(card) -> Order:
    """An order of €50.00, paid by card."""
    order = order_by_card(make_schedule())
    card.pay(reference_of(order))
    refresh_payment(order.payments.get(), now=SOON)
    return order


def dispute_of(card, order: Order, **values: object) -> str:
    made = card.turn("dispute", account="harbour", payment_intent=order.payments.get().provider_reference, **values)
    return made["id"]


def advance(card, reference: str, status: str) -> None:
    card.turn("advance", account="harbour", dispute=reference, status=status)


def settle(order: Order, reference: str, *, now: dt.datetime = SOON) -> Dispute:
    return settle_dispute(order.payments.get(), reference, now=now)


def figures(order: Order) -> tuple[str, int, int, int]:
    """State of the payment, what chargebacks hold and took, and what could be paid back."""
    payment = order.payments.get()
    return payment.status, payment.disputed_minor, payment.lost_minor, queries.refundable_minor(payment)


def attention(order: Order) -> str:
    return Order.objects.get(pk=order.pk).needs_attention


def sent(organization, event_type: str, reference: str, intent: str, *, event_id: str) -> None:
    """Let a webhook come in and be worked on."""
    subject = {"id": reference, "object": "dispute", "payment_intent": intent, "metadata": {}}
    assert webhook(organization, event_type, subject, event_id=event_id).status_code == 200
    process_provider_event(ProviderEvent.objects.get(event_id=event_id).pk, now=SOON)


def test_chargeback_marks_payment_and_order(in_harbour, card):
    order = paid_order(card)
    dispute = settle(order, dispute_of(card, order, reason="product_not_received"))
    assert (dispute.kind, dispute.status, dispute.reason) == ("chargeback", "needs_response", "product_not_received")
    assert (dispute.amount_minor, dispute.currency, dispute.is_refundable) == (5000, "EUR", False)
    assert (dispute.balance_currency, dispute.withdrawn_minor, dispute.fee_minor) == ("EUR", 5000, 2000)
    assert dispute.due_at - dispute.opened_at == dt.timedelta(days=14)
    assert figures(order) == ("disputed", 5000, 0, 0)
    order.refresh_from_db()
    assert (order.status, order.needs_attention) == ("paid", TAKEN)
    assert queries.paid_minor(order) == 5000
    assert AuditEntry.objects.filter(action="dispute.opened").count() == 1


def test_news_of_a_dispute_leave_another_reason_to_look_at_the_order(in_harbour, card):
    order = paid_order(card)
    Order.objects.update(needs_attention=REFUND_FAILED)
    reference = dispute_of(card, order)
    settle(order, reference)
    assert (figures(order), attention(order)) == (("disputed", 5000, 0, 0), REFUND_FAILED)
    advance(card, reference, "won")
    settle(order, reference)
    assert attention(order) == REFUND_FAILED


def test_inquiry_moves_no_money_and_may_be_paid_back(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order, status="warning_needs_response")
    dispute = settle(order, reference)
    assert (dispute.kind, dispute.status, dispute.withdrawn_minor) == ("inquiry", "needs_response", 0)
    assert figures(order) == ("succeeded", 0, 0, 5000)
    assert attention(order) == "The guest's bank asks about this payment. Answer in time: see the dispute."
    (refund,) = cancel_order(order, reason=RefundReason.OTHER, now=SOON).payments.get().refunds.all()
    assert run_refund(refund.pk, now=SOON).status == "succeeded"
    dispute = settle(order, reference)
    assert (dispute.kind, dispute.status) == ("inquiry", "closed")
    assert figures(order) == ("refunded", 0, 0, 0)
    assert attention(order) == ""


def test_inquiry_becomes_a_chargeback_that_is_won(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order, status="warning_needs_response")
    seen = []
    for status in ("warning_under_review", "needs_response", "under_review", "won"):
        settle(order, reference)
        advance(card, reference, status)
        dispute = settle(order, reference)
        seen.append((dispute.kind, dispute.status, figures(order)))
    assert seen == [
        ("inquiry", "under_review", ("succeeded", 0, 0, 5000)),
        ("chargeback", "needs_response", ("disputed", 5000, 0, 0)),
        ("chargeback", "under_review", ("disputed", 5000, 0, 0)),
        ("chargeback", "won", ("succeeded", 0, 0, 5000)),
    ]


EVENTS = (
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
)


@pytest.mark.parametrize("order_of_events", list(itertools.permutations(range(4)))[::5])
def test_webhooks_in_any_order_and_twice_have_one_end(in_harbour, card, order_of_events):
    order = paid_order(card)
    intent = order.payments.get().provider_reference
    reference = dispute_of(card, order)
    for turn, number in enumerate(order_of_events):
        if turn == 2:
            advance(card, reference, "won")
        for copy in "ab":
            sent(in_harbour, EVENTS[number], reference, intent, event_id=f"evt_{number}{copy}")
    dispute = Dispute.objects.get()
    assert (dispute.status, dispute.withdrawn_minor, dispute.reinstated_minor, dispute.fee_minor) == (
        "won",
        5000,
        5000,
        2000,
    )
    assert figures(order) == ("succeeded", 0, 0, 5000)
    assert set(ProviderEvent.objects.values_list("last_error", flat=True)) == {""}
    told = AuditEntry.objects.filter(action__startswith="dispute.").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["dispute.opened", "dispute.won"]


def test_dispute_that_comes_before_we_know_of_the_payment(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = reference_of(order)
    card.pay(reference)
    # As after a crash between Stripe's answer and writing it down, with the webhook of the payment still on its way.
    order.payments.update(provider_reference="")
    made = card.turn("dispute", account="harbour", payment_intent=reference)
    sent(in_harbour, "charge.dispute.created", made["id"], reference, event_id="evt_1")
    order.refresh_from_db()
    assert (order.status, figures(order)) == ("paid", ("disputed", 5000, 0, 0))
    with pytest.raises(PaymentRefused, match="This order is paid already"):
        start_card_payment(order.payments.get(), now=SOON)


@pytest.mark.parametrize("intent", ["", "pi_of_somebody_else"])
def test_dispute_of_nothing_of_ours(in_harbour, card, intent):
    order = paid_order(card)
    if intent:
        intent = card.turn("dispute", account="harbour", payment_intent="pi_none") and intent
    subject = {"id": "dp_1", "object": "dispute", "payment_intent": intent, "metadata": {}}
    webhook(in_harbour, "charge.dispute.created", subject)
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)
    assert (Dispute.objects.count(), figures(order)[0]) == (0, "succeeded")


def test_older_answer_never_follows_a_newer_one(in_harbour, card, monkeypatch):
    """While one job has its answer and waits for the lock, another writes a newer one: the first asks again."""
    from commerce.gateways import disputes as gateway

    order = paid_order(card)
    reference = dispute_of(card, order)
    ask, asked = gateway.retrieve_dispute, []

    def interrupted(keys, wanted):
        state = ask(keys, wanted)
        asked.append(state.status)
        if len(asked) == 1:
            advance(card, reference, "lost")
            settle(order, reference)
        return state

    monkeypatch.setattr(gateway, "retrieve_dispute", interrupted)
    assert settle(order, reference).status == "lost"
    assert asked == ["needs_response", "lost", "lost"]
    assert Dispute.objects.get().readings == 2


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_write_one_dispute(harbour, card):
    from tenancy.scope import organization_scope

    with organization_scope(harbour.pk):
        order = paid_order(card)
        references = [dispute_of(card, order, amount=2000), dispute_of(card, order, amount=1500)]
    results = in_parallel(harbour, 6, lambda number: settle(order, references[number % 2]).status)
    assert results == ["needs_response"] * 6
    with organization_scope(harbour.pk):
        assert sorted(Dispute.objects.values_list("amount_minor", flat=True)) == [1500, 2000]
        assert figures(order) == ("disputed", 3500, 0, 0)
        assert AuditEntry.objects.filter(action="dispute.opened").count() == 2


def test_fraud_warning_is_settled_by_a_refund(in_harbour, card):
    order = paid_order(card)
    intent = order.payments.get().provider_reference
    made = card.turn("fraud_warning", account="harbour", payment_intent=intent)
    sent(in_harbour, "radar.early_fraud_warning.created", made["id"], intent, event_id="evt_1")
    warning = Dispute.objects.get()
    assert (warning.kind, warning.status, warning.amount_minor, warning.due_at, warning.currency) == (
        "warning",
        "needs_response",
        0,
        None,
        "EUR",
    )
    assert figures(order) == ("succeeded", 0, 0, 5000)
    cancel_order(Order.objects.get(), reason=RefundReason.OTHER, now=SOON)
    run_refund(Refund.objects.get().pk, now=SOON)
    sent(in_harbour, "radar.early_fraud_warning.updated", made["id"], intent, event_id="evt_2")
    warning.refresh_from_db()
    assert (warning.status, attention(order)) == ("closed", "")


def test_fraud_warning_that_staff_leave_stays_left(in_harbour, card):
    order = paid_order(card)
    intent = order.payments.get().provider_reference
    made = card.turn("fraud_warning", account="harbour", payment_intent=intent)
    warning = settle(order, made["id"])
    owner = make_member(in_harbour, Role.OWNER)
    assert leave_warning(warning, now=SOON, actor=owner).status == "closed"
    assert attention(order) == ""
    assert settle(order, made["id"]).status == "closed"
    with pytest.raises(DisputeRefused):
        leave_warning(warning, now=SOON, actor=owner)


def test_accepted_chargeback_is_lost(in_harbour, card):
    order = paid_order(card)
    dispute = settle(order, dispute_of(card, order))
    owner = make_member(in_harbour, Role.OWNER)
    assert accept_chargeback(dispute, now=SOON, actor=owner).status == "lost"
    with pytest.raises(DisputeRefused):
        accept_chargeback(Dispute.objects.get(), now=SOON, actor=owner)


def test_attention_about_something_else_stays(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order)
    settle(order, reference)
    Order.objects.update(needs_attention="The amount received differs from the order.")
    advance(card, reference, "won")
    settle(order, reference)
    assert attention(order) == "The amount received differs from the order."


@pytest.mark.django_db(transaction=True)
def test_staff_are_told_with_the_deadline_in_their_zone_and_reminded_once(in_harbour, card, run_jobs):
    for role in Role:
        make_member(in_harbour, role)
    order = paid_order(card)
    run_jobs()
    mail.outbox.clear()
    reference = dispute_of(card, order, answer_seconds=5 * 24 * 3600)
    opened = settle(order, reference, now=timezone.now())
    run_jobs()
    recipients = ["admin@harbour.example", "manager@harbour.example", "owner@harbour.example"]
    assert sorted(letter.to[0] for letter in mail.outbox) == recipients
    letter = mail.outbox[0]
    assert letter.subject == f"Chargeback, order {order.number}: Waits for your answer"
    assert "Amount: €50.00" in letter.body
    assert "(Europe/Berlin)" in letter.body
    due = opened.due_at
    assert opened.remind_at == due - dt.timedelta(days=3)
    mail.outbox.clear()
    for moment in (due - dt.timedelta(days=4), due - dt.timedelta(days=3), due - dt.timedelta(days=2, hours=23)):
        remind_of_dispute(opened.pk, now=moment)
    run_jobs()
    assert {letter.subject for letter in mail.outbox} == {
        f"Reminder: Chargeback, order {order.number}: Waits for your answer"
    }
    assert len(mail.outbox) == 3
    opened.refresh_from_db()
    assert opened.remind_at == due - dt.timedelta(days=1)
    # Once the bank has the answer nobody is reminded.
    advance(card, reference, "under_review")
    settle(order, reference, now=timezone.now())
    mail.outbox.clear()
    remind_of_dispute(opened.pk, now=due - dt.timedelta(hours=12))
    run_jobs()
    assert mail.outbox == []


def test_settling_takes_the_same_queries_every_time(in_harbour, card, django_assert_num_queries):
    order = paid_order(card)
    payment = Payment.objects.get()
    first = dispute_of(card, order, amount=1000)
    settle(order, first)
    with django_assert_num_queries(QUERIES):
        settle_dispute(payment, first, now=SOON)
    for _number in range(2):
        settle(order, dispute_of(card, order, amount=1000))
    with django_assert_num_queries(QUERIES):
        settle_dispute(payment, first, now=SOON)


QUERIES = 18
assert NOW < SOON
