"""Forms of the tours app."""

from tours.forms.attendance import DeclineForm, MarkForm, TourReportForm
from tours.forms.bulk import CancelSchedulesForm, ChangeSchedulesForm
from tours.forms.calendar import CalendarForm, MoveForm
from tours.forms.decisions import DecisionForm, PlanningForm
from tours.forms.guides import AvailabilityFormSet, FeedFormSet, GuideForm, PutDownForm, QualificationFormSet, SwapForm
from tours.forms.participants import PartyForm, participant_forms
from tours.forms.patterns import CalendarUploadForm, PatternForm, PlanForm
from tours.forms.prices import PriceRuleForm, SeasonForm
from tours.forms.resources import NeedFormSet, ResourceForm
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
    "CancelSchedulesForm",
    "ChangeSchedulesForm",
    "DecisionForm",
    "DeclineForm",
    "FeedFormSet",
    "GuideForm",
    "MarkForm",
    "MoveForm",
    "NeedFormSet",
    "NewSchedulesForm",
    "PartyForm",
    "PatternForm",
    "PlanForm",
    "PlanningForm",
    "PriceFormSet",
    "PriceRuleForm",
    "PutDownForm",
    "QualificationFormSet",
    "ResourceForm",
    "ScheduleForm",
    "SeasonForm",
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
