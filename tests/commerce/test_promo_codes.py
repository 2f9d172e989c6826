"""Promo codes: what they take off, who may use them how often, and that no parallel orders get past that."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from commerce import queries
from commerce.enums import OrderSource, PaymentMethod, RefundReason
from commerce.models import AppliedDiscount, Order, PromoCode, PromotionCustomer
from commerce.operations import CartLine, OrderRefused, cancel_order, confirm_manual_payment, expire_order, place_order
from commerce.rules import (
    Change,
    EarlyBird,
    EarlyBirds,
)
from crm.models import Customer
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, code_of, enable_all_methods, order_of, tier_of
from tests.factories import TierFactory, TourFactory, make_schedule
from tests.parallel import in_parallel

LATER = NOW + dt.timedelta(days=6)
DAY = dt.date(2031, 6, 2)
EARLY = EarlyBirds([EarlyBird(1, "Early", Change(basis_points=-1000), days=30)])


def uses(code: PromoCode) -> tuple[int, list[int]]:
    code.refresh_from_db()
    rows = PromotionCustomer.objects.filter(promotion=code.promotion).order_by("pk")
    return code.uses, [row.uses for row in rows]


def test_code_is_a_step_of_the_order_and_counted(in_harbour):
    code = code_of("Summer-10")
    order = order_of(make_schedule(), codes=["summer 10"])
    assert (order.subtotal_minor, order.discount_minor, order.total_minor) == (5000, 500, 4500)
    line = order.lines.get()
    assert line.price_steps[-1] == {
        "kind": "promo",
        "label": "Code Summer-10: 10% off",
        "amount_minor": -500,
        "code_id": code.pk,
    }
    assert (line.total_minor, order.payments.get().amount_minor) == (4500, 4500)
    assert list(order.discounts.values_list("code", "amount_minor", "released_at")) == [("Summer-10", 500, None)]
    assert uses(code) == (1, [1])


def test_code_larger_than_the_price_makes_an_order_that_is_paid(in_harbour):
    code_of("GIFT", amount_minor=99_00)
    order = order_of(make_schedule(), codes=["GIFT"], method=PaymentMethod.FREE)
    assert (order.total_minor, order.discount_minor, order.status) == (0, 5000, "paid")


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"ended_at": NOW}, "The code “SUMMER” is not valid any more."),
        ({"first_day": dt.date(2031, 1, 11)}, "The code “SUMMER” is not valid yet."),
        ({"last_day": dt.date(2031, 1, 9)}, "The code “SUMMER” has expired."),
        ({"last_departure": dt.date(2031, 6, 1)}, "The code “SUMMER” is not for the dates you have chosen."),
        ({"minimum_minor": 5001}, "The code “SUMMER” counts from a price of €50.01 on."),
        (
            {"is_assigned": True},
            "The code “SUMMER” is only for certain guests, and not for this e-mail address.",
        ),
    ],
)
def test_code_that_does_not_count_refuses_the_order_and_says_why(in_harbour, terms, message):
    code = code_of(**terms)
    with pytest.raises(OrderRefused) as refused:
        order_of(make_schedule(), codes=["SUMMER"])
    assert (refused.value.code, refused.value.message, refused.value.promo_code) == ("promo_code", message, "SUMMER")
    assert (uses(code), Order.objects.count()) == ((0, []), 0)


def test_unknown_code_and_code_for_another_tour(in_harbour):
    schedule = make_schedule()
    code_of(tours=(make_schedule().tour,))
    for text, message in (
        ("NONE", "We do not know the code “NONE”. Please check how it is spelled."),
        ("SUMMER", "The code “SUMMER” is not for the tours you have chosen."),
    ):
        with pytest.raises(OrderRefused) as refused:
            order_of(schedule, codes=[text])
        assert refused.value.message == message


def test_code_for_the_tour_counts(in_harbour):
    schedule = make_schedule()
    code_of(tours=(schedule.tour,))
    assert order_of(schedule, codes=["SUMMER"]).total_minor == 4500


def test_promotion_of_a_tour_that_is_deleted_is_for_none_and_not_for_all(in_harbour):
    other = TourFactory()
    code_of(tours=(other,))
    other.delete()
    with pytest.raises(OrderRefused) as refused:
        order_of(make_schedule(), codes=["SUMMER"])
    assert refused.value.message == "The code “SUMMER” is not for the tours you have chosen."


def test_code_that_takes_nothing_off_is_refused_and_its_use_kept(in_harbour):
    code = code_of()
    with pytest.raises(OrderRefused) as refused:
        order_of(make_schedule(), codes=["SUMMER"], price_minor=0, method=PaymentMethod.FREE)
    assert refused.value.message == "The code “SUMMER” takes nothing off here; you keep it for another time."
    assert uses(code) == (0, [])


def test_two_codes_at_once_say_which_one_counts(in_harbour):
    code_of()
    code_of("GIFT", amount_minor=1000)
    schedule = make_schedule()
    requests = [queries.QuoteRequest(schedule, {tier_of(schedule).pk: 2})]
    quote = queries.quote(requests, organization=in_harbour, now=NOW, codes=["SUMMER", "GIFT"])
    assert [(code.text, code.amount_minor) for code in quote.codes] == [("GIFT", 1000)]
    assert [code.message for code in quote.refused_codes] == [
        "The code “SUMMER” does not go together with “GIFT”, which takes at least as much off."
    ]


def test_last_day_counts_by_the_clock_of_the_organization(in_harbour):
    code_of(last_day=dt.date(2031, 1, 10))
    before, after = (dt.datetime(2031, 1, 10, hour, 59, tzinfo=dt.UTC) for hour in (22, 23))
    assert order_of(make_schedule(), codes=["SUMMER"], now=before).discount_minor == 500
    with pytest.raises(OrderRefused, match="has expired"):
        order_of(make_schedule(), codes=["SUMMER"], now=after)


def test_each_customer_once_by_their_folded_address(in_harbour):
    code = code_of(uses_per_customer=1)
    order_of(make_schedule(), codes=["SUMMER"])
    with pytest.raises(OrderRefused, match="as often as it may be"):
        order_of(make_schedule(), codes=["SUMMER"], contact=replace(GRETE, email="GRETE@example.com"))
    order_of(make_schedule(), codes=["SUMMER"], contact=replace(GRETE, email="anna@example.com"))
    assert uses(code) == (2, [1, 1])


@pytest.mark.parametrize(("limit", "times"), [(1, 1), (2, 2), (None, 3)])
def test_assigned_customer_uses_it_so_often_or_for_ever(in_harbour, limit, times):
    code = code_of(is_assigned=True)
    grete = Customer.objects.create(email="Grete@example.com", first_name="Grete")
    PromotionCustomer.objects.create(promotion=code.promotion, customer=grete, is_assigned=True, uses_limit=limit)
    for _time in range(times):
        order_of(make_schedule(), codes=["SUMMER"])
    if limit is not None:
        with pytest.raises(OrderRefused, match="as often as it may be"):
            order_of(make_schedule(), codes=["SUMMER"])
    assert uses(code) == (times, [times])


def test_quote_for_a_customer_says_what_is_theirs(in_harbour):
    code = code_of(is_assigned=True)
    grete, anna = (Customer.objects.create(email=f"{name}@example.com") for name in ("grete", "anna"))
    PromotionCustomer.objects.create(promotion=code.promotion, customer=grete, is_assigned=True)
    schedule = make_schedule()
    requests = [queries.QuoteRequest(schedule, {tier_of(schedule).pk: 1})]

    def refused(customer: Customer) -> list[str]:
        quote = queries.quote(requests, organization=in_harbour, now=NOW, codes=["SUMMER"], customer=customer)
        return [refusal.problem for refusal in quote.refused_codes]

    assert (refused(grete), refused(anna)) == ([], ["customer"])


def test_use_is_given_back_when_the_order_ends_unpaid(in_harbour):
    code = code_of(uses_limit=1, uses_per_customer=1)
    order = order_of(make_schedule(), codes=["SUMMER"])
    expire_order(order.pk, now=LATER)
    assert (uses(code), order.discounts.get().released_at) == ((0, [0]), LATER)
    again = order_of(make_schedule(), codes=["SUMMER"])
    cancel_order(again, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
    assert uses(code) == (0, [0])


def test_use_stays_spent_once_money_came(in_harbour):
    code = code_of(uses_limit=1)
    order = order_of(make_schedule(), codes=["SUMMER"])
    confirm_manual_payment(order.payments.get(), amount_minor=4500, now=NOW, actor=None)
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
    assert (uses(code), order.discounts.get().released_at) == ((1, [1]), None)


def test_code_used_up_meanwhile_refuses_and_keeps_everything_free(in_harbour):
    code = code_of(uses_limit=1)
    schedule = make_schedule()
    order_of(schedule, codes=["SUMMER"])
    with pytest.raises(OrderRefused) as refused:
        order_of(schedule, codes=["SUMMER"], contact=replace(GRETE, email="anna@example.com"))
    assert refused.value.message == "The code “SUMMER” has been used up."
    schedule.refresh_from_db()
    assert (schedule.booked_count, uses(code)) == (2, (1, [1]))
    assert not Customer.objects.filter(email="anna@example.com").exists()


def test_database_holds_the_limits(in_harbour):
    code = code_of(uses_limit=1)
    for change in ({"uses": 2}, {"uses": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PromoCode.objects.filter(pk=code.pk).update(**change)


def test_two_codes_of_one_spelling_are_refused(in_harbour):
    code_of("Spring-10")
    with pytest.raises(IntegrityError, match="promo_code_unique"), transaction.atomic():
        code_of("SPRING10")


def test_quote_with_codes_costs_one_query_more_whatever_the_number(in_harbour, django_assert_num_queries):
    code_of(with_codes=True)
    code_of("WINTER", with_codes=True)
    schedule = make_schedule()
    tier = TierFactory(tour=schedule.tour)
    requests = [queries.QuoteRequest(schedule, {tier.pk: 2})]
    for codes, count in (((), 3), (("SUMMER",), 4), (("SUMMER", "WINTER", "NONE"), 4)):
        with django_assert_num_queries(count):
            queries.quote(requests, organization=in_harbour, now=NOW, codes=codes)


@pytest.mark.django_db(transaction=True)
def test_forty_guests_use_a_code_of_ten(harbour):
    with organization_scope(harbour.pk):
        schedule, code = make_schedule(capacity=100), code_of(uses_limit=10)
        tier_of(schedule)
        enable_all_methods()

    def buy(number: int) -> Order:
        contact = replace(GRETE, email=f"guest{number}@example.com")
        return order_of(schedule, quantity=1, codes=["SUMMER"], contact=contact)

    results = in_parallel(harbour, 40, buy)
    refused = [result for result in results if isinstance(result, OrderRefused)]
    assert len([result for result in results if isinstance(result, Order)]) == 10
    assert [(refusal.code, refusal.promo_code) for refusal in refused] == [("promo_code", "SUMMER")] * 30
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
        assert (uses(code), schedule.booked_count) == ((10, [1] * 10), 10)
        assert (AppliedDiscount.objects.count(), Order.objects.count()) == (10, 10)


@pytest.mark.django_db(transaction=True)
def test_one_guest_forty_times_at_once_uses_a_code_three_times(harbour):
    with organization_scope(harbour.pk):
        schedule, code = make_schedule(capacity=100), code_of(uses_per_customer=3)
        tier_of(schedule)
        enable_all_methods()
    results = in_parallel(harbour, 40, lambda _number: order_of(schedule, quantity=1, codes=["SUMMER"]))
    assert len([result for result in results if isinstance(result, Order)]) == 3
    with organization_scope(harbour.pk):
        assert (uses(code), Customer.objects.count(), Order.objects.count()) == ((3, [3]), 1, 3)


@pytest.mark.django_db(transaction=True)
def test_orders_with_two_codes_typed_in_either_order_never_wait_for_each_other(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=100)
        codes = [code_of(text, with_codes=True) for text in ("ONE", "TWO")]
        tier_of(schedule)
        enable_all_methods()
    results = in_parallel(
        harbour, 20, lambda number: order_of(schedule, quantity=1, codes=["ONE", "TWO"][:: (-1) ** number])
    )
    assert [type(result) for result in results] == [Order] * 20
    with organization_scope(harbour.pk):
        assert [uses(code) for code in codes] == [(20, [20])] * 2


def test_order_by_staff_takes_a_code(in_harbour):
    code_of()
    schedule = make_schedule()
    enable_all_methods()
    order = place_order(
        [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 2})],
        contact=replace(GRETE, email=""),
        method=PaymentMethod.ON_ARRIVAL,
        source=OrderSource.STAFF,
        codes=["SUMMER"],
        now=NOW,
    )
    assert order.total_minor == 4500
