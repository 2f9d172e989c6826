"""Notices and questions that are kept once and shown on many pages."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.blocks.choosers import Chosen
from cms.blocks.struct import StructBlock
from cms.blocks.visibility import is_shown


class ShownPart(NamedTuple):
    """A part of what is shared that is shown now, as the template of questions knows those of a page."""

    value: Any
    original_id: str
    # Shown further up on the page already, where links to it lead.
    is_again: bool = False


def shown_parts(shared: Any, *, request: HttpRequest | None) -> list[ShownPart]:
    """Return what is shown now of something shared; nothing of what is gone."""
    parts = shared.body if shared is not None else ()
    return [ShownPart(one.value, one.id) for one in parts if is_shown(one.value.get("visibility"), request=request)]


def marked_again(parts: Iterable[ShownPart], before: set[str]) -> list[ShownPart]:
    """Return parts, marked where they were shown `before` (by their ids) on the same page; it knows of these too afterwards."""
    marked = [part._replace(is_again=part.original_id in before) for part in parts]
    before.update(part.original_id for part in marked)
    return marked


class _SharedChooser(Chosen, SnippetChooserBlock):
    model_name: str

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(self.model_name, **kwargs)

    def get_translatable_segments(self, value: Any) -> list[Any]:
        """Return nothing: what is chosen is translated by itself, and shown in the language of the page."""
        return []


class NoticeChooserBlock(_SharedChooser):
    """A shared notice; its raw value stands under the key “shared_notice”."""

    shelf = "shared_notices"
    model_name = "cms.SharedNotice"


class QuestionsChooserBlock(_SharedChooser):
    """A group of shared questions; its raw value stands under the key “shared_questions”."""

    shelf = "shared_questions"
    model_name = "cms.SharedQuestions"


class SharedNoticeBlock(StructBlock):
    shared_notice = NoticeChooserBlock(label=_("Notice"), help_text=_("Changed in one place, on all pages at once."))

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        context["notices"] = shown_parts(value["shared_notice"], request=(parent_context or {}).get("request"))
        return context

    class Meta:
        icon = "warning"
        label = _("Shared notice")
        description = _("A notice kept once under Shared content; change it there, and it changes on all pages.")
        template = "cms/blocks/shared_notice.html"


class SharedQuestionsBlock(StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    shared_questions = QuestionsChooserBlock(
        label=_("Questions"), help_text=_("Changed in one place, on all pages at once.")
    )

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        around = parent_context or {}
        questions = shown_parts(value["shared_questions"], request=around.get("request"))
        context["questions"] = marked_again(questions, around.get("shown_before", set()))
        return context

    class Meta:
        icon = "help"
        label = _("Shared questions")
        description = _("Questions kept once under Shared content; change them there, and they change on all pages.")
        template = "cms/blocks/faq.html"
