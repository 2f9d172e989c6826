"""Tours, their departures, and the seats booked on them."""

from tours.models.assignments import GuideAssignment
from tours.models.attendance import AttendanceMark, TourReport
from tours.models.blocks import SeatBlock
from tours.models.bookings import Booking, Participant
from tours.models.decisions import DepartureDecision, PlanningSettings
from tours.models.guides import Guide
from tours.models.patterns import AvailabilityPattern
from tours.models.resources import Resource, ResourceNeed
from tours.models.schedules import Schedule
from tours.models.tours import PricingTier, Stop, Tour, TourVariant

__all__ = [
    "AttendanceMark",
    "AvailabilityPattern",
    "Booking",
    "DepartureDecision",
    "Guide",
    "GuideAssignment",
    "Participant",
    "PlanningSettings",
    "PricingTier",
    "Resource",
    "ResourceNeed",
    "Schedule",
    "SeatBlock",
    "Stop",
    "Tour",
    "TourReport",
    "TourVariant",
]
