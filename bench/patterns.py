"""Makes a year of ten daily departures from a pattern, beside the same rows copied in plain SQL. Prints both times as JSON."""

import datetime as dt
import json
import sys
import time

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from tenancy.models import Organization  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402
from tours.models import AvailabilityPattern, Schedule, Tour, TourVariant  # noqa: E402
from tours.operations import generate_schedules  # noqa: E402


def _copy_in_sql(pattern: AvailabilityPattern, copy: TourVariant) -> None:
    columns = [field.column for field in Schedule._meta.concrete_fields if not field.primary_key]
    values = {"variant_id": str(copy.pk), "pattern_id": "NULL", "public_id": "gen_random_uuid()"}
    names = ", ".join(f'"{name}"' for name in columns)
    read = ", ".join(values.get(name, f'"{name}"') for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tours_schedule ({names}) SELECT {read} FROM tours_schedule WHERE pattern_id = %s",  # noqa: S608
            [pattern.pk],
        )


def main() -> None:
    with every_organization():
        organization = Organization.objects.get(slug="harbour")
    with organization_scope(organization.pk):
        now = timezone.now()
        tour = Tour.objects.create(name="Each hour", slug="each-hour")
        variant, copy = (TourVariant.objects.create(tour=tour, name=name) for name in ("Group", "Copy"))
        pattern = AvailabilityPattern.objects.create(
            variant=variant,
            weekdays=list(range(7)),
            start_times=[dt.time(hour) for hour in range(9, 19)],
            valid_from=now.date() + dt.timedelta(days=1),
            months_ahead=12,
        )
        started = time.perf_counter()
        made = len(generate_schedules(pattern, now=now).added)
        ours = time.perf_counter() - started
        started = time.perf_counter()
        again = len(generate_schedules(pattern, now=now).added)
        repeat = time.perf_counter() - started
        started = time.perf_counter()
        _copy_in_sql(pattern, copy)
        plain = time.perf_counter() - started
    sys.stdout.write(
        json.dumps({"made": made, "again": again, "seconds": ours, "repeat": repeat, "sql_seconds": plain})
    )


main()
