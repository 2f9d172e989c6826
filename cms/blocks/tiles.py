"""Tiles: the big buttons of a landing page, those that lead somewhere; `tile_contents` has those that tell something themselves."""

from typing import Any, Final
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, is_valid_number, parse
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from cms.blocks.choosers import PageBlock, PictureBlock, check_spot, place_or_numbers
from cms.blocks.fields import degrees_east, degrees_north, picture_words
from cms.blocks.freshness import freshness_of
from cms.blocks.kept import KeptBlock
from cms.enums import Icon, TileColour, TileSize

WORDS: Final = ("title", "text")
LOOK: Final = ("icon", "image", "image_words", "size", "colour")
WITH_COUNTRY_CODE: Final = _("Write the number with its country code, such as +49 40 123456.")


class PhoneBlock(blocks.CharBlock):
    """A phone number with its country code."""

    def clean(self, value: str) -> str:
        number: str = super().clean(value)
        try:
            valid = is_valid_number(parse(number))
        except NumberParseException:
            valid = False
        if number and not valid and not self.is_deferred_validation:
            raise ValidationError(WITH_COUNTRY_CODE)
        return number


class Tile(KeptBlock):
    """What every tile has."""

    title = blocks.CharBlock(label=_("Title"), max_length=60)
    text = blocks.CharBlock(label=_("Line below"), max_length=120, required=False)
    icon = blocks.ChoiceBlock(label=_("Icon"), choices=Icon.choices, required=False)
    image = PictureBlock(label=_("Picture"), required=False, help_text=_("Shown instead of the icon."))
    image_words = picture_words(
        _("Only if the picture says something that the title does not. Empty: screen readers pass over it.")
    )
    size = blocks.ChoiceBlock(
        label=_("Size"),
        choices=TileSize.choices,
        default=TileSize.SMALL,
        help_text=_("Two small ones stand beside each other on a phone."),
    )
    colour = blocks.ChoiceBlock(label=_("Colour"), choices=TileColour.choices, default=TileColour.PLAIN)

    def get_form_layout(self) -> BlockGroup:
        """Return the order of the fields: its words, what makes it this kind of tile, then how it looks."""
        layout = super().get_form_layout()
        own = [name for name in layout.children if name not in (*WORDS, *LOOK)]
        return BlockGroup(children=[*WORDS, *own, *LOOK], settings=layout.settings)

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        """Return where a tap leads; an empty text for a tile that only tells something."""
        return ""

    def has_something(self, value: Any) -> bool:
        """Return whether what it leads to or plays is there, for guests; it may be gone since the tile was written."""
        return True

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["href"] = self.href(value, request=(parent_context or {}).get("request"))
        context["freshness"] = freshness_of(value.get("freshness"))
        return context

    class Meta:
        template = "cms/blocks/tile.html"


class PageTile(Tile):
    page = PageBlock(label=_("Page"))

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        page = value["page"]
        return page.get_url(request) or "" if page and page.live else ""

    def has_something(self, value: Any) -> bool:
        return bool(value["page"] and value["page"].live)

    class Meta:
        icon = "doc-empty-inverse"
        label = _("Page or tour")
        description = _("Leads to a page of yours, such as a tour.")


class LinkTile(Tile):
    url = blocks.URLBlock(label=_("Address"), help_text=_("Such as https://www.example.com"))

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        return str(value["url"])

    class Meta:
        icon = "link-external"
        label = _("Link to another site")
        description = _("Leads to another site.")


class CallTile(Tile):
    phone = PhoneBlock(label=_("Phone number"), help_text=WITH_COUNTRY_CODE)

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        return "tel:" + "".join(sign for sign in value["phone"] if sign.isdigit() or sign == "+")

    class Meta:
        icon = "mobile-alt"
        label = _("Call")
        description = _("Calls you with one tap.")


class WhatsAppTile(Tile):
    phone = PhoneBlock(label=_("Phone number"), help_text=WITH_COUNTRY_CODE)
    message = blocks.CharBlock(
        label=_("First words"),
        required=False,
        max_length=200,
        help_text=_("Typed already when the chat opens; guests can change them."),
    )

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        number = "".join(filter(str.isdigit, value["phone"]))
        return f"https://wa.me/{number}" + (f"?text={quote(value['message'])}" if value["message"] else "")

    class Meta:
        icon = "comment"
        label = _("WhatsApp")
        description = _("Begins a chat with you, with first words if you like.")


class EmailTile(Tile):
    email = blocks.EmailBlock(label=_("E-mail"))

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        return f"mailto:{value['email']}"

    class Meta:
        icon = "mail"
        label = _("E-mail")
        description = _("Begins an e-mail to you.")


class PlaceTile(Tile):
    place = place_or_numbers()
    latitude = degrees_north()
    longitude = degrees_east()

    def check_fields(self, value: Any) -> None:
        check_spot(value)

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        place = value["place"]
        latitude, longitude = (place.latitude, place.longitude) if place else (value["latitude"], value["longitude"])
        if latitude is None or longitude is None:
            return ""
        return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"

    def has_something(self, value: Any) -> bool:
        return bool(self.href(value, request=None))

    class Meta:
        icon = "site"
        label = _("Place on the map")
        description = _("Opens a place on the map.")
