"""Reads for what guests see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from wagtail.models import Page, Site

from commerce.enums import PaymentMethod, PaymentStatus
from commerce.models import Order, Payment
from crm.models import Protocol
from crm.queries import failed_messages, follow_ups
from tenancy.enums import DeliveryStatus
from tenancy.fields import translated
from tenancy.models import OutboxDelivery
from tenancy.money import format_money
from tenancy.queries import scope_currency
from tours.enums import ScheduleStatus, TourStatus
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


def tour_of(page: "TourPage") -> Tour:
    """Return the tour of a page with where it meets; one query."""
    return Tour.objects.select_related("meeting_point").get(pk=page.tour_id)


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


def home_of(site: Site, language: str) -> Page:
    """Return the home page in a language, or the organization's own where there is none; no query for its own language."""
    own: Page = site.root_page
    if own.locale.language_code == language:
        return own
    return (
        Page.objects.filter(translation_key=own.translation_key, locale__language_code=language, live=True).first()
        or own
    )


def menu_pages(home: Page) -> list[Page]:
    """Return the pages of a home's menu in order; one query."""
    return list(home.get_children().live().in_menu().order_by("path"))


def translations_of(page: Page, *, languages: list[str]) -> list[Page]:
    """Return the published translations of a page, itself included, in the order of `languages`; one query."""
    order = {code: rank for rank, code in enumerate(languages)}
    found = Page.objects.filter(translation_key=page.translation_key, live=True).select_related("locale")
    return sorted(found, key=lambda other: order.get(other.locale.language_code, len(order)))


def departures_between(first: date, last: date) -> list[Schedule]:
    """Return the departures of local days, both included, that are not cancelled, by start; one query."""
    return list(
        Schedule.objects.filter(date__range=(first, last))
        .exclude(status=ScheduleStatus.CANCELLED)
        .select_related("variant", "tour")
        .order_by("starts_at", "pk")
    )


def orders_needing_attention(*, limit: int = 10) -> list[Order]:
    """Return the latest orders that staff should look at."""
    return list(Order.objects.exclude(needs_attention="").order_by("-updated_at")[:limit])


def payments_awaiting_staff() -> int:
    """Return how many transfers wait for staff to say that they came in."""
    return Payment.objects.filter(status=PaymentStatus.AWAITING_APPROVAL, method=PaymentMethod.BANK_TRANSFER).count()


def failed_message_count() -> int:
    """Return how many messages were given up."""
    return failed_messages().count()


def failed_delivery_count() -> int:
    """Return how many events could not be acted on."""
    return OutboxDelivery.objects.filter(status=DeliveryStatus.FAILED).count()


def follow_ups_due(today: date, *, limit: int = 10) -> list[Protocol]:
    """Return the protocols to be followed up today or earlier."""
    return list(follow_ups(until=today)[:limit])
