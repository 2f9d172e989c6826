"""Choosers whose choices a page can load all at once."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks import ChooserBlock, PageChooserBlock
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from places.models import Place

_known: ContextVar[Mapping[str, Mapping[int, Model]] | None] = ContextVar("known", default=None)


@contextmanager
def choices(**known: Mapping[int, Model]) -> Iterator[None]:
    """Let the blocks that become values inside take what was chosen from here instead of asking for it themselves.

    What is known stands under the `shelf` of a chooser, by primary key.
    """
    token = _known.set(known)
    try:
        yield
    finally:
        _known.reset(token)


class Chosen(ChooserBlock):
    """A chooser that takes its values from `choices`."""

    shelf: ClassVar[str]

    def bulk_to_python(self, values: Iterable[int | None]) -> list[Any]:
        known = _known.get()
        if known is None or self.shelf not in known:
            asked: list[Any] = super().bulk_to_python(values)
            return asked
        found = known[self.shelf]
        # Each use has an object of its own, since Wagtail notes on a picture what it shows at one place.
        return [copy(found[value]) if value is not None and value in found else None for value in values]


class PictureBlock(Chosen, ImageChooserBlock):
    """A picture; its raw value stands under the key “image” in every block that has one."""

    shelf = "pictures"


class PageBlock(Chosen, PageChooserBlock):
    """A page; its raw value stands under the key “page” in every block that has one."""

    shelf = "pages"


class DocumentBlock(Chosen, DocumentChooserBlock):
    """A document; its raw value stands under the key “document” in every block that has one."""

    shelf = "documents"


class PlaceWidget(BaseChooser):
    """The chooser of places."""

    model = Place
    icon = "thumbtack"
    chooser_modal_url_name = "place_chooser:choose"
    choose_one_text = _("Choose a place")
    choose_another_text = _("Choose another place")
    link_to_chosen_text = _("Edit this place")


class PlaceBlock(Chosen):
    """A place; its raw value stands under the key “place” or “near” in every block that has one."""

    shelf = "places"
    target_model = Place

    @cached_property
    def widget(self) -> PlaceWidget:
        """Return the chooser that the places' own fields have."""
        return PlaceWidget()

    def get_translatable_segments(self, value: Any) -> list[Any]:
        """Return nothing: a place has its names in all languages itself."""
        return []

    class Meta:
        icon = "thumbtack"


def place_or_numbers() -> PlaceBlock:
    """Return a block for a place that stands beside latitude and longitude, for which it can be chosen instead."""
    return PlaceBlock(
        label=_("Place"), required=False, help_text=_("One of your places. Else write below where it is.")
    )


def check_spot(value: Any) -> None:
    """Raise a block's error unless its value says once where it is: by a place that is on the map, or by latitude and longitude."""
    place, numbers = value["place"], (value["latitude"], value["longitude"])
    if place is not None and not place.has_coordinates:
        raise StructBlockValidationError({"place": ValidationError(_("This place has no pin on the map yet."))})
    if (place is None) == (None in numbers) or (place is not None and numbers != (None, None)):
        raise StructBlockValidationError(
            {"place": ValidationError(_("Choose a place, or give both latitude and longitude."))}
        )
