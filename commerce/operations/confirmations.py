"""Orders that are confirmed or paid, as far as their money has come."""

from datetime import datetime

from commerce import queries
from commerce.enums import OrderStatus
from commerce.models import Order
from commerce.operations.states import set_order_status
from tenancy.outbox import publish
from tours.models import Booking
from tours.operations import confirm_bookings


def bookings_of(order: Order) -> list[Booking]:
    """Return the bookings of an order."""
    return list(Booking.objects.filter(order_lines__order=order).distinct())


def confirm_order(order: Order, *, now: datetime) -> None:
    """Confirm an order and its bookings of which something is still to be paid, in the caller's transaction; it has locked the order."""
    if order.status == OrderStatus.CONFIRMED:
        return
    set_order_status(order, OrderStatus.CONFIRMED)
    order.hold_expires_at = None
    order.closed_at = None
    order.save()
    confirm_bookings(bookings_of(order), now=now)
    publish("commerce.order_confirmed", order_id=order.pk)


def mark_paid(order: Order, *, now: datetime) -> None:
    """Confirm an order and its bookings whose money came in, in the caller's transaction; the caller has locked the order."""
    was_confirmed = order.status == OrderStatus.CONFIRMED
    set_order_status(order, OrderStatus.PAID)
    order.paid_at = now
    order.hold_expires_at = None
    order.closed_at = None
    order.save()
    confirm_bookings(bookings_of(order), now=now)
    if not was_confirmed:
        publish("commerce.order_confirmed", order_id=order.pk)


def pay_off(order: Order, *, now: datetime) -> None:
    """Let an order be paid of which nothing is owed and nothing waited for any more. In the caller's transaction, order locked."""
    is_unpaid = order.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED)
    if is_unpaid and not queries.awaits_money(order) and not queries.owed_minor(order):
        mark_paid(order, now=now)
