"""Price rules from their rows to orders that keep them."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from commerce import queries
from commerce.enums import OrderSource, PaymentMethod
from commerce.models import Order
from commerce.operations import CartLine, OrderRefused, change_booking, place_order
from commerce.queries import QuoteRequest, lowest_prices, price_list, quote
from tenancy.models import Organization
from tests.commerce.factories import GRETE, NOW, enable_all_methods, order_of, tier_of
from tests.factories import TierFactory, TourFactory, VariantFactory, make_schedule
from tests.tours.price_rules import make_early_bird, make_group, make_season
from tours.models import Schedule, SeasonalPrice, Tour
from tours.queries import bookable_days


def steps(schedule: Schedule, quantity: int = 1, *, now: dt.datetime = NOW) -> list[tuple[str, str, int]]:
    found = quote(
        [QuoteRequest(schedule, {tier_of(schedule).pk: quantity})], organization=Organization.objects.get(), now=now
    )
    return [(step.kind, step.label, step.amount_minor) for line in found.lines for step in line.steps]


def sums(order: Order) -> tuple[int, int, int, int]:
    order.refresh_from_db()
    assert order.total_minor == sum(line.total_minor for line in order.lines.all())
    return order.subtotal_minor, order.discount_minor, order.tax_minor, order.total_minor


def test_each_rule_is_a_step_with_a_name_in_a_fixed_order(in_harbour):
    schedule = make_schedule()
    make_group()
    make_early_bird()
    make_season()
    assert steps(schedule, 4) == [
        ("tier", "4 × Adult at €25.00", 10000),
        ("season", "Summer (+20%)", 2000),
        ("early_bird", "Early bird (−10%)", -1200),
        ("group", "Small group (−€1.50 each)", -600),
    ]


def test_names_of_rules_are_in_the_language_of_who_reads_them(in_harbour):
    schedule = make_schedule()
    make_season(name_translations={"de": "Sommer"}, basis_points=1250)
    with override("de"):
        assert steps(schedule)[1] == ("season", "Sommer (+12,5\xa0%)", 313)


def test_amount_of_a_rule_keeps_its_sign_in_german(in_harbour):
    schedule = make_schedule()
    make_group(people=2)
    with override("de"):
        assert steps(schedule, 2)[1] == ("group", "Small group (je −1,50\xa0€)", -300)


def test_rules_are_for_their_tour_variant_and_days_only(in_harbour):
    schedule, other = make_schedule(), make_schedule()
    make_season(name="Other tour", tour=other.tour)
    make_season(name="Other variant", tour=schedule.tour, variant=VariantFactory(tour=schedule.tour))
    make_season(name="Other days", first_day=schedule.date + dt.timedelta(days=1))
    assert [step[0] for step in steps(schedule)] == ["tier"]
    make_season(name="All")
    make_season(name="Tour", effect="cheaper", tour=schedule.tour, basis_points=None, amount_minor=300)
    assert steps(schedule)[1:] == [("season", "Tour (−€3.00 each)", -300)]


def test_days_before_the_departure_are_those_of_its_own_clock(kyoto):
    """Ten in the evening in London is the next day in Kyoto."""
    from tenancy.scope import organization_scope

    with organization_scope(kyoto.pk):
        schedule = make_schedule(date=dt.date(2031, 6, 2))
        make_early_bird(days=1)
        early, late = dt.datetime(2031, 5, 31, 22, tzinfo=dt.UTC), dt.datetime(2031, 6, 1, 22, tzinfo=dt.UTC)
        assert [[step[0] for step in steps(schedule, now=now)] for now in (early, late)] == [
            ["tier", "early_bird"],
            ["tier"],
        ]


def test_tier_is_that_of_the_departures_day(in_harbour):
    schedule = make_schedule()
    TierFactory(tour=schedule.tour, name="Old", price_minor=2000, valid_until=dt.date(2031, 6, 1))
    new = TierFactory(tour=schedule.tour, name="New", price_minor=3000, valid_from=dt.date(2031, 6, 2))
    prices = price_list([schedule], organization=in_harbour, now=NOW)
    assert [tier.name for tier in prices.tiers[schedule.variant_id, schedule.date]] == ["New"]
    assert prices.quote([QuoteRequest(schedule, {new.pk: 1})]).total_minor == 3000


@pytest.mark.parametrize("count", [1, 3])
def test_rules_are_loaded_once_for_a_quote(in_harbour, count):
    make_season()
    make_early_bird()
    make_group()
    schedules = [make_schedule() for _number in range(count)]
    requests = [QuoteRequest(schedule, {tier_of(schedule).pk: 2}) for schedule in schedules]
    with CaptureQueriesContext(connection) as found:
        quote(requests, organization=in_harbour, now=NOW)
    # The prices, their rules, the taxes.
    assert len(found) == 3


def test_order_keeps_its_steps_and_sums_for_ever(in_harbour):
    schedule = make_schedule()
    season = make_season()
    make_early_bird()
    order = order_of(schedule, quantity=3)
    kept = [
        {"kind": "tier", "label": "3 × Adult at €25.00", "amount_minor": 7500},
        {"kind": "season", "label": "Summer (+20%)", "amount_minor": 1500},
        {"kind": "early_bird", "label": "Early bird (−10%)", "amount_minor": -900},
    ]
    assert sums(order) == (9000, 900, 0, 8100)
    season.delete()
    tier_of(schedule).delete()
    line = order.lines.get()
    assert (line.price_steps, line.unit_price_minor, line.total_minor) == (kept, 2500, 8100)


@pytest.mark.parametrize("make", [make_season, make_early_bird, make_group])
def test_price_that_changed_since_it_was_seen_is_refused_and_shown(in_harbour, make):
    schedule = make_schedule()
    enable_all_methods()
    make()
    with pytest.raises(OrderRefused) as refused:
        place_order(
            [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 4}, 10000)],
            contact=GRETE,
            method=PaymentMethod.BANK_TRANSFER,
            source=OrderSource.WEB,
            now=NOW,
        )
    now = quote([QuoteRequest(schedule, {tier_of(schedule).pk: 4})], organization=in_harbour, now=NOW).total_minor
    assert (refused.value.code, refused.value.quote.total_minor) == ("price_changed", now)
    assert (now != 10000, Order.objects.count()) == (True, 0)


def test_early_bird_that_ends_while_the_guest_pays_is_told(in_harbour):
    schedule = make_schedule()
    enable_all_methods()
    make_early_bird(days=30)
    ends = dt.datetime.combine(schedule.date - dt.timedelta(days=29), dt.time(), tzinfo=schedule.zone)
    seen = quote(
        [QuoteRequest(schedule, {tier_of(schedule).pk: 1})],
        organization=in_harbour,
        now=ends - dt.timedelta(minutes=1),
    ).total_minor

    def place(expected: int) -> Order:
        return place_order(
            [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 1}, expected)],
            contact=GRETE,
            method=PaymentMethod.BANK_TRANSFER,
            source=OrderSource.WEB,
            now=ends + dt.timedelta(minutes=1),
        )

    with pytest.raises(OrderRefused) as refused:
        place(seen)
    assert (seen, refused.value.code) == (2250, "price_changed")
    assert place(2500).total_minor == 2500


def change(order: Order, count: int) -> None:
    booking = queries.booking_of(order)
    key = tier_of(booking.schedule).pk
    preview = queries.preview_change(
        order,
        booking,
        to=booking.schedule,
        quantities={key: count},
        organization=Organization.objects.get(),
        now=NOW,
    )
    change_booking(
        order,
        booking,
        to=booking.schedule,
        quantities={key: count},
        expected_difference_minor=preview.difference_minor,
        now=NOW,
    )


def kept_steps(order: Order) -> list[list[tuple[str, int]]]:
    return [[(step["label"], step["amount_minor"]) for step in line.price_steps] for line in order.lines.all()]


def test_fewer_people_keep_their_share_of_each_step(in_harbour):
    make_season()
    make_group()
    order = order_of(make_schedule(), quantity=4)
    assert sums(order) == (12000, 600, 0, 11400)
    change(order, 3)
    assert kept_steps(order) == [
        [("3 × Adult as booked", 7500), ("Summer (+20%)", 1500), ("Small group (−€1.50 each)", -450)]
    ]
    assert sums(order) == (9000, 450, 0, 8550)
    change(order, 1)
    assert sums(order) == (3000, 150, 0, 2850)


def test_who_joins_gets_the_price_of_the_day_and_of_the_whole_party(in_harbour):
    order = order_of(make_schedule(), quantity=3)
    make_season()
    make_group()
    change(order, 4)
    assert kept_steps(order) == [
        [("3 × Adult at €25.00", 7500)],
        [("1 × Adult at €25.00", 2500), ("Summer (+20%)", 500), ("Small group (−€1.50 each)", -150)],
    ]
    assert sums(order) == (10500, 150, 0, 10350)


def lowest_of(tours: list[Tour]) -> dict[int, int]:
    return lowest_prices(bookable_days([tour.pk for tour in tours], now=NOW), currency="EUR", now=NOW)


def test_lowest_price_is_one_for_which_somebody_can_book(in_harbour):
    """Not that of a day that is over, full or not offered, and not without the season that all its days have."""
    tours = [TourFactory() for _number in range(4)]
    summer, mixed, full, free = (VariantFactory(tour=tour) for tour in tours)
    for tour in tours[:3]:
        TierFactory(tour=tour, price_minor=2500)
        TierFactory(tour=tour, name="Child", price_minor=1000, is_default=False)
    TierFactory(tour=tours[3], price_minor=0)
    make_schedule(summer)
    make_schedule(mixed)
    make_schedule(mixed, date=dt.date(2031, 10, 1))
    Schedule.objects.filter(pk=make_schedule(full).pk).update(booked_count=12)
    make_schedule(free)
    make_season()
    make_group(people=2)
    with CaptureQueriesContext(connection) as found:
        prices = lowest_of(tours)
    assert (prices, len(found)) == ({tours[0].pk: 3000, tours[1].pk: 2500, tours[3].pk: 0}, 4)
    make_early_bird(time="late", days=0)
    make_early_bird(tour=tours[0])
    assert lowest_of(tours) == {tours[0].pk: 2700, tours[1].pk: 2500, tours[3].pk: 0}
    assert lowest_of([]) == {}


@pytest.mark.parametrize(
    ("make", "wrong", "constraint"),
    [
        (make_season, {"basis_points": None}, "season_change"),
        (make_season, {"amount_minor": 5}, "season_change"),
        (make_season, {"basis_points": 10_001}, "season_change"),
        (make_season, {"basis_points": 0}, "season_change"),
        (make_season, {"first_day": dt.date(2032, 1, 1)}, "season_days"),
        (make_early_bird, {"first_day": dt.date(2032, 1, 2), "last_day": dt.date(2032, 1, 1)}, "early_bird_days"),
        (make_early_bird, {"basis_points": None, "amount_minor": 0}, "early_bird_change"),
        (make_group, {"people": 1}, "group_discount_people"),
        (make_group, {"amount_minor": -1}, "group_discount_change"),
    ],
)
def test_database_refuses_rules_that_make_no_sense(in_harbour, make, wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(**wrong)


def test_group_discount_for_so_many_people_is_given_once(in_harbour):
    make_group()
    make_group(people=5)
    with pytest.raises(IntegrityError, match="group_discount_once"), transaction.atomic():
        make_group()


def test_rules_of_another_organization_change_nothing(in_harbour, kyoto):
    from tenancy.scope import organization_scope

    schedule = make_schedule()
    with organization_scope(kyoto.pk):
        make_season()
    assert (SeasonalPrice.objects.count(), [step[0] for step in steps(schedule)]) == (0, ["tier"])


def test_move_to_another_day_keeps_the_price_within_a_season_only(in_harbour):
    schedule = make_schedule()
    order = order_of(schedule)
    tier = tier_of(schedule)
    tier.price_minor = 2600
    tier.save()
    same, summer = (make_schedule(schedule.variant, date=dt.date(2031, month, 20)) for month in (6, 7))
    make_season(first_day=dt.date(2031, 7, 1))

    def total(to: Schedule) -> int:
        return queries.preview_change(
            order, queries.booking_of(order), to=to, quantities={tier.pk: 2}, organization=in_harbour, now=NOW
        ).after_minor

    assert (total(same), total(summer)) == (5000, 6240)
    make_season(name="All year", first_day=dt.date(2031, 1, 1), last_day=dt.date(2031, 12, 31), priority=5)
    assert total(summer) == 5000
