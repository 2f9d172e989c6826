"""Tours as lists of them show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Left, Length
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from commerce.queries import lowest_prices
from tenancy.money import format_money
from tenancy.queries import scope_currency
from tours.enums import TourStatus
from tours.models import Tour
from tours.queries import BookableDay, NextDeparture, bookable_days, next_departures

if TYPE_CHECKING:
    from cms.pages.tours import TourPage


@dataclass(frozen=True, slots=True)
class TourCard:
    """A tour as a list shows it."""

    page: "TourPage"
    tour: Tour
    next_departure: NextDeparture | None
    price_from: str


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be booked of tours: the days, and when each leaves next and what it costs at least, by the tour's primary key."""

    days: Sequence[BookableDay]
    departures: Mapping[int, NextDeparture]
    prices: Mapping[int, int]

    @property
    def soonest(self) -> list[int]:
        """The tours that can be booked, by their next departure."""
        return sorted(self.departures, key=lambda tour_id: self.departures[tour_id])


EVERY_DEPARTURE = Q()


def offers_of(tours: Iterable[int], *, now: datetime, only: Q = EVERY_DEPARTURE, priced: bool = True) -> Offers:
    """Return what can be booked of tours (by primary key) on departures that meet a condition; four queries, one without prices.

    Where shared resources are needed it is more, see `next_departures`.
    """
    days = bookable_days(tours, now=now, only=only)
    departures = next_departures(days, now=now, only=only)
    prices = lowest_prices(days, currency=scope_currency(), now=now) if priced else {}
    return Offers(days, departures, prices)


def with_prices(offers: Offers, tours: Iterable[int], *, now: datetime) -> Offers:
    """Return what can be booked with the lowest prices of some of the tours (by primary key); three queries."""
    wanted = set(tours)
    days = [day for day in offers.days if day.tour_id in wanted]
    return replace(offers, prices=lowest_prices(days, currency=scope_currency(), now=now))


def pages_on_sale(page: Page) -> "QuerySet[TourPage]":
    """Return the published pages of tours on sale in the language of a page, in the order of the pages.

    Those closed to some people are left out: a list is the same for all who see `page`.
    """
    from cms.pages.tours import TourPage  # pages are made of blocks, and blocks list tours

    found = TourPage.objects.live().filter(locale_id=page.locale_id, tour__status=TourStatus.ACTIVE)
    return found.filter(~Exists(_closed_beyond(page))).order_by("path")


def _closed_beyond(page: Page) -> QuerySet[PageViewRestriction]:
    """What closes the page of the outer query, without what closes `page` too."""
    above = [page.path[:end] for end in range(page.steplen, len(page.path) + 1, page.steplen)]
    return (
        PageViewRestriction.objects.alias(start=Left(OuterRef("path"), Length("page__path")))
        .filter(page__path=F("start"))
        .exclude(page__path__in=above)
    )


def cards_of(pages: "QuerySet[TourPage]", offers: Offers | None = None, *, now: datetime) -> "list[TourCard]":
    """Return the cards of pages of tours; two queries, and those of `offers_of` unless what can be booked is given."""
    found = list(pages.select_related("tour", "cover").prefetch_related("cover__renditions"))
    if offers is None:
        offers = offers_of([one.tour_id for one in found], now=now) if found else Offers((), {}, {})
    currency = scope_currency()
    return [
        TourCard(
            page=one,
            tour=one.tour,
            next_departure=offers.departures.get(one.tour_id),
            price_from=format_money(price, currency) if (price := offers.prices.get(one.tour_id)) else "",
        )
        for one in found
    ]


def tour_cards(
    page: Page, *, limit: int, category: str = "", tag: int | None = None, soonest_first: bool = False
) -> list[TourCard]:
    """Return tours on sale with a published page in the language of `page`; a fixed number of queries.

    Only those of a category or with a tag, where one is given. Those that leave next come first if asked for, else the order is that
    of the pages.
    """
    now = timezone.now()
    pages = pages_on_sale(page)
    if category:
        pages = pages.filter(tour__category=category)
    if tag is not None:
        pages = pages.filter(tour__tags=tag)
    if not soonest_first:
        return cards_of(pages[:limit], now=now)
    offers = offers_of(pages.values_list("tour_id", flat=True), now=now, priced=False)
    first = offers.soonest[:limit]
    cards = {card.tour.pk: card for card in cards_of(pages.filter(tour__in=first), now=now)}
    return [cards[tour_id] for tour_id in first]
