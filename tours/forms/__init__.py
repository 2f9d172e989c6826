"""Forms of the tours app."""

from tours.forms.attendance import (
    DeclineForm,
    MarkForm,
    TourReportForm,
)
from tours.forms.calendar import (
    CalendarForm,
    MoveForm,
)
from tours.forms.guides import (
    GuideForm,
)
from tours.forms.participants import (
    PartyForm,
    participant_forms,
)
from tours.forms.patterns import (
    CalendarUploadForm,
    PatternForm,
    PlanForm,
)
from tours.forms.schedules import (
    MAX_DEPARTURES_AT_ONCE,
    BlockForm,
    NewSchedulesForm,
    ScheduleForm,
    parse_times,
)
from tours.forms.stop_imports import (
    StopMappingForm,
    StopUploadForm,
)
from tours.forms.tours import (
    PriceFormSet,
    StopFormSet,
    TourForm,
    VariantFormSet,
)
from tours.rules import (
    language_name,
)

__all__ = [
    "MAX_DEPARTURES_AT_ONCE",
    "BlockForm",
    "CalendarForm",
    "CalendarUploadForm",
    "DeclineForm",
    "GuideForm",
    "MarkForm",
    "MoveForm",
    "NewSchedulesForm",
    "PartyForm",
    "PatternForm",
    "PlanForm",
    "PriceFormSet",
    "ScheduleForm",
    "StopFormSet",
    "StopMappingForm",
    "StopUploadForm",
    "TourForm",
    "TourReportForm",
    "VariantFormSet",
    "language_name",
    "parse_times",
    "participant_forms",
]
