"""What guests can find on a page: the page itself, the places of a tour, and the questions anywhere on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import override
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing

from cms.blocks.choosers import choices
from cms.blocks.content import QuestionBlock
from cms.blocks.kept import BEHIND_THE_GEAR, KeptBlock
from cms.blocks.shared import NoticeChooserBlock, QuestionsChooserBlock
from cms.enums import SearchKind
from cms.models import SharedNotice, SharedQuestions, TourIndexPage, TourPage
from cms.queries.choices import chosen_in
from cms.queries.shared import shared_by_id
from cms.queries.tour_pages import shown_stops, tour_of
from places.models import Place
from tenancy.fields import translated
from tenancy.models import TenantImage
from tours.queries import stops_of

if TYPE_CHECKING:
    from cms.snippets import SharedContent

# Blocks of words, and the fields of others whose words nobody searches for.
_WORDS: Final = (blocks.CharBlock, blocks.TextBlock, blocks.RichTextBlock, TypedTableBlock)
# So many letters make a description.
SENTENCE: Final = 40
# Blocks that begin with a picture.
PICTURED: Final = frozenset({"hero", "picture_text"})
_NOT_SEARCHED: Final = frozenset({*BEHIND_THE_GEAR, "network", "password"})


@dataclass(frozen=True, slots=True)
class Findable:
    """One thing that guests can find; `part` is the `id` of the element where it stands, `shown` the raw rules of when it is shown."""

    kind: SearchKind
    title: str
    text: str
    part: str = ""
    shown: dict[str, Any] = field(default_factory=dict)


def findables(page: Page) -> list[Findable]:
    """Return what guests can find on a page of any kind (the specific one), in its language, with what it shares with others.

    Four queries for a tour's, else none; two more for each kind of shared content on it.
    """
    with override(page.locale.language_code), choices(**_shared_on(page)):
        body = getattr(page, "body", None)
        found = list(_questions(body.stream_block, body)) if body else []
        texts = [page.search_description, *(_texts(body.stream_block, body) if body else [])]
        if isinstance(page, TourPage):
            tour_texts, places = _of_tour(page)
            own = Findable(SearchKind.TOUR, page.title, _joined([*tour_texts, *texts]))
            return [own, *found, *places]
        if isinstance(page, TourIndexPage):
            texts.append(get_text_for_indexing(page.intro))
        return [Findable(SearchKind.PAGE, page.title, _joined(texts)), *found]


def _shared_on(page: Page) -> "dict[str, Mapping[int, SharedContent]]":
    body = getattr(page, "body", None)
    raw = list(body.raw_data) if body else []
    kinds = (
        (NoticeChooserBlock, "shared_notice", SharedNotice),
        (QuestionsChooserBlock, "shared_questions", SharedQuestions),
    )
    return {
        block.shelf: shared_by_id(model, chosen_in(raw, key), locale_id=page.locale_id) for block, key, model in kinds
    }


def description_of(page: Page, *, letters: int = 160) -> str:
    """Return what a page is about in one or two sentences: what editors say for search engines, else its summary, else how it begins."""
    if page.search_description:
        return str(page.search_description)
    body = getattr(page, "body", None)
    text = getattr(page, "summary", "") or get_text_for_indexing(getattr(page, "intro", ""))
    if not text and body:
        # Headings and labels of buttons say little by themselves; what is long enough is a sentence.
        text = next((words for words in _texts(body.stream_block, body) if len(words) >= SENTENCE), "")
    text = _joined([text])
    return text if len(text) <= letters else f"{text[:letters].rsplit(' ', 1)[0]} …"


def first_picture(page: Page) -> TenantImage | None:
    """Return the first picture in the body of a page whose blocks have been made, or None."""
    for block in getattr(page, "body", None) or ():
        picture = block.value.get("image") if block.block_type in PICTURED else None
        if picture is not None:
            return picture
    return None


def _of_tour(page: TourPage) -> tuple[list[str], list[Findable]]:
    tour = tour_of(page)
    stops = shown_stops(stops_of(tour), page.stop_contents.all())
    texts = [page.summary]
    texts += [get_text_for_indexing(part) for part in (page.highlights, page.included, page.excluded, page.to_bring)]
    texts += [tour.get_category_display(), *(translated(tag, "name") for tag in tour.tags.all())]
    places = [
        Findable(
            SearchKind.PLACE,
            shown.title,
            _joined(
                [*_place_texts(shown.stop.place), get_text_for_indexing(shown.content.text if shown.content else "")]
            ),
            part=f"stop-{shown.number}",
        )
        for shown in stops
    ]
    meeting = tour.meeting_point
    if meeting is not None:
        texts.append(translated(meeting, "name"))
        if meeting.pk not in {shown.stop.place_id for shown in stops}:
            text = _joined([meeting.address, translated(meeting, "directions")])
            places.append(Findable(SearchKind.PLACE, translated(meeting, "name"), text, part="meeting-point"))
    return texts, places


def _place_texts(place: Place) -> list[str]:
    return [translated(place, "name"), place.address]


def _joined(texts: list[str]) -> str:
    return " ".join(" ".join(texts).split())


def _questions(block: blocks.Block, value: Any) -> Iterator[Findable]:
    """The questions in the value of a block, however deep."""
    for inner, inside, part_id in _inside(block, value):
        if isinstance(inner, QuestionBlock):
            yield Findable(
                SearchKind.QUESTION,
                inside["question"],
                _joined(inner.child_blocks["answer"].get_searchable_content(inside["answer"])),
                part=f"q-{part_id}" if part_id else "",
                shown=_rules_of(inner, inside),
            )
        else:
            yield from _questions(inner, inside)


def _texts(block: blocks.Block, value: Any) -> Iterator[str]:
    """The words in the value of a block, without questions, and without what is shown at times only."""
    if isinstance(block, _WORDS):
        yield from block.get_searchable_content(value)
        return
    for inner, inside, _part_id in _inside(block, value):
        if not isinstance(inner, QuestionBlock) and not (isinstance(inner, KeptBlock) and _rules_of(inner, inside)):
            yield from _texts(inner, inside)


def _inside(block: blocks.Block, value: Any) -> Iterator[tuple[blocks.Block, Any, str | None]]:
    """The blocks inside a block with their values, and the ids of those that have one."""
    if isinstance(block, blocks.StreamBlock):
        yield from ((child.block, child.value, child.id) for child in value)
    elif isinstance(block, blocks.ListBlock):
        yield from ((child.block, child.value, child.original_id) for child in value.bound_blocks)
    elif isinstance(block, (NoticeChooserBlock, QuestionsChooserBlock)):
        if value is not None:
            yield from _inside(value.body.stream_block, value.body)
    elif isinstance(block, blocks.StructBlock):
        for name, inner in block.child_blocks.items():
            if name not in _NOT_SEARCHED:
                yield inner, value.get(name), None


def _rules_of(block: KeptBlock, value: Any) -> dict[str, Any]:
    """The raw rules of when something is shown; nothing when it always is."""
    rules = value.get("visibility")
    raw = block.child_blocks["visibility"].get_prep_value(rules) if rules else {}
    return {name: rule for name, rule in raw.items() if rule}
