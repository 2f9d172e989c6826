"""Price rules as staff write them, and what the page of prices says of them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import tier_of
from tests.factories import VariantFactory, make_schedule
from tests.tours.price_rules import make_early_bird, make_group, make_season
from tours.models import EarlyBirdDiscount, GroupDiscount, SeasonalPrice

SEASON = {
    "name": "Summer",
    "first_day": "2031-06-01",
    "last_day": "2031-08-31",
    "priority": "0",
    "effect": "dearer",
    "basis_points": "12.5",
    "amount_minor": "",
    "tour": "",
    "variant": "",
}
EARLY = {
    "name": "Early bird",
    "time": "early",
    "days": "30",
    "first_day": "",
    "last_day": "",
    "basis_points": "",
    "amount_minor": "2.50",
    "tour": "",
    "variant": "",
}
GROUP = {"name": "Group", "people": "5", "basis_points": "10", "amount_minor": "", "tour": "", "variant": ""}


@pytest.fixture
def manager(harbour, member_client):
    return member_client(harbour, Role.MANAGER)


def problems(response) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def test_manager_writes_each_kind_of_rule(harbour, manager):
    for name, data in (("seasons", SEASON), ("early_birds", EARLY), ("group_discounts", GROUP)):
        assert manager.post(reverse(f"{name}:add"), data).status_code == 302
    with organization_scope(harbour.pk):
        season, early, group = SeasonalPrice.objects.get(), EarlyBirdDiscount.objects.get(), GroupDiscount.objects.get()
        assert (season.basis_points, season.amount_minor, season.last_day) == (1250, None, dt.date(2031, 8, 31))
        assert (early.basis_points, early.amount_minor, early.days) == (None, 250, 30)
        assert (group.people, group.basis_points) == (5, 1000)
    listed = manager.get(reverse("seasons:index")).content.decode()
    assert ("+12.5%" in listed, "All tours" in listed, "/admin/price-check/" in listed) == (True, True, True)
    assert "−€2.50 each" in manager.get(reverse("early_birds:index")).content.decode()
    assert "−10%" in manager.get(reverse("group_discounts:index")).content.decode()


def test_tour_follows_from_the_variant_and_another_tours_variant_is_refused(harbour, manager):
    with organization_scope(harbour.pk):
        variant, other = VariantFactory(), VariantFactory()
    assert manager.post(reverse("seasons:add"), SEASON | {"variant": variant.pk}).status_code == 302
    with organization_scope(harbour.pk):
        assert SeasonalPrice.objects.get().tour_id == variant.tour_id
    refused = manager.post(reverse("seasons:add"), SEASON | {"variant": variant.pk, "tour": other.tour_id})
    assert problems(refused) == {"variant": ["This is a variant of another tour."]}


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("seasons", SEASON | {"last_day": "2031-05-31"}, {"last_day": ["The last day is before the first one."]}),
        (
            "seasons",
            SEASON | {"basis_points": "101"},
            {"basis_points": ["Enter a percentage from 0 to 100."]},
        ),
        (
            "seasons",
            SEASON | {"basis_points": ""},
            {"basis_points": ["Give a percentage, or an amount for each place."]},
        ),
        (
            "seasons",
            SEASON | {"amount_minor": "5"},
            {"amount_minor": ["Give either a percentage or an amount, not both."]},
        ),
        ("seasons", SEASON | {"basis_points": "0"}, {"basis_points": ["Give more than zero."]}),
        ("early_birds", EARLY | {"amount_minor": "-1"}, {"amount_minor": ["Enter an amount of zero or more."]}),
        (
            "early_birds",
            EARLY | {"first_day": "2031-02-01", "last_day": "2031-01-01"},
            {"last_day": ["The last day is before the first one."]},
        ),
        ("group_discounts", GROUP | {"people": "1"}, {"people": ["Ensure this value is greater than or equal to 2."]}),
    ],
)
def test_what_cannot_be_meant_is_refused_in_the_form(harbour, manager, name, data, expected):
    assert problems(manager.post(reverse(f"{name}:add"), data)) == expected


def test_seasons_of_one_priority_may_not_overlap_for_the_same_tours(harbour, manager):
    with organization_scope(harbour.pk):
        make_season(name="Holidays")
        tour = VariantFactory().tour
    refused = manager.post(reverse("seasons:add"), SEASON | {"first_day": "2031-08-31", "last_day": "2031-09-30"})
    assert problems(refused) == {
        "__all__": [
            (
                "It overlaps with “Holidays” (01/06/2031 – 31/08/2031), which has the same priority."
                " Give one of them a higher priority, or change the days."
            )
        ]
    }
    for change in ({"priority": "1"}, {"tour": tour.pk}, {"first_day": "2031-09-01", "last_day": "2031-09-30"}):
        assert manager.post(reverse("seasons:add"), SEASON | change).status_code == 302


def test_group_discount_for_so_many_people_is_given_once(harbour, manager):
    with organization_scope(harbour.pk):
        make_group(people=5)
    refused = manager.post(reverse("group_discounts:add"), GROUP)
    assert problems(refused) == {"__all__": ["There is already a discount for so many people of this tour."]}


@pytest.mark.parametrize("name", ["seasons", "early_birds", "group_discounts"])
def test_lists_take_as_many_queries_with_three_rules(harbour, manager, name):
    counts = []
    for rules in (1, 3):
        with organization_scope(harbour.pk):
            while SeasonalPrice.objects.count() < rules:
                variant = VariantFactory()
                number = SeasonalPrice.objects.count()
                make_season(tour=variant.tour, variant=variant)
                make_early_bird(tour=variant.tour, variant=variant)
                make_group(people=number + 2, tour=variant.tour, variant=variant)
        manager.get(reverse(f"{name}:index"))
        with CaptureQueriesContext(connection) as found:
            manager.get(reverse(f"{name}:index"))
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_price_check_shows_the_steps_for_a_day_nobody_has_planned_yet(harbour, manager):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        tier = tier_of(schedule)
        make_season()
        make_early_bird()
        make_group()
    chosen = {"variant": schedule.variant_id, "day": "2031-07-05", "booked_on": "2031-06-01"}
    first = manager.get(reverse("price_check:index"), chosen)
    assert first.context["quote"].total_minor == 2700
    page = manager.get(reverse("price_check:index"), chosen | {f"tier-{tier.pk}": "4"})
    assert [(step.label, step.amount_minor) for line in page.context["quote"].lines for step in line.steps] == [
        ("4 × Adult at €25.00", 10000),
        ("Summer (+20%)", 2000),
        ("Early bird (−10%)", -1200),
        ("Small group (−€1.50 each)", -600),
    ]
    assert "€102.00" in page.content.decode()
    late = manager.get(reverse("price_check:index"), chosen | {"booked_on": "2031-06-06"})
    assert late.context["quote"].total_minor == 3000


def test_price_check_says_what_is_wrong(harbour, manager):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
    url = reverse("price_check:index")
    assert problems(manager.get(url, {"variant": variant.pk, "day": "2031-07-05", "booked_on": "2031-07-06"})) == {
        "booked_on": ["This is after the departure."]
    }
    assert problems(manager.get(url, {"variant": "x", "day": "soon"})) == {
        "variant": ["Select a valid choice. That choice is not one of the available choices."],
        "day": ["Enter a valid date."],
        "booked_on": ["This field is required."],
    }
    page = manager.get(url, {"variant": variant.pk, "day": "2031-07-05", "booked_on": "2031-07-05"})
    assert ("Nothing is sold on this day" in page.content.decode(), page.context["quote"]) == (True, None)
