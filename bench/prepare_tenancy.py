"""Signs a member of staff in, in a database that the measured ones are copied from. Prints what the measuring needs, as JSON."""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from cms.models import TourPage  # noqa: E402
from commerce.models import Order  # noqa: E402
from tenancy.models import Organization, User  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402
from tours.models import Schedule  # noqa: E402

HOST = "harbour.localhost"


def _known(slug: str) -> dict[str, int]:
    with every_organization():
        pk = Organization.objects.get(slug=slug).pk
    with organization_scope(pk):
        # The demo's departures make room for those of the trade to come.
        Schedule.objects.filter(bookings=None).delete()
        return {"pk": pk, "schedules": Schedule.objects.count(), "orders": Order.objects.count()}


def main() -> None:
    measured, other = _known("harbour"), _known("kyoto")
    client = Client(headers={"host": HOST})
    with organization_scope(measured["pk"]):
        client.force_login(User.objects.get(email="owner@harbour.example"))
        page = TourPage.objects.live().filter(locale__language_code="en").order_by("path")[0]
        tour = page.get_url()
    # The sizes of its pictures are made.
    assert client.get(tour).status_code == 200
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    sys.stdout.write(json.dumps({"measured": measured, "other": other, "tour": tour, "cookie": cookie}))


main()
