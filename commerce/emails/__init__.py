"""E-mails about orders, in the guest's language."""

from commerce.emails.base import Email
from commerce.emails.departures import (
    booking_merged,
    departure_cancelled,
    departure_given_back,
    departure_moved,
    departure_rebooked,
)
from commerce.emails.disputes import dispute
from commerce.emails.notifications import notification
from commerce.emails.orders import (
    booking_changed,
    order_cancelled,
    order_confirmation,
    order_expired,
    order_link,
    order_received,
    payment_link,
    payment_received,
    places_cancelled,
    refund_started,
)
from commerce.emails.payments import (
    payment_failed,
    payment_on_its_way,
    payment_reminder,
    payment_request,
    reservation_ended,
)

__all__ = [
    "Email",
    "booking_changed",
    "booking_merged",
    "departure_cancelled",
    "departure_given_back",
    "departure_moved",
    "departure_rebooked",
    "dispute",
    "notification",
    "order_cancelled",
    "order_confirmation",
    "order_expired",
    "order_link",
    "order_received",
    "payment_failed",
    "payment_link",
    "payment_on_its_way",
    "payment_received",
    "payment_reminder",
    "payment_request",
    "places_cancelled",
    "refund_started",
    "reservation_ended",
]
