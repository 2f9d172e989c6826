"""The engine of prices, attacked with random places and rules."""

import datetime as dt
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules import (
    Amounts,
    Change,
    EarlyBird,
    EarlyBirds,
    Group,
    Groups,
    Places,
    PricedLine,
    Season,
    Seasons,
    amounts_of,
    place_prices_minor,
    price,
    share_minor,
    share_steps,
    spread_minor,
)
from tenancy.money import Money

DAY = dt.date(2026, 8, 15)
KINDS = ["tier", "season", "early_bird", "group", "promo", "tax"]

days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
amounts = st.integers(0, 10**7)
quantities = st.integers(1, 99)
surcharges = st.one_of(
    st.builds(Change, basis_points=st.integers(-10_000, 30_000)), st.builds(Change, each_minor=st.integers(-5000, 5000))
)
discounts = st.one_of(
    st.builds(Change, basis_points=st.integers(-10_000, -1)), st.builds(Change, each_minor=st.integers(-5000, -1))
)
targets = {"tour_id": st.sampled_from([None, 1, 2]), "variant_id": st.sampled_from([None, 11, 12])}
places = st.builds(
    Places,
    schedule_id=st.integers(1, 3),
    tour_id=st.integers(1, 2),
    variant_id=st.integers(11, 12),
    day=days,
    booked_on=days,
    quantity=quantities,
    unit_price_minor=amounts,
    label=st.just("Adult"),
    seats=st.integers(0, 2),
)


def by_id(rules):
    return st.lists(rules, max_size=5, unique_by=lambda rule: rule.id)


seasons = by_id(
    st.builds(
        Season,
        id=st.integers(1, 99),
        label=st.just("Season"),
        change=surcharges,
        first_day=days,
        last_day=days,
        priority=st.integers(0, 2),
        **targets,
    )
)
early_birds = by_id(
    st.builds(
        EarlyBird,
        id=st.integers(1, 99),
        label=st.just("Early"),
        change=discounts,
        days=st.integers(0, 90),
        is_last_minute=st.booleans(),
        **targets,
    )
)
groups = by_id(
    st.builds(
        Group, id=st.integers(1, 99), label=st.just("Group"), change=discounts, people=st.integers(2, 30), **targets
    )
)


def one(unit_price_minor: int, quantity: int = 1, **options: object) -> Places:
    given = {"schedule_id": 1, "tour_id": 1, "variant_id": 11, "day": DAY, "booked_on": dt.date(2026, 7, 1), **options}
    return Places(quantity=quantity, unit_price_minor=unit_price_minor, label="tier", **given)


def steps(line: PricedLine) -> list[tuple[str, str, int]]:
    return [(step.kind, step.label, step.amount_minor) for step in line.steps]


SUMMER = Season(1, "Summer", Change(basis_points=2000), first_day=dt.date(2026, 7, 1), last_day=dt.date(2026, 8, 31))
EARLY = EarlyBird(2, "Early", Change(basis_points=-1000), days=30)
FIVE = Group(3, "Group of 5", Change(each_minor=-200), people=5)


@given(st.lists(places, max_size=4), seasons, early_birds, groups)
def test_no_line_ever_costs_less_than_nothing_and_all_parts_add_up(lines, some_seasons, some_birds, some_groups):
    priced = price(lines, [Seasons(some_seasons), EarlyBirds(some_birds), Groups(some_groups)])
    assert [line.places for line in priced] == lines
    for line in priced:
        parts = line.amounts
        running = 0
        for step in line.steps:
            running += step.amount_minor
            assert running >= 0
        assert running == line.total_minor == parts.total_minor
        assert min(parts.discount_minor, parts.subtotal_minor) >= 0
        kinds = [step.kind for step in line.steps]
        assert kinds == sorted(set(kinds), key=KINDS.index)


@given(places, seasons, early_birds, groups)
def test_one_person_more_never_lowers_what_it_costs_before_discounts(some, some_seasons, some_birds, some_groups):
    phases = [Seasons(some_seasons), EarlyBirds(some_birds), Groups(some_groups)]
    fewer, more = (price([replace(some, quantity=some.quantity + extra)], phases)[0].amounts for extra in (0, 1))
    assert more.subtotal_minor >= fewer.subtotal_minor


@given(st.lists(places, max_size=3), seasons, early_birds, groups, st.randoms(use_true_random=False))
def test_order_in_which_rules_and_lines_are_given_does_not_matter(lines, some_seasons, some_birds, some_groups, chance):
    def all_phases():
        return [Seasons(some_seasons), EarlyBirds(some_birds), Groups(some_groups)]

    expected = price(lines, all_phases())
    for phases in permutations(all_phases()):
        assert price(lines, phases) == expected
    for rules in (some_seasons, some_birds, some_groups):
        chance.shuffle(rules)
    order = list(range(len(lines)))
    chance.shuffle(order)
    shuffled = price([lines[at] for at in order], all_phases())
    assert [shuffled[order.index(at)] for at in range(len(lines))] == list(expected)


@given(places, seasons, early_birds)
def test_price_of_a_day_is_that_of_the_day_before_unless_it_is_a_turn(some, some_seasons, some_birds):
    phases = [Seasons(some_seasons), EarlyBirds(some_birds)]
    before = replace(some, day=some.day - dt.timedelta(days=1))
    if some.day not in set().union(*(phase.turns(some.booked_on) for phase in phases)):
        assert price([some], phases)[0].steps == price([before], phases)[0].steps


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_amount_that_is_spread_adds_up_and_follows_the_weights(amount, weights):
    shares = spread_minor(amount, weights)
    assert sum(shares) == amount
    if whole := sum(weights):
        assert all(abs(share - amount * weight / whole) <= 1 for share, weight in zip(shares, weights, strict=True))


def test_what_is_left_over_goes_to_who_lost_most_then_to_the_first():
    assert [spread_minor(100, [1, 1, 1]), spread_minor(10, [5, 3, 3]), spread_minor(7, [0, 0])] == [
        (34, 33, 33),
        (4, 3, 3),
        (7, 0),
    ]
    with pytest.raises(ValueError, match="nothing to spread"):
        spread_minor(1, [])


@given(amounts, quantities)
def test_prices_of_places_add_up_and_are_what_keeping_some_costs(total, quantity):
    prices = place_prices_minor(total, quantity)
    assert (len(prices), sum(prices)) == (quantity, total)
    assert [sum(prices[:count]) for count in range(quantity + 1)] == [
        share_minor(total, count, quantity) for count in range(quantity + 1)
    ]
    assert max(prices) - min(prices) <= 1


@given(places, seasons, early_birds, st.data())
def test_steps_of_places_that_stay_add_up_to_their_share(some, some_seasons, some_birds, data):
    line = price([some], [Seasons(some_seasons), EarlyBirds(some_birds)])[0]
    kept = data.draw(st.integers(1, some.quantity))
    shared = share_steps(
        line.total_minor, [step.as_json for step in line.steps], kept, some.quantity, label="as booked"
    )
    assert sum(step["amount_minor"] for step in shared) == share_minor(line.total_minor, kept, some.quantity)
    assert [step["kind"] for step in shared] == ["kept", *(step.kind for step in line.steps[1:])]


def test_share_of_a_line_without_steps_is_one_step():
    assert share_steps(1000, [], 1, 3, label="as booked") == [
        {"kind": "kept", "label": "as booked", "amount_minor": 333}
    ]
    assert amounts_of(1000, []) == Amounts(1000, 0, 0)


@pytest.mark.parametrize(
    ("currency", "unit", "shown"),
    [
        ("EUR", 2500, ["€125.00", "€25.00", "−€15.00", "−€10.00", "€125.00"]),
        ("JPY", 2505, ["¥12,525", "¥2,505", "−¥1,503", "−¥1,000", "¥12,527"]),
        ("KWD", 2501, ["KWD12.505", "KWD2.501", "−KWD1.501", "−KWD1.000", "KWD12.505"]),
    ],
)
def test_worked_example(currency, unit, shown):
    line = price([one(unit, 5)], [Groups([FIVE]), EarlyBirds([EARLY]), Seasons([SUMMER])])[0]
    found = [Money(step.amount_minor, currency).format("en").replace("\xa0", "") for step in line.steps]
    assert [*found, Money(line.total_minor, currency).format("en").replace("\xa0", "")] == shown


def test_half_a_unit_is_rounded_up_once_for_the_line_whether_it_is_added_or_taken_off():
    dearer, cheaper = (
        price([one(5, 3)], [Seasons([replace(SUMMER, change=Change(basis_points=points))])])[0]
        for points in (1000, -1000)
    )
    assert [steps(dearer), steps(cheaper)] == [
        [("tier", "tier", 15), ("season", "Summer", 2)],
        [("tier", "tier", 15), ("season", "Summer", -2)],
    ]


def test_seasons_are_never_stacked_the_highest_priority_wins_then_the_closest():
    low = replace(SUMMER, id=9, label="Low", priority=-1)
    tour = replace(SUMMER, id=4, label="Tour", tour_id=1)
    variant = replace(SUMMER, id=5, label="Variant", tour_id=1, variant_id=11)
    high = replace(SUMMER, id=6, label="High", priority=1)
    elsewhere = replace(SUMMER, id=7, label="Elsewhere", priority=9, tour_id=2)
    over = replace(SUMMER, id=8, label="Over", priority=9, last_day=dt.date(2026, 8, 14))

    def winner(*rules):
        return [step.label for step in price([one(1000)], [Seasons(rules)])[0].steps[1:]]

    assert [
        winner(low),
        winner(low, SUMMER),
        winner(low, SUMMER, tour),
        winner(low, SUMMER, tour, variant),
        winner(low, SUMMER, tour, variant, high, elsewhere, over),
        winner(elsewhere, over),
    ] == [["Low"], ["Summer"], ["Tour"], ["Variant"], ["High"], []]


@pytest.mark.parametrize(("ahead", "found"), [(31, [-100]), (30, [-100]), (29, []), (4, []), (3, [-300]), (0, [-300])])
def test_early_and_last_minute_count_days_before_the_departure(ahead, found):
    late = EarlyBird(5, "Late", Change(basis_points=-3000), days=3, is_last_minute=True)
    booked = one(1000, booked_on=DAY - dt.timedelta(days=ahead))
    assert [step.amount_minor for step in price([booked], [EarlyBirds([EARLY, late])])[0].steps[1:]] == found


def test_early_bird_is_the_one_that_takes_most_off_on_days_on_which_it_is_to_be_had():
    better = EarlyBird(4, "Better", Change(each_minor=-300), days=30, last_day=dt.date(2026, 7, 1))
    found = [
        [step.label for step in price([one(1000, booked_on=day)], [EarlyBirds([EARLY, better])])[0].steps[1:]]
        for day in (dt.date(2026, 7, 1), dt.date(2026, 7, 2))
    ]
    assert found == [["Better"], ["Early"]]


def test_group_counts_those_with_a_seat_on_one_departure_and_takes_the_highest_threshold():
    ten = Group(4, "Group of 10", Change(basis_points=-2000), people=10)
    infant = one(100, 9, seats=0)
    other_day = one(1000, 9, schedule_id=2)
    parties = [
        [one(1000, 4), infant],
        [one(1000, 4), one(500, 1), infant, other_day],
        [one(1000, 9)],
        [one(1000, 10)],
        [one(1000, 1, party_before=9)],
    ]
    found = [[line.total_minor for line in price(party, [Groups([FIVE, ten])])] for party in parties]
    assert found == [[4000, 900], [3200, 300, 900, 7200], [7200], [8000], [800]]


def test_discount_above_the_price_makes_it_free_and_no_cheaper():
    line = price([one(150, 5)], [Groups([FIVE]), EarlyBirds([EARLY])])[0]
    assert (steps(line), line.total_minor) == (
        [("tier", "tier", 750), ("early_bird", "Early", -75), ("group", "Group of 5", -675)],
        0,
    )
