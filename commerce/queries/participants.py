"""Whose details guests are asked for."""

from datetime import datetime

from commerce.models import Order
from tours.enums import BookingStatus
from tours.models import Booking


def bookings_to_describe(order: Order, *, now: datetime) -> list[Booking]:
    """Return the bookings of an order whose people the guest is asked for, by start; no query on what `order_by_secret` returns.

    They stand, have not left yet, and their tours ask for participants' details.
    """
    found = {line.booking_id: line.booking for line in order.lines.all()}
    asked = [
        booking
        for booking in found.values()
        if booking.status in (BookingStatus.PENDING, BookingStatus.CONFIRMED)
        and booking.schedule.starts_at > now
        and booking.schedule.tour.details_asked
    ]
    return sorted(asked, key=lambda booking: (booking.schedule.starts_at, booking.pk))
