"""The records of tours that protocols and tasks may be about."""

from crm.queries import LinkableKind
from tours.models import Booking, Schedule, Tour
from tours.queries import booking_name, schedule_name, search_bookings, search_schedules, search_tours


def linkable_records() -> list[LinkableKind]:
    """Return the kinds of this app's records that protocols and tasks may be about."""
    return [
        LinkableKind(Booking, "tours.view_booking", search_bookings, booking_name, ("customer", "schedule__tour")),
        LinkableKind(Schedule, "tours.view_schedule", search_schedules, schedule_name, ("tour",)),
        LinkableKind(Tour, "tours.view_tour", search_tours),
    ]
