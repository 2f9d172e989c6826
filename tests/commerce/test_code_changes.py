"""Promo codes of bookings that change: who was booked with one keeps it, and what it brought follows."""

import datetime as dt

import pytest

from commerce import queries
from commerce.models import Order, Promotion
from commerce.operations import end_promotion, take_alternative
from tests.commerce.factories import NOW, code_of, order_of, tax_of, tier_of
from tests.commerce.test_changes import adds_up, change, lines, paid_order
from tests.commerce.test_departures import cancelled, pair
from tests.factories import make_schedule
from tests.tours.price_rules import make_group, make_season
from tours.models import Schedule

SUMMER = dt.date(2031, 7, 20)


def with_summer(**terms: object) -> tuple[Schedule, Schedule]:
    """A departure, and one of the same variant in a season that costs 20 % more."""
    schedule = make_schedule()
    make_season(first_day=dt.date(2031, 7, 1))
    code_of(**terms)
    return schedule, make_schedule(schedule.variant, date=SUMMER)


def brought() -> tuple[int, int, int]:
    """How often the promotion was used, what it took off, and what was sold with it."""
    row = queries.staff_promotions().get()
    return row.uses, row.off_minor, row.revenue_minor


def test_code_counts_on_a_day_of_another_season_also_when_it_has_ended(in_harbour):
    schedule, summer = with_summer(minimum_minor=5000, uses_limit=1)
    order = paid_order(schedule, codes=["SUMMER"])
    end_promotion(Promotion.objects.get(), now=NOW, actor=None)
    assert brought() == (1, 500, 4500)
    change(order, {tier_of(schedule).pk: 2}, to=summer)
    assert (lines(order), adds_up(order)) == ([("Adult", 2, 5400)], True)
    assert [step["label"] for step in order.lines.get().price_steps] == [
        *("2 × Adult at €25.00", "Summer (+20%)", "Code SUMMER: 10% off")
    ]
    assert brought() == (1, 600, 5400)


def test_amount_of_a_code_goes_along_and_is_given_once(in_harbour):
    schedule, summer = with_summer(amount_minor=700)
    order = paid_order(schedule, codes=["SUMMER"])
    change(order, {tier_of(schedule).pk: 3}, to=summer)
    assert lines(order) == [("Adult", 2, 5300), ("Adult", 1, 3000)]
    assert brought() == (1, 700, 8300)


def test_who_joins_pays_without_the_code_and_counts_for_the_group(in_harbour):
    schedule, summer = with_summer()
    make_group(people=3, amount_minor=100)
    order = paid_order(schedule, codes=["SUMMER"])
    tier = tier_of(schedule).pk
    change(order, {tier: 3})
    assert (lines(order), brought()) == ([("Adult", 2, 4500), ("Adult", 1, 2400)], (1, 500, 6900))
    change(order, {tier: 4}, to=summer)
    # Three were booked, two of them with the code; all four make the group.
    assert (lines(order), brought()) == ([("Adult", 2, 5220), ("Adult", 2, 5800)], (1, 580, 11020))
    assert adds_up(order)


def test_fewer_people_have_their_share_of_the_code(in_harbour):
    schedule = make_schedule()
    code_of(amount_minor=900)
    order = paid_order(schedule, quantity=3, codes=["SUMMER"])
    change(order, {tier_of(schedule).pk: 1})
    assert (lines(order), brought()) == ([("Adult", 1, 2200)], (1, 300, 2200))


def test_label_of_an_amount_says_nothing_else_than_what_is_taken_off(in_harbour):
    schedule, summer = with_summer(amount_minor=900)
    order = paid_order(schedule, quantity=3, codes=["SUMMER"])
    for to in (schedule, summer):
        change(order, {tier_of(schedule).pk: 2}, to=to)
        (line,) = order.lines.all()
        promo = [(step["label"], step["amount_minor"]) for step in line.price_steps if step["kind"] == "promo"]
        assert promo == [("Code SUMMER", -600)]


@pytest.mark.parametrize(("codes", "brought_now"), [(["SUMMER"], {"SUMMER": 250}), (["SUMMER", "MORE"], None)])
def test_what_codes_took_off_an_old_order_is_not_forgotten(in_harbour, codes, brought_now):
    schedule = make_schedule()
    for code in codes:
        code_of(code, with_codes=True)
    order = paid_order(schedule, codes=codes)
    before = {discount.code: discount.amount_minor for discount in order.discounts.all()}
    line = order.lines.get()
    line.price_steps = [{name: step[name] for name in step if name != "code_id"} for step in line.price_steps]
    line.save()
    change(order, {tier_of(schedule).pk: 1})
    assert {discount.code: discount.amount_minor for discount in order.discounts.all()} == (brought_now or before)


def test_another_kind_of_place_keeps_the_code(in_harbour):
    schedule = make_schedule()
    code_of()
    order = paid_order(schedule, codes=["SUMMER"])
    child = tier_of(schedule, price_minor=1000, name="Child")
    change(order, {tier_of(schedule).pk: 1, child.pk: 1})
    assert (lines(order), brought()) == ([("Adult", 1, 2250), ("Child", 1, 900)], (1, 350, 3150))


def test_day_for_which_the_code_is_not_costs_what_it_costs(in_harbour):
    schedule = make_schedule()
    later = make_schedule(schedule.variant, date=dt.date(2031, 6, 20))
    code_of(last_departure=dt.date(2031, 6, 10))
    order = paid_order(schedule, codes=["SUMMER"])
    change(order, {tier_of(schedule).pk: 2}, to=later)
    assert (lines(order), brought()) == ([("Adult", 2, 5000)], (1, 0, 5000))


def test_guest_who_takes_what_we_offer_keeps_the_code(in_harbour):
    tax_of("Sales tax", 1000, is_inclusive=False)
    schedule, later = pair()
    code_of(last_departure=schedule.date)
    order = paid_order(schedule, codes=["SUMMER"])
    (choice,) = cancelled(schedule, [order], later)
    take_alternative(choice, schedule=later, now=NOW)
    assert (lines(order), brought()) == ([("Adult", 2, 4950)], (1, 500, 4950))


@pytest.mark.parametrize("codes", [1, 2])
def test_two_codes_of_an_order_are_told_apart(in_harbour, codes):
    names = ["SPRING", "SUMMER"][:codes]
    for number, name in enumerate(names):
        code_of(name, amount_minor=500 + 100 * number, with_codes=True)
    schedule = make_schedule()
    order = order_of(schedule, codes=names)
    change(order, {tier_of(schedule).pk: 1})
    order = Order.objects.get(pk=order.pk)
    assert list(order.discounts.order_by("pk").values_list("amount_minor", flat=True)) == [250, 300][:codes]
    assert order.discount_minor == sum([250, 300][:codes])
