"""Tours, their departures, and the seats booked on them."""

from tours.models.assignments import GuideAssignment, GuideSwap
from tours.models.attendance import AttendanceMark, TourReport
from tours.models.blocks import SeatBlock
from tours.models.bookings import Booking, Participant
from tours.models.decisions import DepartureDecision, PlanningSettings
from tours.models.guide_feeds import GuideBusyTime, GuideFeed
from tours.models.guides import Guide, GuideAvailability, GuideCertification, GuideSettings, GuideTimeOff, TourGuide
from tours.models.patterns import AvailabilityPattern
from tours.models.prices import EarlyBirdDiscount, GroupDiscount, SeasonalPrice
from tours.models.resources import Resource, ResourceNeed
from tours.models.schedules import Schedule
from tours.models.tags import TourTag
from tours.models.tours import Certification, PricingTier, Stop, Tour, TourVariant

__all__ = [
    "AttendanceMark",
    "AvailabilityPattern",
    "Booking",
    "Certification",
    "DepartureDecision",
    "EarlyBirdDiscount",
    "GroupDiscount",
    "Guide",
    "GuideAssignment",
    "GuideAvailability",
    "GuideBusyTime",
    "GuideCertification",
    "GuideFeed",
    "GuideSettings",
    "GuideSwap",
    "GuideTimeOff",
    "Participant",
    "PlanningSettings",
    "PricingTier",
    "Resource",
    "ResourceNeed",
    "Schedule",
    "SeasonalPrice",
    "SeatBlock",
    "Stop",
    "Tour",
    "TourGuide",
    "TourReport",
    "TourTag",
    "TourVariant",
]
