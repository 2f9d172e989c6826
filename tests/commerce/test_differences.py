"""What a comparison with Stripe's lists meets that nobody expects: it goes on, and staff are told."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.utils import timezone

from commerce import queries
from commerce.enums import DifferenceKind, RefundReason
from commerce.gateways import stripe, stripe_lists
from commerce.models import Difference, Dispute, Reconciliation, Refund
from commerce.operations import (
    movements,
    reconcile,
    run_refund,
    settle_difference,
    settle_payment,
    start_reconciliation,
    start_refund,
)
from commerce.operations.differences import note_difference
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW
from tests.commerce.test_card_payments import card, order_by_card
from tests.commerce.test_ledger import ledger
from tests.commerce.test_reconcile import at_stripe, booked_balance, compare, differences, paid
from tests.factories import make_schedule
from tests.fixtures import make_member
from tests.parallel import in_parallel

__all__ = ["card"]


@pytest.fixture
def owner(harbour):
    return make_member(harbour, Role.OWNER)


def client():
    return stripe._client(stripe.keys_of(queries.payment_settings()))


def test_one_dispute_that_cannot_be_read_is_listed_and_the_rest_compared(in_harbour, card):
    intents = [paid(card).payments.get().provider_reference for _number in range(2)]
    first, second = (
        card.turn("dispute", account="harbour", payment_intent=intent, amount=1000)["id"] for intent in intents
    )
    # A state that Stripe does not have today.
    card.turn("advance", account="harbour", dispute=first, status="under_mediation")
    run = compare()
    assert (run.finished_at is not None, run.last_error) == (True, "")
    assert differences() == [("failed", first, None, None)]
    assert list(Dispute.objects.values_list("provider_reference", flat=True)) == [second]
    assert Difference.objects.get().payment.provider_reference == intents[0]
    card.turn("advance", account="harbour", dispute=first, status="under_review")
    compare()
    assert (differences(), Difference.objects.get().reason) == ([], "It agrees by now.")


def test_payments_that_are_settled_in_another_currency_are_at_stripe_all_the_same(in_harbour, card, monkeypatch):
    paid(card)
    listed = stripe_lists.list_movements

    def in_dollars(keys, **span):
        page = listed(keys, **span)
        return replace(page, items=[replace(moved, currency="USD") for moved in page.items])

    monkeypatch.setattr(stripe_lists, "list_movements", in_dollars)
    # As when there are too many to ask Stripe about each.
    monkeypatch.setattr(movements, "ASK_AT_MOST", 0)
    compare()
    assert differences() == [("other_currency", "USD", None, None)]


def test_difference_that_is_settled_again_books_only_the_rest(in_harbour, card, owner):
    facts = {"currency": "EUR", "occurred_at": NOW}
    for found in (5010, 5040, 5010):
        row = note_difference(DifferenceKind.AMOUNT, "pi_1", found=found, booked=5000, now=timezone.now(), **facts)
        assert row.settled_at is None
        settle_difference(row, reason="Looked at", now=timezone.now(), actor=owner)
    assert ledger() == [("adjustment", "", {"stripe": amount, "other": -amount}) for amount in (10, 30, -30)]
    assert Difference.objects.get().settled_minor == 10


@pytest.mark.django_db(transaction=True)
def test_difference_that_staff_settle_while_it_is_compared_stays_settled(harbour, owner):
    facts = {"found": 5010, "booked": 5000, "currency": "EUR", "occurred_at": NOW, "now": NOW}

    def compare_again(_number: int) -> Difference:
        return note_difference(DifferenceKind.AMOUNT, "pi_1", **facts)

    with organization_scope(harbour.pk), ThreadPoolExecutor(1) as pool:
        row = note_difference(DifferenceKind.AMOUNT, "pi_1", **facts)
        with transaction.atomic():
            settle_difference(row, reason="Looked at", now=NOW, actor=owner)
            compared = pool.submit(in_parallel, harbour, 1, compare_again)
            while not _somebody_waits() and not compared.done():
                pass
        assert compared.result() == [row]
        row.refresh_from_db()
        assert (row.settled_at, row.settled_by, row.reason) == (NOW, owner, "Looked at")


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


def test_what_was_booked_for_a_difference_is_taken_back_when_the_payment_is_known(in_harbour, card, owner):
    order = order_by_card(make_schedule())
    made = client().v1.payment_intents.create({"amount": 5000, "currency": "eur"})
    card.pay(made.id)
    compare()
    settle_difference(Difference.objects.get(), reason="Whose?", now=timezone.now(), actor=owner)
    assert booked_balance() == 4900
    # Somebody finds out that it belongs to an order.
    order.payments.update(provider_reference=made.id)
    keys = stripe.keys_of(queries.payment_settings())
    settle_payment(order.payments.get().pk, intent=stripe.retrieve_intent(keys, made.id), now=timezone.now())
    assert booked_balance() == 9800
    for _time in range(2):
        compare()
    assert (booked_balance(), differences(), Difference.objects.get().settled_minor) == (4900, [], 0)


def test_refund_of_another_shop_that_came_back_is_two_differences(in_harbour, card, owner):
    made = client().v1.payment_intents.create({"amount": 5000, "currency": "eur"})
    card.pay(made.id)
    refund = client().v1.refunds.create({"payment_intent": made.id, "amount": 700})
    card.turn("advance", account="harbour", refund=refund.id, status="failed")
    compare()
    for row in queries.open_differences():
        settle_difference(row, reason="Another shop", now=timezone.now(), actor=owner)
    compare()
    assert (differences(), booked_balance()) == ([], sum(moved.net for moved in at_stripe()))


def test_refund_that_was_given_up_here_and_made_at_stripe_is_taken_over(in_harbour, card):
    order = paid(card)
    refund = start_refund(order.payments.get(), amount_minor=1500, reason=RefundReason.OTHER, now=timezone.now())
    # Stripe makes it, its answers are lost, and so are the webhooks, until it is given up.
    card.turn("fail_next", when="after", count=2)
    run_refund(refund.pk, now=timezone.now())
    Refund.objects.update(status="failed", next_attempt_at=None)
    assert (Refund.objects.get().provider_reference, differences()) == ("", [])
    run = compare()
    payment = order.payments.get()
    assert (run.replayed, Refund.objects.get().status) == (1, "succeeded")
    assert (payment.status, payment.refunded_minor, differences()) == ("partially_refunded", 1500, [])
    assert booked_balance() == sum(moved.net for moved in at_stripe())


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_compare_once(harbour, card):
    with organization_scope(harbour.pk):
        paid(card)
        now = timezone.now()
        run = start_reconciliation(now=now)
    results = in_parallel(harbour, 4, lambda _number: reconcile(run.pk, now=now).pk)
    assert results == [run.pk] * 4
    with organization_scope(harbour.pk):
        done = Reconciliation.objects.get()
        assert (done.finished_at, done.compared, done.attempts) == (now, 2, 0)


def test_comparison_that_somebody_works_on_gets_no_second_job(in_harbour, card, django_capture_on_commit_callbacks):
    now = timezone.now()
    with django_capture_on_commit_callbacks() as jobs:
        run = start_reconciliation(now=now)
    assert len(jobs) == 1
    Reconciliation.objects.update(next_attempt_at=now + dt.timedelta(minutes=15))
    with django_capture_on_commit_callbacks() as jobs:
        assert start_reconciliation(now=now) == run
    assert jobs == []
