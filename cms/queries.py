"""Reads for what guests see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from wagtail.models import Locale, Page, Site

from tenancy.fields import translated
from tenancy.money import format_money
from tenancy.queries import current_organization, scope_currency
from tours.enums import TourStatus
from tours.models import Schedule, Stop, Tour
from tours.queries import lowest_prices, next_departures

if TYPE_CHECKING:
    from cms.pages.tours import TourPage


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A pin on a map: WGS 84 degrees; `number` is shown on it when it is one of an ordered row."""

    name: str
    latitude: float
    longitude: float
    number: int | None = None


@dataclass(frozen=True, slots=True)
class TourCard:
    """A tour as a list shows it."""

    page: "TourPage"
    tour: Tour
    next_departure: Schedule | None
    price_from: str


@dataclass(frozen=True, slots=True)
class ShownStop:
    """A stop as the tour's page shows it: its place, and the page's own words for it when it has some."""

    number: int
    stop: Stop
    title: str
    content: Any


def tour_cards(page: Page, *, limit: int | None = None) -> list[TourCard]:
    """Return the tours on sale with a published page in the language of `page`; a fixed number of queries."""
    from cms.pages.tours import TourPage  # pages are made of blocks, and blocks list tours

    pages = list(
        TourPage.objects.live()
        .filter(locale_id=page.locale_id, tour__status=TourStatus.ACTIVE)
        .select_related("tour", "cover")
        .prefetch_related("cover__renditions")
        .order_by("path")[:limit]
    )
    tours = [found.tour for found in pages]
    departures = next_departures(tours, now=timezone.now()) if tours else {}
    prices = lowest_prices(tours, on=timezone.localdate()) if tours else {}
    currency = scope_currency()
    return [
        TourCard(
            page=found,
            tour=found.tour,
            next_departure=departures.get(found.tour_id),
            price_from=format_money(prices[found.tour_id], currency) if found.tour_id in prices else "",
        )
        for found in pages
    ]


def shown_stops(stops: Iterable[Stop], contents: Iterable[Any]) -> list[ShownStop]:
    """Return all stops of a tour in its order, each with the page's words for it, where it has some."""
    by_stop = {content.stop_id: content for content in contents}
    shown = []
    for number, stop in enumerate(stops, start=1):
        content = by_stop.get(stop.pk)
        title = (content.title if content is not None else "") or translated(stop, "title")
        shown.append(ShownStop(number, stop, title, content))
    return shown


def map_points(stops: Iterable[ShownStop]) -> list[MapPoint]:
    """Return the pins of the stops that can be shown on a map."""
    return [
        MapPoint(shown.title, float(shown.stop.place.latitude), float(shown.stop.place.longitude), shown.number)
        for shown in stops
        if shown.stop.place.latitude is not None and shown.stop.place.longitude is not None
    ]


def home_of(site: Site, locale: Locale) -> Page:
    """Return the home page in a language, or the organization's own where there is none."""
    return site.root_page.get_translation_or_none(locale) or site.root_page


def menu_pages(home: Page) -> list[Page]:
    """Return the pages of a home's menu in order; one query."""
    return list(home.get_children().live().in_menu().order_by("path"))


def translations_of(page: Page) -> list[Page]:
    """Return the published translations of a page, itself included, in the order of the organization's languages; one query."""
    order = {code: rank for rank, code in enumerate(current_organization().languages)}
    found = Page.objects.filter(translation_key=page.translation_key, live=True).select_related("locale")
    return sorted(found, key=lambda other: order.get(other.locale.language_code, len(order)))
