"""Tiles and answers that somebody keeps right."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page

from cms.enums import Staleness
from cms.rules import Freshness
from tenancy.models import User
from tenancy.queries import members


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A tile or an answer of a published page, and why somebody should look at it."""

    page: Page
    block_id: str
    name: str
    freshness: Freshness
    staleness: Staleness | None
    owner: User | None


def _bodied() -> Iterator[QuerySet[Any]]:
    from cms.pages import content, tours  # pages are made of blocks, and blocks ask here

    for model in (content.LandingPage, content.ContentPage, content.FaqPage, tours.TourPage):
        yield model.objects.live().select_related("locale").order_by("path")


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

    Those that somebody should look at come first, the longest over before others. Five queries.
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


def page_with_part(translation_key: Any, block_id: str, *, language: str) -> tuple[Page, Mapping[str, Any]] | None:
    """Return a published page in a language with the raw value of one of its tiles or answers; None when there is none."""
    for pages in _bodied():
        page = pages.filter(translation_key=translation_key, locale__language_code=language).first()
        if page is not None:
            parts = dict(parts_of(list(page.body.raw_data)))
            return (page, parts[block_id]) if block_id in parts else None
    return None
