from tours.views.bookings import BookingIndexView, BookingInspectView
from tours.views.schedules import (
    NewSchedulesView,
    ScheduleEditView,
    ScheduleHistoryView,
    ScheduleIndexView,
    ScheduleInspectView,
    ScheduleVerbView,
)
from tours.views.stop_imports import StopMappingView, StopUploadView
from tours.views.tours import TourDeleteView, TourEditView, TourIndexView, TourInspectView

__all__ = [
    "BookingIndexView",
    "BookingInspectView",
    "NewSchedulesView",
    "ScheduleEditView",
    "ScheduleHistoryView",
    "ScheduleIndexView",
    "ScheduleInspectView",
    "ScheduleVerbView",
    "StopMappingView",
    "StopUploadView",
    "TourDeleteView",
    "TourEditView",
    "TourIndexView",
    "TourInspectView",
]
