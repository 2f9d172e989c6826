"""Blocks that every page may have."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms import queries
from cms.blocks.choosers import PageBlock, PictureBlock, check_spot, place_or_numbers
from cms.blocks.fields import degrees_east, degrees_north, picture_words, stands_out
from cms.blocks.html import HtmlBlock
from cms.blocks.kept import KeptBlock
from cms.blocks.media import AudioBlock, VideoBlock
from cms.blocks.place_list import PlaceListBlock
from cms.blocks.shared import SharedNoticeBlock, SharedQuestionsBlock
from cms.blocks.struct import StructBlock
from cms.blocks.table import table
from cms.blocks.tile_grid import TileGridBlock
from cms.blocks.tour_list import TourListBlock
from cms.blocks.visibility import is_shown

RICH_TEXT_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]


class HeroBlock(StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.TextBlock(
        label=_("Text"), required=False, max_length=300, help_text=_("One or two sentences below the heading.")
    )
    image = PictureBlock(label=_("Picture"), required=False)
    image_words = picture_words()
    button = blocks.CharBlock(
        label=_("Words on the button"),
        required=False,
        max_length=40,
        help_text=_("Such as “Choose a tour”. Without words, or without a page, there is no button."),
    )
    page = PageBlock(label=_("Where the button leads"), required=False)

    class Meta:
        icon = "image"
        label = _("Hero")
        description = _("The big picture at the top with the page’s heading and one button.")
        template = "cms/blocks/hero.html"


class PictureTextBlock(StructBlock):
    image = PictureBlock(label=_("Picture"))
    image_words = picture_words()
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT_FEATURES)
    picture_right = blocks.BooleanBlock(
        label=_("Picture on the right"), required=False, help_text=_("On a phone the picture is always above the text.")
    )

    class Meta:
        icon = "image"
        label = _("Picture and text")
        description = _("A picture with words beside it; below each other on a phone.")
        template = "cms/blocks/picture_text.html"


class GalleryPicture(StructBlock):
    image = PictureBlock(label=_("Picture"))
    image_words = picture_words()
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)


class GalleryBlock(StructBlock):
    pictures = blocks.ListBlock(GalleryPicture(), label=_("Pictures"), min_num=1)

    class Meta:
        icon = "image"
        label = _("Gallery")
        description = _("Several pictures to swipe through; a tap opens one large.")
        template = "cms/blocks/gallery.html"


class QuestionBlock(KeptBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=200, help_text=_("As a guest would ask it."))
    answer = blocks.RichTextBlock(label=_("Answer"), features=["bold", "italic", "ol", "ul", "link"])


class FaqBlock(StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        request = (parent_context or {}).get("request")
        context["questions"] = [
            question
            for question in value["questions"].bound_blocks
            if is_shown(question.value.get("visibility"), request=request)
        ]
        return context

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Questions that open with a tap. Search engines show them too.")
        template = "cms/blocks/faq.html"


class PinBlock(StructBlock):
    place = place_or_numbers()
    name = blocks.CharBlock(
        label=_("Name"), required=False, max_length=120, help_text=_("Empty: the name of the place.")
    )
    latitude = degrees_north()
    longitude = degrees_east()

    def check_fields(self, value: Any) -> None:
        check_spot(value)
        if not value["place"] and not value["name"]:
            raise StructBlockValidationError({"name": ValidationError(_("Say what is there."))})

    @staticmethod
    def point(value: Any) -> queries.MapPoint | None:
        """Return the pin on the map; None when its place is gone, or is not on the map any more."""
        if value["place"]:
            point = next(iter(queries.place_points(value["place"])), None)
            return replace(point, name=value["name"]) if point and value["name"] else point
        if value["latitude"] is None or value["longitude"] is None:
            return None
        return queries.MapPoint(value["name"], float(value["latitude"]), float(value["longitude"]))


class MapBlock(StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    pins = blocks.ListBlock(PinBlock(), label=_("Pins"), min_num=1)

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["points"] = [point for pin in value["pins"] if (point := PinBlock.point(pin))]
        return context

    class Meta:
        icon = "site"
        label = _("Map")
        description = _("A map with pins: your places, or spots that you set by their coordinates.")
        template = "cms/blocks/map.html"


class NoticeBlock(StructBlock):
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "italic", "link"])
    warning = stands_out()

    class Meta:
        icon = "warning"
        label = _("Notice")
        description = _("A short message in a frame that nobody overlooks.")
        template = "cms/blocks/notice.html"


class KeptNoticeBlock(KeptBlock):
    """A notice that is shown at its times, and that somebody keeps right."""

    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "italic", "link"], required=False)
    warning = stands_out()

    class Meta:
        icon = "warning"
        label = _("Notice")
        description = _("A short message that can end by itself.")


class QuoteBlock(StructBlock):
    text = blocks.TextBlock(label=_("Words"), max_length=600)
    who = blocks.CharBlock(
        label=_("Who said it"), required=False, max_length=120, help_text=_("Such as “Ida, Berlin”.")
    )

    class Meta:
        icon = "openquote"
        label = _("Quote")
        description = _("What a guest or the press said about you.")
        template = "cms/blocks/quote.html"


class CallToActionBlock(StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)
    button = blocks.CharBlock(label=_("Words on the button"), max_length=40)
    page = PageBlock(label=_("Where the button leads"), required=False)
    url = blocks.URLBlock(label=_("Or to which other site"), required=False)

    def check_fields(self, value: Any) -> None:
        if bool(value["page"]) == bool(value["url"]):
            raise StructBlockValidationError({"page": ValidationError(_("Choose either a page or another site."))})

    class Meta:
        icon = "pick"
        label = _("Call to action")
        description = _("A heading and one button, to lead guests on.")
        template = "cms/blocks/call_to_action.html"


def text() -> blocks.RichTextBlock:
    """Return a block for formatted words."""
    return blocks.RichTextBlock(
        label=_("Text"), icon="pilcrow", features=RICH_TEXT_FEATURES, template="cms/blocks/rich_text.html"
    )


class ColumnBlock(blocks.StreamBlock):
    """What stands beside something else."""

    rich_text = text()
    quote = QuoteBlock()
    audio = AudioBlock()
    video = VideoBlock()
    notice = NoticeBlock()


class ColumnsBlock(StructBlock):
    columns = blocks.ListBlock(ColumnBlock(label=_("Column")), label=_("Columns"), min_num=2, max_num=3)

    class Meta:
        icon = "grip"
        label = _("Columns")
        description = _("Two or three blocks beside each other; below each other on a phone.")
        template = "cms/blocks/columns.html"


class ContentBlock(blocks.StreamBlock):
    """What any page may hold."""

    rich_text = text()
    picture_text = PictureTextBlock()
    gallery = GalleryBlock()
    video = VideoBlock()
    audio = AudioBlock()
    faq = FaqBlock()
    table = table()
    quote = QuoteBlock()
    call_to_action = CallToActionBlock()
    map = MapBlock()
    places = PlaceListBlock()
    notice = NoticeBlock()
    shared_notice = SharedNoticeBlock()
    shared_questions = SharedQuestionsBlock()
    columns = ColumnsBlock()
    tours = TourListBlock()
    html = HtmlBlock()


class ContentWithHeroBlock(ContentBlock):
    """What a page may hold that has no head of its own."""

    hero = HeroBlock()


class BodyBlock(ContentWithHeroBlock):
    """What a landing page may hold."""

    tiles = TileGridBlock()
