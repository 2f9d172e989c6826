"""The form of a tour."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import (
    PlaceFactory,
    StopFactory,
    TierFactory,
    TourFactory,
    VariantFactory,
    make_schedule,
)
from tests.tours.test_admin import said
from tours.models import PricingTier, Stop, Tour, TourTag, TourVariant

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


def tour_values(**values):
    empty = {
        f"{name}-{field}": value
        for name in ("variants", "pricing_tiers", "stops")
        for field, value in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0), ("MIN_NUM_FORMS", 0), ("MAX_NUM_FORMS", 1000))
    }
    return {
        "name": "Harbour lights",
        "slug": "harbour-lights",
        "status": "active",
        "category": "walking",
        "difficulty": "easy",
        "languages": "EN, de",
        "duration_minutes": 90,
        "capacity": 12,
        "min_participants": 1,
        "decision_hours": 24,
        "cutoff_minutes": 60,
        **dict.fromkeys(("ask_name", "ask_age", "ask_needs", "ask_diet", "ask_emergency"), "no"),
        **empty,
        **values,
    }


def rows(name, *forms, initial=0):
    values = {f"{name}-TOTAL_FORMS": len(forms), f"{name}-INITIAL_FORMS": initial}
    for number, form in enumerate(forms):
        values |= {f"{name}-{number}-{field}": value for field, value in {"ORDER": number + 1, **form}.items()}
    return values


def test_create_tour_with_variant_prices_and_stops(harbour, member_client):
    with organization_scope(harbour.pk):
        crane, pier = PlaceFactory(name="Crane"), PlaceFactory(name="Pier")
    client = member_client(harbour, Role.MANAGER)
    client.post(reverse("tour_tags:add"), {"name": "At night", "name_translations_de": "Nachts"})
    with organization_scope(harbour.pk):
        night = TourTag.objects.get()
    assert client.get(reverse("tours:add")).status_code == 200
    values = tour_values(
        name_translations_de="Hafenlichter",
        meeting_point=pier.pk,
        tags=[night.pk],
        accessibility=["dogs", "wheelchair"],
        **rows("variants", {"name": "Group", "kind": "group", "is_active": "on"}),
        **rows(
            "pricing_tiers",
            {"name": "Adult", "price_minor": "12.50", "seats": 1, "is_default": "on"},
            {"name": "Child", "price_minor": "0", "seats": 0, "max_age": 6},
        ),
        **rows(
            "stops",
            {"title": "Second", "place": pier.pk, "ORDER": 2},
            {"title": "First", "place": crane.pk, "ORDER": 1},
        ),
    )
    response = client.post(reverse("tours:add"), values)
    assert (response.status_code, response.url) == (302, reverse("tours:index"))
    with organization_scope(harbour.pk):
        tour = Tour.objects.get(slug="harbour-lights")
        assert (tour.languages, tour.name_translations, tour.meeting_point) == (
            ["en", "de"],
            {"de": "Hafenlichter"},
            pier,
        )
        assert [(tag.name, tag.name_translations) for tag in tour.tags.all()] == [("At night", {"de": "Nachts"})]
        assert tour.access_features == ["wheelchair", "dogs"]
        assert list(TourVariant.objects.values_list("name", "tour")) == [("Group", tour.pk)]
        assert list(PricingTier.objects.values_list("name", "price_minor", "seats")) == [
            ("Adult", 1250, 1),
            ("Child", 0, 0),
        ]
        assert list(Stop.objects.values_list("title", "place__name")) == [("First", "Crane"), ("Second", "Pier")]


@pytest.mark.parametrize(
    ("values", "name", "errors"),
    [
        ({"languages": "en, xx-klingon"}, None, {"languages": ["“xx-klingon” is not a language code such as en."]}),
        ({"slug": "taken"}, None, {"__all__": ["There is already a tour with this short name."]}),
        (
            rows("variants", {"name": "Group", "kind": "group"}, {"name": "Group", "kind": "private"}),
            "variants",
            ["Please correct the duplicate data for tour and name, which must be unique."],
        ),
        (rows("variants"), "variants", ["Please submit at least 1 form."]),
    ],
)
def test_create_tour_refused(harbour, member_client, values, name, errors):
    with organization_scope(harbour.pk):
        TourFactory(slug="taken")
    group = rows("variants", {"name": "Group", "kind": "group"})
    response = member_client(harbour, Role.MANAGER).post(reverse("tours:add"), tour_values(**{**group, **values}))
    form = response.context["form"]
    assert (form.formsets[name].non_form_errors() if name else form.errors) == errors


def test_price_in_wrong_shapes(harbour, member_client):
    prices = [
        {"name": "A", "price_minor": "-1", "seats": 1},
        {"name": "B", "price_minor": "1.234", "seats": 1},
        {"name": "C", "price_minor": "1", "seats": 1, "min_age": 9, "max_age": 3},
    ]
    values = tour_values(**rows("variants", {"name": "Group", "kind": "group"}), **rows("pricing_tiers", *prices))
    response = member_client(harbour, Role.MANAGER).post(reverse("tours:add"), values)
    assert response.context["form"].formsets["pricing_tiers"].errors == [
        {"price_minor": ["Enter an amount of zero or more."]},
        {"price_minor": ["EUR has 2 decimal places."]},
        {"__all__": ["The ages are the wrong way round."]},
    ]


def test_variant_with_departures_stays(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(name="Group"))
    variant = schedule.variant
    values = tour_values(
        **rows(
            "variants",
            {"id": variant.pk, "name": "Group", "kind": "group", "DELETE": "on"},
            {"name": "Private", "kind": "private", "id": ""},
            initial=1,
        )
    )
    response = member_client(harbour, Role.MANAGER).post(reverse("tours:edit", args=[schedule.tour_id]), values)
    assert response.context["form"].formsets["variants"].non_form_errors() == [
        "“Group” has departures and cannot be deleted. Untick “offered” instead."
    ]


def test_price_of_a_variant_of_another_tour(harbour, member_client):
    with organization_scope(harbour.pk):
        variant, other = VariantFactory(), VariantFactory()
    values = tour_values(
        **rows("variants", {"id": variant.pk, "name": "Group", "kind": "group"}, initial=1),
        **rows("pricing_tiers", {"name": "Adult", "price_minor": "5", "seats": 1, "variant": other.pk}),
    )
    response = member_client(harbour, Role.MANAGER).post(reverse("tours:edit", args=[variant.tour_id]), values)
    assert response.context["form"].formsets["pricing_tiers"].errors == [
        {"variant": ["Select a valid choice. That choice is not one of the available choices."]}
    ]


def test_tour_form_uses_the_same_queries_for_one_and_three_rows(harbour, member_client):
    client = member_client(harbour, Role.MANAGER)
    counts = []
    for number in (1, 3):
        with organization_scope(harbour.pk):
            variant = VariantFactory()
            for _more in range(number):
                StopFactory(tour=variant.tour)
                TierFactory(tour=variant.tour)
        url = reverse("tours:edit", args=[variant.tour_id])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    # Two of them read the certificates a tour may ask for, three the tags.
    assert counts == [18, 18]


def test_delete_tour_with_departures(harbour, member_client):
    with organization_scope(harbour.pk):
        tour, unused = make_schedule().tour, TourFactory(name="Draft")
    client = member_client(harbour, Role.OWNER)
    response = client.post(reverse("tours:delete", args=[tour.pk]), follow=True)
    assert said(response) == [f"“{tour.name}” has departures or a page and cannot be deleted. Archive it instead."]
    client.post(reverse("tours:delete", args=[unused.pk]))
    with organization_scope(harbour.pk):
        assert list(Tour.objects.all()) == [tour]
