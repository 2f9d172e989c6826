"""A harbour tour that can be booked, as of the morning of 20 May 2031."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.test import Client

from commerce.models import Order, PaymentSettings
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories import PlaceFactory, TierFactory, TourFactory, VariantFactory, make_schedule
from tours.models import PricingTier, Schedule, Tour, TourVariant

NOW = dt.datetime(2031, 5, 20, 8, 0, tzinfo=dt.UTC)


@dataclass
class Offer:
    """A tour with one variant, two prices and three departures on two days."""

    tour: Tour
    variant: TourVariant
    adult: PricingTier
    child: PricingTier
    morning: Schedule
    noon: Schedule
    next_day: Schedule

    def quantities(self, adults: int, children: int = 0) -> dict[str, Any]:
        return {f"tier-{self.adult.pk}": str(adults), f"tier-{self.child.pk}": str(children)}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clock(_clock):
    return _clock


def make_offer() -> Offer:
    place = PlaceFactory(name="Pier 1", name_translations={"de": "Brücke 1"}, street="Am Hafen 1", city="Hamburg")
    tour = TourFactory(name="Harbour walk", name_translations={"de": "Hafenrundgang"}, meeting_point=place)
    variant = VariantFactory(tour=tour, name="Small group", name_translations={"de": "Kleine Gruppe"})
    adult = TierFactory(tour=tour, name="Adult", name_translations={"de": "Erwachsene"}, price_minor=2500)
    child = TierFactory(tour=tour, name="Child", name_translations={"de": "Kind"}, price_minor=1000, is_default=False)
    day, next_day = dt.date(2031, 6, 2), dt.date(2031, 6, 3)
    return Offer(
        tour,
        variant,
        adult,
        child,
        make_schedule(variant, date=day, start_time=dt.time(10), capacity=12),
        make_schedule(variant, date=day, start_time=dt.time(12), capacity=4),
        make_schedule(variant, date=next_day, start_time=dt.time(10), capacity=12),
    )


def set_payment(**values: Any) -> PaymentSettings:
    row, _created = PaymentSettings.objects.update_or_create(
        defaults={
            "card_enabled": False,
            "bank_transfer_enabled": True,
            "bank_details": "IBAN DE00 1234",
            "on_arrival_enabled": True,
            **values,
        }
    )
    return row


@pytest.fixture
def offer(harbour: Organization) -> Offer:
    with organization_scope(harbour.pk):
        set_payment()
        return make_offer()


@pytest.fixture
def guest(harbour_client: Client) -> Client:
    return harbour_client


def book_url(schedule: Schedule) -> str:
    return f"/book/{schedule.public_id}/"


def add_to_cart(guest: Client, offer: Offer, *, schedule: Schedule | None = None, adults: int = 2, children: int = 1):
    response = guest.post(book_url(schedule or offer.morning), offer.quantities(adults, children))
    assert (response.status_code, response.headers.get("Location")) == (302, "/cart/")


def checkout_data(guest: Client, **changes: str) -> dict[str, str]:
    """What a browser would send: the hidden fields of the checkout page and what a guest types."""
    form = guest.get("/checkout/").context["form"]
    return {
        "token": str(form["token"].value()),
        "seen": form["seen"].value(),
        "first_name": "Grete",
        "last_name": "Hansen",
        "email": "grete@example.com",
        "phone": "040 123456",
        "note": "With a pram",
        "method": "bank_transfer",
        "accept": "on",
        **changes,
    }


def orders(organization: Organization) -> list[Order]:
    with organization_scope(organization.pk):
        return list(Order.objects.order_by("pk"))
