from tours.viewsets.bookings import BookingViewSet
from tours.viewsets.decisions import DecisionViewSet
from tours.viewsets.guides import CertificationViewSet, GuideSettingsViewSet, GuideViewSet, SwapViewSet
from tours.viewsets.my_departures import MyDeparturesViewSet
from tours.viewsets.patterns import PatternViewSet
from tours.viewsets.prices import EarlyBirdViewSet, GroupDiscountViewSet, PricesMenuItem, SeasonViewSet
from tours.viewsets.resources import ResourceViewSet
from tours.viewsets.schedules import CalendarMenuItem, ScheduleViewSet
from tours.viewsets.tours import TourTagViewSet, TourViewSet

__all__ = [
    "BookingViewSet",
    "CalendarMenuItem",
    "CertificationViewSet",
    "DecisionViewSet",
    "EarlyBirdViewSet",
    "GroupDiscountViewSet",
    "GuideSettingsViewSet",
    "GuideViewSet",
    "MyDeparturesViewSet",
    "PatternViewSet",
    "PricesMenuItem",
    "ResourceViewSet",
    "ScheduleViewSet",
    "SeasonViewSet",
    "SwapViewSet",
    "TourTagViewSet",
    "TourViewSet",
]
