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
from cms.rules.legal_outlines import LEGAL_OUTLINES
from cms.rules.opening_hours import OpenPeriod, OpenStatus, SpecialDay, open_status
from cms.rules.starters import ABOUT, QUESTIONS, STARTERS, TOURS, Starter, StarterTile
from cms.rules.tour_filters import NO_FILTERS, TourFacts, TourFilters, alike, fits
from cms.rules.visibility import Visibility, soonest

__all__ = [
    "ABOUT",
    "DAY",
    "INK",
    "LEGAL_OUTLINES",
    "MINIMUM_CONTRAST",
    "NIGHT",
    "NO_FILTERS",
    "QUESTIONS",
    "STARTERS",
    "TOURS",
    "WHITE",
    "Frame",
    "Freshness",
    "OpenPeriod",
    "OpenStatus",
    "SpecialDay",
    "Starter",
    "StarterTile",
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
