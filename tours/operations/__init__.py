"""Verbs that change tours, departures and seats."""

from tours.operations.assignments import (
    AssignmentRefused,
    assign_guides,
    confirm_assignment,
    decline_assignment,
    guides_in_one_place,
    lead_new_schedules,
    refuse_double_booking,
)
from tours.operations.blocks import block_seats, unblock_seats
from tours.operations.calendar import move_schedule
from tours.operations.guides import open_manifest
from tours.operations.patterns import PlanOutdated, apply_pattern, generate_schedules, import_patterns
from tours.operations.reschedules import MovedSchedule, reschedule
from tours.operations.resources import ResourceRefused, Shortage, save_resource
from tours.operations.schedules import (
    NewSchedules,
    ScheduleRefused,
    cancel_schedule,
    change_schedule,
    close_schedule,
    complete_departed,
    create_schedule,
    create_schedules,
    open_schedule,
)
from tours.operations.seats import (
    NewParticipant,
    SeatRequest,
    SeatsUnavailable,
    await_payment,
    confirm_bookings,
    create_booking,
    move_booking,
    release_seats,
    reserve_seats,
    retake_seats,
)
from tours.operations.stops import StopImport, import_stops

__all__ = [
    "AssignmentRefused",
    "MovedSchedule",
    "NewParticipant",
    "NewSchedules",
    "PlanOutdated",
    "ResourceRefused",
    "ScheduleRefused",
    "SeatRequest",
    "SeatsUnavailable",
    "Shortage",
    "StopImport",
    "apply_pattern",
    "assign_guides",
    "await_payment",
    "block_seats",
    "cancel_schedule",
    "change_schedule",
    "close_schedule",
    "complete_departed",
    "confirm_assignment",
    "confirm_bookings",
    "create_booking",
    "create_schedule",
    "create_schedules",
    "decline_assignment",
    "generate_schedules",
    "guides_in_one_place",
    "import_patterns",
    "import_stops",
    "lead_new_schedules",
    "move_booking",
    "move_schedule",
    "open_manifest",
    "open_schedule",
    "refuse_double_booking",
    "release_seats",
    "reschedule",
    "reserve_seats",
    "retake_seats",
    "save_resource",
    "unblock_seats",
]
