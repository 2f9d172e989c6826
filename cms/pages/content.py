"""Landing pages, plain pages and questions."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import BodyBlock, ContentWithHeroBlock, FaqBlock, SharedQuestionsBlock
from cms.pages.base import BasePage

HOW_TO_WRITE = _("Press + to add a block, drag to reorder. What you see beside it is what guests will see.")


# Wagtail would give each page a template of its own.
BODY_TEMPLATE = "cms/body_page.html"


class BodyPage(BasePage):
    """A page that is its blocks, one below the other; the first may be its head."""

    content_panels = [*BasePage.content_panels, FieldPanel("body", help_text=HOW_TO_WRITE)]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    @property
    def opens_with_hero(self) -> bool:
        """Whether the first block brings the page's heading with it."""
        return bool(self.body) and self.body[0].block_type == "hero"

    class Meta:
        abstract = True


class LandingPage(BodyPage):
    """A page built from tiles and blocks; an organization's home is one."""

    body = StreamField(BodyBlock(), verbose_name=_("content"), blank=True)

    template = BODY_TEMPLATE
    page_description = _("Tiles, pictures, tours: a page to arrive on.")

    class Meta:
        verbose_name = _("landing page")
        verbose_name_plural = _("landing pages")
        # On pages of every kind.
        permissions: ClassVar = [("use_html", "Can write HTML on pages")]


class ContentPage(BodyPage):
    """A page of text and pictures."""

    body = StreamField(ContentWithHeroBlock(), verbose_name=_("content"), blank=True)

    template = BODY_TEMPLATE
    page_description = _("Text and pictures, such as “About us” or the imprint.")

    class Meta:
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")


class FaqPage(BasePage):
    """Questions that guests ask, with answers."""

    body = StreamField(
        [("faq", FaqBlock()), ("shared_questions", SharedQuestionsBlock())], verbose_name=_("questions"), blank=True
    )

    content_panels = [*BasePage.content_panels, FieldPanel("body", help_text=HOW_TO_WRITE)]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    template = "cms/faq_page.html"
    subpage_types: ClassVar[list[str]] = []
    page_description = _("Questions that guests ask, with answers.")

    class Meta:
        verbose_name = _("questions page")
        verbose_name_plural = _("questions pages")
