"""Pure rules of tours: local time, what may be booked, which changes of state are legal, how files of stops are read."""

from tours.rules.calendar import CalendarPeriod, calendar_period, clock_change, fullness
from tours.rules.minimum import MERGE_WITHIN, Minimum, is_near, proposal
from tours.rules.schedules import (
    BOOKING_CHANGES,
    SCHEDULE_CHANGES,
    LocalStart,
    booking_may_become,
    days_between,
    local_start,
    may_become,
    staff_verbs,
)
from tours.rules.stop_files import (
    MAX_FILE_BYTES,
    MAX_POINTS,
    FileRefused,
    Mapping,
    Note,
    Point,
    Points,
    StopFile,
    guess_mapping,
    points_of,
    read_stop_file,
)

__all__ = [
    "BOOKING_CHANGES",
    "MAX_FILE_BYTES",
    "MAX_POINTS",
    "MERGE_WITHIN",
    "SCHEDULE_CHANGES",
    "CalendarPeriod",
    "FileRefused",
    "LocalStart",
    "Mapping",
    "Minimum",
    "Note",
    "Point",
    "Points",
    "StopFile",
    "booking_may_become",
    "calendar_period",
    "clock_change",
    "days_between",
    "fullness",
    "guess_mapping",
    "is_near",
    "local_start",
    "may_become",
    "points_of",
    "proposal",
    "read_stop_file",
    "staff_verbs",
]
