"""What search engines are told of a page in their own words, as schema.org has them."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.utils import timezone
from django.utils.safestring import SafeString

from cms.page_cache import offers_name
from cms.queries.cards import offers_of
from places.models import Place
from tenancy.fields import translated
from tenancy.money import Money
from tours.models import Tour

if TYPE_CHECKING:
    from cms.models import Branding
    from cms.queries.tour_pages import ShownStop

Thing = dict[str, Any]
# So many of the next departures are told of.
DEPARTURES: Final = 5
# So many seconds they are kept, so that a page made anew does not ask for them. A change that staff or guests make is seen at once.
OFFERS_LIFETIME: Final = 300


def json_ld(things: Sequence[Thing]) -> SafeString:
    """Return things as JSON that can stand in a `script` element: nothing in it ends the element or begins another."""
    text = json.dumps({"@context": "https://schema.org", "@graph": things}, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return SafeString(text)


def organization_thing(name: str, branding: "Branding", *, url: str, logo: str) -> Thing:
    """Return the organization of a site: how it is called, what it looks like, and how to reach it."""
    return _filled(
        {
            "@type": "Organization",
            "@id": f"{url}#organization",
            "name": name,
            "url": url,
            "logo": logo,
            "slogan": translated(branding, "tagline"),
            "email": branding.email,
            "telephone": branding.phone.as_e164 if branding.phone else "",
            "address": " ".join(branding.address.split()),
            "sameAs": branding.links.split(),
        }
    )


def organizer_thing(name: str, *, url: str) -> Thing:
    """Return the organization of a site on a page that is not its home, where nothing else is said of it."""
    return {"@type": "Organization", "@id": f"{url}#organization", "name": name, "url": url}


def site_thing(name: str, *, url: str, language: str, search_url: str) -> Thing:
    """Return the site, with where to search it."""
    return {
        "@type": "WebSite",
        "@id": f"{url}#site",
        "name": name,
        "url": url,
        "inLanguage": language,
        "publisher": {"@id": f"{url}#organization"},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{search_url}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumb_thing(steps: Iterable[tuple[str, str]]) -> Thing:
    """Return the way to a page from the home, each step a name and an address."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": url}
            for position, (name, url) in enumerate(steps, start=1)
        ],
    }


def place_thing(place: Place) -> Thing:
    """Return a place, in the active language."""
    thing: Thing = {"@type": "Place", "name": translated(place, "name")}
    address = _filled(
        {
            "@type": "PostalAddress",
            "streetAddress": place.street,
            "postalCode": place.postal_code,
            "addressLocality": place.city,
            "addressCountry": place.country,
        }
    )
    if len(address) > 1:
        thing["address"] = address
    if place.latitude is not None and place.longitude is not None:
        thing["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": float(place.latitude),
            "longitude": float(place.longitude),
        }
    return thing


def tour_things(
    tour: Tour,
    stops: Sequence["ShownStop"],
    *,
    name: str,
    description: str,
    url: str,
    image: str,
    organizer: Thing,
    currency: str,
) -> list[Thing]:
    """Return a tour with its stops, its lowest price and whether it can be booked, and an event for each of its next departures."""
    offers = _offers(tour, currency)
    trip: Thing = _filled(
        {
            "@type": "TouristTrip",
            "@id": f"{url}#tour",
            "name": name,
            "description": description,
            "url": url,
            "image": image,
            "provider": organizer,
            "touristType": str(tour.get_category_display()),
        }
    )
    if stops:
        trip["itinerary"] = {
            "@type": "ItemList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": shown.number,
                    "item": {**place_thing(shown.stop.place), "name": shown.title},
                }
                for shown in stops
            ],
        }
    availability = f"https://schema.org/{'InStock' if offers['departures'] else 'SoldOut'}"
    offer: Thing = {"@type": "Offer", "url": f"{url}#book", "availability": availability}
    if offers["price"]:
        offer |= {"@type": "AggregateOffer", "lowPrice": offers["price"], "priceCurrency": currency}
    trip["offers"] = offer
    events = [
        _filled(
            {
                "@type": "Event",
                "name": name,
                "description": description,
                "image": image,
                "url": url,
                "startDate": starts_at,
                "endDate": ends_at,
                "eventStatus": "https://schema.org/EventScheduled",
                "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
                "location": place_thing(tour.meeting_point) if tour.meeting_point else None,
                "organizer": organizer,
                "offers": offer,
            }
        )
        for starts_at, ends_at in offers["departures"]
    ]
    return [trip, *events]


def _offers(tour: Tour, currency: str) -> dict[str, Any]:
    """The next departures of a tour, as times of its place, and its lowest price; from the cache, or by four queries."""
    key = f"structured-offers:{tour.pk}:{currency}:{offers_name()}"
    known: dict[str, Any] | None = cache.get(key)
    if known is None:
        now = timezone.now()
        offers = offers_of([tour.pk], now=now)
        length = dt.timedelta(minutes=tour.duration_minutes)
        departures = []
        for day in offers.days[:DEPARTURES]:
            starts_at = dt.datetime.combine(day.date, day.start_time, ZoneInfo(day.time_zone))
            # By way of UTC: a walk through the night in which the clocks change takes no longer.
            ends_at = (starts_at.astimezone(dt.UTC) + length).astimezone(ZoneInfo(day.time_zone))
            departures.append((starts_at.isoformat(), ends_at.isoformat()))
        price = offers.prices.get(tour.pk)
        known = {"departures": departures, "price": str(Money(price, currency).major) if price else ""}
        cache.set(key, known, OFFERS_LIFETIME)
    return known


def _filled(thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if value}
