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
from cms.rules.visibility import Visibility, soonest

__all__ = [
    "DAY",
    "INK",
    "MINIMUM_CONTRAST",
    "NIGHT",
    "WHITE",
    "Frame",
    "Freshness",
    "OpenPeriod",
    "OpenStatus",
    "SpecialDay",
    "Visibility",
    "contrast",
    "find_frame",
    "is_colour",
    "luminance",
    "open_status",
    "readable_on",
    "soonest",
    "text_on",
]
