"""One factory for each model; they work in the organization in scope."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from crm.models import Customer
from places.models import Place
from tours.enums import TourStatus
from tours.models import AvailabilityPattern, Guide, PricingTier, Schedule, Stop, Tour, TourVariant
from tours.operations import create_schedule


class PlaceFactory(DjangoModelFactory[Place]):
    name = factory.Sequence(lambda n: f"Pier {n}")
    latitude = "53.545600"
    longitude = "9.966600"

    class Meta:
        model = Place


class CustomerFactory(DjangoModelFactory[Customer]):
    first_name = "Grete"
    last_name = factory.Sequence(lambda n: f"Hansen {n}")
    email = factory.Sequence(lambda n: f"grete{n}@example.com")
    language = "en"

    class Meta:
        model = Customer


class TourFactory(DjangoModelFactory[Tour]):
    name = factory.Sequence(lambda n: f"Tour {n}")
    slug = factory.Sequence(lambda n: f"tour-{n}")
    status = TourStatus.ACTIVE
    duration_minutes = 90
    capacity = 12
    cutoff_minutes = 60
    languages = ["en"]
    meeting_point = factory.SubFactory(PlaceFactory)

    class Meta:
        model = Tour


class VariantFactory(DjangoModelFactory[TourVariant]):
    tour = factory.SubFactory(TourFactory)
    name = factory.Sequence(lambda n: f"Group {n}")

    class Meta:
        model = TourVariant


class TierFactory(DjangoModelFactory[PricingTier]):
    name = "Adult"
    price_minor = 2500
    is_default = True

    class Meta:
        model = PricingTier


class StopFactory(DjangoModelFactory[Stop]):
    tour = factory.SubFactory(TourFactory)
    place = factory.SubFactory(PlaceFactory)
    title = factory.Sequence(lambda n: f"Stop {n}")
    sort_order = factory.Sequence(lambda n: n)

    class Meta:
        model = Stop


class GuideFactory(DjangoModelFactory[Guide]):
    name = factory.Sequence(lambda n: f"Guide {n}")

    class Meta:
        model = Guide


class PatternFactory(DjangoModelFactory[AvailabilityPattern]):
    variant = factory.SubFactory(VariantFactory)
    weekdays = [0]
    start_times = [dt.time(10)]
    valid_from = dt.date(2031, 6, 2)
    months_ahead = 2

    class Meta:
        model = AvailabilityPattern


def make_schedule(
    variant: TourVariant | None = None,
    *,
    date: dt.date = dt.date(2031, 6, 2),
    start_time: dt.time = dt.time(10),
    **options: Any,
) -> Schedule:
    """A departure; far in the future unless a date is given."""
    return create_schedule(variant or VariantFactory(), date=date, start_time=start_time, **options)
