"""Tours, their departures, and the seats booked on them."""

from tours.models.assignments import GuideAssignment
from tours.models.attendance import AttendanceMark, TourReport
from tours.models.blocks import SeatBlock
from tours.models.bookings import Booking, Participant
from tours.models.guides import Guide
from tours.models.patterns import AvailabilityPattern
from tours.models.schedules import Schedule
from tours.models.tours import PricingTier, Stop, Tour, TourVariant

__all__ = [
    "AttendanceMark",
    "AvailabilityPattern",
    "Booking",
    "Guide",
    "GuideAssignment",
    "Participant",
    "PricingTier",
    "Schedule",
    "SeatBlock",
    "Stop",
    "Tour",
    "TourReport",
    "TourVariant",
]
