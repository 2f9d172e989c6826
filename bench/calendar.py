"""Measures the availability of a month beside the look-up of one row, and the calendar of a month with 5,000 departures. Prints JSON."""

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
from django.utils import timezone  # noqa: E402

from config.memory import keep_loaded_code  # noqa: E402
from tenancy.models import Organization, User  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402
from tours.enums import TourStatus  # noqa: E402
from tours.models import Schedule, Tour, TourVariant  # noqa: E402
from tours.operations import create_schedules  # noqa: E402
from tours.queries import available_schedules  # noqa: E402
from tours.rules import local_start  # noqa: E402

HOST = "harbour.localhost"
DEPARTURES = 5_000
TOURS = 12
TIMES = 200


def p50(what: Callable[[], Any], times: int = TIMES) -> float:
    """Return the half of the time that something takes, in milliseconds."""
    what()
    taken = []
    for _time in range(times):
        started = time.perf_counter()
        what()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def _tour(number: int) -> TourVariant:
    tour = Tour.objects.create(name=f"Counted {number}", slug=f"counted-{number}", status=TourStatus.ACTIVE)
    return TourVariant.objects.create(tour=tour, name="Group")


def measure_availability(first: dt.date) -> dict[str, float]:
    """Return how long a month with ten departures a day takes, and one row by its key."""
    variant, now = _tour(0), timezone.now()
    days = [first + dt.timedelta(days=number) for number in range(30)]
    create_schedules(variant, dates=days, start_times=[dt.time(hour) for hour in range(9, 19)])
    key = Schedule.objects.filter(variant=variant).values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tours_schedule")
    with CaptureQueriesContext(connection) as queries:
        found = available_schedules(variant.tour, from_=days[0], to=days[-1], now=now)
    return {
        "found": len(found),
        "queries": len(queries),
        "month": p50(lambda: available_schedules(variant.tour, from_=days[0], to=days[-1], now=now)),
        "row": p50(lambda: Schedule.objects.get(pk=key)),
    }


def fill_month(first: dt.date, organization: Organization) -> None:
    """Write `DEPARTURES` departures of several tours into thirty days."""
    variants = [_tour(number + 1) for number in range(TOURS)]
    made = []
    for number in range(DEPARTURES):
        of_day, day = divmod(number, 30)
        variant = variants[number % TOURS]
        start = local_start(
            first + dt.timedelta(days=day), dt.time(6 + of_day // 12, of_day % 12 * 5), organization.zone
        )
        made.append(
            Schedule(
                variant=variant,
                tour=variant.tour,
                date=start.date,
                start_time=start.start_time,
                time_zone=organization.time_zone,
                starts_at=start.starts_at,
                ends_at=start.starts_at + dt.timedelta(minutes=90),
                booking_closes_at=start.starts_at,
                duration_minutes=90,
                cutoff_minutes=0,
                capacity=12,
                booked_count=number % 13,
            )
        )
    Schedule.objects.bulk_create(made, batch_size=1000)


def main() -> None:
    # As a web server does.
    keep_loaded_code()
    with every_organization():
        organization = Organization.objects.get(slug="harbour")
        manager = User.objects.get(email="manager@harbour.example")
    with organization_scope(organization.pk):
        first = (timezone.now().date().replace(day=1) + dt.timedelta(days=400)).replace(day=1)
        known: dict[str, Any] = {"availability": measure_availability(first)}
        month = (first + dt.timedelta(days=60)).replace(day=1)
        fill_month(month, organization)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE tours_schedule")
        client = Client(headers={"host": HOST})
        client.force_login(manager)
    views = {}
    for name, query in (
        ("month", ""),
        ("month by tour", "&by=tour"),
        ("week by guide", "&view=week&by=guide"),
        ("day", "&view=day"),
    ):
        path = f"/admin/schedules/calendar/?day={month}{query}"
        assert client.get(path).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        views[name] = {"queries": len(queries), "p50": p50(lambda path=path: client.get(path), 10)}  # type: ignore[misc]
    sys.stdout.write(json.dumps({**known, "calendar": views, "day": f"{month}"}))


if __name__ == "__main__":
    main()
