"""Makes what is measured: a tour with many seats, pages whose pictures are ready. Prints what the measuring needs, as JSON."""

import datetime as dt
import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from cms.models import TourPage  # noqa: E402
from commerce.models import PaymentSettings  # noqa: E402
from tenancy.models import Organization  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402
from tours.enums import TourStatus  # noqa: E402
from tours.models import PricingTier, Schedule, Tour, TourVariant  # noqa: E402
from tours.operations import create_schedules  # noqa: E402

HOST = "harbour.localhost"
SCHEDULES = 100
SEATS = 32_000


def _bookable_tour() -> TourVariant:
    tour = Tour.objects.create(name="Measured", slug="measured", status=TourStatus.ACTIVE, capacity=SEATS)
    variant = TourVariant.objects.create(tour=tour, name="Group")
    PricingTier.objects.create(tour=tour, name="Adult", price_minor=2500, is_default=True)
    PricingTier.objects.create(tour=tour, name="Child", price_minor=1200)
    days = [dt.date.today() + dt.timedelta(days=30 + number) for number in range(SCHEDULES)]  # noqa: DTZ011
    create_schedules(variant, dates=days, start_times=[dt.time(10)])
    return variant


def _queries_of(client: Client, path: str) -> int:
    # The first time sizes of pictures are made, and what a process knows by heart afterwards is looked up.
    for _time in range(2):
        assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def main() -> None:
    with every_organization():
        organization = Organization.objects.get(slug="harbour")
    with organization_scope(organization.pk):
        PaymentSettings.objects.update(
            card_enabled=True,
            on_arrival_enabled=True,
            stripe_secret_key="sk_test_bench",  # noqa: S106  # nobody's
            stripe_publishable_key="pk_test_bench",
        )
        variant = _bookable_tour()
        page = TourPage.objects.live().filter(locale__language_code="en").order_by("path")[0]
        tour_path = page.get_url()
        month = (dt.date.today().replace(day=1) + dt.timedelta(days=40)).strftime("%Y-%m")  # noqa: DTZ011
        availability = reverse("commerce:availability", args=[page.tour.public_id])
        schedules = list(Schedule.objects.filter(variant=variant).order_by("pk").values_list("pk", "public_id"))
        tiers = list(PricingTier.objects.filter(tour=variant.tour).order_by("pk").values_list("pk", flat=True))
    client = Client(headers={"host": HOST})
    known = {
        "organization": organization.pk,
        "landing": "/",
        "tour": tour_path,
        "availability": f"{availability}?month={month}",
        "tour_queries": _queries_of(client, f"{tour_path}?cold=1"),
        "landing_queries": _queries_of(client, "/?cold=1"),
        "availability_queries": _queries_of(client, f"{availability}?month={month}"),
        "schedules": [str(public_id) for _pk, public_id in schedules],
        "first_schedule": schedules[0][0],
        "tiers": tiers,
    }
    sys.stdout.write(json.dumps(known))


main()
