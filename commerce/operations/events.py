"""The provider's webhooks: stored once, then worked on by a job that asks the provider again."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from commerce import queries
from commerce.gateways import stripe
from commerce.models import Payment, PaymentSettings, ProviderEvent, Refund
from commerce.operations.payments import settle_payment
from commerce.operations.refunds import settle_refund
from tenancy.jobs import enqueue

logger = logging.getLogger(__name__)

# An event is worked on at once; the sweep takes over when that has not happened after this time.
SWEEP_AFTER = timedelta(seconds=30)
MAX_WAIT = timedelta(hours=1)
DISPUTED = gettext_noop("The guest's bank disputes a payment. Answer in Stripe's dashboard in time.")


def receive_provider_event(row: PaymentSettings, *, body: bytes, signature: str, now: datetime) -> ProviderEvent | None:
    """Store a webhook under its id and start the job that works on it; return its row, or None for one that came before.

    Raises `BadSignature` unless Stripe signed it.
    """
    event = stripe.verify_event(stripe.keys_of(row), body, signature)
    with transaction.atomic(durable=True):
        stored = ProviderEvent(
            event_id=event.id,
            event_type=event.type,
            object_id=event.object_id,
            livemode=event.livemode,
            payload=event.payload,
            next_attempt_at=now + SWEEP_AFTER,
        )
        ProviderEvent.objects.bulk_create([stored], ignore_conflicts=True)
        known = ProviderEvent.objects.get(event_id=event.id)
        if known.processed_at is not None:
            return None
        enqueue("commerce.process_provider_event", event_id=known.pk)
    return known


def process_provider_event(event_id: int, *, now: datetime) -> None:
    """Bring payments and refunds in line with a stored event, by asking Stripe how things stand now. A repeat has no effect.

    A failure is recorded with the time of the next attempt.
    """
    event = ProviderEvent.objects.get(pk=event_id)
    if event.processed_at is not None:
        return
    try:
        note = _work_on(event, now=now)
    except stripe.GatewayError as error:
        logger.warning("The provider event %s could not be processed: %s", event.event_id, type(error).__name__)
        attempts = event.attempts + 1
        wait = min(timedelta(seconds=30 * 2**attempts), MAX_WAIT)
        ProviderEvent.objects.filter(pk=event_id).update(
            attempts=attempts, next_attempt_at=now + wait, last_error=str(error)[:2000]
        )
    else:
        ProviderEvent.objects.filter(pk=event_id).update(processed_at=now, next_attempt_at=None, last_error=note)


def _work_on(event: ProviderEvent, *, now: datetime) -> str:
    keys = stripe.keys_of(queries.payment_settings())
    if event.event_type.startswith("payment_intent."):
        payment = _payment_of(event)
        if payment is None:
            return "No payment of ours."
        intent = stripe.retrieve_intent(keys, event.object_id)
        if intent.metadata.get("payment") != str(payment.public_id):
            return "The payment's own PaymentIntent is another one."
        settle_payment(payment.pk, intent=intent, now=now)
    elif event.event_type.startswith("refund."):
        refund = _refund_of(event)
        if refund is None:
            return "No refund of ours."
        settle_refund(refund.pk, state=stripe.retrieve_refund(keys, event.object_id), now=now)
    elif event.event_type == "charge.dispute.created":
        return _flag_dispute(event)
    return ""


def _payment_of(event: ProviderEvent) -> Payment | None:
    source = event.payload["data"]["object"]
    known = Payment.objects.filter(provider_reference=event.object_id).first()
    if known is not None:
        return known
    # The event may be here before the answer to our own call was written down.
    public_id = (source.get("metadata") or {}).get("payment", "")
    return Payment.objects.filter(public_id=public_id).first() if len(public_id) == 36 else None


def _refund_of(event: ProviderEvent) -> Refund | None:
    source = event.payload["data"]["object"]
    key = (source.get("metadata") or {}).get("refund", "")
    known = Refund.objects.filter(provider_reference=event.object_id).first()
    return known or (Refund.objects.filter(idempotency_key=key).first() if key else None)


@transaction.atomic
def _flag_dispute(event: ProviderEvent) -> str:
    reference = event.payload["data"]["object"].get("payment_intent") or ""
    payment = Payment.objects.filter(provider_reference=reference).exclude(provider_reference="").first()
    if payment is None:
        return "No payment of ours."
    order = queries.order_for_update(payment.order_id)
    order.needs_attention = DISPUTED
    order.save(update_fields=["needs_attention", "updated_at"])
    return ""
