"""Tours as lists of them show them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from wagtail.models import Page

from commerce.queries import lowest_prices
from tenancy.money import format_money
from tenancy.queries import scope_currency
from tours.enums import TourStatus
from tours.models import Tour
from tours.queries import NextDeparture, bookable_days, next_departures

if TYPE_CHECKING:
    from cms.pages.tours import TourPage


@dataclass(frozen=True, slots=True)
class TourCard:
    """A tour as a list shows it."""

    page: "TourPage"
    tour: Tour
    next_departure: NextDeparture | None
    price_from: str


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
    now = timezone.now()
    days = bookable_days([found.tour_id for found in pages], now=now) if pages else []
    departures = next_departures(days, now=now)
    currency = scope_currency()
    prices = lowest_prices(days, currency=currency, now=now)
    return [
        TourCard(
            page=found,
            tour=found.tour,
            next_departure=departures.get(found.tour_id),
            price_from=format_money(prices[found.tour_id], currency) if found.tour_id in prices else "",
        )
        for found in pages
    ]
