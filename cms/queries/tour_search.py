"""The tours that fit what guests ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page as Part
from django.core.paginator import Paginator
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from wagtail.models import Page

from cms.enums import TourOrder
from cms.queries.cards import Offers, TourCard, cards_of, offers_of, pages_on_sale, with_prices
from cms.rules import TourFacts, TourFilters, fits
from tenancy.fields import translated
from tours.models import TourTag
from tours.queries import departure_condition

# So many are shown at once.
CARDS: Final = 24


@dataclass(frozen=True, slots=True)
class FoundTours:
    """Tours that fit: those of one part of the list, and, when there are none, without which filter there would be how many."""

    cards: list[TourCard]
    part: "Part[TourFacts]"
    count: int
    instead: dict[str, int]


def tour_facts(page: Page) -> list[TourFacts]:
    """Return what tours on sale are found by, for those with a page in the language of `page`, in the order of pages; one query."""
    tags = (
        TourTag.objects.filter(tours=OuterRef("tour_id"))
        .order_by("name")
        .values_list(JSONObject(pk="pk", name="name", name_translations="name_translations"))
    )
    rows = pages_on_sale(page).values_list(
        "pk", "tour_id", "tour__category", "tour__languages", "tour__accessibility", "tour__duration_minutes",
        ArraySubquery(tags),
    )  # fmt: skip
    return [
        TourFacts(
            page_id, tour_id, category, languages, accessibility, minutes, {tag["pk"]: _tag_name(tag) for tag in tags}
        )
        for page_id, tour_id, category, languages, accessibility, minutes, tags in rows
    ]


def _tag_name(tag: dict[str, Any]) -> str:
    return translated(TourTag(name=tag["name"], name_translations=tag["name_translations"]), "name")


def find_tours(
    page: Page,
    facts: Sequence[TourFacts],
    filters: TourFilters,
    *,
    order: str = "",
    number: int | str = 1,
    now: datetime,
) -> FoundTours:
    """Return the part `number` of those of some tours that fit; a fixed number of queries, however many tours there are.

    A part that does not exist is the first or the last one.
    """
    offers = None
    fitting = [tour for tour in facts if fits(tour, filters)]
    if filters.by_date or filters.price is not None or order:
        priced = filters.price is not None or order == TourOrder.CHEAPEST
        offers = _offers(fitting, filters, now=now, priced=priced)
        fitting = _in_order([tour for tour in fitting if _is_offered(tour, filters, offers)], offers, order)
    part = Paginator(fitting, CARDS).get_page(number)
    shown = [tour.page_id for tour in part]
    if offers is not None and not offers.prices and shown:
        offers = with_prices(offers, [tour.tour_id for tour in part], now=now)
    pages = pages_on_sale(page).filter(pk__in=shown)
    cards = {card.page.pk: card for card in cards_of(pages, offers, now=now)} if shown else {}
    instead = {} if fitting else _instead(facts, filters, now=now)
    return FoundTours([cards[pk] for pk in shown], part, len(fitting), instead)


def _offers(tours: Sequence[TourFacts], filters: TourFilters, *, now: datetime, priced: bool) -> Offers:
    language = filters.language if filters.by_date else ""
    only = departure_condition(filters.from_, filters.to, language=language)
    return offers_of([tour.tour_id for tour in tours], now=now, only=only, priced=priced)


def _is_offered(tour: TourFacts, filters: TourFilters, offers: Offers) -> bool:
    if filters.by_date and tour.tour_id not in offers.departures:
        return False
    return filters.price is None or offers.prices.get(tour.tour_id, filters.price + 1) <= filters.price


def _in_order(tours: list[TourFacts], offers: Offers, order: str) -> list[TourFacts]:
    # What cannot be booked comes last.
    if order == TourOrder.SOONEST:
        ranks = {tour_id: rank for rank, tour_id in enumerate(offers.soonest)}
    elif order == TourOrder.CHEAPEST:
        ranks = dict(offers.prices)
    else:
        return tours
    return sorted(tours, key=lambda tour: (tour.tour_id not in ranks, ranks.get(tour.tour_id, 0)))


def _instead(facts: Sequence[TourFacts], filters: TourFilters, *, now: datetime) -> dict[str, int]:
    """Return how many tours there are without each filter, where that finds any."""

    # The same days and prices for all filters that do not change them.
    @cache
    def offers(days: TourFilters) -> Offers:
        return _offers(facts, days, now=now, priced=filters.price is not None)

    found = {}
    for name in filters.set_ones:
        wider = filters.without(name)
        fitting = [tour for tour in facts if fits(tour, wider)]
        if wider.by_date or wider.price is not None:
            offered = offers(TourFilters(wider.from_, wider.to, wider.language if wider.by_date else ""))
            fitting = [tour for tour in fitting if _is_offered(tour, wider, offered)]
        if fitting:
            found[name] = len(fitting)
    return found
