"""Colours that can be read."""

import colorsys
import re
from typing import Final

# WCAG 2.2, success criterion 1.4.3: text against its ground.
MINIMUM_CONTRAST: Final = 4.5
WHITE: Final = "#ffffff"
INK: Final = "#14181f"
# The lightest ground of the dark scheme and the darkest of the light one, those of a warning: what can be read there can be
# read on all of them.
NIGHT: Final = "#3a2f12"
DAY: Final = "#fff4d6"

GLARE: Final = 0.75

_HEX = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Return whether a text is a colour such as “#0b3d5c”."""
    return _HEX.fullmatch(text.lower()) is not None


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


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


def text_on(ground: str) -> str:
    """Return white or ink, whichever can be read better on a ground."""
    return max((WHITE, INK), key=lambda text: contrast(text, ground))


def readable_on(colour: str, ground: str) -> str:
    """Return the colour, lighter on a dark ground and darker on a light one, just until it can be read there."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(value / 255 for value in _channels(colour)))
    target = 1.0 if luminance(ground) < 0.5 else 0.0
    for step in range(51):
        wanted = lightness + (target - lightness) * step / 50
        # Full saturation glares on a dark ground.
        shifted = colorsys.hls_to_rgb(hue, wanted, saturation if step == 0 else min(saturation, GLARE))
        found = "#" + "".join(f"{round(value * 255):02x}" for value in shifted)
        if contrast(found, ground) >= MINIMUM_CONTRAST:
            return found
    return WHITE if target else INK
