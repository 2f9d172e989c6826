"""Tiles and answers that somebody keeps right."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from wagtail.models import Page

from cms.enums import Staleness
from cms.queries.choices import chosen_in
from cms.queries.shared import shared_by_id
from cms.rules import Freshness
from tenancy.models import User
from tenancy.queries import members

if TYPE_CHECKING:
    from cms.snippets import SharedContent


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A tile, an answer or a notice of a published page, or of what pages share, and why somebody should look at it."""

    page: "Page | SharedContent"
    block_id: str
    name: str
    freshness: Freshness
    staleness: Staleness | None
    owner: User | None


def _bodied() -> Iterator[QuerySet[Any]]:
    from cms.pages import content, tours  # pages are made of blocks, and blocks ask here

    for model in (content.LandingPage, content.ContentPage, content.FaqPage, tours.TourPage):
        yield model.objects.live().select_related("locale").order_by("path")
    for shared in shared_models():
        yield shared._default_manager.select_related("locale").order_by("name", "pk")


def shared_models() -> "tuple[type[SharedContent], ...]":
    """Return the kinds of things that are kept once and shown on many pages."""
    from cms.snippets import SharedNotice, SharedQuestions  # as above

    return (SharedNotice, SharedQuestions)


def parts_of(raw: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield id and raw value of each tile and question anywhere in the raw content of blocks."""
    if isinstance(raw, Mapping):
        value = raw.get("value")
        if isinstance(raw.get("id"), str) and isinstance(value, Mapping) and ("title" in value or "question" in value):
            yield raw["id"], value
        for inner in raw.values():
            yield from parts_of(inner)
    elif isinstance(raw, Iterable) and not isinstance(raw, str):
        for inner in raw:
            yield from parts_of(inner)


def name_of_part(value: Mapping[str, Any]) -> str:
    """Return what guests call a tile or an answer."""
    return str(value.get("title") or value.get("question") or "")


def _freshness(value: Mapping[str, Any]) -> Freshness:
    raw = value.get("freshness") or {}
    confirmed_on, valid_until, owner = (raw.get(key) for key in ("confirmed_on", "valid_until", "owner"))
    return Freshness(
        date.fromisoformat(confirmed_on) if confirmed_on else None,
        date.fromisoformat(valid_until) if valid_until else None,
        int(owner) if owner else None,
    )


def kept_parts(*, today: date) -> list[KeptPart]:
    """Return the tiles and answers of published pages of which anything is said about who keeps them or until when they hold.

    Those that somebody should look at come first, the longest over before others. Seven queries.
    """
    people = {member.pk: member for member in members()}
    found = []
    for pages in _bodied():
        for page in pages:
            for block_id, value in parts_of(list(page.body.raw_data)):
                freshness = _freshness(value)
                if freshness != Freshness():
                    found.append(
                        KeptPart(
                            page,
                            block_id,
                            name_of_part(value),
                            freshness,
                            freshness.staleness(today),
                            people.get(freshness.owner_id) if freshness.owner_id else None,
                        )
                    )
    order: dict[Staleness | None, int] = {staleness: rank for rank, staleness in enumerate(Staleness)}
    order[None] = len(order)
    return sorted(
        found,
        key=lambda part: (
            order[part.staleness],
            part.freshness.valid_until or date.max,
            part.freshness.confirmed_on or date.max,
        ),
    )


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A tile, an answer or a notice on a published page; `holder` is what it is written in: the page, or what it shares with others."""

    page: Page
    holder: "Page | SharedContent"
    value: Mapping[str, Any]


def page_with_part(translation_key: Any, block_id: str, *, language: str) -> ShownPart | None:
    """Return a published page in a language with the raw value of one of its parts; None when there is none."""
    for pages in _bodied():
        page = pages.filter(translation_key=translation_key, locale__language_code=language).first()
        if not isinstance(page, Page):
            continue
        raw = list(page.body.raw_data)
        for holder in (page, *_shared_in(raw, locale_id=page.locale_id)):
            value = dict(parts_of(list(holder.body.raw_data))).get(block_id)
            if value is not None:
                return ShownPart(page, holder, value)
        return None
    return None


def _shared_in(raw: Any, *, locale_id: int) -> "Iterator[Any]":
    notice, questions = shared_models()
    for model, key in ((notice, "shared_notice"), (questions, "shared_questions")):
        yield from shared_by_id(model, chosen_in(raw, key), locale_id=locale_id).values()
