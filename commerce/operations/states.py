"""The one place that writes the state of an order or a payment. The database holds the same tables in triggers."""

from datetime import datetime, timedelta
from typing import Final

from commerce import queries
from commerce.enums import OrderStatus, PaymentStatus
from commerce.models import Order, Payment
from commerce.operations.attention import RECORDED_LEFT, call_attention
from commerce.rules import check_order_change, check_payment_change, methods_that
from tenancy.jobs import enqueue

# Payments in these states have brought money, whatever became of it.
RECEIVED: Final = (
    PaymentStatus.SUCCEEDED,
    PaymentStatus.PARTIALLY_REFUNDED,
    PaymentStatus.REFUNDED,
    PaymentStatus.DISPUTED,
)
# Payments in these states have brought no money, and none is on its way.
UNPAID: Final = (
    PaymentStatus.PENDING,
    PaymentStatus.REQUIRES_ACTION,
    PaymentStatus.FAILED,
    PaymentStatus.AWAITING_APPROVAL,
)
# A card payment that is not wanted any more is stopped at once by its job; the sweep takes over after this time.
STOP_AGAIN_AFTER: Final = timedelta(minutes=5)


def set_order_status(order: Order, status: OrderStatus) -> None:
    """Let an order be in another state, in memory: the caller has locked it and saves it. The state it is in changes nothing.

    Raises `IllegalChange` when the table of states does not allow it.
    """
    if order.status != status:
        check_order_change(order.status, status)
        order.status = status


def set_payment_status(payment: Payment, status: PaymentStatus) -> None:
    """Let a payment be in another state, in memory: the caller has locked its order and saves it. The state it is in changes nothing.

    Raises `IllegalChange` when the table of states does not allow it.
    """
    if payment.status != status:
        check_payment_change(payment.status, status)
        payment.status = status


def take_off(payment: Payment, amount_minor: int) -> int:
    """Let a payment that is waited for be less, at most by `amount_minor`; without anything left it is cancelled. Return how much less.

    In the caller's transaction, which has locked its order.
    """
    part = min(amount_minor, payment.amount_minor)
    if part == payment.amount_minor:
        set_payment_status(payment, PaymentStatus.CANCELLED)
    else:
        payment.amount_minor -= part
    payment.save(update_fields=["amount_minor", "status", "updated_at"])
    return part


def cancel_unpaid(order: Order, *, now: datetime) -> None:
    """Cancel the payments of an order that brought no money. In the caller's transaction, which has locked the order.

    What somebody wrote down waits on for its second person, and staff are told.
    """
    order.payments.filter(status__in=UNPAID, recorded_at=None).update(status=PaymentStatus.CANCELLED, updated_at=now)
    if queries.recorded_payment_of(order) is not None:
        call_attention(order, RECORDED_LEFT)


def stop_later(payment: Payment, *, now: datetime) -> None:
    """Give up a card payment, and have it stopped at Stripe by a job. In the caller's transaction, which has locked its order."""
    set_payment_status(payment, PaymentStatus.CANCELLED)
    payment.capture_at = None
    if payment.provider_reference:
        payment.stop_at = now + STOP_AGAIN_AFTER
        enqueue("commerce.stop_card_payment", payment_id=payment.pk)
    payment.save()


def stop_begun(order: Order, *, now: datetime) -> None:
    """Give up the card payments of an order that were begun, or only reserved. In the caller's transaction, order locked."""
    begun = (*UNPAID, PaymentStatus.AUTHORISED)
    open_cards = order.payments.filter(method__in=methods_that(by_provider=True), status__in=begun)
    for payment in open_cards.exclude(provider_reference="").order_by("pk"):
        stop_later(payment, now=now)
