"""Typefaces: what they are made of, and what stands in for them until they have come."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cms.enums import Font

# The ranges of letters into which the files are divided; a browser fetches only those that a page has letters of.
_LATIN: Final = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,"
    "U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
_LATIN_EXT: Final = (
    "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,"
    "U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
)
_FIGTREE: Final = "Figtree"
_FRAUNCES: Final = "Fraunces"


@dataclass(frozen=True, slots=True)
class FontFile:
    """A file of a family below `static/`, with the letters in it."""

    family: str
    path: str
    weights: str
    letters: str
    style: str = "normal"


@dataclass(frozen=True, slots=True)
class StandIn:
    """A font of the device drawn in the size of another one, so that nothing moves when that one has come; shares of the type size."""

    family: str
    weights: str
    names: tuple[str, ...]
    size: str
    above: str
    below: str


FONT_FILES: Final = (
    FontFile(_FIGTREE, "fonts/figtree-latin.woff2", "300 900", _LATIN),
    FontFile(_FIGTREE, "fonts/figtree-latin-ext.woff2", "300 900", _LATIN_EXT),
    FontFile(_FIGTREE, "fonts/figtree-latin-italic.woff2", "300 900", _LATIN, "italic"),
    FontFile(_FIGTREE, "fonts/figtree-latin-ext-italic.woff2", "300 900", _LATIN_EXT, "italic"),
    FontFile(_FRAUNCES, "fonts/fraunces-latin.woff2", "100 900", _LATIN),
    FontFile(_FRAUNCES, "fonts/fraunces-latin-ext.woff2", "100 900", _LATIN_EXT),
)
# Measured: the mean width of a letter in running text beside that of the stand-in, and the heights divided by it.
STAND_INS: Final = (
    StandIn(
        _FIGTREE, "300 500", ("Arial", "ArialMT", "Liberation Sans", "Arimo", "Roboto"), "101.2%", "93.9%", "24.7%"
    ),
    StandIn(
        _FIGTREE,
        "501 900",
        ("Arial Bold", "Arial-BoldMT", "Liberation Sans Bold", "Arimo Bold", "Roboto Bold"),
        "95.5%",
        "99.5%",
        "26.2%",
    ),
    StandIn(
        _FRAUNCES,
        "100 900",
        ("Times New Roman Bold", "TimesNewRomanPS-BoldMT", "Liberation Serif Bold", "Tinos Bold", "Noto Serif Bold"),
        "112.5%",
        "87%",
        "22.7%",
    ),
)

_SYSTEM_SANS: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
_SYSTEM_SERIF: Final = '"Iowan Old Style", "Palatino Linotype", "URW Palladio L", "Noto Serif", Georgia, serif'


def _stand_in_name(family: str) -> str:
    return f"{family} stand-in"


_FIGTREE_STACK: Final = f'{_FIGTREE}, "{_stand_in_name(_FIGTREE)}", {_SYSTEM_SANS}'
# What text is set in, and headings where they differ.
FONT_STACKS: Final = {
    Font.FIGTREE: _FIGTREE_STACK,
    Font.FRAUNCES: _FIGTREE_STACK,
    Font.SANS: _SYSTEM_SANS,
    Font.SERIF: _SYSTEM_SERIF,
    Font.ROUNDED: 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, "Nunito", "Noto Sans", system-ui, sans-serif',
    Font.MONO: 'ui-monospace, "Cascadia Mono", "SF Mono", Menlo, "DejaVu Sans Mono", "Noto Sans Mono", monospace',
}
HEADING_STACKS: Final = {Font.FRAUNCES: f'{_FRAUNCES}, "{_stand_in_name(_FRAUNCES)}", {_SYSTEM_SERIF}'}
_FAMILIES: Final = {Font.FIGTREE: (_FIGTREE,), Font.FRAUNCES: (_FIGTREE, _FRAUNCES)}


def stack_until_it_comes(stack: str) -> str:
    """Return a stack without the family that has to be fetched; a stack of the device's own fonts as it is."""
    first, _comma, rest = stack.partition(", ")
    return rest if first in (_FIGTREE, _FRAUNCES) else stack


def font_faces(font: Font, url_of: Callable[[str], str]) -> str:
    """Return the CSS that makes a typeface known, empty for those of the device; `url_of` gives the address of a file below `static/`."""
    families = _FAMILIES.get(font, ())
    faces = [
        f'@font-face{{font-family:{file.family};src:url({url_of(file.path)}) format("woff2");font-weight:{file.weights};'
        f"font-style:{file.style};font-display:swap;unicode-range:{file.letters}}}\n"
        for file in FONT_FILES
        if file.family in families
    ]
    faces += [
        f'@font-face{{font-family:"{_stand_in_name(one.family)}";src:'
        + ",".join(f'local("{name}")' for name in one.names)
        + f";font-weight:{one.weights};size-adjust:{one.size};ascent-override:{one.above};descent-override:{one.below};"
        "line-gap-override:0%}\n"
        for one in STAND_INS
        if one.family in families
    ]
    return "".join(faces)
