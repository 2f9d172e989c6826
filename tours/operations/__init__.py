"""Verbs that change tours, departures and seats."""

from tours.operations.assignments import (
    AssignmentRefused,
    ask_guide,
    assign_guide,
    assign_guides,
    confirm_assignment,
    decline_assignment,
    guides_in_one_place,
    lead_new_schedules,
    refuse_double_booking,
    release_guide,
    remind_guide,
)
from tours.operations.attendance import AttendanceRefused, check_in, mark_no_show, undo_check_in, undo_no_show
from tours.operations.blocks import block_seats, unblock_seats
from tours.operations.calendar import move_schedule
from tours.operations.guide_feeds import read_feed, read_feeds_soon
from tours.operations.guide_swaps import consent_to_swap, offer_swap, refuse_swap, take_swap, withdraw_swap
from tours.operations.manifests import open_manifest, open_manifests
from tours.operations.participants import ParticipantDetails, describe_participants
from tours.operations.patterns import PlanOutdated, apply_pattern, generate_schedules, import_patterns
from tours.operations.reports import write_tour_report
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
    "AttendanceRefused",
    "MovedSchedule",
    "NewParticipant",
    "NewSchedules",
    "ParticipantDetails",
    "PlanOutdated",
    "ResourceRefused",
    "ScheduleRefused",
    "SeatRequest",
    "SeatsUnavailable",
    "Shortage",
    "StopImport",
    "apply_pattern",
    "ask_guide",
    "assign_guide",
    "assign_guides",
    "await_payment",
    "block_seats",
    "cancel_schedule",
    "change_schedule",
    "check_in",
    "close_schedule",
    "complete_departed",
    "confirm_assignment",
    "confirm_bookings",
    "consent_to_swap",
    "create_booking",
    "create_schedule",
    "create_schedules",
    "decline_assignment",
    "describe_participants",
    "generate_schedules",
    "guides_in_one_place",
    "import_patterns",
    "import_stops",
    "lead_new_schedules",
    "mark_no_show",
    "move_booking",
    "move_schedule",
    "offer_swap",
    "open_manifest",
    "open_manifests",
    "open_schedule",
    "read_feed",
    "read_feeds_soon",
    "refuse_double_booking",
    "refuse_swap",
    "release_guide",
    "release_seats",
    "remind_guide",
    "reschedule",
    "reserve_seats",
    "retake_seats",
    "save_resource",
    "take_swap",
    "unblock_seats",
    "undo_check_in",
    "undo_no_show",
    "withdraw_swap",
    "write_tour_report",
]
