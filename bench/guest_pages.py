"""Measures guest pages with 5, 50 and 500 tiles, stops, places and tours: made anew and from the store, with their queries. Prints JSON."""

import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from cms.models import ContentPage, LandingPage, TourIndexPage, TourPage  # noqa: E402
from cms.queries.cards import pages_on_sale  # noqa: E402
from config.memory import keep_loaded_code  # noqa: E402
from places.models import Place  # noqa: E402
from tenancy.models import Organization  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402
from tours.enums import TourStatus  # noqa: E402
from tours.models import PricingTier, Stop, Tour, TourVariant  # noqa: E402
from tours.operations import create_schedules  # noqa: E402

HOST = "harbour.localhost"
SIZES = (5, 50, 500)
TIMES_ANEW, TIMES_STORED = 7, 60


def _tiles(home: Any, count: int) -> Any:
    tile = {"icon": "map", "size": "small", "colour": "plain", "url": "https://www.example.com/"}
    tiles = [{"type": "link", "value": {**tile, "title": f"Tile {number}"}} for number in range(count)]
    body = json.dumps([{"type": "tiles", "value": {"heading": "Tiles", "tiles": tiles}}])
    return home.add_child(instance=LandingPage(title=f"{count} tiles", slug=f"tiles-{count}", body=body))


def _stops(home: Any, count: int) -> Any:
    index = TourIndexPage.objects.child_of(home).live().first()
    tour = Tour.objects.create(name=f"{count} stops", slug=f"stops-{count}", status=TourStatus.ACTIVE)
    places = _made_places(f"Stop {count}", count)
    Stop.objects.bulk_create(
        Stop(tour=tour, place=place, title=f"Stop {number}", sort_order=number) for number, place in enumerate(places)
    )
    page = TourPage(title=f"{count} stops", slug=f"stops-{count}", tour=tour, summary="Measured.")
    return index.add_child(instance=page)


def _places(home: Any, count: int) -> Any:
    # A list of places shows at most 48; so many of them stand one after the other.
    places = _made_places(f"Place {count}", count)
    chosen = [{"place": place.pk, "text": "Worth a look."} for place in places]
    blocks = [
        {"type": "places", "value": {"heading": "", "places": chosen[start : start + 48], "kind": "", "count": 48}}
        for start in range(0, count, 48)
    ]
    page = ContentPage(title=f"{count} places", slug=f"places-{count}", body=json.dumps(blocks))
    return home.add_child(instance=page)


def _tours(home: Any, count: int) -> Any:
    # A list has all tours of the site, of which it shows a part, so those that were there before are among them.
    there = pages_on_sale(home).count()
    index = home.add_child(instance=TourIndexPage(title=f"{count} tours", slug=f"tours-{count}"))
    for number in range(there, count):
        tour = Tour.objects.create(name=f"Tour {number}", slug=f"tour-{number}", status=TourStatus.ACTIVE)
        PricingTier.objects.create(tour=tour, name="Adult", price_minor=2500, is_default=True)
        variant = TourVariant.objects.create(tour=tour, name="Group")
        create_schedules(variant, dates=[dt.date.today() + dt.timedelta(days=30)], start_times=[dt.time(10)])  # noqa: DTZ011
        index.add_child(instance=TourPage(title=tour.name, slug=tour.slug, tour=tour, summary="Measured."))
    return index


def _made_places(name: str, count: int) -> list[Place]:
    return Place.objects.bulk_create(
        Place(name=f"{name}, {number}", latitude=f"53.{500000 + number}", longitude=f"9.{900000 + number}")
        for number in range(count)
    )


KINDS: dict[str, Callable[[Any, int], Any]] = {"tours": _tours, "tiles": _tiles, "stops": _stops, "places": _places}


def p50(what: Callable[[], Any], times: int) -> float:
    """Return the half of the time that something takes, in milliseconds."""
    taken = []
    for _time in range(times):
        started = time.perf_counter()
        what()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def _queries_of(what: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        what()
    return len(queries)


def measure(client: Client, path: str) -> dict[str, Any]:
    """Return what a page takes: queries and milliseconds made anew, milliseconds from the store, kilobytes."""

    def anew() -> Any:
        # A query that nobody expects leads past the stored pages.
        return client.get(f"{path}?cold=1")

    def stored() -> Any:
        return client.get(path)

    answer = anew()
    assert answer.status_code == 200, path
    # Of two, because a process looks its organization up again from time to time.
    asked = min(_queries_of(anew) for _time in range(2))
    stored()
    assert stored().headers["X-Cache"] == "hit", path
    return {
        "queries": asked,
        "anew": p50(anew, TIMES_ANEW),
        "stored": p50(stored, TIMES_STORED),
        "kilobytes": len(answer.content) / 1000,
    }


def main() -> None:
    # As a web server does.
    keep_loaded_code()
    with every_organization():
        organization = Organization.objects.get(slug="harbour")
    client, found = Client(headers={"host": HOST}), {}
    for kind, make in KINDS.items():
        for count in SIZES:
            with organization_scope(organization.pk):
                path = make(organization.site.root_page.specific, count).get_url()
            found[f"{count} {kind}"] = measure(client, path)
    sys.stdout.write(json.dumps(found))


main()
