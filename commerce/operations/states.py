"""The one place that writes the state of an order or a payment. The database holds the same tables in triggers."""

from datetime import datetime
from typing import Final

from commerce.enums import OrderStatus, PaymentStatus
from commerce.models import Order, Payment
from commerce.rules import check_order_change, check_payment_change

# Payments in these states have brought no money, and none is on its way.
UNPAID: Final = (
    PaymentStatus.PENDING,
    PaymentStatus.REQUIRES_ACTION,
    PaymentStatus.FAILED,
    PaymentStatus.AWAITING_APPROVAL,
)


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
    """Cancel the payments of an order that brought no money. In the caller's transaction, which has locked the order."""
    order.payments.filter(status__in=UNPAID).update(status=PaymentStatus.CANCELLED, updated_at=now)
