"""Disputes and early fraud warnings at Stripe, and what it is answered.

Facts from https://docs.stripe.com/disputes, /disputes/api and /api/radar/early_fraud_warnings.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import stripe

from commerce.gateways.stripe import Keys, Movement, _client, _raise, movement_of
from commerce.gateways.stripe_amounts import from_stripe

# Early fraud warnings have ids of their own kind.
WARNING_PREFIX: Final = "issfr_"
# What Stripe takes of files for one answer, in all.
MOST_BYTES: Final = 4_500_000


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A dispute of the PaymentIntent `intent` as Stripe tells it, or an early fraud warning, which has no amount.

    `status` is Stripe's; that of a warning is `actionable` or `settled`. `due_at` is None when there is nothing to answer.
    """

    reference: str
    intent: str
    status: str
    reason: str
    amount_minor: int
    currency: str
    opened_at: datetime
    due_at: datetime | None
    is_refundable: bool
    movements: tuple[Movement, ...]


def _dispute(source: Any) -> DisputeState:
    currency = source.currency.upper()
    due = source.evidence_details.due_by
    return DisputeState(
        reference=source.id,
        intent=str(source.payment_intent or ""),
        status=source.status,
        reason=source.reason or "",
        amount_minor=from_stripe(source.amount, currency),
        currency=currency,
        opened_at=datetime.fromtimestamp(source.created, UTC),
        due_at=datetime.fromtimestamp(due, UTC) if due else None,
        is_refundable=bool(source.is_charge_refundable),
        movements=tuple(filter(None, map(movement_of, source.balance_transactions or ()))),
    )


def retrieve_dispute(keys: Keys, reference: str) -> DisputeState:
    """Return a dispute or an early fraud warning as it is now. Raises `GatewayError`."""
    try:
        if not reference.startswith(WARNING_PREFIX):
            return _dispute(_client(keys).v1.disputes.retrieve(reference))
        found = _client(keys).v1.radar.early_fraud_warnings.retrieve(reference)
    except stripe.StripeError as error:
        _raise(error)
    return DisputeState(
        reference=found.id,
        intent=str(found.payment_intent or ""),
        status="actionable" if found.actionable else "settled",
        reason=found.fraud_type or "",
        amount_minor=0,
        currency="",
        opened_at=datetime.fromtimestamp(found.created, UTC),
        due_at=None,
        is_refundable=True,
        movements=(),
    )


def upload_file(keys: Keys, *, name: str, content: bytes, idempotency_key: str) -> str:
    """Give Stripe a file to be shown to a bank; return Stripe's id of it. Raises `GatewayError`."""
    file = io.BytesIO(content)
    file.name = name
    try:
        made = _client(keys).v1.files.create(
            {"purpose": "dispute_evidence", "file": file}, {"idempotency_key": idempotency_key}
        )
    except stripe.StripeError as error:
        _raise(error)
    return made.id


def submit_evidence(keys: Keys, reference: str, *, evidence: Mapping[str, str], idempotency_key: str) -> DisputeState:
    """Answer a dispute, for good: texts, and ids of uploaded files, by Stripe's names. Return it as it then is. Raises `GatewayError`."""
    # Names are those of our texts and slots, which the package knows one by one.
    changes: Any = {"evidence": dict(evidence), "submit": True}
    try:
        changed = _client(keys).v1.disputes.update(
            reference,
            changes,
            {"idempotency_key": idempotency_key},
        )
    except stripe.StripeError as error:
        _raise(error)
    return _dispute(changed)


def accept_dispute(keys: Keys, reference: str) -> DisputeState:
    """Give a dispute up, which loses it; return it as it then is. Raises `GatewayError`."""
    try:
        return _dispute(_client(keys).v1.disputes.close(reference))
    except stripe.StripeError as error:
        _raise(error)
