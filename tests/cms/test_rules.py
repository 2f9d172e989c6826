import pytest
from django.core.exceptions import ValidationError

from cms.models import validate_colour
from cms.rules import NIGHT, WHITE, contrast, readable_on, text_on


def test_contrast_of_black_and_white():
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("colour", ["#0b3d5c", "#9a3b12", "#7a1f1f", "#000000"])
def test_colours_can_be_read_on_day_and_night(colour):
    validate_colour(colour)
    assert contrast(readable_on(colour, WHITE), WHITE) >= 4.5
    assert contrast(readable_on(colour, NIGHT), NIGHT) >= 4.5
    assert contrast(text_on(colour), colour) >= 4.5


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#gggggg", "0b3d5c", "#ffd700", "#ffffff"])
def test_colours_that_are_refused(colour):
    with pytest.raises(ValidationError):
        validate_colour(colour)
