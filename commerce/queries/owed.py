"""What is still to be paid for the places of a departure."""

from collections.abc import Iterable

from django.db.models import Prefetch

from commerce.models import Order, OrderLine
from commerce.queries.payments import owed_minor
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
