"""Reads of the tours app."""

from tours.queries.availability import (
    AvailableSchedule,
    available_schedules,
    bookable_schedule,
    bookable_schedules,
    bookable_tour,
    lowest_prices,
    next_departures,
    price_tiers,
    price_tiers_of,
)
from tours.queries.guides import guide_of, guides_of, guides_to_choose, schedules_led_by, with_guides
from tours.queries.schedules import (
    Manifest,
    ManifestEntry,
    bookings_for_update,
    bookings_of,
    manifest_of,
    schedule_for_update,
    schedules_by_key_for_update,
    schedules_by_public_id,
    schedules_for_update,
)
from tours.queries.tours import (
    languages_of_tours,
    stops_of,
    tour_for_update,
    tours_with_next_departure,
    variants_by_id,
)

__all__ = [
    "AvailableSchedule",
    "Manifest",
    "ManifestEntry",
    "available_schedules",
    "bookable_schedule",
    "bookable_schedules",
    "bookable_tour",
    "bookings_for_update",
    "bookings_of",
    "guide_of",
    "guides_of",
    "guides_to_choose",
    "languages_of_tours",
    "lowest_prices",
    "manifest_of",
    "next_departures",
    "price_tiers",
    "price_tiers_of",
    "schedule_for_update",
    "schedules_by_key_for_update",
    "schedules_by_public_id",
    "schedules_for_update",
    "schedules_led_by",
    "stops_of",
    "tour_for_update",
    "tours_with_next_departure",
    "variants_by_id",
    "with_guides",
]
