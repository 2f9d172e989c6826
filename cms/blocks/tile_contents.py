"""Tiles that tell something themselves: they open, or show it at once."""

from typing import Any

import segno
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks.choosers import DocumentBlock
from cms.blocks.fields import stands_out, words_said
from cms.blocks.media import VIDEO_KINDS, FrameBlock, RecordingBlock, check_one_source
from cms.blocks.opening_hours import OpeningHoursBlock
from cms.blocks.tiles import Tile
from cms.rules import find_frame
from tenancy.queries import scope_zone


def _escaped_for_wifi(text: str) -> str:
    return "".join(f"\\{sign}" if sign in '\\;,:"' else sign for sign in text)


class WifiTile(Tile):
    network = blocks.CharBlock(label=_("Network"), max_length=32, help_text=_("Exactly as phones show it."))
    password = blocks.CharBlock(
        label=_("Password"),
        max_length=63,
        required=False,
        help_text=_("Everybody who sees the page can read it. Empty for a network without one."),
    )

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
        description = _("Shows your network and its password, with a code to scan.")
        template = "cms/blocks/tile_wifi.html"


class InfoTile(Tile):
    details = blocks.TextBlock(label=_("Text"), help_text=_("Shown when the tile is opened."))

    class Meta:
        icon = "info-circle"
        label = _("Information")
        description = _("Opens to show a text.")
        template = "cms/blocks/tile_info.html"


class NoticeTile(Tile):
    details = blocks.RichTextBlock(label=_("Notice"), features=["bold", "italic", "link"])
    warning = stands_out()

    class Meta:
        icon = "warning"
        label = _("Notice")
        description = _("Shows a message at once, without a tap.")
        template = "cms/blocks/tile_notice.html"


class OpeningHoursTile(Tile):
    hours = OpeningHoursBlock(label=_("Opening hours"))

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        # A context of its own: Wagtail would put the hours where the tile's value is.
        hours = self.child_blocks["hours"].get_context(value["hours"], {"request": context.get("request")})
        return {**context, **{name: hours[name] for name in ("status", "status_in_words", "rows")}}

    class Meta:
        icon = "time"
        label = _("Opening hours")
        description = _("Says whether you are open now, and until when.")
        template = "cms/blocks/tile_hours.html"


class ClockTile(Tile):
    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["time_zone"] = scope_zone().key
        return context

    class Meta:
        icon = "history"
        label = _("Clock")
        description = _("Shows what time it is where you are.")
        template = "cms/blocks/tile_clock.html"


class VideoTile(Tile):
    document = RecordingBlock(kinds=VIDEO_KINDS, label=_("Video file"), required=False)
    url = FrameBlock(label=_("Or its address at YouTube or Vimeo"), required=False)

    def check_fields(self, value: Any) -> None:
        check_one_source(value)

    def has_something(self, value: Any) -> bool:
        return bool(value["document"] or value["url"])

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["frame"] = find_frame(value["url"]) if value["url"] else None
        return context

    class Meta:
        icon = "media"
        label = _("Video")
        description = _("Plays a film.")
        template = "cms/blocks/tile_video.html"


class AudioTile(Tile):
    document = RecordingBlock(label=_("Sound file"))
    transcript = words_said()

    def has_something(self, value: Any) -> bool:
        return bool(value["document"] or value["transcript"])

    class Meta:
        icon = "media"
        label = _("Audio")
        description = _("Plays a recording.")
        template = "cms/blocks/tile_audio.html"


class DownloadTile(Tile):
    document = DocumentBlock(label=_("File"))

    def has_something(self, value: Any) -> bool:
        return bool(value["document"])

    class Meta:
        icon = "download"
        label = _("Download")
        description = _("Gives guests a file to keep.")
        template = "cms/blocks/tile_download.html"


class EmbedTile(Tile):
    url = FrameBlock(
        label=_("Address"),
        help_text=_("Of a video at YouTube or Vimeo, sound at Spotify, a map at OpenStreetMap, a tour at komoot."),
    )

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["frame"] = find_frame(value["url"])
        return context

    class Meta:
        icon = "code"
        label = _("Something from another site")
        description = _("Shows a video, music or a map of another site.")
        template = "cms/blocks/tile_embed.html"
