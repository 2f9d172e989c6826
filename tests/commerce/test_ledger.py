import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from commerce.enums import LedgerAccount, LedgerKind, PaymentMethod, RefundReason
from commerce.gateways.stripe import Movement
from commerce.models import LedgerEntry, LedgerTransaction, ProviderEvent, Refund
from commerce.operations import (
    cancel_order,
    confirm_manual_payment,
    process_provider_event,
    record_adjustment,
    record_dispute,
    record_dispute_lost,
    record_payout,
    record_transfer,
    refresh_payment,
    run_refund,
    settle_manual_refund,
    start_refund,
)
from tenancy.enums import Role
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import NOW, order_of
from tests.commerce.test_card_payments import SOON, card, order_by_card, reference_of, webhook
from tests.factories import make_schedule
from tests.fixtures import make_member
from tests.parallel import in_parallel

__all__ = ["card"]


@pytest.fixture
def owner(harbour):
    return make_member(harbour, Role.OWNER)


# What the emulator takes of 50.00: 1.5 % and 0.25.
FEE = 100


def ledger() -> list[tuple[str, str, dict[str, int]]]:
    """Each movement in the order it was written: kind, method and entries."""
    return [
        (row.kind, row.method, {entry.account: entry.amount_minor for entry in row.entries.all()})
        for row in LedgerTransaction.objects.order_by("pk").prefetch_related("entries")
    ]


def paid_by_card(card, **options):
    order = order_by_card(make_schedule(), **options)
    card.pay(reference_of(order))
    refresh_payment(order.payments.get(), now=SOON)
    return order


CHARGE = ("charge", "card", {"stripe": 5000, "customers": -5000})
FEE_OF_CHARGE = ("fee", "card", {"fees": FEE, "stripe": -FEE})


def test_card_payment_is_written_once_with_its_fee_and_stripes_time(in_harbour, card):
    order = paid_by_card(card)
    payment = order.payments.get()
    webhook(in_harbour, "payment_intent.succeeded", {"id": payment.provider_reference, "metadata": {}})
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)
    assert ledger() == [CHARGE, FEE_OF_CHARGE]
    charge = LedgerTransaction.objects.get(kind="charge")
    assert (charge.reference, charge.currency, charge.payment) == (payment.provider_reference, "EUR", payment)
    # Stripe's clock, which is today's in these tests.
    assert charge.occurred_at.date() < SOON.date()


@pytest.mark.parametrize(
    ("method", "account"), [(PaymentMethod.BANK_TRANSFER, "bank"), (PaymentMethod.ON_ARRIVAL, "cash")]
)
def test_manual_payment_and_its_refund_move_the_account_of_its_method(in_harbour, owner, method, account):
    order = order_of(make_schedule(), method=method)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=SOON, actor=owner)
    start_refund(order.payments.get(), amount_minor=1200, reason=RefundReason.OTHER, now=SOON)
    settle_manual_refund(Refund.objects.get(), now=SOON, actor=owner)
    assert ledger() == [
        ("charge", method.value, {account: 5000, "customers": -5000}),
        ("refund", method.value, {"customers": 1200, account: -1200}),
    ]
    assert {row.occurred_at for row in LedgerTransaction.objects.all()} == {SOON}


def test_card_payment_paid_back_by_hand_leaves_the_bank(in_harbour, card, owner):
    order = paid_by_card(card)
    start_refund(order.payments.get(), amount_minor=700, reason=RefundReason.OTHER, by_hand=True, now=SOON)
    settle_manual_refund(Refund.objects.get(), now=SOON, actor=owner)
    assert ledger()[2:] == [("refund", "card", {"customers": 700, "bank": -700})]


def test_refund_that_fails_after_it_had_succeeded_comes_back_once(in_harbour, card):
    order = paid_by_card(card)
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=SOON)
    refund = run_refund(Refund.objects.get().pk, now=SOON)
    card.turn("advance", account="harbour", refund=refund.provider_reference, status="failed")
    for number in (1, 2):
        subject = {"id": refund.provider_reference, "payment_intent": "", "metadata": {}}
        webhook(in_harbour, "refund.failed", subject, event_id=f"evt_{number}")
        process_provider_event(ProviderEvent.objects.get(event_id=f"evt_{number}").pk, now=SOON)
    assert ledger() == [
        CHARGE,
        FEE_OF_CHARGE,
        ("refund", "card", {"customers": 5000, "stripe": -5000}),
        ("refund_failed", "card", {"stripe": 5000, "customers": -5000}),
    ]


def test_refund_that_waits_at_stripe_is_written_when_it_leaves_the_balance(in_harbour, card):
    order = paid_by_card(card)
    card.turn("advance", account="harbour", next_refund_status="pending")
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=SOON)
    refund = run_refund(Refund.objects.get().pk, now=SOON)
    assert (refund.status, ledger()[2:]) == ("pending", [("refund", "card", {"customers": 5000, "stripe": -5000})])
    card.turn("advance", account="harbour", refund=refund.provider_reference, status="succeeded")
    refund = run_refund(refund.pk, now=SOON)
    assert (refund.status, len(ledger())) == ("succeeded", 3)


def _movement(amount: int, *, reference: str, fee: int = 0) -> Movement:
    return Movement(reference, "adjustment", amount, fee, "EUR", "dp_1", "pi_1", NOW)


def test_dispute_moves_money_out_and_home_again_or_is_lost(in_harbour, card):
    payment = paid_by_card(card).payments.get()
    for _repeat in (1, 2):
        record_dispute(payment, movement=_movement(-5000, reference="txn_1", fee=2000))
        record_dispute(payment, movement=_movement(5000, reference="txn_2"))
    record_dispute_lost(payment, reference="dp_2", amount_minor=300, currency="EUR", occurred_at=NOW)
    assert ledger()[2:] == [
        ("dispute", "card", {"stripe": -5000, "disputes": 5000}),
        ("fee", "card", {"fees": 2000, "stripe": -2000}),
        ("dispute_won", "card", {"stripe": 5000, "disputes": -5000}),
        ("dispute_lost", "card", {"losses": 300, "disputes": -300}),
    ]


def test_payouts_transfers_and_adjustments(in_harbour):
    record_payout(reference="po_1", amount_minor=900, currency="EUR", occurred_at=NOW)
    record_payout(reference="po_1", amount_minor=900, currency="EUR", occurred_at=NOW, has_failed=True)
    record_transfer(reference="txn_1", amount_minor=-70, currency="EUR", occurred_at=NOW)
    record_adjustment(reference="txn_2", amount_minor=5, currency="EUR", occurred_at=NOW, note="Rounding")
    assert ledger() == [
        ("payout", "", {"bank": 900, "stripe": -900}),
        ("payout_failed", "", {"bank": -900, "stripe": 900}),
        ("transfer", "", {"stripe": -70, "transfers": 70}),
        ("adjustment", "", {"stripe": 5, "other": -5}),
    ]


def test_same_object_at_once_from_many_has_one_effect(harbour, transactional_db):
    def book(_number):
        return record_payout(reference="po_1", amount_minor=900, currency="EUR", occurred_at=NOW).pk

    results = in_parallel(harbour, 6, book)
    with organization_scope(harbour.pk):
        assert set(results) == {LedgerTransaction.objects.get().pk}
        assert ledger() == [("payout", "", {"bank": 900, "stripe": -900})]


@pytest.fixture
def movement(harbour, transactional_db):
    with organization_scope(harbour.pk):
        return record_payout(reference="po_1", amount_minor=900, currency="EUR", occurred_at=NOW)


@pytest.mark.parametrize("amounts", [(), (5,), (5, -4)])
def test_database_refuses_what_is_not_balanced(harbour, movement, amounts):
    @transaction.atomic
    def write():
        row = LedgerTransaction.objects.create(
            kind=LedgerKind.ADJUSTMENT, reference="x", currency="EUR", occurred_at=NOW
        )
        for account, amount in zip((LedgerAccount.BANK, LedgerAccount.CASH), amounts, strict=False):
            LedgerEntry.objects.create(transaction=row, account=account, amount_minor=amount)

    with organization_scope(harbour.pk), pytest.raises(IntegrityError, match="not balanced"):
        write()


def test_database_refuses_more_entries_of_an_older_movement(harbour, movement):
    @transaction.atomic
    def write():
        LedgerEntry.objects.create(transaction=movement, account=LedgerAccount.FEES, amount_minor=1)
        LedgerEntry.objects.create(transaction=movement, account=LedgerAccount.CASH, amount_minor=-1)

    with organization_scope(harbour.pk), pytest.raises(IntegrityError, match="is closed"):
        write()


@pytest.mark.parametrize("model", [LedgerTransaction, LedgerEntry])
def test_database_refuses_changes_from_everybody(harbour, movement, model):
    scopes = [organization_scope(harbour.pk), every_organization(writing_for=harbour.pk)]
    field = "reference" if model is LedgerTransaction else "amount_minor"
    for scope in scopes:
        with scope:
            for change in (
                lambda: model.objects.update(**{field: 7}),
                lambda: model.objects.all()._raw_delete("default"),
            ):
                with pytest.raises(ProgrammingError), transaction.atomic():
                    change()
    with organization_scope(harbour.pk):
        assert ledger() == [("payout", "", {"bank": 900, "stripe": -900})]
