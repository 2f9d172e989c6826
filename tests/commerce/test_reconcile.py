import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from commerce import queries
from commerce.enums import LedgerAccount, PaymentMethod, RefundReason
from commerce.gateways import stripe, stripe_lists
from commerce.models import Difference, LedgerEntry, LedgerTransaction, PaymentSettings, Reconciliation, Refund
from commerce.operations import (
    ReconciliationRefused,
    reconcile,
    refresh_payment,
    run_refund,
    settle_difference,
    settle_payment,
    start_reconciliation,
    start_refund,
)
from commerce.tasks import sweep_reconciliations
from tenancy.enums import Role
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import order_of
from tests.commerce.test_card_payments import card, order_by_card, reference_of
from tests.commerce.test_ledger import CHARGE, FEE, FEE_OF_CHARGE, ledger
from tests.factories import make_schedule
from tests.fixtures import make_member

__all__ = ["card"]


@pytest.fixture
def owner(harbour):
    return make_member(harbour, Role.OWNER)


def at_stripe():
    """The emulator's own list of the account's movements."""
    keys = stripe.keys_of(queries.payment_settings())
    return list(stripe._client(keys).v1.balance_transactions.list({"limit": 100}).auto_paging_iter())


def booked_balance() -> int:
    return sum(LedgerEntry.objects.filter(account=LedgerAccount.STRIPE).values_list("amount_minor", flat=True))


def compare() -> Reconciliation:
    now = timezone.now()
    return reconcile(start_reconciliation(now=now).pk, now=now)


def paid(card, **options):
    order = order_by_card(make_schedule(), **options)
    card.pay(reference_of(order))
    refresh_payment(order.payments.get(), now=timezone.now())
    return order


def differences() -> list[tuple[str, str, int | None, int | None]]:
    return [
        (row.kind, row.reference, row.found_minor, row.booked_minor)
        for row in queries.open_differences().order_by("pk")
    ]


def test_books_that_agree_have_no_difference(in_harbour, card):
    paid(card)
    run = compare()
    assert (run.finished_at is not None, run.compared, run.replayed, differences()) == (True, 2, 0, [])
    assert ledger() == [CHARGE, FEE_OF_CHARGE]


def test_payment_whose_webhook_was_lost_is_made_up_for(in_harbour, card):
    order = order_by_card(make_schedule())
    card.pay(reference_of(order))
    run = compare()
    order.refresh_from_db()
    assert (order.status, run.replayed, ledger()) == ("paid", 1, [CHARGE, FEE_OF_CHARGE])
    assert (compare().replayed, differences()) == (0, [])


def test_refund_made_at_stripe_is_made_up_for(in_harbour, card):
    order = paid(card)
    keys = stripe.keys_of(queries.payment_settings())
    intent = order.payments.get().provider_reference
    stripe.create_refund(keys, intent=intent, amount_minor=1000, currency="EUR", metadata={}, idempotency_key="by-hand")
    run = compare()
    assert (run.replayed, differences(), order.payments.get().refunded_minor) == (1, [], 1000)
    assert ledger()[2:] == [("refund", "card", {"customers": 1000, "stripe": -1000})]


def test_fee_that_was_not_known_is_booked(in_harbour, card):
    order = order_by_card(make_schedule())
    reference = reference_of(order)
    card.pay(reference)
    # As when Stripe had not said yet what it takes.
    intent = stripe.retrieve_intent(stripe.keys_of(queries.payment_settings()), reference)
    settle_payment(order.payments.get().pk, intent=replace(intent, movement=None), now=timezone.now())
    assert ledger() == [CHARGE]
    assert (compare().replayed, ledger()) == (1, [CHARGE, FEE_OF_CHARGE])


def test_payouts_disputes_and_what_stripe_moves_by_itself_are_booked(in_harbour, card):
    order = paid(card)
    card.turn("dispute", account="harbour", payment_intent=order.payments.get().provider_reference, amount=1000)
    card.turn("move", account="harbour", amount=-70, kind="stripe_fee", description="Radar")
    card.turn("move", account="harbour", amount=5, description="Rounding")
    card.turn("move", account="harbour", amount=-11, kind="transfer")
    payout = card.turn("payout", account="harbour", amount=500)
    card.turn("payout", account="harbour", payout=payout["id"], status="failed")
    compare()
    assert sorted(kind for kind, _method, _entries in ledger()) == sorted(
        ["charge", "fee", "dispute", "fee", "fee", "adjustment", "transfer", "payout", "payout_failed"]
    )
    assert booked_balance() == sum(moved.net for moved in at_stripe()) == 5000 - FEE - 1000 - 2000 - 70 + 5 - 11
    assert (compare().replayed, differences()) == (0, [])


def test_money_that_belongs_to_nothing_is_listed_and_booked_when_settled(in_harbour, card, owner):
    keys = stripe.keys_of(queries.payment_settings())
    made = stripe.create_intent(
        keys, amount_minor=1000, currency="EUR", metadata={}, description="Another shop", idempotency_key="other"
    )
    card.pay(made.reference)
    compare()
    # What is left after the fee of 0.40.
    assert differences() == [("unknown_here", made.reference, 960, None)]
    settle_difference(Difference.objects.get(), reason="Our shop for mugs", now=timezone.now(), actor=owner)
    assert ledger() == [("adjustment", "", {"stripe": 960, "other": -960})]
    compare()
    row = Difference.objects.get()
    assert (differences(), row.reason, row.settled_by) == ([], "Our shop for mugs", owner)
    assert booked_balance() == sum(moved.net for moved in at_stripe())
    with pytest.raises(ReconciliationRefused, match="settled already"):
        settle_difference(row, reason="Again", now=timezone.now(), actor=owner)


def test_payment_that_stripe_does_not_know_is_listed_until_it_is_there(in_harbour, card):
    paid(card)
    row = PaymentSettings.objects.get()
    row.stripe_secret_key = "sk_test_another"
    row.save()
    compare()
    reference = LedgerTransaction.objects.get(kind="charge").reference
    assert differences() == [("unknown_stripe", reference, None, 5000)]
    row.stripe_secret_key = "sk_test_harbour"
    row.save()
    compare()
    assert (differences(), Difference.objects.get().reason) == ([], "It agrees by now.")


def test_amount_that_differs_is_listed(in_harbour, card):
    keys = stripe.keys_of(queries.payment_settings())
    order = order_by_card(make_schedule())
    reference = reference_of(order)
    card.pay(reference)
    intent = stripe.retrieve_intent(keys, reference)
    settle_payment(order.payments.get().pk, intent=replace(intent, received_minor=4990), now=timezone.now())
    compare()
    assert differences() == [("amount", reference, 5000, 4990)]


def test_other_organization_of_the_same_account_is_left_alone(in_harbour, card, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_shared"
    row = PaymentSettings.objects.get()
    row.stripe_secret_key = ""
    row.save()
    keys = stripe.keys_of(row)
    made = stripe.create_intent(
        keys, amount_minor=1000, currency="EUR", metadata={"organization": "0"}, description="", idempotency_key="x"
    )
    card.pay(made.reference, account="shared")
    card.turn("payout", account="shared", amount=100)
    run = compare()
    assert (run.compared, ledger(), differences()) == (3, [], [])


def test_comparison_that_was_interrupted_goes_on_where_it_was(in_harbour, card):
    paid(card)
    card.turn("fail_next", when="before", count=2, path="/v1/refunds")
    now = timezone.now()
    run = reconcile(start_reconciliation(now=now).pk, now=now)
    assert (run.finished_at, run.progress["list"], run.attempts) == (None, "refunds", 1)
    # Before its time nothing is done; who asks for it has it go on at once.
    assert reconcile(run.pk, now=now).finished_at is None
    assert start_reconciliation(now=now).pk == run.pk
    run = reconcile(run.pk, now=now)
    assert (run.finished_at, run.compared, run.last_error) == (now, 2, "")


def test_lists_of_several_pages_are_read_to_the_end(in_harbour, card, monkeypatch):
    monkeypatch.setattr(stripe_lists, "PAGE_SIZE", 2)
    order = paid(card)
    payment = order.payments.get()
    for amount in (100, 200, 300):
        start_refund(payment, amount_minor=amount, reason=RefundReason.OTHER, now=timezone.now())
    for refund in Refund.objects.all():
        run_refund(refund.pk, now=timezone.now())
    run = compare()
    assert (run.compared, run.replayed, differences()) == (1 + 3 + 4, 0, [])


@pytest.mark.django_db(transaction=True)
def test_sweep_begins_each_night_and_only_where_stripe_was_used(harbour, kyoto, card, run_jobs):
    with organization_scope(harbour.pk):
        paid(card)
    with organization_scope(kyoto.pk):
        order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    run_jobs()
    with every_organization():
        sweep_reconciliations()
    jobs = run_jobs()
    assert jobs.count("commerce.begin_reconciliation") == jobs.count("commerce.reconcile") == 1
    with every_organization():
        sweep_reconciliations()
    assert run_jobs() == []
    with organization_scope(harbour.pk):
        assert Reconciliation.objects.get().compared == 2
        Reconciliation.objects.update(started_at=timezone.now() - dt.timedelta(days=1, minutes=1))
    with every_organization():
        sweep_reconciliations()
    assert run_jobs().count("commerce.reconcile") == 1


def test_comparison_that_fails_of_itself_is_tried_again_later(in_harbour, card, caplog):
    paid(card)
    now = timezone.now()
    run = start_reconciliation(now=now)
    Reconciliation.objects.update(progress={"list": "unheard of"})
    run = reconcile(run.pk, now=now)
    assert (run.finished_at, run.attempts, run.next_attempt_at - now) == (None, 1, dt.timedelta(minutes=30))
    assert run.last_error.startswith("ValueError: ")
    assert [record.message for record in caplog.records] == [f"The comparison {run.pk} could not go on."]
    Reconciliation.objects.update(progress={})
    assert reconcile(run.pk, now=run.next_attempt_at).finished_at == run.next_attempt_at
