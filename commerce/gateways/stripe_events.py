"""Stripe's webhooks: which are wanted, and what they say once their signature is checked.

Facts from https://docs.stripe.com/webhooks.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import stripe

from commerce.gateways.stripe import Keys

# What a webhook endpoint must listen to.
EVENT_TYPES: Final = (
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.canceled",
    "payment_intent.amount_capturable_updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
)


class BadSignature(ValueError):
    """A webhook that Stripe did not sign with the endpoint's secret, or too long ago."""


@dataclass(frozen=True, slots=True)
class Event:
    """A verified webhook: what it is about, and the few values of that object that are needed to find it here.

    Names, addresses and cards of guests stay at Stripe.
    """

    id: str
    type: str
    object_id: str
    livemode: bool
    excerpt: dict[str, Any]


def verify_event(keys: Keys, body: bytes, signature: str) -> Event:
    """Return the event in a webhook's raw body. Raises `BadSignature` unless Stripe signed it for this endpoint just now."""
    if not keys.webhook_secret:
        raise BadSignature("No webhook secret is set.")
    try:
        stripe.WebhookSignature.verify_header(body.decode(), signature, keys.webhook_secret, tolerance=300)
        payload = json.loads(body)
        # Events of Stripe's newer kind carry no object; they are stored all the same.
        source = (payload.get("data") or {}).get("object") or {}
        return Event(
            id=payload["id"],
            type=payload["type"],
            object_id=source.get("id") or "",
            livemode=bool(payload.get("livemode")),
            excerpt={
                "object": source.get("object") or "",
                "status": source.get("status") or "",
                "payment_intent": source.get("payment_intent") or "",
                "metadata": source.get("metadata") or {},
            },
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError, json.JSONDecodeError, KeyError) as error:
        raise BadSignature(str(error)) from error
