"""Fields that several blocks have."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class StoredChoiceBlock(blocks.ChoiceBlock):
    """A choice among what is stored, by keys that are texts.

    Wagtail's own asks for all choices each time a page is shown, once for every block that has one.
    """

    def normalize_choice(self, value: Any) -> Any:
        """Return the key as it is stored."""
        return value


def picture_words(help_text: Any = None) -> blocks.CharBlock:
    """Return a block for what a picture shows in one use of it; templates fall back on the words of the library.

    It stands beside the picture under the key “image_words”, and is no part of what guests search for.
    """
    return blocks.CharBlock(
        label=_("What it shows here"),
        required=False,
        default="",
        max_length=255,
        search_index=False,
        help_text=help_text or _("Only if the picture library’s own words do not fit here. Empty: those are said."),
    )


def degrees_north() -> blocks.DecimalBlock:
    """Return a block for degrees north, WGS 84; `check_spot` says when they are needed."""
    return blocks.DecimalBlock(
        label=_("Latitude"),
        required=False,
        min_value=-90,
        max_value=90,
        decimal_places=6,
        help_text=_("Degrees north, such as 53.545600; south is negative."),
    )


def degrees_east() -> blocks.DecimalBlock:
    """Return a block for degrees east, WGS 84; `check_spot` says when they are needed."""
    return blocks.DecimalBlock(
        label=_("Longitude"),
        required=False,
        min_value=-180,
        max_value=180,
        decimal_places=6,
        help_text=_("Degrees east, such as 9.966600; west is negative."),
    )


def stands_out() -> blocks.BooleanBlock:
    """Return a block for whether a notice stands out."""
    return blocks.BooleanBlock(
        label=_("Important"), required=False, help_text=_("In a colour that nobody overlooks. Use it seldom.")
    )


def words_said() -> blocks.TextBlock:
    """Return a block for the words of a recording."""
    return blocks.TextBlock(
        label=_("What is said"), required=False, help_text=_("For those who cannot hear it, or have no headphones.")
    )
