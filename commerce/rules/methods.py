"""Ways of paying: what each supports, and the states in which what is paid by it begins.

This is the one registry: other code asks for what a method supports, not for its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from commerce.enums import OrderStatus, PaymentMethod, PaymentPurpose, PaymentStatus
from tours.enums import BookingStatus


@dataclass(frozen=True, slots=True)
class Method:
    """What a way of paying supports.

    `by_provider`: Stripe moves the money, both ways; else staff say when it came in, and pay it back themselves.
    `confirms_at_once`: places are confirmed before money came in. `holds_days`: the places wait for days, not minutes.
    `takes_deposit`: a part may be paid now and the rest later. `has_bank_details`: guests are told where to send the money.
    `has_due_date`: it is to be there some days after the booking. `on_site`: it is paid where the tour begins.
    `is_promise`: guests promise it, so that it can be waited for. `by_guests`: guests may choose it themselves.
    `is_free`: there is nothing to pay. `can_wait`: the money can be reserved first and taken later.
    """

    by_provider: bool = False
    confirms_at_once: bool = False
    holds_days: bool = False
    takes_deposit: bool = False
    has_bank_details: bool = False
    has_due_date: bool = False
    on_site: bool = False
    is_promise: bool = False
    by_guests: bool = True
    is_free: bool = False
    can_wait: bool = False

    @property
    def by_staff(self) -> bool:
        """Whether staff say when money came in."""
        return not self.by_provider and not self.is_free


METHODS: Final[Mapping[PaymentMethod, Method]] = {
    PaymentMethod.CARD: Method(by_provider=True, takes_deposit=True, can_wait=True),
    PaymentMethod.BANK_TRANSFER: Method(holds_days=True, takes_deposit=True, has_bank_details=True, is_promise=True),
    PaymentMethod.ON_ARRIVAL: Method(confirms_at_once=True, on_site=True, is_promise=True),
    PaymentMethod.INVOICE: Method(confirms_at_once=True, has_bank_details=True, has_due_date=True, is_promise=True),
    PaymentMethod.MANUAL: Method(confirms_at_once=True, by_guests=False),
    PaymentMethod.FREE: Method(confirms_at_once=True, is_free=True),
}


def method_of(name: str) -> Method:
    """Return what the way of paying called `name` supports."""
    return METHODS[PaymentMethod(name)]


def methods_that(**supports: bool) -> list[PaymentMethod]:
    """Return the ways of paying that support all that is asked, such as `by_provider=True`."""
    return [
        name
        for name, method in METHODS.items()
        if all(getattr(method, key) is wanted for key, wanted in supports.items())
    ]


def first_booking_status(method: PaymentMethod) -> BookingStatus:
    """Return the state in which the bookings of a new order begin."""
    if METHODS[method].confirms_at_once:
        return BookingStatus.CONFIRMED
    return BookingStatus.PENDING if METHODS[method].holds_days else BookingStatus.HELD


def first_order_status(method: PaymentMethod) -> OrderStatus:
    """Return the state in which a new order begins."""
    if METHODS[method].is_free:
        return OrderStatus.PAID
    return OrderStatus.CONFIRMED if METHODS[method].confirms_at_once else OrderStatus.PENDING


def first_payment_status(method: PaymentMethod) -> PaymentStatus:
    """Return the state in which the payment of a new order begins."""
    if METHODS[method].is_free:
        return PaymentStatus.SUCCEEDED
    return PaymentStatus.AWAITING_APPROVAL if METHODS[method].by_staff else PaymentStatus.PENDING


def rest_method(method: PaymentMethod, *, takes_transfers: bool) -> PaymentMethod:
    """Return by which way the rest is waited for after a deposit that was paid by `method`; cards can always pay it as well."""
    if METHODS[method].is_promise:
        return method
    return PaymentMethod.BANK_TRANSFER if takes_transfers else PaymentMethod.INVOICE


def order_may_change(status: str, method: str) -> bool:
    """Return whether bookings of an order in this state may be changed: not in the checkout, and not when it is over."""
    if status == OrderStatus.PENDING:
        return METHODS[PaymentMethod(method)].holds_days
    return status in (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED)


# Payments that decide about the places, and those that come on top of them.
DECIDING: Final = (PaymentPurpose.WHOLE, PaymentPurpose.DEPOSIT)
FURTHER: Final = (PaymentPurpose.REST, PaymentPurpose.EXTRA)
