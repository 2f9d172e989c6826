from tours.views.blocks import BlockedSeatsView
from tours.views.bookings import BookingIndexView, BookingInspectView
from tours.views.calendar import CalendarView, MoveScheduleView
from tours.views.guides import GuideDeleteView, GuideIndexView
from tours.views.manifests import ManifestView
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
from tours.views.schedules import (
    NewSchedulesView,
    ScheduleEditView,
    ScheduleIndexView,
    ScheduleInspectView,
    ScheduleVerbView,
    schedules_title,
)
from tours.views.stop_imports import StopMappingView, StopUploadView
from tours.views.tours import TourDeleteView, TourEditView, TourIndexView, TourInspectView

__all__ = [
    "BlockedSeatsView",
    "BookingIndexView",
    "BookingInspectView",
    "CalendarImportView",
    "CalendarView",
    "GuideDeleteView",
    "GuideIndexView",
    "ManifestView",
    "MoveScheduleView",
    "NewSchedulesView",
    "PatternCalendarView",
    "PatternCreateView",
    "PatternDeleteView",
    "PatternEditView",
    "PatternIndexView",
    "PatternPlanView",
    "ScheduleEditView",
    "ScheduleIndexView",
    "ScheduleInspectView",
    "ScheduleVerbView",
    "StopMappingView",
    "StopUploadView",
    "TourDeleteView",
    "TourEditView",
    "TourIndexView",
    "TourInspectView",
    "VariantDeparturesView",
    "schedules_title",
]
