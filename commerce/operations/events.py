"""The provider's webhooks: stored once, then worked on by a job that asks the provider again."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from commerce import queries
from commerce.gateways import stripe
from commerce.gateways.stripe import Keys
from commerce.gateways.stripe_events import verify_event
from commerce.models import Payment, PaymentSettings, ProviderEvent, Refund
from commerce.operations.attention import call_attention
from commerce.operations.disputes import settle_dispute
from commerce.operations.payments import settle_payment
from commerce.operations.refunds import adopt_refund, settle_refund
from commerce.operations.states import RECEIVED
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue

logger = logging.getLogger(__name__)

# An event is worked on at once; the sweep takes over when that has not happened after this time.
SWEEP_AFTER = timedelta(seconds=30)
MAX_WAIT = timedelta(hours=1)
STRAY_MONEY = gettext_noop("Stripe received money for this order that is not booked here. Look in Stripe's dashboard.")

# What is written beside an event that changed nothing.
NOT_OURS = "Nothing of this organization's."
WRONG_MODE = "Test and live are mixed up: the event and the secret key are not of the same kind."


def receive_provider_event(row: PaymentSettings, *, body: bytes, signature: str, now: datetime) -> ProviderEvent | None:
    """Store a webhook under its id and start the job that works on it; return its row, or None when there is nothing to do.

    That is so for one that was worked on before, and for one about another organization that shares the Stripe account: it is not
    kept here. Raises `BadSignature` unless Stripe signed it.
    """
    event = verify_event(stripe.keys_of(row), body, signature)
    if event.excerpt["metadata"].get("organization", str(row.organization_id)) != str(row.organization_id):
        return None
    with transaction.atomic(durable=True):
        stored = ProviderEvent(
            event_id=event.id,
            event_type=event.type,
            object_id=event.object_id,
            livemode=event.livemode,
            payload=event.excerpt,
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

    A failure is recorded with the time of the next attempt; there is always one.
    """
    event = ProviderEvent.objects.get(pk=event_id)
    if event.processed_at is not None:
        return
    try:
        note = _work_on(event, now=now)
    except (
        Exception
    ) as error:  # whatever goes wrong is recorded, shown to staff and tried again: this may be about money
        if not isinstance(error, stripe.GatewayUnavailable):
            logger.exception("The provider event %s could not be processed.", event.event_id)
        attempts = event.attempts + 1
        ProviderEvent.objects.filter(pk=event_id).update(
            attempts=attempts,
            next_attempt_at=now + min(SWEEP_AFTER * 2 ** min(attempts, 8), MAX_WAIT),
            last_error=f"{type(error).__name__}: {error}"[:2000],
        )
    else:
        ProviderEvent.objects.filter(pk=event_id).update(processed_at=now, next_attempt_at=None, last_error=note)


@transaction.atomic
def retry_provider_event(event: ProviderEvent, *, now: datetime, actor: Actor) -> ProviderEvent:
    """Work on a stored event again now, because staff ask for it; return it."""
    ProviderEvent.objects.filter(pk=event.pk, processed_at=None).update(next_attempt_at=now + SWEEP_AFTER)
    audit.record("provider_event.retried", event, actor=actor)
    enqueue("commerce.process_provider_event", event_id=event.pk)
    return event


def _work_on(event: ProviderEvent, *, now: datetime) -> str:
    keys = stripe.keys_of(queries.payment_settings())
    if event.livemode != keys.livemode:
        return WRONG_MODE
    if event.event_type.startswith("payment_intent."):
        return _settle_payment_of(event, keys, now=now)
    if event.event_type.startswith("refund."):
        return _settle_refund_of(event, keys, now=now)
    if event.event_type.startswith(("charge.dispute.", "radar.early_fraud_warning.")):
        return _settle_dispute_of(event, keys, now=now)
    return ""


def _settle_payment_of(event: ProviderEvent, keys: Keys, *, now: datetime) -> str:
    # The event may be here before the answer to our own call was written down.
    payment = _payment_of(event.object_id) or _payment_named(event.payload["metadata"].get("payment", ""))
    if payment is None:
        return NOT_OURS
    intent = stripe.retrieve_intent(keys, event.object_id)
    if intent.metadata.get("payment") != str(payment.public_id):
        return NOT_OURS
    settled = settle_payment(payment.pk, intent=intent, now=now)
    if settled.provider_reference not in ("", intent.reference) and intent.received_minor:
        return _tell_staff(payment)
    return ""


def _settle_refund_of(event: ProviderEvent, keys: Keys, *, now: datetime) -> str:
    mark = event.payload["metadata"].get("refund", "")
    refund = Refund.objects.filter(provider_reference=event.object_id).first()
    if refund is None and mark:
        refund = Refund.objects.filter(idempotency_key=mark).first()
    payment = _payment_of(event.payload["payment_intent"])
    if refund is None and payment is None:
        return NOT_OURS
    state = stripe.retrieve_refund(keys, event.object_id)
    if refund is not None:
        settle_refund(refund.pk, state=state, now=now)
    elif payment is not None:
        if payment.status not in RECEIVED:
            # It may be here before we have written down that the payment came in.
            settle_payment(payment.pk, intent=stripe.retrieve_intent(keys, payment.provider_reference), now=now)
        adopt_refund(payment.pk, state=state, now=now)
    return ""


def _settle_dispute_of(event: ProviderEvent, keys: Keys, *, now: datetime) -> str:
    reference = event.payload["payment_intent"]
    if not reference:
        # A charge that no PaymentIntent made is none of ours.
        return NOT_OURS
    payment = _payment_of(reference)
    if payment is None or payment.status not in RECEIVED:
        # It may be here before we have written down that the payment came in, or even its reference.
        intent = stripe.retrieve_intent(keys, reference)
        payment = payment or _payment_named(intent.metadata.get("payment", ""))
        if payment is None or intent.metadata.get("payment") != str(payment.public_id):
            return NOT_OURS
        payment = settle_payment(payment.pk, intent=intent, now=now)
        if payment.provider_reference != reference:
            return _tell_staff(payment)
    settle_dispute(payment, event.object_id, now=now)
    return ""


def _payment_of(reference: str) -> Payment | None:
    return Payment.objects.filter(provider_reference=reference).first() if reference else None


def _payment_named(public_id: str) -> Payment | None:
    try:
        return Payment.objects.filter(public_id=UUID(public_id)).first()
    except ValueError:
        return None


@transaction.atomic
def _tell_staff(payment: Payment) -> str:
    call_attention(queries.order_for_update(payment.order_id), STRAY_MONEY)
    return STRAY_MONEY
