"""Orders, found and locked."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import override

from commerce.enums import OrderSource, OrderStatus
from commerce.models import Order, OrderLine, is_secret
from commerce.rules import method_of
from tenancy.models import Organization
from tenancy.queries import absolute_url


def order_by_secret(secret: str) -> Order | None:
    """Return the order that a guest's link leads to, with its lines, departures and payments loaded, or None."""
    if not is_secret(secret):
        return None
    return (
        Order.objects.filter(secret=secret)
        .prefetch_related(
            "lines__booking__schedule__tour__meeting_point", "lines__booking__schedule__variant", "payments__refunds"
        )
        .first()
    )


def order_of_checkout(token: UUID) -> Order | None:
    """Return the order that was placed from the checkout named `token`, or None."""
    return Order.objects.filter(checkout_token=token).first()


def order_of_booking(booking_id: int) -> Order | None:
    """Return the order that a booking belongs to, with its customer, or None."""
    return Order.objects.filter(lines__booking=booking_id).select_related("customer").first()


def order_url(order: Order, organization: Organization) -> str:
    """Return the full address of a guest's order page, in the order's language; only its secret opens it."""
    with override(order.language):
        path = reverse("commerce:order", args=[order.secret])
    return absolute_url(organization, path)


def order_calendar_url(order: Order, organization: Organization) -> str:
    """Return the full address of an order's calendar file, in the order's language."""
    with override(order.language):
        path = reverse("commerce:order_ics", args=[order.secret])
    return absolute_url(organization, path)


def open_orders_of(email: str) -> QuerySet[Order]:
    """Return the orders placed with an e-mail address, in any case, newest first."""
    # Folded by the database on both sides.
    return Order.objects.filter(email_folded=Lower(Value(email.strip()))).order_by("-placed_at")


def has_orders() -> bool:
    """Return whether the organization in scope has ever had an order; one query."""
    return Order.objects.exists()


def order_for_update(pk: int) -> Order:
    """Return an order locked until the end of the transaction; it is locked before its payments."""
    return Order.objects.select_for_update().get(pk=pk)


def may_extend_hold(order: Order, *, now: datetime) -> bool:
    """Return whether a guest may ask for more time to pay by card: once, while the places are still kept."""
    waits = order.status == OrderStatus.PENDING and method_of(order.method).by_provider
    in_time = order.hold_expires_at is not None and order.hold_expires_at > now
    return waits and in_time and order.source == OrderSource.WEB and order.hold_extended_at is None


def lines_on_schedule(schedule_id: int) -> QuerySet[OrderLine]:
    """Return the order lines with places on a departure."""
    return OrderLine.objects.filter(booking__schedule=schedule_id)
