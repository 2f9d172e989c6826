"""Legal changes of state of orders, payments and refunds."""

from collections.abc import Mapping
from typing import Final

from commerce.enums import OrderStatus, PaymentStatus, RefundStatus

ORDER_CHANGES: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = {
    OrderStatus.PENDING: frozenset(
        {OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.EXPIRED, OrderStatus.CANCELLED}
    ),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.PAID, OrderStatus.COMPLETED, OrderStatus.CANCELLED}),
    OrderStatus.PAID: frozenset(
        {OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.REFUNDED, OrderStatus.PARTIALLY_REFUNDED}
    ),
    # Another of its departures was cancelled just before, whose guests may still choose.
    OrderStatus.COMPLETED: frozenset({OrderStatus.PAID, OrderStatus.REFUNDED, OrderStatus.PARTIALLY_REFUNDED}),
    # Money that came late is honoured while there is room.
    OrderStatus.EXPIRED: frozenset({OrderStatus.CONFIRMED, OrderStatus.PAID}),
    # A cancelled order stays cancelled; its payments say what went back.
    OrderStatus.CANCELLED: frozenset(),
    # A refund that fails afterwards brings the money back to us.
    OrderStatus.PARTIALLY_REFUNDED: frozenset({OrderStatus.PAID, OrderStatus.REFUNDED, OrderStatus.CANCELLED}),
    OrderStatus.REFUNDED: frozenset({OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.CANCELLED}),
}


# Orders that were paid and stand: what a change adds to them is paid by a further payment.
PAID_AND_STANDING: Final = (OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.COMPLETED)


# A declined attempt goes on in the same payment, so “failed” is no end.
_OPEN: Final = frozenset(
    {
        PaymentStatus.PENDING,
        PaymentStatus.REQUIRES_ACTION,
        PaymentStatus.PROCESSING,
        PaymentStatus.FAILED,
        PaymentStatus.AUTHORISED,
        PaymentStatus.SUCCEEDED,
        PaymentStatus.CANCELLED,
    }
)


PAYMENT_CHANGES: Final[Mapping[PaymentStatus, frozenset[PaymentStatus]]] = {
    PaymentStatus.PENDING: _OPEN,
    PaymentStatus.REQUIRES_ACTION: _OPEN,
    PaymentStatus.PROCESSING: _OPEN,
    PaymentStatus.FAILED: _OPEN,
    PaymentStatus.AUTHORISED: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.CANCELLED}),
    PaymentStatus.AWAITING_APPROVAL: frozenset(
        {PaymentStatus.SUCCEEDED, PaymentStatus.REJECTED, PaymentStatus.CANCELLED}
    ),
    PaymentStatus.SUCCEEDED: frozenset(
        {PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED, PaymentStatus.DISPUTED}
    ),
    PaymentStatus.PARTIALLY_REFUNDED: frozenset(
        {PaymentStatus.REFUNDED, PaymentStatus.DISPUTED, PaymentStatus.SUCCEEDED}
    ),
    # A refund that fails afterwards brings the money back to us.
    # A chargeback may come for what was paid back already.
    PaymentStatus.REFUNDED: frozenset(
        {PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.SUCCEEDED, PaymentStatus.DISPUTED}
    ),
    PaymentStatus.DISPUTED: frozenset(
        {PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
    ),
    # The hold ran out and the money came all the same; or Stripe gave a payment up that the guest begins anew.
    # A rest is waited for again when a late deposit is honoured.
    PaymentStatus.CANCELLED: _OPEN | {PaymentStatus.AWAITING_APPROVAL},
    PaymentStatus.REJECTED: frozenset(),
}


REFUND_CHANGES: Final[Mapping[RefundStatus, frozenset[RefundStatus]]] = {
    RefundStatus.PENDING: frozenset(
        {RefundStatus.REQUIRES_ACTION, RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.CANCELLED}
    ),
    RefundStatus.REQUIRES_ACTION: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.CANCELLED}),
    # The guest's bank may send it back up to 30 days later; one by hand may turn out not to have been made.
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED, RefundStatus.CANCELLED}),
    RefundStatus.FAILED: frozenset(),
    RefundStatus.CANCELLED: frozenset(),
}


class IllegalChange(ValueError):
    """A change of state that the tables above do not allow."""


def check_order_change(current: str, wanted: OrderStatus) -> None:
    """Raise `IllegalChange` unless an order in state `current` may become `wanted`."""
    if wanted not in ORDER_CHANGES[OrderStatus(current)]:
        raise IllegalChange(f"An order that is {current} cannot become {wanted.value}.")


def check_payment_change(current: str, wanted: PaymentStatus) -> None:
    """Raise `IllegalChange` unless a payment in state `current` may become `wanted`."""
    if wanted not in PAYMENT_CHANGES[PaymentStatus(current)]:
        raise IllegalChange(f"A payment that is {current} cannot become {wanted.value}.")


def refund_may_become(current: str, wanted: RefundStatus) -> bool:
    """Return whether a refund in state `current` may become `wanted`."""
    return wanted in REFUND_CHANGES[RefundStatus(current)]
