"""Domain events: written in the transaction that caused them, delivered at least once to each subscriber, each delivery recorded."""

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenancy import audit
from tenancy.audit import Actor
from tenancy.enums import DeliveryStatus
from tenancy.jobs import enqueue, enqueue_once
from tenancy.models import OutboxDelivery, OutboxEvent

logger = logging.getLogger(__name__)

Handler = Callable[..., None]

MAX_ATTEMPTS = 8
# A job is sent at once; the sweep takes over when it has not been seen to for this long.
SWEEP_AFTER = timedelta(minutes=1)

_subscribers: dict[str, dict[str, Handler]] = defaultdict(dict)


def subscriber(topic: str) -> Callable[[Handler], Handler]:
    """Register a function of a `receivers.py` for the events of `topic`.

    It is called with the event's payload as keyword arguments, in a transaction that also records the delivery: its writes take
    effect once. It must not talk to the network but enqueue a job for that; only an e-mail to staff may be handed over as its last
    step, which on a failure is tried again and shown like any other delivery.
    """

    def register(handler: Handler) -> Handler:
        _subscribers[topic][f"{handler.__module__}.{handler.__qualname__}"] = handler
        return handler

    return register


def publish(topic: str, /, **payload: Any) -> OutboxEvent:
    """Write down in the running transaction that something happened, and start a delivery to each subscriber on commit.

    `payload` must be JSON: ids, not personal data.
    """
    event = OutboxEvent.objects.create(topic=topic, payload=payload)
    due = timezone.now() + SWEEP_AFTER
    deliveries = OutboxDelivery.objects.bulk_create(
        OutboxDelivery(event=event, subscriber=name, next_attempt_at=due) for name in _subscribers[topic]
    )
    for delivery in deliveries:
        enqueue("tenancy.deliver_event", delivery_id=delivery.pk)
    return event


def deliver(delivery_id: int, *, now: datetime) -> None:
    """Bring one event to one subscriber, unless that was done or is being done.

    A failure is recorded with the time of the next attempt; after `MAX_ATTEMPTS` the delivery is `failed` and shown to staff.
    """
    try:
        with transaction.atomic(durable=True):
            delivery = (
                OutboxDelivery.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("event")
                .filter(pk=delivery_id, status=DeliveryStatus.PENDING)
                .first()
            )
            if delivery is None:
                return
            handler = _subscribers[delivery.event.topic][delivery.subscriber]
            handler(**delivery.event.payload)
            delivery.status = DeliveryStatus.DELIVERED
            delivery.delivered_at = now
            delivery.attempts += 1
            delivery.last_error = ""
            delivery.save()
    except Exception as error:  # whatever a subscriber raises is recorded and tried again
        logger.exception("The delivery %s failed.", delivery_id)
        _record_failure(delivery_id, error, now=now)


def _record_failure(delivery_id: int, error: Exception, *, now: datetime) -> None:
    with transaction.atomic():
        delivery = OutboxDelivery.objects.select_for_update().filter(pk=delivery_id).first()
        if delivery is None or delivery.status != DeliveryStatus.PENDING:
            return
        delivery.attempts += 1
        delivery.last_error = f"{type(error).__name__}: {error}"[:2000]
        delivery.next_attempt_at = now + timedelta(seconds=30 * 2**delivery.attempts)
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.status = DeliveryStatus.FAILED
        delivery.save()


@transaction.atomic
def retry_delivery(delivery: OutboxDelivery, *, now: datetime, actor: Actor = None) -> OutboxDelivery:
    """Give a failed delivery a fresh set of attempts, starting now; return it. Others are left as they are."""
    delivery = OutboxDelivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.status == DeliveryStatus.FAILED:
        delivery.status = DeliveryStatus.PENDING
        delivery.attempts = 0
        delivery.next_attempt_at = now
        delivery.save()
        audit.record("delivery.retried", delivery, actor=actor)
        enqueue("tenancy.deliver_event", delivery_id=delivery.pk)
    return delivery


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Start the deliveries that are due in every organization again; needs `every_organization`. Returns how many."""
    due = list(
        OutboxDelivery.objects.filter(status=DeliveryStatus.PENDING, next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "organization_id")[:limit]
    )
    for delivery_id, organization_id in due:
        enqueue_once(organization_id, "tenancy.deliver_event", delivery_id=delivery_id)
    return len(due)
