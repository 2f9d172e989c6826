"""Pure rules of what guests see: colours, opening hours, visibility, freshness, words that are searched for."""

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
from cms.rules.words import (
    SHORTEST_FORGIVEN,
    Piece,
    Term,
    Weighed,
    marked,
    may_be_noted,
    nearest,
    snippet,
    term_of,
    words_in,
    words_of_query,
)

__all__ = [
    "ABOUT",
    "DAY",
    "INK",
    "LEGAL_OUTLINES",
    "MINIMUM_CONTRAST",
    "NIGHT",
    "NO_FILTERS",
    "QUESTIONS",
    "SHORTEST_FORGIVEN",
    "STARTERS",
    "TOURS",
    "WHITE",
    "Frame",
    "Freshness",
    "OpenPeriod",
    "OpenStatus",
    "Piece",
    "SpecialDay",
    "Starter",
    "StarterTile",
    "Term",
    "TourFacts",
    "TourFilters",
    "Visibility",
    "Weighed",
    "alike",
    "contrast",
    "find_frame",
    "fits",
    "is_colour",
    "luminance",
    "marked",
    "may_be_noted",
    "nearest",
    "open_status",
    "readable_on",
    "snippet",
    "soonest",
    "term_of",
    "text_on",
    "words_in",
    "words_of_query",
]
