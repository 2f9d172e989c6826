"""What is heard, watched or downloaded, and what other sites show inside a page."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks.choosers import DocumentBlock
from cms.rules import find_frame

AUDIO_KINDS: Final = ("m4a", "mp3", "ogg", "wav")
VIDEO_KINDS: Final = ("mp4", "webm")


class RecordingBlock(DocumentBlock):
    """A document that is a recording of certain kinds, by the ends of names."""

    def __init__(self, *, kinds: tuple[str, ...] = AUDIO_KINDS, **kwargs: Any) -> None:
        self.kinds = kinds
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        document = super().clean(value)
        if document is not None and document.file_extension.lower() not in self.kinds:
            raise ValidationError(
                _("This file cannot be played here. Choose one that ends in %(kinds)s.")
                % {"kinds": ", ".join(f".{kind}" for kind in self.kinds)}
            )
        return document


class FrameBlock(blocks.URLBlock):
    """The address of something at another site that may be shown inside a page."""

    def clean(self, value: str) -> str:
        url: str = super().clean(value)
        if url and find_frame(url) is None:
            raise ValidationError(
                _(
                    "Only videos of YouTube and Vimeo, sound of Spotify, and maps of OpenStreetMap and komoot can be shown here."
                )
            )
        return url
