"""Pure rules of orders and payments: methods and what they support, legal changes of state."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commerce.enums import NotificationKind, OrderStatus, PaymentMethod, PaymentStatus, RefundStatus
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

ORDER_CHANGES: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = {
    OrderStatus.PENDING: frozenset(
        {OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.EXPIRED, OrderStatus.CANCELLED}
    ),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.PAID, OrderStatus.COMPLETED, OrderStatus.CANCELLED}),
    OrderStatus.PAID: frozenset(
        {OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.REFUNDED, OrderStatus.PARTIALLY_REFUNDED}
    ),
    OrderStatus.COMPLETED: frozenset({OrderStatus.REFUNDED, OrderStatus.PARTIALLY_REFUNDED}),
    # Money that came late is honoured while there is room.
    OrderStatus.EXPIRED: frozenset({OrderStatus.PAID}),
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
        PaymentStatus.SUCCEEDED,
        PaymentStatus.CANCELLED,
    }
)
PAYMENT_CHANGES: Final[Mapping[PaymentStatus, frozenset[PaymentStatus]]] = {
    PaymentStatus.PENDING: _OPEN,
    PaymentStatus.REQUIRES_ACTION: _OPEN,
    PaymentStatus.PROCESSING: _OPEN,
    PaymentStatus.FAILED: _OPEN,
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
    PaymentStatus.REFUNDED: frozenset({PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.SUCCEEDED}),
    PaymentStatus.DISPUTED: frozenset(
        {PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
    ),
    # The hold ran out and the money came all the same; or Stripe gave a payment up that the guest begins anew.
    PaymentStatus.CANCELLED: _OPEN,
    PaymentStatus.REJECTED: frozenset(),
}

REFUND_CHANGES: Final[Mapping[RefundStatus, frozenset[RefundStatus]]] = {
    RefundStatus.PENDING: frozenset(
        {RefundStatus.REQUIRES_ACTION, RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.CANCELLED}
    ),
    RefundStatus.REQUIRES_ACTION: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.CANCELLED}),
    # The guest's bank may send it back up to 30 days later.
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),
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


def within_refund_limit(amount_minor: int, *, given_back_minor: int, limit_minor: int | None) -> bool:
    """Return whether so much more may go back of an order, of which `given_back_minor` has already; `None` is no limit.

    The limit is for the order as a whole, so that nobody gets past it in steps. Nothing may always go back.
    """
    return limit_minor is None or amount_minor == 0 or given_back_minor + amount_minor <= limit_minor


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


def share_minor(total_minor: int, part: int, whole: int) -> int:
    """Return what `part` of `whole` places cost that cost `total_minor` together, rounded half up."""
    return (2 * total_minor * part + whole) // (2 * whole)


_OF_A_DEPARTURE: Final[Mapping[str, Promise]] = {
    "organization": gettext_lazy("the name of your organization"),
    "tour": gettext_lazy("the tour"),
    "variant": gettext_lazy("the variant"),
    "day": gettext_lazy("the day of the departure"),
    "time": gettext_lazy("the time of the departure"),
    "meeting_point": gettext_lazy("the meeting point with its address"),
}
_OF_STAFF: Final[Mapping[str, Promise]] = {"link": gettext_lazy("the address of the departure in the admin")}

# What may stand in braces in the words of a notification, and what it is.
PLACEHOLDERS: Final[Mapping[NotificationKind, Mapping[str, Promise]]] = {
    NotificationKind.BOOKING_REMINDER: {
        "first_name": gettext_lazy("the guest's first name"),
        **_OF_A_DEPARTURE,
        "places": gettext_lazy("how many places are booked"),
        "note": gettext_lazy("the note to guests of the departure"),
        "order_number": gettext_lazy("the number of the order"),
        "order_link": gettext_lazy("the address of the order, for this guest only"),
    },
    NotificationKind.GUIDE_REMINDER: {
        "guide": gettext_lazy("the guide's name"),
        **_OF_A_DEPARTURE,
        "places": gettext_lazy("how many places are booked"),
        **_OF_STAFF,
    },
    NotificationKind.MINIMUM_NOT_REACHED: {
        **_OF_A_DEPARTURE,
        "places": gettext_lazy("how many places are booked"),
        "minimum": gettext_lazy("how many there should be"),
        "proposal": gettext_lazy("what is proposed, or was decided"),
        **_OF_STAFF,
    },
    NotificationKind.LOW_AVAILABILITY: {
        **_OF_A_DEPARTURE,
        "left": gettext_lazy("how many places are left"),
        "capacity": gettext_lazy("how many places there are"),
        **_OF_STAFF,
    },
}

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(text: str, kind: NotificationKind) -> list[str]:
    """Return what stands in braces in a text and is no placeholder of this kind, as it was typed."""
    return [f"{{{name}}}" for name in _PLACEHOLDER.findall(text) if name.strip() not in PLACEHOLDERS[kind]]


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders replaced; what has no value leaves no empty lines behind."""
    filled = _PLACEHOLDER.sub(lambda found: values.get(found[1].strip(), found[0]), text)
    return re.sub(r"\n{3,}", "\n\n", filled).strip()


def usual_text(kind: NotificationKind) -> tuple[str, str]:
    """Return subject and text of a notification as they are until somebody rewords them, in the active language."""
    match kind:
        case NotificationKind.BOOKING_REMINDER:
            subject = _("See you soon: {tour}, {day}")
            lines = [
                _("Hello {first_name},"),
                _("we look forward to seeing you: {tour}, {day} at {time}."),
                _("Meeting point: {meeting_point}"),
                "{note}",
                _("Your booking, with map, calendar entry and receipt: {order_link}"),
                "{organization}",
            ]
        case NotificationKind.GUIDE_REMINDER:
            subject = _("You lead: {tour}, {day} at {time}")
            lines = [
                _("Hello {guide},"),
                _("you lead {tour} ({variant}) on {day} at {time}. Places booked so far: {places}."),
                _("Meeting point: {meeting_point}"),
                _("The departure: {link}"),
            ]
        case NotificationKind.MINIMUM_NOT_REACHED:
            subject = _("Too few participants: {tour}, {day}")
            lines = [
                _("{tour} ({variant}) on {day} at {time} has {places} of at least {minimum} participants."),
                "{proposal}",
                _("The departure: {link}"),
            ]
        case NotificationKind.LOW_AVAILABILITY:
            subject = _("Nearly full: {tour}, {day}")
            lines = [
                _("{tour} ({variant}) on {day} at {time}: places left {left}, of {capacity}."),
                _("The departure: {link}"),
            ]
    return subject, "\n\n".join(lines)
