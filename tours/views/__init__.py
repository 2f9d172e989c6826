from tours.views.attendance import CheckInView
from tours.views.blocks import BlockedSeatsView
from tours.views.bookings import BookingIndexView, BookingInspectView, BookingPeopleView
from tours.views.bulk import BULK_ACTIONS
from tours.views.calendar import CalendarView, MoveScheduleView
from tours.views.decisions import DecideView, DecisionIndexView, PlanningView
from tours.views.guide_answers import GuideAnswerView, TakeSwapView
from tours.views.guide_planning import AssignGuidesView, GuideSettingsEditView, GuideWeekView
from tours.views.guide_swaps import SWAP_VERBS, OfferSwapView, SwapsView, SwapVerbView
from tours.views.guides import CertificationDeleteView, GuideCreateView, GuideDeleteView, GuideEditView, GuideIndexView
from tours.views.manifests import DayManifestFileView, DayManifestView, ManifestFileView, ManifestView
from tours.views.my_departures import AnswerRequestView, MyDeparturesView
from tours.views.new_schedules import NewSchedulesView
from tours.views.patterns import (
    CalendarImportView,
    PatternCalendarView,
    PatternCreateView,
    PatternDeleteView,
    PatternEditView,
    PatternIndexView,
    PatternPlanView,
    VariantDeparturesView,
)
from tours.views.prices import (
    EarlyBirdIndexView,
    GroupIndexView,
    PriceRuleCreateView,
    PriceRuleEditView,
    SeasonIndexView,
)
from tours.views.reports import TourReportView
from tours.views.resources import ResourceCreateView, ResourceEditView, ResourceIndexView
from tours.views.schedules import (
    ScheduleEditView,
    ScheduleIndexView,
    ScheduleInspectView,
    ScheduleVerbView,
    schedules_title,
)
from tours.views.stop_imports import StopMappingView, StopUploadView
from tours.views.tours import TourDeleteView, TourEditView, TourIndexView, TourInspectView

__all__ = [
    "BULK_ACTIONS",
    "SWAP_VERBS",
    "AnswerRequestView",
    "AssignGuidesView",
    "BlockedSeatsView",
    "BookingIndexView",
    "BookingInspectView",
    "BookingPeopleView",
    "CalendarImportView",
    "CalendarView",
    "CertificationDeleteView",
    "CheckInView",
    "DayManifestFileView",
    "DayManifestView",
    "DecideView",
    "DecisionIndexView",
    "EarlyBirdIndexView",
    "GroupIndexView",
    "GuideAnswerView",
    "GuideCreateView",
    "GuideDeleteView",
    "GuideEditView",
    "GuideIndexView",
    "GuideSettingsEditView",
    "GuideWeekView",
    "ManifestFileView",
    "ManifestView",
    "MoveScheduleView",
    "MyDeparturesView",
    "NewSchedulesView",
    "OfferSwapView",
    "PatternCalendarView",
    "PatternCreateView",
    "PatternDeleteView",
    "PatternEditView",
    "PatternIndexView",
    "PatternPlanView",
    "PlanningView",
    "PriceRuleCreateView",
    "PriceRuleEditView",
    "ResourceCreateView",
    "ResourceEditView",
    "ResourceIndexView",
    "ScheduleEditView",
    "ScheduleIndexView",
    "ScheduleInspectView",
    "ScheduleVerbView",
    "SeasonIndexView",
    "StopMappingView",
    "StopUploadView",
    "SwapVerbView",
    "SwapsView",
    "TakeSwapView",
    "TourDeleteView",
    "TourEditView",
    "TourIndexView",
    "TourInspectView",
    "TourReportView",
    "VariantDeparturesView",
    "schedules_title",
]
