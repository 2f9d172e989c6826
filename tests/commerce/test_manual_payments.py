"""Money that comes by hand: what two people confirm, what is too much, and what is there when the order has ended."""

import datetime as dt

import pytest
from django.urls import reverse

from commerce import queries
from commerce.enums import CancellationTerms, OrderSource, PaymentMethod, RefundReason
from commerce.models import Order, Payment, PaymentSettings
from commerce.operations import (
    CartLine,
    PaymentRefused,
    RefundRefused,
    add_charge,
    approve_payment,
    cancel_overdue,
    cancel_places,
    decline_payment,
    place_order,
    record_payment,
    refund_order,
    settle_manual_refund,
    write_off,
)
from commerce.operations.attention import REFUND_BY_HAND, TOO_MUCH
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, code_of, enable_all_methods, order_of, tier_of
from tests.commerce.test_cancellations import cancel, people_of
from tests.commerce.test_changes import change
from tests.commerce.test_payment_plans import confirm, deposit_of, invoiced, money, on, state
from tests.factories import make_schedule
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel

LATE = NOW + dt.timedelta(days=9)


@pytest.fixture
def two(in_harbour):
    PaymentSettings.objects.update(second_person_minor=4999)
    return make_member(in_harbour, Role.MANAGER), make_member(in_harbour, Role.ADMIN)


def now_(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def record(order: Order, amount_minor: int, *, actor=None, **options) -> Payment:
    return record_payment(order, amount_minor=amount_minor, note="Cash", now=NOW, actor=actor, **options)


def approve(payment: Payment, actor) -> Payment:
    payment.refresh_from_db()
    return approve_payment(payment, amount_minor=payment.recorded_minor, now=NOW, actor=actor)


def decline(payment: Payment, actor) -> Payment:
    payment.refresh_from_db()
    return decline_payment(payment, amount_minor=payment.recorded_minor, reason="Not there", now=NOW, actor=actor)


def paid_by_staff(schedule, actor=None) -> Order:
    """An order that staff wrote down as paid to them already."""
    enable_all_methods()
    return place_order(
        [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 2})],
        contact=GRETE,
        method=PaymentMethod.MANUAL,
        source=OrderSource.STAFF,
        now=NOW,
        actor=actor,
    )


def sums(order: Order) -> tuple[str, int, int]:
    """The order's state, what is here, and why staff should look at it."""
    order = now_(order)
    return order.status, queries.kept_minor(order), order.needs_attention


# The second person.


def test_two_halves_need_a_second_person_too(two):
    first, second = two
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    record(order, 2500, actor=first)
    assert state(order) == ("confirmed", 2500, 2500)
    half = record(order, 2500, actor=first)
    assert (state(order), half.recorded_minor) == (("confirmed", 2500, 2500), 2500)
    approve(half, second)
    assert state(order) == ("paid", 5000, 0)


def test_second_person_confirms_what_was_seen(two):
    first, second = two
    order = order_of(make_schedule())
    payment = confirm(order.payments.get(), actor=first)
    with pytest.raises(PaymentRefused, match="just been changed"):
        approve_payment(payment, amount_minor=4000, now=NOW, actor=second)
    with pytest.raises(PaymentRefused, match="just been changed"):
        decline_payment(payment, amount_minor=4000, reason="", now=NOW, actor=second)
    assert state(order) == ("pending", 0, 5000)


def test_page_of_the_second_person_confirms_the_payment_it_showed(two, in_harbour):
    first, second = two
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    PaymentSettings.objects.update(second_person_minor=0)
    one, other = record(order, 2000, actor=first), record(order, 3000, actor=first)
    client = client_for(in_harbour, second)
    url = reverse("orders:approve", args=[order.pk])
    assert f'name="payment" value="{one.pk}"' in client.get(url).content.decode()
    # Somebody else says meanwhile that it is not there: what was seen is not the other one.
    decline(one, second)
    page = client.post(url, {"payment": one.pk, "amount_minor": 2000}, follow=True)
    assert "This has just been changed. Please look at it again." in page.content.decode()
    assert state(order) == ("confirmed", 0, 5000)
    client.post(url, {"payment": other.pk, "amount_minor": 3000})
    assert state(order) == ("confirmed", 3000, 2000)


def test_order_is_not_paid_while_money_waits_for_a_second_person(two):
    first, second = two
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    confirm(order.payments.get(), actor=first)
    charge = add_charge(order, amount_minor=700, reason="Lunch", now=NOW, actor=None)
    write_off(order, amount_minor=700, reason="Rain", now=NOW, actor=None)
    charge.refresh_from_db()
    assert (state(order), charge.status) == (("confirmed", 0, 0), "cancelled")
    approve(order.payments.get(purpose="whole"), second)
    assert state(order) == ("paid", 5000, 0)


def test_change_of_an_order_whose_money_is_written_down_is_waited_for(two):
    first, second = two
    schedule = make_schedule()
    order = order_of(schedule)
    payment = confirm(order.payments.get(), actor=first)
    change(order, {tier_of(schedule).pk: 3})
    assert money(order) == [
        ("whole", "bank_transfer", "awaiting_approval", 5000, None),
        ("extra", "bank_transfer", "awaiting_approval", 2500, None),
    ]
    approve(payment, second)
    assert state(order) == ("confirmed", 5000, 2500)
    change(order, {tier_of(schedule).pk: 2})
    assert state(order) == ("paid", 5000, 0)


def test_fewer_people_do_not_make_an_order_paid_whose_money_is_not_confirmed(two):
    first, second = two
    schedule = make_schedule()
    order = order_of(schedule, method=PaymentMethod.ON_ARRIVAL)
    payment = confirm(order.payments.get(), actor=first)
    change(order, {tier_of(schedule).pk: 1})
    assert state(order) == ("confirmed", 0, 0)
    approve(payment, second)
    assert (state(order), sums(order)[2]) == (("paid", 5000, 0), TOO_MUCH)


def test_places_given_up_do_not_make_an_order_paid_whose_money_is_not_confirmed(two):
    first, second = two
    PaymentSettings.objects.update(second_person_minor=2499)
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    record(order, 2000)
    rest = record(order, 3000, actor=first)
    cancel(order, people_of(order)[:1], terms=CancellationTerms.FULL)
    assert state(order) == ("confirmed", 2000, 500)
    decline(rest, second)
    assert state(order) == ("confirmed", 2000, 500)


def test_declined_payment_of_staff_is_waited_for_in_a_way_that_can_be_paid(two):
    first, second = two
    order = paid_by_staff(make_schedule(), first)
    assert state(order) == ("confirmed", 0, 0)
    decline(order.payments.get(), second)
    assert money(order) == [
        ("whole", "manual", "rejected", 5000, None),
        ("whole", "bank_transfer", "awaiting_approval", 5000, None),
    ]
    assert (state(order), now_(order).method) == (("confirmed", 0, 5000), "bank_transfer")
    approve(confirm(queries.manual_payment_of(now_(order)), actor=first), second)
    assert state(order) == ("paid", 5000, 0)


def test_declined_payment_of_staff_is_no_more_than_what_is_missing(two):
    first, second = two
    schedule = make_schedule()
    order = paid_by_staff(schedule, first)
    change(order, {tier_of(schedule).pk: 1})
    decline(order.payments.get(), second)
    assert state(order) == ("confirmed", 0, 2500)


def test_declined_cash_leaves_the_deposit_as_it_was(two):
    first, second = two
    deposit_of()
    PaymentSettings.objects.update(second_person_minor=0)
    order = order_of(make_schedule())
    decline(record(order, 2000, actor=first), second)
    assert (state(order), queries.due_now_minor(now_(order))) == (("pending", 0, 5000), 1250)


def test_declined_transfer_is_waited_for_no_more_than_is_owed(two):
    first, second = two
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    transfer = order.payments.get()
    cash = record(order, 5000, actor=first)
    confirm(transfer, actor=first)
    approve(cash, second)
    assert state(order) == ("confirmed", 5000, 0)
    decline(transfer, second)
    assert (state(order), money(order)[0][2]) == (("paid", 5000, 0), "cancelled")


# Too much.


def test_what_is_written_down_is_not_to_be_written_down_again(two):
    first, _second = two
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    record(order, 5000, actor=first)
    with pytest.raises(PaymentRefused, match=r"At most €0\.00"):
        record(order, 1, actor=first)


def test_too_much_by_hand_is_shown_until_it_is_paid_back(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    with pytest.raises(PaymentRefused, match=r"At most €50\.00"):
        record(order, 6000)
    record(order, 6000, accept_more=True)
    assert (state(order), sums(order)) == (("paid", 6000, 0), ("paid", 6000, TOO_MUCH))
    (refund,) = refund_order(order, reason=RefundReason.OTHER, now=NOW, actor=None)
    assert (refund.amount_minor, sums(order)[2]) == (1000, REFUND_BY_HAND)
    settle_manual_refund(refund, now=NOW, actor=None)
    assert sums(order) == ("paid", 5000, "")


def test_second_transfer_for_a_paid_order_is_written_down(in_harbour):
    order = paid_by_staff(make_schedule())
    record(order, 5000, accept_more=True)
    assert (state(order), sums(order)) == (("paid", 10000, 0), ("paid", 10000, TOO_MUCH))


@pytest.mark.parametrize(("more", "after"), [({}, ("confirmed", 0, 5000)), ({"accept_more": "on"}, ("paid", 6000, 0))])
def test_staff_write_down_more_than_is_owed_if_they_say_so(in_harbour, more, after):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    client = client_for(in_harbour, make_member(in_harbour, Role.MANAGER))
    client.post(reverse("orders:record", args=[order.pk]), {"amount_minor": "60.00", "note": "Cash", **more})
    assert state(order) == after


def test_contested_money_is_not_waited_for_again(in_harbour):
    order = paid_by_staff(make_schedule())
    add_charge(order, amount_minor=700, reason="Lunch", now=NOW, actor=None)
    order.payments.filter(purpose="whole").update(disputed_minor=5000)
    cancel(order, people_of(order)[:1], terms=CancellationTerms.FULL)
    assert (state(order)[2], queries.due_minor(now_(order))) == (0, 0)


def test_free_places_that_stay_owe_nothing(in_harbour):
    schedule = make_schedule()
    free = tier_of(schedule, price_minor=0, name="Child", is_default=False)
    enable_all_methods()
    order = place_order(
        [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 1, free.pk: 1})],
        contact=GRETE,
        method=PaymentMethod.ON_ARRIVAL,
        source=OrderSource.WEB,
        now=NOW,
    )
    adult = order.lines.get(tier_name="Adult").booking.participants.get(tier_name="Adult")
    cancel(order, [adult.pk])
    assert (state(order), queries.due_minor(now_(order))) == (("paid", 0, 0), 0)


# Orders that ended.


def test_overdue_order_is_kept_when_its_card_is_on_its_way(in_harbour):
    order, late = invoiced(make_schedule()), on(dt.date(2031, 1, 29))
    PaymentSettings.objects.update(cancel_days_after=5)
    order.payments.create(method="card", status="processing", amount_minor=5000, currency="EUR", purpose="whole")
    assert (cancel_overdue(order.pk, now=late).status, queries.overdue_orders(now=late)) == (
        "confirmed",
        [(order.pk, order.organization_id)],
    )


def test_orders_of_which_something_was_paid_do_not_crowd_the_sweep(in_harbour):
    order, late = invoiced(make_schedule()), on(dt.date(2031, 1, 29))
    PaymentSettings.objects.update(cancel_days_after=5)
    record(order, 100)
    assert queries.overdue_orders(now=late) == []


@pytest.mark.django_db(transaction=True)
def test_overdue_order_is_not_cancelled_under_money_that_is_being_written_down(harbour):
    with organization_scope(harbour.pk):
        orders = [invoiced(make_schedule()) for _order in range(5)]
        PaymentSettings.objects.update(cancel_days_after=5, second_person_minor=0)
    late = on(dt.date(2031, 1, 29))

    def both(number: int):
        order = orders[number // 2]
        return record(order, 5000) if number % 2 else cancel_overdue(order.pk, now=late)

    in_parallel(harbour, 10, both)
    with organization_scope(harbour.pk):
        kept = {order.pk for order in map(now_, orders) if order.status == "confirmed"}
        recorded = Payment.objects.exclude(recorded_at=None).filter(status="awaiting_approval")
        assert set(recorded.values_list("order_id", flat=True)) == kept


@pytest.mark.django_db(transaction=True)
def test_checkouts_and_cancellations_with_one_code_never_wait_for_each_other(harbour):
    """Everybody locks codes before departures: else two of them would each hold what the other needs."""
    with organization_scope(harbour.pk):
        schedule, code = make_schedule(capacity=100), code_of("SUMMER")
        orders = [order_of(schedule, method=PaymentMethod.ON_ARRIVAL, codes=["SUMMER"]) for _order in range(20)]
        people, tier = [people_of(order) for order in orders], tier_of(schedule)

    def attack(number: int):
        if number < 20:
            return cancel_places(orders[number], people[number], expected="0:0:0", now=NOW)
        return place_order(
            [CartLine(str(schedule.public_id), {tier.pk: 2})],
            contact=GRETE,
            method=PaymentMethod.ON_ARRIVAL,
            source=OrderSource.WEB,
            codes=["SUMMER"],
            now=NOW,
        )

    answers = in_parallel(harbour, 40, attack)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    with organization_scope(harbour.pk):
        code.refresh_from_db()
        schedule.refresh_from_db()
        assert (code.uses, schedule.booked_count) == (20, 40)
        assert Order.objects.filter(status="cancelled").count() == 20


# Limits and codes.


def test_what_was_written_off_counts_when_money_goes_back(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    write_off(order, amount_minor=2000, reason="Rain", limit_minor=2500, now=NOW, actor=None)
    record(order, 3000)
    with pytest.raises(RefundRefused, match=r"this would make it €26\.00"):
        refund_order(order, amount_minor=600, reason=RefundReason.OTHER, limit_minor=2500, now=NOW, actor=None)
    refund_order(order, amount_minor=500, reason=RefundReason.OTHER, limit_minor=2500, now=NOW, actor=None)
    assert sums(order)[1] == 2500


def test_who_may_pay_nothing_back_cancels_only_what_is_not_paid(harbour):
    with organization_scope(harbour.pk):
        unpaid, paid = order_of(make_schedule()), paid_by_staff(make_schedule())
        person = make_member(harbour, Role.MANAGER)
        for group in person.groups.all():
            group.permissions.remove(*group.permissions.filter(codename="refund_payment"))
        person = type(person).objects.get(pk=person.pk)
        assert queries.refund_limit_of(person) == 0
    client = client_for(harbour, person)
    for order in (unpaid, paid):
        client.post(reverse("orders:cancel", args=[order.pk]), {"reason": "other", "note": ""})
    with organization_scope(harbour.pk):
        assert [state(order)[0] for order in (unpaid, paid)] == ["cancelled", "paid"]
