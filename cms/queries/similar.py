"""What stands beside a tour: tours for those who like it, and what it costs at least."""

from datetime import datetime
from typing import TYPE_CHECKING, Final, TypedDict
from uuid import UUID

from cms.queries.cards import TourCard, cards_of, pages_on_sale
from cms.queries.tour_search import tour_facts
from cms.rules import alike

if TYPE_CHECKING:
    from cms.pages.tours import TourPage

SIMILAR: Final = 3


class BesideTour(TypedDict):
    """Similar tours, and the lowest price of the tour itself in words; empty when nothing can be booked."""

    cards: list[TourCard]
    price_from: str


def page_of_tour(public_id: UUID, *, language: str) -> "TourPage | None":
    """Return the published page of a tour in a language, or None; one query."""
    from cms.pages.tours import TourPage  # pages are made of blocks, and blocks list tours

    return TourPage.objects.live().filter(tour__public_id=public_id, locale__language_code=language).first()


def beside_tour(page: "TourPage", *, now: datetime) -> BesideTour:
    """Return what stands beside a tour's page: tours on sale that share tags or the category with it, the most alike first.

    A fixed number of queries.
    """
    facts = tour_facts(page)
    own = next((tour for tour in facts if tour.page_id == page.pk), None)
    if own is None:
        return {"cards": [], "price_from": ""}
    near = [tour.page_id for tour in alike(own, facts, limit=SIMILAR)]
    shown = pages_on_sale(page).filter(pk__in=[page.pk, *near])
    cards = {card.page.pk: card for card in cards_of(shown, now=now)}
    return {"cards": [cards[pk] for pk in near], "price_from": cards[page.pk].price_from}
