"""Taxes: contained in prices or added to them, kept line by line, and right after changes and refunds."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.forms import TaxRateForm
from commerce.models import AppliedTax, Order, TaxPercentage, TaxRate
from commerce.operations import add_charge, cancel_order, change_booking, refund_order, take_alternative, write_off
from commerce.rules import Tax, line_taxes, share_steps, tax_of_part, taxes_of_line
from tenancy.money import Money
from tests.commerce.factories import NOW, code_of, order_of, tax_of, tier_of
from tests.commerce.test_changes import booking_of, change, paid_order
from tests.commerce.test_departures import cancelled, moved, pair
from tests.factories import VariantFactory, make_schedule

ALWAYS = ((dt.date.min, 1900),)
VAT = Tax(1, "VAT", is_inclusive=True, for_all=True, percentages=ALWAYS)
CITY = Tax(2, "City tax", is_inclusive=False, for_all=True, percentages=ALWAYS)


def applied(order: Order) -> list[tuple[str, int, bool, int, int]]:
    """The taxes of the lines that stand."""
    rows = AppliedTax.objects.filter(line__order=order, line__reversed_by=None).order_by("line__position", "pk")
    return [(row.name, row.basis_points, row.is_inclusive, row.net_minor, row.tax_minor) for row in rows]


@pytest.mark.parametrize(
    ("amount", "currency", "points", "tax"),
    [
        (2200, "EUR", 1900, "€3.51"),
        (2200, "EUR", 700, "€1.44"),
        (1100, "JPY", 1000, "¥100"),
        (10_500, "KWD", 500, "KWD0.500"),
        (1, "EUR", 1900, "€0.00"),
    ],
)
def test_contained_tax_is_taken_out_of_the_price(amount, currency, points, tax):
    (part,) = line_taxes(amount, [(VAT, points)])
    assert Money(part.tax_minor, currency).format("en").replace("\xa0", "") == tax
    assert part.net_minor + part.tax_minor == amount


def test_added_taxes_are_reckoned_from_what_is_left_without_contained_ones():
    parts = line_taxes(11_900, [(VAT, 1900), (CITY, 500)])
    assert [(part.name, part.net_minor, part.tax_minor) for part in parts] == [
        ("VAT", 10_000, 1900),
        ("City tax", 10_000, 500),
    ]


points = st.integers(0, 10_000)


@given(
    st.integers(0, 10**7),
    st.lists(st.tuples(st.sampled_from([VAT, CITY]), points), max_size=2, unique_by=lambda pair: pair[0].id),
)
def test_taxes_are_never_negative_and_add_up(amount, taxes):
    parts = line_taxes(amount, taxes)
    assert all(part.tax_minor >= 0 and part.net_minor >= 0 for part in parts)
    contained = sum(part.tax_minor for part in parts if part.is_inclusive)
    assert all(part.net_minor == amount - contained for part in parts)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), min_size=1, max_size=6))
def test_several_refunds_give_back_the_tax_of_their_sum_and_all_of_it_at_the_end(tax, refunds):
    whole = sum(refunds)
    back = [
        tax_of_part(tax, part_minor=sum(refunds[: count + 1]), whole_minor=whole)
        - tax_of_part(tax, part_minor=sum(refunds[:count]), whole_minor=whole)
        for count in range(len(refunds))
    ]
    assert sum(back) == (tax if whole else 0)
    assert all(each >= 0 for each in back)


@given(st.integers(0, 10**6), st.integers(1, 20), st.data())
def test_taxes_of_places_that_stay_add_up_with_their_price(total, quantity, data):
    parts = line_taxes(total, [(VAT, 1900), (CITY, 500)])
    steps = [{"kind": "tier", "label": "tier", "amount_minor": total}]
    for part in parts:
        amounts = {"amount_minor": 0, "included_minor": part.tax_minor} if part.is_inclusive else {}
        steps.append(
            {
                "kind": "tax",
                "label": part.name,
                "rate_id": part.rate_id,
                "rate_name": part.name,
                "basis_points": part.basis_points,
                "amount_minor": part.tax_minor,
                **amounts,
            }
        )
    paid = sum(step["amount_minor"] for step in steps)
    assert taxes_of_line(paid, steps) == parts
    kept = data.draw(st.integers(1, quantity))
    shared = share_steps(paid, steps, kept, quantity, label="kept")
    vat, city = taxes_of_line(sum(step["amount_minor"] for step in shared), shared)
    assert vat.net_minor == city.net_minor
    assert vat.net_minor + vat.tax_minor + city.tax_minor == sum(step["amount_minor"] for step in shared)


def test_contained_tax_of_an_order_adds_nothing(in_harbour):
    tax_of()
    order = order_of(make_schedule())
    assert (order.subtotal_minor, order.tax_minor, order.total_minor) == (5000, 0, 5000)
    assert applied(order) == [("VAT", 1900, True, 4202, 798)]
    assert order.lines.get().price_steps[-1] == {
        "kind": "tax",
        "label": "incl. 19% VAT",
        "amount_minor": 0,
        "included_minor": 798,
        "rate_id": AppliedTax.objects.get().rate_id,
        "rate_name": "VAT",
        "basis_points": 1900,
    }


def test_added_tax_is_part_of_the_total_and_comes_after_codes(in_harbour):
    tax_of("Sales tax", 1000, is_inclusive=False)
    code_of()
    order = order_of(make_schedule(), codes=["SUMMER"])
    assert (order.subtotal_minor, order.discount_minor, order.tax_minor, order.total_minor) == (5000, 500, 450, 4950)
    assert (order.lines.get().total_minor, order.payments.get().amount_minor) == (4950, 4950)
    assert applied(order) == [("Sales tax", 1000, False, 4500, 450)]


def test_taxes_of_a_tour_take_the_place_of_those_for_all(in_harbour):
    schedule = make_schedule()
    tax_of()
    tax_of("Reduced VAT", 700, tours=(schedule.tour,))
    tax_of("Spa tax", 100, tours=(schedule.tour,), is_inclusive=False)
    assert applied(order_of(schedule)) == [
        ("Reduced VAT", 700, True, 4673, 327),
        ("Spa tax", 100, False, 4673, 47),
    ]
    assert applied(order_of(make_schedule())) == [("VAT", 1900, True, 4202, 798)]


def test_percentage_is_that_of_the_day_of_departure(in_harbour):
    rate = tax_of()
    TaxPercentage.objects.create(rate=rate, basis_points=1600, first_day=dt.date(2031, 6, 2))
    before, after = (order_of(make_schedule(date=dt.date(2031, 6, day))) for day in (1, 2))
    assert [applied(order)[0][1] for order in (before, after)] == [1900, 1600]


def test_tax_that_has_not_begun_is_not_borne(in_harbour):
    rate = tax_of()
    rate.percentages.all()
    TaxPercentage.objects.update(first_day=dt.date(2031, 6, 3))
    assert applied(order_of(make_schedule())) == []


def test_order_keeps_its_taxes_when_a_rate_changes_or_goes(in_harbour):
    rate = tax_of()
    order = order_of(make_schedule())
    rate.delete()
    assert applied(order) == [("VAT", 1900, True, 4202, 798)]
    assert [(each.label, each.net_minor, each.tax_minor) for each in queries.tax_sums(order)] == [
        ("incl. 19% VAT", 4202, 798)
    ]


def test_booking_can_be_changed_after_a_tax_is_gone(in_harbour):
    rate = tax_of()
    schedule = make_schedule()
    order = order_of(schedule, quantity=2, method=PaymentMethod.ON_ARRIVAL)
    (line,) = order.lines.all()
    rate.delete()
    change_booking(
        order,
        line.booking,
        to=schedule,
        quantities={tier_of(schedule).pk: 1},
        expected_difference_minor=-2500,
        now=NOW,
    )
    # Foreign keys are looked at when the transaction ends.
    connection.check_constraints()
    assert applied(order) == [("VAT", 1900, True, 2101, 399)]
    assert AppliedTax.objects.get(line__reversed_by=None).rate is None


@pytest.mark.parametrize("count", [1, 3])
def test_change_of_a_booking_keeps_the_taxes_right(in_harbour, count):
    tax_of("Sales tax", 1000, is_inclusive=False)
    tax_of()
    schedule = make_schedule()
    order = order_of(schedule, quantity=2, method=PaymentMethod.ON_ARRIVAL)
    (line,) = order.lines.all()
    quantities = {tier_of(schedule).pk: count}
    preview = queries.preview_change(
        order, line.booking, to=schedule, quantities=quantities, organization=in_harbour, now=NOW
    )
    change_booking(
        order,
        line.booking,
        to=schedule,
        quantities=quantities,
        expected_difference_minor=preview.difference_minor,
        now=NOW,
    )
    order.refresh_from_db()
    sums = queries.tax_sums(order)
    vat, sales = (round(count * share) for share in (399.16, 210.08))
    assert [(each.name, each.tax_minor) for each in sums] == [("VAT", vat), ("Sales tax", sales)]
    assert order.tax_minor == sums[1].tax_minor
    assert order.total_minor == sum(line.total_minor for line in order.lines.all()) == count * 2500 + sales


def sums(found: list[queries.TaxSum]) -> list[tuple[str, int, int]]:
    return [(each.name, each.net_minor, each.tax_minor) for each in found]


def test_taxes_left_after_a_part_went_back(in_harbour):
    tax_of()
    order = paid_order(make_schedule())
    refund_order(order, amount_minor=2500, reason=RefundReason.OTHER, now=NOW, actor=None)
    order = Order.objects.get(pk=order.pk)
    assert sums(queries.taxes_left(order)) == [("VAT", 2101, 399)]
    cancel_order(order, reason=RefundReason.CANCELLED_BY_US, now=NOW)
    assert sums(queries.taxes_left(Order.objects.get(pk=order.pk))) == [("VAT", 0, 0)]


def test_taxes_left_of_places_that_stay_after_others_were_paid_back(in_harbour):
    tax_of()
    order = paid_order(make_schedule())
    change(order, {tier_of(booking_of(order).schedule).pk: 1})
    order = Order.objects.get(pk=order.pk)
    assert (queries.given_back_minor(order), sums(queries.tax_sums(order))) == (2500, [("VAT", 2101, 399)])
    assert sums(queries.taxes_left(order)) == [("VAT", 2101, 399)]


def test_order_that_is_not_paid_yet_holds_all_its_taxes(in_harbour):
    tax_of()
    order = order_of(make_schedule())
    assert sums(queries.taxes_left(order)) == [("VAT", 4202, 798)]


def test_extra_charges_and_reductions_hold_the_share_of_the_lines(in_harbour):
    tax_of()
    order = paid_order(make_schedule())
    add_charge(order, amount_minor=1190, reason="Bikes", now=NOW, actor=None)
    order = Order.objects.get(pk=order.pk)
    assert sums(queries.tax_sums(order)) == [("VAT", 5202, 988)]
    write_off(order, amount_minor=1190, reason="Kindness", now=NOW, actor=None)
    assert sums(queries.tax_sums(Order.objects.get(pk=order.pk))) == [("VAT", 4202, 798)]


LOWERED = dt.date(2031, 6, 3)


def lowered(rate: TaxRate, basis_points: int = 700) -> None:
    TaxPercentage.objects.create(rate=rate, basis_points=basis_points, first_day=LOWERED)


def test_booking_that_moves_bears_the_tax_of_the_new_day(in_harbour):
    lowered(tax_of())
    schedule, later = pair()
    order = paid_order(schedule)
    made = change(order, {tier_of(schedule).pk: 2}, to=later)
    assert (made.difference_minor, applied(order)) == (0, [("VAT", 700, True, 4673, 327)])


def test_booking_that_moves_pays_the_added_tax_of_the_new_day(in_harbour):
    lowered(tax_of("Sales tax", 1000, is_inclusive=False), 2000)
    schedule, later = pair()
    order = paid_order(schedule)
    made = change(order, {tier_of(schedule).pk: 1}, to=later)
    assert (made.difference_minor, applied(order)) == (-2500, [("Sales tax", 2000, False, 2500, 500)])
    order.refresh_from_db()
    assert (order.subtotal_minor, order.tax_minor, order.total_minor) == (2500, 500, 3000)


def test_rate_that_staff_changed_for_all_days_reaches_no_booking_that_moves(in_harbour):
    rate = tax_of()
    schedule, later = pair()
    order = paid_order(schedule)
    rate.percentages.update(basis_points=2500)
    change(order, {tier_of(schedule).pk: 2}, to=later)
    assert applied(order) == [("VAT", 1900, True, 4202, 798)]


@pytest.mark.parametrize("gives_up", [False, True])
def test_booking_that_leaves_a_departure_that_we_moved_bears_the_tax_of_its_new_day(in_harbour, gives_up):
    lowered(tax_of())
    schedule, later = pair()
    order = paid_order(schedule)
    moved(schedule, [order], choose_until=None)
    if gives_up:
        change(order, {tier_of(schedule).pk: 1})
    count = 1 if gives_up else 2
    # It bears what it was bought with for as long as it stays.
    assert [tax[:2] for tax in applied(order)] == [("VAT", 1900)]
    made = change(order, {tier_of(schedule).pk: count}, to=later)
    assert (made.difference_minor, [tax[:2] for tax in applied(order)]) == (0, [("VAT", 700)])


@pytest.mark.parametrize(
    ("is_inclusive", "sums", "taxes"),
    [
        (True, (5000, 0, 5000), ("VAT", 700, True, 4673, 327)),
        (False, (5561, 389, 5950), ("VAT", 700, False, 5561, 389)),
    ],
)
def test_guest_who_takes_what_we_offer_pays_the_same_with_the_tax_of_the_new_day(in_harbour, is_inclusive, sums, taxes):
    lowered(tax_of(is_inclusive=is_inclusive))
    schedule, later = pair()
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], later)
    take_alternative(choice, schedule=later, now=NOW)
    order.refresh_from_db()
    assert ((order.subtotal_minor, order.tax_minor, order.total_minor), applied(order)) == (sums, [taxes])
    assert sum(step["amount_minor"] for step in order.lines.get().price_steps) == sums[2]


def test_guest_who_takes_another_variant_keeps_the_taxes(in_harbour):
    tax_of()
    schedule = make_schedule()
    other = make_schedule(VariantFactory(tour=schedule.tour, name="Private"), date=LOWERED)
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], other)
    take_alternative(choice, schedule=other, now=NOW)
    assert applied(order) == [("VAT", 1900, True, 4202, 798)]
    assert order.lines.get().name.endswith("· Private")


def test_own_tax_that_has_not_begun_leaves_those_for_all(in_harbour):
    schedule = make_schedule()
    tax_of()
    TaxPercentage.objects.filter(rate=tax_of("Spa VAT", 700, tours=(schedule.tour,))).update(first_day=LOWERED)
    later = make_schedule(schedule.variant, date=LOWERED)
    assert applied(order_of(schedule)) == [("VAT", 1900, True, 4202, 798)]
    assert applied(order_of(later)) == [("Spa VAT", 700, True, 4673, 327)]


def test_name_in_another_language_is_no_longer_than_an_order_keeps(in_harbour):
    form = TaxRateForm({"name": "VAT", "percentage_1": "19", "name_translations_0": "M" * 61})
    field = form.fields["name_translations"]
    with pytest.raises(ValidationError) as refused:
        field.clean(["M" * 61])
    assert refused.value.messages == ["Ensure this value has at most 60 characters (it has 61)."]
    assert list(field.clean(["M" * 60]).values()) == ["M" * 60]
