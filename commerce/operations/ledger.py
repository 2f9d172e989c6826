"""Movements of money, written down in the transaction that makes them happen.

Each object behind a movement, at Stripe or here, has its effect once: a repeat returns what stands there. What moved nothing is not
written, and None is returned then. Amounts are minor units.
Where Stripe tells when and for which fee it moved money (a `Movement`), that is written; else the moment we learned of it.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from commerce.enums import LedgerAccount, LedgerKind
from commerce.gateways.stripe import Movement
from commerce.models import LedgerEntry, LedgerTransaction, Payment, PaymentSettings, Refund
from commerce.rules import account_of
from tenancy import audit
from tenancy.audit import Actor


def _book(
    kind: LedgerKind,
    reference: str,
    entries: Mapping[LedgerAccount, int],
    *,
    currency: str,
    occurred_at: datetime,
    payment: Payment | None = None,
    refund: Refund | None = None,
    note: str = "",
) -> LedgerTransaction | None:
    moved = {account: amount for account, amount in entries.items() if amount}
    if not moved:
        return None
    with transaction.atomic():
        booked, is_new = LedgerTransaction.objects.get_or_create(
            kind=kind,
            reference=reference,
            defaults={
                "occurred_at": occurred_at,
                "currency": currency,
                "method": payment.method if payment else "",
                "payment": payment,
                "refund": refund,
                "note": note[:200],
            },
        )
        if is_new:
            LedgerEntry.objects.bulk_create(
                LedgerEntry(transaction=booked, account=account, amount_minor=amount)
                for account, amount in moved.items()
            )
    return booked


def record_charge(payment: Payment, *, movement: Movement | None = None, now: datetime) -> LedgerTransaction | None:
    """Write down that a payment came in, with Stripe's fee where it is known; return it."""
    amount = payment.captured_minor
    booked = _book(
        LedgerKind.CHARGE,
        payment.provider_reference or f"payment-{payment.public_id}",
        {account_of(payment.method): amount, LedgerAccount.CUSTOMERS: -amount},
        currency=payment.captured_currency,
        occurred_at=movement.occurred_at if movement else now,
        payment=payment,
    )
    _record_fee_of(movement, payment=payment)
    return booked


def record_refund(refund: Refund, *, occurred_at: datetime) -> LedgerTransaction | None:
    """Write down that a refund left us; return it."""
    payment = refund.payment
    source = account_of(payment.method, by_hand=refund.by_hand)
    return _book(
        LedgerKind.REFUND,
        _reference_of(refund),
        {LedgerAccount.CUSTOMERS: refund.amount_minor, source: -refund.amount_minor},
        currency=payment.captured_currency,
        occurred_at=occurred_at,
        payment=payment,
        refund=refund,
    )


def record_refund_failed(refund: Refund, *, occurred_at: datetime) -> LedgerTransaction | None:
    """Write down that a refund came back to us that had left us; return it, None when it had not left us."""
    if not LedgerTransaction.objects.filter(kind=LedgerKind.REFUND, reference=_reference_of(refund)).exists():
        return None
    payment = refund.payment
    source = account_of(payment.method, by_hand=refund.by_hand)
    return _book(
        LedgerKind.REFUND_FAILED,
        _reference_of(refund),
        {source: refund.amount_minor, LedgerAccount.CUSTOMERS: -refund.amount_minor},
        currency=payment.captured_currency,
        occurred_at=occurred_at,
        payment=payment,
        refund=refund,
    )


def _reference_of(refund: Refund) -> str:
    return refund.provider_reference or refund.idempotency_key


def record_dispute(payment: Payment, *, movement: Movement) -> LedgerTransaction | None:
    """Write down that Stripe took disputed money from us (a negative `movement`), or gave it back; return it. With its fee."""
    kind = LedgerKind.DISPUTE if movement.amount_minor < 0 else LedgerKind.DISPUTE_WON
    booked = _book(
        kind,
        movement.reference,
        {LedgerAccount.STRIPE: movement.amount_minor, LedgerAccount.DISPUTES: -movement.amount_minor},
        currency=movement.currency,
        occurred_at=movement.occurred_at,
        payment=payment,
    )
    _record_fee_of(movement, payment=payment)
    return booked


def record_dispute_lost(
    payment: Payment, *, reference: str, amount_minor: int, currency: str, occurred_at: datetime
) -> LedgerTransaction | None:
    """Have the ledger say that of what Stripe took because of the dispute `reference`, `amount_minor` does not come back; return it.

    That is the sum: after an earlier verdict only what changed is written, negative for a loss that was won on appeal.
    """
    of_payment = LedgerEntry.objects.filter(
        account=LedgerAccount.LOSSES, transaction__kind=LedgerKind.DISPUTE_LOST, transaction__payment=payment
    ).values_list("transaction__reference", "amount_minor")
    earlier = [amount for name, amount in of_payment if name.partition("#")[0] == reference]
    rest = amount_minor - sum(earlier)
    return _book(
        LedgerKind.DISPUTE_LOST,
        f"{reference}#{len(earlier) + 1}" if earlier else reference,
        {LedgerAccount.LOSSES: rest, LedgerAccount.DISPUTES: -rest},
        currency=currency,
        occurred_at=occurred_at,
        payment=payment,
    )


def record_fee(movement: Movement, *, payment: Payment | None = None) -> LedgerTransaction | None:
    """Write down the fee that Stripe took, or gave back, with a movement; return it."""
    fee = movement.fee_minor
    return _book(
        LedgerKind.FEE,
        movement.reference,
        {LedgerAccount.FEES: fee, LedgerAccount.STRIPE: -fee},
        currency=movement.currency,
        occurred_at=movement.occurred_at,
        payment=payment,
    )


def _record_fee_of(movement: Movement | None, *, payment: Payment) -> None:
    # An account that settles in another currency has its fees in that one, and they cannot be added to ours.
    if movement is not None and movement.currency == payment.captured_currency:
        record_fee(movement, payment=payment)


def record_payout(
    *, reference: str, amount_minor: int, currency: str, occurred_at: datetime, has_failed: bool = False
) -> LedgerTransaction | None:
    """Write down that Stripe paid `amount_minor` out to the bank, or that the payout came back; return it."""
    amount = -amount_minor if has_failed else amount_minor
    return _book(
        LedgerKind.PAYOUT_FAILED if has_failed else LedgerKind.PAYOUT,
        reference,
        {LedgerAccount.BANK: amount, LedgerAccount.STRIPE: -amount},
        currency=currency,
        occurred_at=occurred_at,
    )


def record_transfer(
    *, reference: str, amount_minor: int, currency: str, occurred_at: datetime
) -> LedgerTransaction | None:
    """Write down that money came from another Stripe account, or went to one (negative); return it."""
    return _book(
        LedgerKind.TRANSFER,
        reference,
        {LedgerAccount.STRIPE: amount_minor, LedgerAccount.TRANSFERS: -amount_minor},
        currency=currency,
        occurred_at=occurred_at,
    )


def record_adjustment(
    *, reference: str, amount_minor: int, currency: str, occurred_at: datetime, note: str = ""
) -> LedgerTransaction | None:
    """Write down that Stripe changed our balance for another reason, told in `note`; return it."""
    return _book(
        LedgerKind.ADJUSTMENT,
        reference,
        {LedgerAccount.STRIPE: amount_minor, LedgerAccount.OTHER: -amount_minor},
        currency=currency,
        occurred_at=occurred_at,
        note=note,
    )


@transaction.atomic
def set_account_numbers(numbers: Mapping[str, str], *, actor: Actor) -> PaymentSettings:
    """Write down what the organization's accountants call the accounts of the ledger; return the settings. Empty ones are the usual."""
    row = PaymentSettings.objects.select_for_update().get()
    row.account_numbers = {account: number for account, number in numbers.items() if number}
    row.save(update_fields=["account_numbers", "updated_at"])
    audit.record("ledger.numbers_changed", row, actor=actor)
    return row
