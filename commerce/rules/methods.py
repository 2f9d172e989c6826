"""Ways of paying: what each supports, and the states in which what is paid by it begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from commerce.enums import OrderStatus, PaymentMethod, PaymentStatus
from tours.enums import BookingStatus


@dataclass(frozen=True, slots=True)
class Method:
    """What a way of paying supports.

    `by_provider`: Stripe moves the money. `confirms_at_once`: places are confirmed before money came in. `by_staff`: staff say
    when money came in. `holds_days`: the places wait for days, not minutes.
    """

    by_provider: bool = False
    confirms_at_once: bool = False
    by_staff: bool = False
    holds_days: bool = False


METHODS: Final[Mapping[PaymentMethod, Method]] = {
    PaymentMethod.CARD: Method(by_provider=True),
    PaymentMethod.BANK_TRANSFER: Method(by_staff=True, holds_days=True),
    PaymentMethod.ON_ARRIVAL: Method(by_staff=True, confirms_at_once=True),
    PaymentMethod.FREE: Method(confirms_at_once=True),
}


def first_booking_status(method: PaymentMethod) -> BookingStatus:
    """Return the state in which the bookings of a new order begin."""
    if METHODS[method].confirms_at_once:
        return BookingStatus.CONFIRMED
    return BookingStatus.PENDING if METHODS[method].holds_days else BookingStatus.HELD


def first_order_status(method: PaymentMethod) -> OrderStatus:
    """Return the state in which a new order begins."""
    if method == PaymentMethod.FREE:
        return OrderStatus.PAID
    return OrderStatus.CONFIRMED if METHODS[method].confirms_at_once else OrderStatus.PENDING


def first_payment_status(method: PaymentMethod) -> PaymentStatus:
    """Return the state in which the payment of a new order begins."""
    if method == PaymentMethod.FREE:
        return PaymentStatus.SUCCEEDED
    return PaymentStatus.AWAITING_APPROVAL if METHODS[method].by_staff else PaymentStatus.PENDING


def order_may_change(status: str, method: str) -> bool:
    """Return whether bookings of an order in this state may be changed: not in the checkout, and not when it is over."""
    if status == OrderStatus.PENDING:
        return METHODS[PaymentMethod(method)].holds_days
    return status in (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED)
