"""What is still to be paid for the places of a departure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from commerce.enums import OrderStatus, PaymentStatus
from commerce.models import Order, OrderLine, Payment
from commerce.queries.payments import owed_minor
from commerce.rules import methods_that
from tenancy.money import Money
from tours.models import Booking


def owed_for_bookings(bookings: Iterable[Booking]) -> dict[int, Money]:
    """Return what is still to be paid for the orders of some bookings, by the booking's primary key; at most three queries.

    Bookings of paid orders are left out. Of an order for several departures it is the sum of all.
    """
    wanted = {booking.pk for booking in bookings}
    if not wanted:
        return {}
    lines = OrderLine.objects.select_related("booking")
    orders = (
        Order.objects.filter(pk__in=OrderLine.objects.filter(booking__in=wanted).values("order"))
        .prefetch_related(Prefetch("lines", lines), "payments")
        .order_by("pk")
    )
    owed = {}
    for order in orders:
        amount = owed_minor(order)
        for line in order.lines.all():
            if amount and line.booking_id in wanted:
                owed[line.booking_id] = Money(amount, order.currency)
    return owed


@dataclass(frozen=True, slots=True)
class OwedOrder:
    """What is still to be paid for an order, in minor units of its currency, and until which day; None when no day is set."""

    order: Order
    amount_minor: int
    due_on: date | None


def owed_orders(*, zone: ZoneInfo) -> list[OwedOrder]:
    """Return the orders for which something is still to be paid, what is due first first; at most four queries.

    Orders that a guest is paying by card just now are left out.
    """
    awaited = Payment.objects.filter(status=PaymentStatus.AWAITING_APPROVAL).values("order")
    unpaid = Q(status=OrderStatus.CONFIRMED) | Q(status=OrderStatus.PENDING) & ~Q(
        method__in=methods_that(by_provider=True)
    )
    lines = OrderLine.objects.select_related("booking__schedule")
    orders = Order.objects.filter(unpaid | Q(pk__in=awaited)).prefetch_related(Prefetch("lines", lines), "payments")
    owed = [
        OwedOrder(order, amount, _due_on(order, zone))
        for order in orders.order_by("pk")
        if (amount := owed_minor(order))
    ]
    return sorted(owed, key=lambda row: (row.due_on or date.max, row.order.pk))


def _due_on(order: Order, zone: ZoneInfo) -> date | None:
    awaited = (payment.due_on for payment in order.payments.all() if payment.status == PaymentStatus.AWAITING_APPROVAL)
    days = [day for day in awaited if day is not None]
    if days:
        return min(days)
    if order.hold_expires_at is not None:
        return order.hold_expires_at.astimezone(zone).date()
    # Who pays on arrival pays when the first departure begins.
    return min((line.booking.schedule.date for line in order.lines.all()), default=None)
