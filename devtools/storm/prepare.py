"""Makes the organization that a storm comes over, and prints what the guests must know, as JSON."""

import datetime as dt
import json
import sys

import django

django.setup()

import stripe  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from commerce.gateways.stripe_events import EVENT_TYPES  # noqa: E402
from commerce.models import PaymentSettings  # noqa: E402
from devtools.storm.guests import ACCOUNT, HOST  # noqa: E402
from tenancy.models import Organization  # noqa: E402
from tenancy.operations import create_organization  # noqa: E402
from tenancy.queries import absolute_url  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402
from tours.enums import TourStatus  # noqa: E402
from tours.models import PricingTier, Schedule, Tour, TourVariant  # noqa: E402
from tours.operations import create_schedules  # noqa: E402


def _organization(port: int) -> Organization:
    organization = create_organization(
        "Storm", slug="storm", host=HOST, currency="EUR", time_zone="Europe/Berlin", languages=["en"], order_prefix="ST"
    )
    with every_organization(writing_for=organization.pk):
        assert organization.site is not None
        organization.site.port = port
        organization.site.save()
    return organization


def _take_cards(organization: Organization) -> None:
    client = stripe.StripeClient(f"sk_test_{ACCOUNT}", base_addresses={"api": settings.STRIPE_API_BASE})
    row = PaymentSettings.objects.get()
    url = absolute_url(organization, reverse("stripe_webhook", args=[row.public_id]))
    made = client.v1.webhook_endpoints.create({"url": url, "enabled_events": list(EVENT_TYPES)})  # type: ignore[typeddict-item]
    row.card_enabled = True
    row.stripe_secret_key = f"sk_test_{ACCOUNT}"
    row.stripe_publishable_key = f"pk_test_{ACCOUNT}"
    row.stripe_webhook_secret = made.secret or ""
    row.save()


def main() -> None:
    port, schedules, capacity = (int(argument) for argument in sys.argv[1:])
    organization = _organization(port)
    with organization_scope(organization.pk):
        _take_cards(organization)
        tour = Tour.objects.create(name="Storm", slug="storm", status=TourStatus.ACTIVE, capacity=capacity)
        variant = TourVariant.objects.create(tour=tour, name="Group")
        tiers = [
            PricingTier.objects.create(tour=tour, name="Adult", price_minor=2500, is_default=True).pk,
            PricingTier.objects.create(tour=tour, name="Child", price_minor=1199).pk,
        ]
        today = timezone.now().astimezone(organization.zone).date()
        days = [today + dt.timedelta(days=10 + number) for number in range(schedules)]
        create_schedules(variant, dates=days, start_times=[dt.time(10)])
        known = Schedule.objects.order_by("pk").values_list("public_id", flat=True)
        sys.stdout.write(json.dumps({"schedules": [str(public_id) for public_id in known], "tiers": tiers}))


if __name__ == "__main__":
    main()
