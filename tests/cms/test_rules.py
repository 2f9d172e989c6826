import re
from dataclasses import asdict
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError

from cms.enums import Font
from cms.models import validate_colour
from cms.rules import (
    DAY,
    FONT_STACKS,
    NIGHT,
    WHITE,
    contrast,
    corrections_of,
    font_faces,
    look_by_day,
    look_by_night,
    stack_until_it_comes,
)


def test_contrast_of_black_and_white():
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#gggggg", "0b3d5c"])
def test_colours_that_are_refused(colour):
    with pytest.raises(ValidationError):
        validate_colour(colour)


PAIRS = [
    ("#12355b", "#8f5400"),
    ("#ffffff", "#000000"),
    ("#ffd700", "#7f7f7f"),
    ("#00ff00", "#ff0000"),
    ("#787878", "#ffffff"),
    *(
        (f"#{red}{green}{blue}", f"#{blue}{red}{green}")
        for red in ("00", "7f", "ff")
        for green in ("11", "90")
        for blue in ("05", "e0")
    ),
]


def readings(look, warning):
    """What is read on what, and what must be seen beside what, with the contrasts needed."""
    grounds = (look.ground, look.ground_raised, look.ground_tint, warning)
    yield from ((text, ground, 4.5) for text in (look.ink, look.ink_soft, look.link) for ground in grounds)
    yield from ((look.focus, ground, 3) for ground in grounds)
    yield look.primary_edge, look.ground, 3
    for text, ground in (
        (look.on_primary, look.primary),
        (look.on_accent, look.accent),
        (look.on_band, look.band),
        (look.on_accent_band, look.accent_band),
    ):
        yield text, ground, 4.5


@pytest.mark.parametrize(("primary", "accent"), PAIRS)
def test_all_of_a_look_can_be_read_whatever_the_colours(primary, accent):
    for look, warning in ((look_by_day(primary, accent), DAY), (look_by_night(primary, accent), NIGHT)):
        assert [one for one in readings(look, warning) if contrast(*one[:2]) < one[2]] == []


@pytest.mark.parametrize(
    ("colour", "corrections"),
    [
        ("#12355b", {"fill": None, "is_light": False, "link": None, "edge": None}),
        ("#ffd700", {"fill": None, "is_light": True, "link": "#7d6c12", "edge": "#aa9318"}),
        ("#7a7a7a", {"fill": "#757575", "is_light": False, "link": "#696969", "edge": None}),
    ],
)
def test_what_is_done_so_that_a_colour_can_be_used(colour, corrections):
    found = asdict(corrections_of(colour))
    assert (found.pop("found"), found) == (contrast(colour, WHITE), corrections)


@pytest.mark.parametrize("font", [Font.SANS, Font.SERIF, Font.ROUNDED, Font.MONO])
def test_typefaces_of_the_device_need_no_file(font):
    assert (font_faces(font, str), stack_until_it_comes(FONT_STACKS[font])) == ("", FONT_STACKS[font])


@pytest.mark.parametrize(("font", "stand_ins"), [(Font.FIGTREE, 2), (Font.FRAUNCES, 3)])
def test_every_file_of_a_typeface_is_there_with_its_licence(font, stand_ins):
    faces = font_faces(font, str)
    paths = re.findall(r"url\((.+?)\)", faces)
    for path in paths:
        file = Path(finders.find(path))
        licence = file.with_name(f"{file.name.partition('-')[0]}-LICENSE.txt").read_text()
        assert (file.read_bytes()[:4], "SIL OPEN FONT LICENSE Version 1.1" in licence) == (b"wOF2", True)
    assert faces.count("size-adjust") == stand_ins
