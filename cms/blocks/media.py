"""What is heard, watched or downloaded, and what other sites show inside a page."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.blocks.choosers import DocumentBlock, PictureBlock
from cms.blocks.fields import words_said
from cms.blocks.struct import StructBlock
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


def check_one_source(value: Any) -> None:
    """Raise a block's error unless the value of a video has either a file or an address."""
    if bool(value["document"]) == bool(value["url"]):
        raise StructBlockValidationError({"url": ValidationError(_("Give either a file or an address."))})


class VideoBlock(StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    document = RecordingBlock(kinds=VIDEO_KINDS, label=_("Video file"), required=False)
    url = FrameBlock(label=_("Or its address at YouTube or Vimeo"), required=False)
    image = PictureBlock(label=_("Picture before it plays"), required=False)
    transcript = words_said()

    def check_fields(self, value: Any) -> None:
        check_one_source(value)

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["frame"] = find_frame(value["url"]) if value["url"] else None
        return context

    class Meta:
        icon = "media"
        label = _("Video")
        description = _("A film of your own, or one from YouTube or Vimeo that loads when a guest asks for it.")
        template = "cms/blocks/video.html"


class AudioBlock(StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    document = RecordingBlock(label=_("Sound file"))
    transcript = words_said()

    class Meta:
        icon = "media"
        label = _("Audio")
        description = _("Something to listen to, with its words to read.")
        template = "cms/blocks/audio.html"
