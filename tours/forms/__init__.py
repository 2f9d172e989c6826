"""Forms of the tours app."""

from tours.forms.attendance import DeclineForm, MarkForm, TourReportForm
from tours.forms.calendar import CalendarForm, MoveForm
from tours.forms.guides import AvailabilityFormSet, FeedFormSet, GuideForm, PutDownForm, QualificationFormSet, SwapForm
from tours.forms.participants import PartyForm, participant_forms
from tours.forms.patterns import CalendarUploadForm, PatternForm, PlanForm
from tours.forms.schedules import MAX_DEPARTURES_AT_ONCE, BlockForm, NewSchedulesForm, ScheduleForm, parse_times
from tours.forms.stop_imports import StopMappingForm, StopUploadForm
from tours.forms.tours import PriceFormSet, StopFormSet, TourForm, VariantFormSet
from tours.rules import language_name

__all__ = [
    "MAX_DEPARTURES_AT_ONCE",
    "AvailabilityFormSet",
    "BlockForm",
    "CalendarForm",
    "CalendarUploadForm",
    "DeclineForm",
    "FeedFormSet",
    "GuideForm",
    "MarkForm",
    "MoveForm",
    "NewSchedulesForm",
    "PartyForm",
    "PatternForm",
    "PlanForm",
    "PriceFormSet",
    "PutDownForm",
    "QualificationFormSet",
    "ScheduleForm",
    "StopFormSet",
    "StopMappingForm",
    "StopUploadForm",
    "SwapForm",
    "TourForm",
    "TourReportForm",
    "VariantFormSet",
    "language_name",
    "parse_times",
    "participant_forms",
]
