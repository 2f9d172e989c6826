"""What Stripe says of a dispute in our words, what it does to a payment, and when staff are reminded."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from commerce.enums import DisputeKind, DisputeStatus, PaymentStatus

# Stripe's states of disputes; those of an inquiry begin with “warning”.
_STATUSES: Final[Mapping[str, DisputeStatus]] = {
    "warning_needs_response": DisputeStatus.NEEDS_RESPONSE,
    "warning_under_review": DisputeStatus.UNDER_REVIEW,
    "warning_closed": DisputeStatus.CLOSED,
    "needs_response": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "appeal_needs_response": DisputeStatus.NEEDS_RESPONSE,
    "appeal_under_review": DisputeStatus.UNDER_REVIEW,
    "prevented": DisputeStatus.CLOSED,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    # An early fraud warning.
    "actionable": DisputeStatus.NEEDS_RESPONSE,
    "settled": DisputeStatus.CLOSED,
}

OPEN_DISPUTE: Final = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW)

# How long before the last moment to answer staff are reminded, the earliest first.
REMIND_BEFORE: Final = (timedelta(days=3), timedelta(days=1))


def dispute_kind(provider_status: str) -> DisputeKind:
    """Return what kind of dispute has a state of Stripe's."""
    if provider_status in ("actionable", "settled"):
        return DisputeKind.WARNING
    return DisputeKind.INQUIRY if provider_status.startswith("warning_") else DisputeKind.CHARGEBACK


def dispute_status(provider_status: str) -> DisputeStatus:
    """Return our state for Stripe's. Raises `KeyError` for one that Stripe did not have when this was written."""
    return _STATUSES[provider_status]


def received_status(*, captured_minor: int, refunded_minor: int, contested_minor: int) -> PaymentStatus:
    """Return the state of a payment that came in, by what went back and what chargebacks hold or took; in minor units."""
    if contested_minor:
        return PaymentStatus.DISPUTED
    if refunded_minor and refunded_minor >= captured_minor:
        return PaymentStatus.REFUNDED
    return PaymentStatus.PARTIALLY_REFUNDED if refunded_minor else PaymentStatus.SUCCEEDED


def next_reminder(due_at: datetime | None, *, now: datetime) -> datetime | None:
    """Return when staff are reminded next of an answer that is due, or None when there is no further reminder."""
    if due_at is None:
        return None
    return next((due_at - before for before in REMIND_BEFORE if due_at - before > now), None)
