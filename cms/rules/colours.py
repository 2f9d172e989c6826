"""Colours that can be read: two of an organization become all those of its site, by day and by night."""

import colorsys
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# WCAG 2.2, success criteria 1.4.3 (text against its ground) and 1.4.11 (what must be seen to use something).
MINIMUM_CONTRAST: Final = 4.5
SHAPE_CONTRAST: Final = 3.0
WHITE: Final = "#ffffff"
INK: Final = "#14181f"
# The grounds of a warning: the darkest of the day and the lightest of the night, before a site's own tints.
NIGHT: Final = "#3a2f12"
DAY: Final = "#fff4d6"
_NIGHT_GROUND: Final = "#11151b"
_NIGHT_RAISED: Final = "#1a2028"

GLARE: Final = 0.75

_HEX = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Return whether a text is a colour such as “#0b3d5c”."""
    return _HEX.fullmatch(text.lower()) is not None


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(red: float, green: float, blue: float) -> str:
    return f"#{round(red):02x}{round(green):02x}{round(blue):02x}"


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 to 1, as WCAG 2.2 defines it."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, ground: str, share: float) -> str:
    """Return a share (0 to 1) of a colour on a ground."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return _hex(*(one * share + other * (1 - share) for one, other in pairs))


def text_on(ground: str) -> str:
    """Return white or ink, whichever can be read better on a ground."""
    return max((WHITE, INK), key=lambda text: contrast(text, ground))


def readable_on(colour: str, ground: str, *, needed: float = MINIMUM_CONTRAST) -> str:
    """Return the colour, lighter on a dark ground and darker on a light one, just until it has the contrast needed there."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(value / 255 for value in _channels(colour)))
    target = 1.0 if luminance(ground) < 0.5 else 0.0
    for step in range(51):
        wanted = lightness + (target - lightness) * step / 50
        # Full saturation glares on a dark ground.
        shifted = colorsys.hls_to_rgb(hue, wanted, saturation if step == 0 else min(saturation, GLARE))
        found = _hex(*(value * 255 for value in shifted))
        if contrast(found, ground) >= needed:
            return found
    return WHITE if target else INK


def fill_of(colour: str) -> str:
    """Return the colour as a ground for text: itself, or just so much darker that white can be read on it."""
    return colour if contrast(text_on(colour), colour) >= MINIMUM_CONTRAST else readable_on(colour, WHITE)


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a site by day or by night; each that says `on_…` can be read on what it names, `link` on every plain ground.

    `primary` and `accent` are for what is pressed or must be noticed; `band` and `accent_band` for large grounds; the edges mark
    both off from the page.
    """

    ground: str
    ground_raised: str
    ground_tint: str
    line: str
    ink: str
    ink_soft: str
    primary: str
    on_primary: str
    primary_edge: str
    accent: str
    on_accent: str
    band: str
    on_band: str
    accent_band: str
    on_accent_band: str
    link: str
    focus: str


@lru_cache(maxsize=512)
def look_by_day(primary: str, accent: str) -> Look:
    """Return the colours of a site with a light ground, from the two of its organization."""
    raised, tint = mixed(primary, "#f9fafb", 0.025), mixed(primary, "#f4f6f8", 0.08)
    darkest = min((DAY, raised, tint), key=luminance)
    fill, accent_fill = fill_of(primary), fill_of(accent)
    return Look(
        ground=WHITE,
        ground_raised=raised,
        ground_tint=tint,
        line=mixed(primary, "#e6e8ec", 0.07),
        ink=INK,
        ink_soft=readable_on(mixed(primary, "#555d69", 0.15), darkest),
        primary=fill,
        on_primary=text_on(fill),
        primary_edge=readable_on(fill, WHITE, needed=SHAPE_CONTRAST),
        accent=accent_fill,
        on_accent=text_on(accent_fill),
        band=fill,
        on_band=text_on(fill),
        accent_band=accent_fill,
        on_accent_band=text_on(accent_fill),
        link=readable_on(primary, darkest),
        focus=readable_on(accent, darkest, needed=SHAPE_CONTRAST),
    )


@lru_cache(maxsize=512)
def look_by_night(primary: str, accent: str) -> Look:
    """Return the colours of a site with a dark ground, from the two of its organization."""
    ground, raised = mixed(primary, _NIGHT_GROUND, 0.05), mixed(primary, _NIGHT_RAISED, 0.07)
    tint = mixed(primary, "#232b35", 0.14)
    lightest = max((NIGHT, raised, tint), key=luminance)
    fill, accent_fill = readable_on(primary, lightest), readable_on(accent, lightest)
    # Large light grounds would glare.
    band, accent_band = readable_on(primary, WHITE), readable_on(accent, WHITE)
    return Look(
        ground=ground,
        ground_raised=raised,
        ground_tint=tint,
        line=mixed(primary, "#343d49", 0.12),
        ink="#f0f2f5",
        ink_soft=readable_on(mixed(primary, "#adb5c1", 0.1), lightest),
        primary=fill,
        on_primary=text_on(fill),
        primary_edge=fill,
        accent=accent_fill,
        on_accent=text_on(accent_fill),
        band=band,
        on_band=WHITE,
        accent_band=accent_band,
        on_accent_band=WHITE,
        link=fill,
        focus=accent_fill,
    )


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is done so that one chosen colour can be used: None, or False, where nothing was needed; `found` is its contrast to the page."""

    found: float
    # Another shade, where neither white nor ink could be read on the colour itself.
    fill: str | None
    # Text on it is dark.
    is_light: bool
    link: str | None
    edge: str | None


def corrections_of(colour: str) -> Corrections:
    """Return what is done by day so that a colour can be used."""
    look = look_by_day(colour, colour)
    return Corrections(
        found=contrast(colour, WHITE),
        fill=look.primary if look.primary != colour else None,
        is_light=look.on_primary != WHITE,
        link=look.link if contrast(colour, WHITE) < MINIMUM_CONTRAST else None,
        edge=look.primary_edge if look.primary_edge != look.primary else None,
    )
