"""Pure rules of what guests see: colours, opening hours, when something is shown, and whether it is still right."""

from cms.rules.colours import (
    DAY,
    INK,
    MINIMUM_CONTRAST,
    NIGHT,
    WHITE,
    contrast,
    is_colour,
    luminance,
    readable_on,
    text_on,
)
from cms.rules.embeds import Frame, find_frame
from cms.rules.freshness import Freshness
from cms.rules.opening_hours import OpenPeriod, OpenStatus, SpecialDay, open_status
from cms.rules.tour_filters import NO_FILTERS, TourFacts, TourFilters, alike, fits
from cms.rules.visibility import Visibility, soonest

__all__ = [
    "DAY",
    "INK",
    "MINIMUM_CONTRAST",
    "NIGHT",
    "NO_FILTERS",
    "WHITE",
    "Frame",
    "Freshness",
    "OpenPeriod",
    "OpenStatus",
    "SpecialDay",
    "TourFacts",
    "TourFilters",
    "Visibility",
    "alike",
    "contrast",
    "find_frame",
    "fits",
    "is_colour",
    "luminance",
    "open_status",
    "readable_on",
    "soonest",
    "text_on",
]
