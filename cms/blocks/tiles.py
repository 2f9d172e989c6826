"""Tiles: the big buttons of a landing page."""

from typing import Any
from urllib.parse import quote

import segno
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, is_valid_number, parse
from wagtail import blocks

from cms.blocks.choosers import PageBlock, PictureBlock
from cms.enums import Icon, TileColour, TileSize


class PhoneBlock(blocks.CharBlock):
    """A phone number with its country code."""

    def clean(self, value: str) -> str:
        number: str = super().clean(value)
        try:
            valid = is_valid_number(parse(number))
        except NumberParseException:
            valid = False
        if number and not valid:
            raise ValidationError(_("Write the number with its country code, such as +49 40 123456."))
        return number


class Tile(blocks.StructBlock):
    """What every tile has."""

    title = blocks.CharBlock(label=_("Title"), max_length=60)
    text = blocks.CharBlock(label=_("Line below"), max_length=120, required=False)
    icon = blocks.ChoiceBlock(label=_("Icon"), choices=Icon.choices, required=False)
    image = PictureBlock(label=_("Picture"), required=False, help_text=_("Shown instead of the icon."))
    size = blocks.ChoiceBlock(label=_("Size"), choices=TileSize.choices, default=TileSize.SMALL)
    colour = blocks.ChoiceBlock(label=_("Colour"), choices=TileColour.choices, default=TileColour.PLAIN)

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        """Return where a tap leads; an empty text for a tile that only tells something."""
        return ""

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["href"] = self.href(value, request=(parent_context or {}).get("request"))
        return context

    class Meta:
        template = "cms/blocks/tile.html"


class PageTile(Tile):
    page = PageBlock(label=_("Page"))

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        page = value["page"]
        return page.get_url(request) or "" if page and page.live else ""

    class Meta:
        icon = "doc-empty-inverse"
        label = _("Page or tour")


class LinkTile(Tile):
    url = blocks.URLBlock(label=_("Address"), help_text=_("Such as https://www.example.com"))

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        return str(value["url"])

    class Meta:
        icon = "link-external"
        label = _("Link to another site")


class CallTile(Tile):
    phone = PhoneBlock(label=_("Phone number"))

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        return "tel:" + "".join(sign for sign in value["phone"] if sign.isdigit() or sign == "+")

    class Meta:
        icon = "mobile-alt"
        label = _("Call")


class WhatsAppTile(Tile):
    phone = PhoneBlock(label=_("Phone number"))
    message = blocks.CharBlock(label=_("First words"), required=False, max_length=200)

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        number = "".join(filter(str.isdigit, value["phone"]))
        return f"https://wa.me/{number}" + (f"?text={quote(value['message'])}" if value["message"] else "")

    class Meta:
        icon = "comment"
        label = _("WhatsApp")


class EmailTile(Tile):
    email = blocks.EmailBlock(label=_("E-mail"))

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        return f"mailto:{value['email']}"

    class Meta:
        icon = "mail"
        label = _("E-mail")


class PlaceTile(Tile):
    latitude = blocks.DecimalBlock(label=_("Latitude"), min_value=-90, max_value=90, decimal_places=6)
    longitude = blocks.DecimalBlock(label=_("Longitude"), min_value=-180, max_value=180, decimal_places=6)

    def href(self, value: Any, *, request: HttpRequest | None) -> str:
        latitude, longitude = value["latitude"], value["longitude"]
        return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"

    class Meta:
        icon = "site"
        label = _("Place on the map")


def _escaped_for_wifi(text: str) -> str:
    return "".join(f"\\{sign}" if sign in '\\;,:"' else sign for sign in text)


class WifiTile(Tile):
    network = blocks.CharBlock(label=_("Network"), max_length=32)
    password = blocks.CharBlock(label=_("Password"), max_length=63, required=False)

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["qr_code"] = self.qr_code(value["network"], value["password"])
        return context

    @staticmethod
    def qr_code(network: str, password: str) -> SafeString:
        """Return an inline SVG that phones read to join the network."""
        kind = f"T:WPA;P:{_escaped_for_wifi(password)};" if password else "T:nopass;"
        code = segno.make(f"WIFI:S:{_escaped_for_wifi(network)};{kind};")
        svg = code.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True)
        # Made by the library from numbers, not from what was typed.
        return SafeString(svg)

    class Meta:
        icon = "wifi"
        label = _("Wi-Fi")
        template = "cms/blocks/tile_wifi.html"


class InfoTile(Tile):
    details = blocks.TextBlock(label=_("Text"), help_text=_("Such as opening hours or a notice."))

    class Meta:
        icon = "info-circle"
        label = _("Information")
        template = "cms/blocks/tile_info.html"


class TilesBlock(blocks.StreamBlock):
    page = PageTile()
    link = LinkTile()
    call = CallTile()
    whatsapp = WhatsAppTile()
    email = EmailTile()
    place = PlaceTile()
    wifi = WifiTile()
    info = InfoTile()


class TileGridBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    tiles = TilesBlock(label=_("Tiles"), min_num=1)

    class Meta:
        icon = "grip"
        label = _("Tiles")
        template = "cms/blocks/tile_grid.html"
