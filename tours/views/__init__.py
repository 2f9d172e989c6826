from tours.views.attendance import (
    CheckInView,
)
from tours.views.blocks import (
    BlockedSeatsView,
)
from tours.views.bookings import (
    BookingIndexView,
    BookingInspectView,
    BookingPeopleView,
)
from tours.views.calendar import (
    CalendarView,
    MoveScheduleView,
)
from tours.views.guides import (
    GuideDeleteView,
    GuideIndexView,
)
from tours.views.manifests import (
    DayManifestFileView,
    DayManifestView,
    ManifestFileView,
    ManifestView,
)
from tours.views.my_departures import (
    AnswerRequestView,
    MyDeparturesView,
)
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
from tours.views.reports import (
    TourReportView,
)
from tours.views.schedules import (
    NewSchedulesView,
    ScheduleEditView,
    ScheduleIndexView,
    ScheduleInspectView,
    ScheduleVerbView,
    schedules_title,
)
from tours.views.stop_imports import (
    StopMappingView,
    StopUploadView,
)
from tours.views.tours import (
    TourDeleteView,
    TourEditView,
    TourIndexView,
    TourInspectView,
)

__all__ = [
    "AnswerRequestView",
    "BlockedSeatsView",
    "BookingIndexView",
    "BookingInspectView",
    "BookingPeopleView",
    "CalendarImportView",
    "CalendarView",
    "CheckInView",
    "DayManifestFileView",
    "DayManifestView",
    "GuideDeleteView",
    "GuideIndexView",
    "ManifestFileView",
    "ManifestView",
    "MoveScheduleView",
    "MyDeparturesView",
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
    "TourReportView",
    "VariantDeparturesView",
    "schedules_title",
]
