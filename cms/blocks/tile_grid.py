"""The grid in which tiles stand."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks.struct import StructBlock
from cms.blocks.tile_contents import (
    AudioTile,
    ClockTile,
    DownloadTile,
    EmbedTile,
    InfoTile,
    NoticeTile,
    OpeningHoursTile,
    VideoTile,
    WifiTile,
)
from cms.blocks.tiles import CallTile, EmailTile, LinkTile, PageTile, PlaceTile, WhatsAppTile
from cms.blocks.visibility import is_shown


class TilesBlock(blocks.StreamBlock):
    page = PageTile()
    link = LinkTile()
    call = CallTile()
    whatsapp = WhatsAppTile()
    email = EmailTile()
    place = PlaceTile()
    wifi = WifiTile()
    hours = OpeningHoursTile()
    notice = NoticeTile()
    info = InfoTile()
    video = VideoTile()
    audio = AudioTile()
    download = DownloadTile()
    clock = ClockTile()
    embed = EmbedTile()


def _why_not(tile: Any, request: HttpRequest | None) -> str:
    """Why guests do not see a tile now, in words for editors; empty when they do."""
    if not is_shown(tile.value.get("visibility"), request=request):
        return gettext("Not shown now")
    return "" if tile.block.has_something(tile.value) else gettext("Leads to nothing published")


class TileGridBlock(StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    tiles = TilesBlock(label=_("Tiles"), min_num=1)

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        request = (parent_context or {}).get("request")
        tiles = [(tile, _why_not(tile, request)) for tile in value["tiles"]]
        # Who edits the page sees where the others will be.
        is_preview = getattr(request, "is_preview", False)
        context["tiles"] = [(tile, why_not) for tile, why_not in tiles if not why_not or is_preview]
        return context

    class Meta:
        icon = "grip"
        label = _("Tiles")
        description = _("Big buttons: a call, the Wi-Fi, opening hours, your pages and more.")
        template = "cms/blocks/tile_grid.html"
