"""Forms of the tours app."""

from tours.forms.calendar import CalendarForm, MoveForm
from tours.forms.fields import language_name
from tours.forms.guides import GuideForm
from tours.forms.patterns import CalendarUploadForm, PatternForm, PlanForm
from tours.forms.schedules import (
    MAX_DEPARTURES_AT_ONCE,
    BlockForm,
    NewSchedulesForm,
    ScheduleForm,
    parse_times,
)
from tours.forms.stop_imports import StopMappingForm, StopUploadForm
from tours.forms.tours import PriceFormSet, StopFormSet, TourForm, VariantFormSet

__all__ = [
    "MAX_DEPARTURES_AT_ONCE",
    "BlockForm",
    "CalendarForm",
    "CalendarUploadForm",
    "GuideForm",
    "MoveForm",
    "NewSchedulesForm",
    "PatternForm",
    "PlanForm",
    "PriceFormSet",
    "ScheduleForm",
    "StopFormSet",
    "StopMappingForm",
    "StopUploadForm",
    "TourForm",
    "VariantFormSet",
    "language_name",
    "parse_times",
]
