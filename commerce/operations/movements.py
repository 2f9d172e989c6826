"""Movements of Stripe's balance, compared one by one with the ledger: what is missing is booked, or listed for staff."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from commerce import queries
from commerce.enums import DifferenceKind, LedgerAccount, LedgerKind
from commerce.gateways import stripe
from commerce.gateways.stripe import Keys, Movement
from commerce.gateways.stripe_lists import Page
from commerce.models import LedgerTransaction, Payment, PaymentSettings, Reconciliation
from commerce.operations.differences import going_on, note_difference, take_back_corrections
from commerce.operations.ledger import (
    record_adjustment,
    record_dispute,
    record_fee,
    record_payout,
    record_transfer,
)
from tenancy.queries import scope_currency

# Stripe's words for what moves a balance: https://docs.stripe.com/reports/balance-transaction-types
CHARGES: Final = frozenset({"charge", "payment"})
REFUNDS: Final = frozenset({"refund", "payment_refund"})
RETURNS: Final = frozenset({"refund_failure", "payment_failure_refund", "payment_reversal"})
PAYOUTS: Final = frozenset({"payout"})
PAYOUTS_BACK: Final = frozenset({"payout_failure", "payout_cancel"})
FEES: Final = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost"})
TRANSFERS: Final = frozenset(
    {"transfer", "transfer_cancel", "transfer_failure", "transfer_refund", "connect_collection_transfer"}
)
LEDGER_KINDS: Final = {
    **dict.fromkeys(CHARGES, LedgerKind.CHARGE),
    **dict.fromkeys(REFUNDS, LedgerKind.REFUND),
    **dict.fromkeys(RETURNS, LedgerKind.REFUND_FAILED),
}
# When more than this is missing at Stripe, the keys are those of another account, and it is not asked about each.
ASK_AT_MOST: Final = 20
Key = tuple[LedgerKind, str]


def compare_movements(run: Reconciliation, row: PaymentSettings, page: Page[Movement], *, now: datetime) -> int:
    """Compare a page of Stripe's balance with the ledger and book what is missing; return how much that was.

    What cannot be booked becomes a `Difference`, and so does what the ledger has in the time of the page and Stripe has not.
    """
    currency = scope_currency()
    movements = []
    for movement in page.items:
        if movement.currency == currency:
            movements.append(movement)
        elif row.stripe_secret_key:
            note_difference(
                DifferenceKind.OTHER_CURRENCY,
                movement.currency,
                currency=movement.currency,
                occurred_at=movement.occurred_at,
                now=now,
            )
    payments = queries.payments_of_intents({moved.payment_intent: "" for moved in movements if moved.payment_intent})
    booked = queries.ledger_by_reference(key for moved in movements if (key := _key(moved)))
    fees = queries.booked_fees(movement.reference for movement in movements)
    newest = LedgerTransaction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for movement in movements:
        payment = payments.get(movement.payment_intent)
        if payment is not None or row.stripe_secret_key:
            alone = going_on(
                movement.reference,
                payment=payment,
                currency=movement.currency,
                occurred_at=movement.occurred_at,
                now=now,
            )
            with alone, transaction.atomic():
                _compare(movement, payment, booked, fees, now=now)
    done = LedgerTransaction.objects.filter(pk__gt=newest).count()
    keyed = [(key, moved) for moved in movements if (key := _key(moved)) in booked]
    take_back_corrections(
        known=[_name(moved) for _booked, moved in keyed],
        agreeing=[_name(moved) for key, moved in keyed if booked[key] == moved.amount_minor],
    )
    # What Stripe settled in another currency is there too.
    _look_for_missing(run, row, page, {key for moved in page.items if (key := _key(moved))}, now=now)
    return done


def _key(movement: Movement) -> Key | None:
    kind = LEDGER_KINDS.get(movement.kind)
    if kind is None:
        return None
    return kind, movement.payment_intent if kind == LedgerKind.CHARGE else movement.source


def _name(movement: Movement) -> str:
    """Return what a difference about a movement is called: a refund that came back moves the balance twice."""
    key = _key(movement)
    is_known_by_source = key is not None and key[0] != LedgerKind.REFUND_FAILED
    return (key[1] if key is not None and is_known_by_source else "") or movement.reference


def _compare(
    movement: Movement, payment: Payment | None, booked: dict[Key, int], fees: set[str], *, now: datetime
) -> None:
    amount, reference = movement.amount_minor, movement.reference
    key = _key(movement)
    currency, occurred_at = movement.currency, movement.occurred_at
    if key is not None and key not in booked:
        found = amount - movement.fee_minor
        note_difference(
            DifferenceKind.UNKNOWN_HERE,
            _name(movement),
            payment=payment,
            found=found,
            now=now,
            currency=currency,
            occurred_at=occurred_at,
        )
        return
    if key is not None:
        if booked[key] != amount:
            note_difference(
                DifferenceKind.AMOUNT,
                _name(movement),
                payment=payment,
                found=amount,
                booked=booked[key],
                now=now,
                currency=currency,
                occurred_at=occurred_at,
            )
    elif movement.source.startswith(("dp_", "du_")) and payment is not None:
        record_dispute(payment, movement=movement)
    elif movement.kind in PAYOUTS | PAYOUTS_BACK:
        has_failed = movement.kind in PAYOUTS_BACK
        paid_out = amount if has_failed else -amount
        record_payout(
            reference=movement.source or reference,
            amount_minor=paid_out,
            has_failed=has_failed,
            currency=currency,
            occurred_at=occurred_at,
        )
    elif movement.kind in FEES:
        record_fee(replace(movement, fee_minor=movement.fee_minor - amount))
        return
    elif movement.kind in TRANSFERS:
        record_transfer(reference=reference, amount_minor=amount, currency=currency, occurred_at=occurred_at)
    elif amount:
        record_adjustment(
            reference=reference,
            amount_minor=amount,
            note=movement.description or movement.kind,
            currency=currency,
            occurred_at=occurred_at,
        )
    if movement.reference not in fees:
        record_fee(movement, payment=payment)


def _look_for_missing(
    run: Reconciliation, row: PaymentSettings, page: Page[Movement], found: set[Key], *, now: datetime
) -> None:
    """List what the ledger has in the time of a page and Stripe has not. Pages begin with the newest movement."""
    upper = datetime.fromisoformat(run.progress["until"]) if "until" in run.progress else run.started_at
    lower = page.items[-1].occurred_at if page.after else run.since
    run.progress = {**run.progress, "until": lower.isoformat()}
    # Two pages meet within a second, which each of them sees a part of.
    second = timedelta(seconds=1)
    missing = [
        booked
        for booked in queries.ledger_at_stripe(since=lower, until=upper + second)
        if (LedgerKind(booked.kind), booked.reference) not in found
    ]
    keys = stripe.keys_of(row)
    for booked in missing:
        if len(missing) > ASK_AT_MOST or not _is_at_stripe(keys, booked):
            note_difference(
                DifferenceKind.UNKNOWN_AT_STRIPE,
                booked.reference,
                payment=booked.payment,
                booked=sum(e.amount_minor for e in booked.entries.all() if e.account == LedgerAccount.STRIPE),
                currency=booked.currency,
                occurred_at=booked.occurred_at,
                now=now,
            )


def _is_at_stripe(keys: Keys, booked: LedgerTransaction) -> bool:
    try:
        if booked.kind == LedgerKind.CHARGE:
            return stripe.retrieve_intent(keys, booked.reference).status == "succeeded"
        return stripe.retrieve_refund(keys, booked.reference).moved_at is not None
    except stripe.GatewayRefused:
        return False
