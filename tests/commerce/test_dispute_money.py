"""What chargebacks do to the money of payments, to refunds, and to the ledger."""

from dataclasses import replace

import pytest
from django.db.models import Sum

from commerce import queries
from commerce.enums import RefundReason
from commerce.gateways import disputes as gateway
from commerce.models import Dispute, LedgerEntry, LedgerTransaction, Order, Refund
from commerce.operations import (
    RefundRefused,
    cancel_order,
    run_refund,
    settle_manual_refund,
    start_refund,
    withdraw_manual_refund,
)
from tests.commerce.test_card_payments import SOON, card
from tests.commerce.test_disputes import advance, attention, dispute_of, figures, paid_order, settle

__all__ = ["card"]


def balances() -> dict[str, int]:
    """What the ledger says of each account."""
    return dict(LedgerEntry.objects.values_list("account").annotate(total=Sum("amount_minor")).order_by())


def test_chargeback_won_gives_all_back(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order)
    settle(order, reference)
    advance(card, reference, "won")
    dispute = settle(order, reference)
    assert (dispute.status, dispute.withdrawn_minor, dispute.reinstated_minor) == ("won", 5000, 5000)
    assert dispute.closed_at == SOON
    assert figures(order) == ("succeeded", 0, 0, 5000)
    assert attention(order) == ""
    # The fee of the payment is €1.00, that of the dispute €20.00.
    assert balances() == {"stripe": 2900, "customers": -5000, "disputes": 0, "fees": 2100}


def test_chargeback_lost_takes_the_money_for_good(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order)
    settle(order, reference)
    advance(card, reference, "lost")
    assert settle(order, reference).status == "lost"
    assert figures(order) == ("disputed", 0, 5000, 0)
    assert queries.paid_minor(order) == 0
    # The booking is as it was, and nothing is owed again.
    order.refresh_from_db()
    assert (order.status, queries.owed_minor(order)) == ("paid", 0)
    assert attention(order) == "A chargeback was lost: the money stays with the guest."
    settle(order, reference)
    assert balances() == {"stripe": -2100, "customers": -5000, "disputes": 0, "fees": 2100, "losses": 5000}


def test_part_of_a_payment_is_contested_and_lost(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order, amount=2000)
    settle(order, reference)
    # Nothing at all goes back while it is open, not even the rest.
    assert figures(order) == ("disputed", 2000, 0, 0)
    advance(card, reference, "lost")
    settle(order, reference)
    assert figures(order) == ("disputed", 0, 2000, 3000)


def test_amount_above_the_payment_leaves_nothing_and_never_less(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order, amount=5300)
    advance(card, reference, "lost")
    settle(order, reference)
    assert figures(order) == ("disputed", 0, 5300, 0)
    assert queries.paid_minor(order) == 0


def test_two_disputes_of_one_payment(in_harbour, card):
    order = paid_order(card)
    first, second = dispute_of(card, order, amount=2000), dispute_of(card, order, amount=1500)
    settle(order, first)
    settle(order, second)
    assert figures(order) == ("disputed", 3500, 0, 0)
    advance(card, first, "lost")
    settle(order, first)
    assert figures(order) == ("disputed", 1500, 2000, 0)
    advance(card, second, "won")
    settle(order, second)
    assert figures(order) == ("disputed", 0, 2000, 3000)
    assert Dispute.objects.count() == 2


def test_chargeback_of_what_was_paid_back_already(in_harbour, card):
    order = paid_order(card)
    cancel_order(order, reason=RefundReason.OTHER, now=SOON)
    run_refund(Refund.objects.get().pk, now=SOON)
    reference = dispute_of(card, order)
    settle(order, reference)
    assert figures(order) == ("disputed", 5000, 0, 0)
    advance(card, reference, "won")
    settle(order, reference)
    assert figures(order) == ("refunded", 0, 0, 0)


@pytest.mark.parametrize("by_hand", [False, True])
def test_nothing_is_paid_back_while_a_chargeback_is_open(in_harbour, card, by_hand):
    order = paid_order(card)
    settle(order, dispute_of(card, order, amount=2000))
    with pytest.raises(RefundRefused) as refused:
        start_refund(order.payments.get(), amount_minor=100, reason=RefundReason.OTHER, by_hand=by_hand, now=SOON)
    assert str(refused.value) == queries.blocked_words()
    # Staff may cancel all the same: the places are free, the money stays where it is.
    order.refresh_from_db()
    cancel_order(order, reason=RefundReason.OTHER, now=SOON)
    order.refresh_from_db()
    assert (order.status, Refund.objects.count()) == ("cancelled", 0)


def test_chargeback_won_after_cancelling_says_that_money_may_be_owed(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order)
    settle(order, reference)
    order.refresh_from_db()
    cancel_order(order, reason=RefundReason.OTHER, now=SOON)
    advance(card, reference, "won")
    settle(order, reference)
    assert attention(order).startswith("A chargeback was won;")
    assert queries.refundable_without_cancelling(Order.objects.get()) == 5000


def test_refund_that_meets_a_chargeback_is_stopped_with_a_warning(in_harbour, card):
    order = paid_order(card)
    refund = start_refund(order.payments.get(), amount_minor=5000, reason=RefundReason.OTHER, now=SOON)
    dispute_of(card, order)
    assert run_refund(refund.pk, now=SOON).status == "failed"
    assert attention(order).endswith("Do not pay it back another way.")


def test_loss_that_is_won_on_appeal_comes_back(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order)
    advance(card, reference, "lost")
    settle(order, reference)
    advance(card, reference, "appeal_under_review")
    settle(order, reference)
    assert figures(order) == ("disputed", 5000, 0, 0)
    assert balances() == {"stripe": -2100, "customers": -5000, "disputes": 5000, "fees": 2100, "losses": 0}
    advance(card, reference, "won")
    for _time in range(2):
        dispute = settle(order, reference)
    assert (dispute.status, figures(order), attention(order)) == ("won", ("succeeded", 0, 0, 5000), "")
    assert balances() == {"stripe": 2900, "customers": -5000, "disputes": 0, "fees": 2100, "losses": 0}
    assert list(
        LedgerTransaction.objects.filter(kind="dispute_lost").order_by("pk").values_list("reference", flat=True)
    ) == [reference, f"{reference}#2"]


def test_second_loss_after_an_appeal_is_written_again(in_harbour, card):
    order = paid_order(card)
    reference = dispute_of(card, order)
    for status in ("lost", "appeal_under_review", "lost"):
        advance(card, reference, status)
        settle(order, reference)
    assert figures(order) == ("disputed", 0, 5000, 0)
    assert balances() == {"stripe": -2100, "customers": -5000, "disputes": 0, "fees": 2100, "losses": 5000}


def told_by_stripe(monkeypatch, change):
    """Let Stripe's answers about disputes be changed on the way."""
    ask = gateway.retrieve_dispute
    monkeypatch.setattr(gateway, "retrieve_dispute", lambda keys, wanted: change(ask(keys, wanted)))


def test_fee_that_comes_as_a_movement_of_its_own_is_booked(in_harbour, card, monkeypatch):
    order = paid_order(card)
    reference = dispute_of(card, order)

    def with_fee_alone(state):
        (taken,) = state.movements
        alone = replace(taken, reference="txn_fee", amount_minor=0)
        return replace(state, movements=(replace(taken, fee_minor=0), alone))

    told_by_stripe(monkeypatch, with_fee_alone)
    assert settle(order, reference).fee_minor == 2000
    assert balances() == {"stripe": -2100, "customers": -5000, "disputes": 5000, "fees": 2100}


def test_part_that_a_bank_gives_back_of_a_loss_is_ours(in_harbour, card, monkeypatch):
    order = paid_order(card)
    reference = dispute_of(card, order)
    advance(card, reference, "lost")

    def in_part(state):
        (taken,) = state.movements
        back = replace(taken, reference="txn_back", amount_minor=1500, fee_minor=0)
        return replace(state, movements=(taken, back))

    told_by_stripe(monkeypatch, in_part)
    settle(order, reference)
    assert figures(order) == ("disputed", 0, 3500, 1500)
    assert balances() == {"stripe": -600, "customers": -5000, "disputes": 0, "fees": 2100, "losses": 3500}


def by_hand(order: Order, amount: int) -> Refund:
    payment = order.payments.get()
    return start_refund(payment, amount_minor=amount, reason=RefundReason.OTHER, by_hand=True, now=SOON)


def test_refund_by_hand_waits_while_a_chargeback_is_open(in_harbour, card):
    order = paid_order(card)
    refund = by_hand(order, 2000)
    reference = dispute_of(card, order)
    settle(order, reference)
    with pytest.raises(RefundRefused) as refused:
        settle_manual_refund(refund, now=SOON, actor=None)
    assert str(refused.value) == queries.blocked_words()
    advance(card, reference, "won")
    settle(order, reference)
    assert attention(order) == "Money is to be paid back by hand."
    settle_manual_refund(refund, now=SOON, actor=None)
    assert (figures(order), attention(order)) == (("partially_refunded", 0, 0, 3000), "")


def test_refund_by_hand_of_what_the_bank_took_is_withdrawn(in_harbour, card):
    order = paid_order(card)
    refund = by_hand(order, 2000)
    reference = dispute_of(card, order)
    advance(card, reference, "lost")
    settle(order, reference)
    with pytest.raises(RefundRefused, match="gone back to the guest another way"):
        settle_manual_refund(refund, now=SOON, actor=None)
    withdraw_manual_refund(refund, reason="The bank took it", now=SOON, actor=None)
    assert (Refund.objects.get().status, figures(order)) == ("cancelled", ("disputed", 0, 5000, 0))
