"""What promo codes take off, by the rules alone."""

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commerce.rules import (
    Code,
    CodePrices,
    CodeProblem,
    Places,
    fold_code,
    new_code,
    price_with_codes,
)
from tests.commerce.test_promo_codes import DAY, EARLY


def places(unit_price_minor: int = 1000, quantity: int = 1, **options: object) -> Places:
    given = {"schedule_id": 1, "tour_id": 1, "variant_id": 11, "day": DAY, "booked_on": dt.date(2031, 1, 10), **options}
    return Places(quantity=quantity, unit_price_minor=unit_price_minor, label="tier", **given)


def prices(lines: list[Places], *codes: Code) -> tuple[list[int], list[int], dict[int, str]]:
    """What each line costs, which codes count, and why others do not."""
    found = price_with_codes(lines, [EARLY], codes)
    return [line.total_minor for line in found.lines], [code.id for code in found.used], found.problems


TEN = Code(1, "TEN", "TEN", basis_points=1000)


FIVE = Code(2, "FIVE", "FIVE", amount_minor=500)


def test_percentage_and_amount_are_taken_off_after_other_discounts():
    assert prices([places(1000, 2)], TEN) == ([1620], [1], {})
    assert prices([places(1000, 2), places(500)], FIVE) == ([1400, 350], [2], {})


def test_amount_above_the_price_makes_it_free():
    assert prices([places(100), places(150)], FIVE) == ([0, 0], [2], {})


def test_codes_that_go_together_count_whichever_is_typed_first():
    both = [replace(code, with_codes=True) for code in (TEN, FIVE)]
    assert prices([places()], *both) == ([310], [1, 2], {})
    assert prices([places()], *reversed(both)) == ([310], [2, 1], {})


def test_of_codes_that_do_not_go_together_the_better_one_counts_whichever_is_typed_first():
    assert prices([places()], TEN, FIVE) == ([400], [2], {1: CodeProblem.OTHER_CODE})
    assert prices([places()], FIVE, replace(TEN, with_codes=True)) == ([400], [2], {1: CodeProblem.OTHER_CODE})
    # Of two that take as much off, the one that was typed first.
    assert prices([places()], replace(FIVE, amount_minor=90), TEN) == ([810], [2], {1: CodeProblem.OTHER_CODE})


def test_two_codes_that_go_with_nothing_never_cost_the_guest_both():
    proud = replace(TEN, basis_points=500, with_discounts=False)
    assert prices([places()], proud, replace(FIVE, amount_minor=50)) == ([850], [2], {1: CodeProblem.OTHER_DISCOUNT})
    twice = [replace(proud, id=number, basis_points=2000 * number) for number in (1, 2)]
    assert prices([places()], *twice) == ([600], [2], {1: CodeProblem.OTHER_CODE})


def test_code_that_takes_nothing_off_is_not_used():
    assert prices([places(0)], TEN) == ([0], [], {1: CodeProblem.NOTHING})
    both = [replace(code, with_codes=True) for code in (TEN, replace(FIVE, amount_minor=10_000))]
    assert prices([places()], *both) == ([0], [2], {1: CodeProblem.NOTHING})


def test_code_that_does_not_go_with_discounts_takes_their_place_where_that_is_cheaper():
    alone = replace(TEN, basis_points=2000, with_discounts=False, targets=((1, None),))
    other_tour = places(tour_id=2)
    assert prices([places(), other_tour], alone) == ([800, 900], [1], {})
    assert prices([places()], replace(alone, basis_points=1000)) == ([900], [], {1: CodeProblem.OTHER_DISCOUNT})


def test_code_is_for_its_tours_variants_and_days_only():
    variant = replace(TEN, targets=((1, 12),))
    summer = replace(TEN, first_departure=dt.date(2031, 7, 1))
    assert prices([places()], variant) == ([900], [], {1: CodeProblem.TOUR})
    assert prices([places(), places(variant_id=12)], variant) == ([900, 810], [1], {})
    assert prices([places()], summer) == ([900], [], {1: CodeProblem.DEPARTURE})


def test_minimum_counts_what_the_code_is_for_before_the_code():
    lines = [places(1000), places(1000, tour_id=2)]
    assert prices(lines, replace(TEN, minimum_minor=1800)) == ([810, 810], [1], {})
    assert prices(lines, replace(TEN, minimum_minor=1801))[2] == {1: CodeProblem.MINIMUM}
    assert prices(lines, replace(TEN, minimum_minor=901, targets=((1, None),)))[2] == {1: CodeProblem.MINIMUM}


any_code = st.builds(
    Code,
    id=st.integers(1, 9),
    code=st.just("X"),
    label=st.just("X"),
    basis_points=st.integers(1, 10_000),
    targets=st.sampled_from([None, (), ((1, None),), ((2, 12),)]),
    minimum_minor=st.integers(0, 5000),
    with_discounts=st.booleans(),
    with_codes=st.booleans(),
) | st.builds(
    Code,
    id=st.integers(10, 19),
    code=st.just("X"),
    label=st.just("X"),
    amount_minor=st.integers(1, 10**6),
    with_discounts=st.booleans(),
    with_codes=st.booleans(),
)


any_places = st.builds(
    places,
    unit_price_minor=st.integers(0, 10**6),
    quantity=st.integers(1, 20),
    tour_id=st.integers(1, 2),
    variant_id=st.integers(11, 12),
)


def sum_of(found: CodePrices) -> int:
    return sum(line.total_minor for line in found.lines)


@given(st.lists(any_places, min_size=1, max_size=4), st.lists(any_code, max_size=4, unique_by=lambda code: code.id))
def test_codes_never_make_a_price_negative_or_higher_and_add_up(lines, codes):
    without = price_with_codes(lines, [EARLY], [])
    found = price_with_codes(lines, [EARLY], codes)
    assert all(line.total_minor >= 0 for line in found.lines)
    assert sum(line.total_minor for line in found.lines) <= sum(line.total_minor for line in without.lines)
    taken = sum(found.taken_off_minor(code) for code in found.used)
    steps = [step.amount_minor for line in found.lines for step in line.steps if step.kind == "promo"]
    assert taken == -sum(steps)
    assert {code.id for code in found.used} | found.problems.keys() == {code.id for code in codes}
    assert not {code.id for code in found.used} & found.problems.keys()
    assert all(found.taken_off_minor(code) > 0 for code in found.used)
    alone = [price_with_codes(lines, [EARLY], [code]) for code in codes]
    assert all(sum_of(found) <= sum_of(each) for each in alone)


def test_codes_are_compared_without_capitals_spaces_and_hyphens():
    assert {fold_code(text) for text in ("Spring-7k3m", " spring 7K 3M ", "SPRING7K3M")} == {"SPRING7K3M"}
    assert [fold_code(text) for text in ("", "ü", "A" * 61, "’; --")] == ["", "", "", ""]


def test_new_codes_are_readable_and_differ():
    codes = {new_code("SPRING") for _number in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 16 and not set(code[7:]) & set("AEIOU01L") for code in codes)
