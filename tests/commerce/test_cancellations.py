"""Places given up before the departure: what comes back, whose seats are free, and what becomes of the order."""

import datetime as dt

import pytest

from commerce import queries
from commerce.enums import CancellationTerms, OrderSource, PaymentMethod, PaymentStatus, RefundReason
from commerce.models import Cancellation, Order, PaymentSettings, Refund
from commerce.operations import (
    CancellationRefused,
    CartLine,
    RefundRefused,
    cancel_order,
    cancel_places,
    confirm_manual_payment,
    place_order,
    refund_order,
    start_refund,
)
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, enable_all_methods, order_of, tier_of
from tests.commerce.test_policies import make_policy
from tests.factories import make_schedule
from tests.parallel import in_parallel
from tours.models import Booking, Participant, Schedule


def paid(order: Order) -> Order:
    payment = order.payments.get()
    confirm_manual_payment(payment, amount_minor=payment.amount_minor, accept_difference=False, now=NOW, actor=None)
    return Order.objects.get(pk=order.pk)


def people_of(order: Order) -> list[int]:
    return list(
        Participant.objects.filter(booking__order_lines__order=order)
        .distinct()
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def shown_of(order: Order, people: list[int], **options) -> str:
    organization = queries.payment_settings().organization
    order = Order.objects.get(pk=order.pk)
    return queries.preview_cancellation(order, people, organization=organization, now=NOW, **options).shown


def cancel(order: Order, people: list[int], **options) -> Cancellation:
    shown = {key: options[key] for key in ("terms", "amount_minor", "by_guest") if key in options}
    return cancel_places(order, people, expected=shown_of(order, people, **shown), now=NOW, **options)


def sums(order: Order) -> dict[str, int]:
    order = Order.objects.get(pk=order.pk)
    return {
        "total": order.total_minor,
        "fee": order.cancellation_fee_minor,
        "back": queries.given_back_minor(order),
        "surplus": queries.surplus_minor(order),
        "owed": queries.owed_minor(order),
    }


def seats(schedule: Schedule) -> int:
    return Schedule.objects.get(pk=schedule.pk).booked_count


def test_one_of_three_people_gives_up(in_harbour):
    make_policy([(0, 50)], is_default=True)
    schedule = make_schedule()
    order = paid(order_of(schedule, quantity=3))
    first, gone, last = people_of(order)
    row = cancel(order, [gone], by_guest=True)
    assert (row.value_minor, row.fee_minor, row.back_minor, row.open_minor, row.is_whole) == (
        2500,
        1250,
        1250,
        0,
        False,
    )
    assert sums(order) == {"total": 5000, "fee": 1250, "back": 1250, "surplus": 0, "owed": 0}
    assert people_of(order) == [first, last]
    assert seats(schedule) == 2
    assert Order.objects.get(pk=order.pk).status == "paid"
    assert [(line.quantity, line.total_minor) for line in order.lines.all()] == [(2, 5000)]


def test_all_people_one_after_another_close_the_order(in_harbour):
    make_policy([(0, 50)], is_default=True)
    schedule = make_schedule()
    order = paid(order_of(schedule, quantity=3))
    for person in people_of(order):
        cancel(order, [person], by_guest=True)
    order.refresh_from_db()
    assert (order.status, seats(schedule)) == ("cancelled", 0)
    assert list(Refund.objects.order_by("pk").values_list("amount_minor", flat=True)) == [1250, 1250, 1250]
    assert sums(order) == {"total": 2500, "fee": 3750, "back": 3750, "surplus": 0, "owed": 0}


def test_what_cannot_be_divided_comes_back_to_the_cent(in_harbour):
    make_policy([(0, 100)], is_default=True)
    order = paid(order_of(make_schedule(), quantity=3, price_minor=3333))
    order.lines.update(total_minor=10000)
    Order.objects.filter(pk=order.pk).update(subtotal_minor=10000, total_minor=10000)
    order.payments.update(captured_minor=10000)
    order.refresh_from_db()
    backs = [cancel(order, [person], by_guest=True).back_minor for person in people_of(order)]
    assert backs == [3333, 3333, 3334]


def two_departures() -> tuple[Order, Schedule, Schedule]:
    enable_all_methods()
    first, second = make_schedule(), make_schedule()
    lines = [CartLine(str(each.public_id), {tier_of(each).pk: 2}) for each in (first, second)]
    order = place_order(lines, contact=GRETE, method=PaymentMethod.BANK_TRANSFER, source=OrderSource.WEB, now=NOW)
    return paid(order), first, second


def test_one_departure_alone_is_given_up(in_harbour):
    make_policy([(0, 50)], is_default=True)
    order, first, second = two_departures()
    people = list(Participant.objects.filter(booking__schedule=first).values_list("pk", flat=True))
    row = cancel(order, people, by_guest=True)
    assert (row.value_minor, row.back_minor, row.is_whole) == (5000, 2500, False)
    assert (seats(first), seats(second)) == (0, 2)
    assert sorted(Booking.objects.values_list("schedule", "status")) == sorted(
        [(first.pk, "cancelled"), (second.pk, "confirmed")]
    )
    assert sums(order) == {"total": 10000, "fee": 2500, "back": 2500, "surplus": 0, "owed": 0}
    cancel_order(order, reason=RefundReason.CANCELLED_BY_US, now=NOW)
    # The fee for the first one stays; what the second one cost goes back in full.
    assert sums(order)["back"] == 7500


def test_order_that_is_not_paid_costs_nothing(in_harbour):
    make_policy([], is_default=True)
    schedule = make_schedule()
    order = order_of(schedule)
    row = cancel(order, people_of(order), by_guest=True)
    order.refresh_from_db()
    assert (row.fee_minor, row.back_minor, order.status, order.hold_expires_at, seats(schedule)) == (
        0,
        0,
        "cancelled",
        None,
        0,
    )
    assert order.payments.get().status == "cancelled"


def test_part_of_an_unpaid_order_lowers_what_is_awaited(in_harbour):
    make_policy([], is_default=True)
    order = order_of(make_schedule(), quantity=3)
    cancel(order, people_of(order)[:1], by_guest=True)
    assert sums(order) == {"total": 5000, "fee": 0, "back": 0, "surplus": 0, "owed": 5000}
    assert order.payments.get().amount_minor == 5000


def test_fee_of_an_order_to_be_paid_on_arrival_is_owed(in_harbour):
    make_policy([(0, 50)], is_default=True)
    order = order_of(make_schedule(), quantity=3, method=PaymentMethod.ON_ARRIVAL)
    one, *rest = people_of(order)
    cancel(order, [one], by_guest=True)
    assert sums(order) == {"total": 5000, "fee": 1250, "back": 0, "surplus": 0, "owed": 6250}
    assert order.payments.get().amount_minor == 6250
    row = cancel(order, rest, by_guest=True)
    order.refresh_from_db()
    assert (row.fee_minor, row.open_minor, order.status) == (2500, 2500, "cancelled")
    assert order.needs_attention == "Cancelled, and what the guest owes for that is not paid."


def test_staff_give_everything_back_or_another_amount(in_harbour):
    make_policy([], is_default=True)
    order = paid(order_of(make_schedule(), quantity=3))
    first, second, third = people_of(order)
    assert cancel(order, [first]).back_minor == 0
    assert cancel(order, [second], terms=CancellationTerms.FULL).back_minor == 2500
    assert cancel(order, [third], terms=CancellationTerms.AMOUNT, amount_minor=700).back_minor == 700
    assert sums(order) == {"total": 2500, "fee": 4300, "back": 3200, "surplus": 0, "owed": 0}
    with pytest.raises(CancellationRefused, match="been changed"):
        cancel_places(order, [third], expected="700:1800:0", now=NOW)


def test_amount_above_the_price_is_refused(in_harbour):
    order = paid(order_of(make_schedule(), quantity=3))
    with pytest.raises(CancellationRefused, match=r"These places cost €25\.00"):
        cancel_places(
            order,
            people_of(order)[:1],
            terms=CancellationTerms.AMOUNT,
            amount_minor=2501,
            expected="2501:0:0",
            now=NOW,
        )


def test_staff_are_held_to_their_limit_and_nothing_is_done(in_harbour):
    schedule = make_schedule()
    order = paid(order_of(schedule))
    with pytest.raises(CancellationRefused, match="You may pay back up to"):
        cancel_places(order, people_of(order), expected="5000:0:0", limit_minor=4999, now=NOW)
    order.refresh_from_db()
    assert (order.status, seats(schedule), Refund.objects.count(), Cancellation.objects.count()) == ("paid", 2, 0, 0)


@pytest.mark.parametrize("shown", ["", "2500", "0:2500:0", "2499:0:0", "2500:1:0", "2500:0:1"])
def test_amount_that_was_not_shown_is_refused(in_harbour, shown):
    make_policy([(0, 100)], is_default=True)
    order = paid(order_of(make_schedule()))
    with pytest.raises(CancellationRefused, match="has changed since you looked") as refused:
        cancel_places(order, people_of(order)[:1], expected=shown, by_guest=True, now=NOW)
    assert refused.value.preview.back_minor == 2500


def test_fee_that_was_not_shown_is_refused_also_when_nothing_comes_back_either_way(in_harbour):
    make_policy([(24, 100)], is_default=True)
    schedule = make_schedule()
    order = order_of(schedule, method=PaymentMethod.ON_ARRIVAL)
    people = people_of(order)
    organization = queries.payment_settings().organization
    before = queries.preview_cancellation(order, people, organization=organization, now=NOW)
    assert before.shown == "0:0:0"
    with pytest.raises(CancellationRefused, match="has changed since you looked") as refused:
        cancel_places(order, people, expected=before.shown, now=schedule.starts_at - dt.timedelta(hours=1))
    assert refused.value.preview.shown == "0:5000:0"
    assert seats(schedule) == 2


def test_guest_needs_a_policy_and_a_departure_to_come(in_harbour):
    order = paid(order_of(make_schedule()))
    with pytest.raises(CancellationRefused, match="Please ask us"):
        cancel_places(order, people_of(order), expected="5000:0:0", by_guest=True, now=NOW)
    make_policy([(0, 100)], is_default=True)
    schedule = make_schedule()
    order = paid(order_of(schedule))
    with pytest.raises(CancellationRefused, match="has left"):
        cancel_places(order, people_of(order), expected="0:0:0", by_guest=True, now=schedule.starts_at)


def test_people_of_another_order_are_refused(in_harbour):
    own, other = paid(order_of(make_schedule())), paid(order_of(make_schedule()))
    with pytest.raises(CancellationRefused, match="been changed"):
        cancel_places(own, people_of(other), expected="5000:0:0", now=NOW)
    with pytest.raises(CancellationRefused, match="Choose who does not come"):
        cancel_places(own, [], expected="0:0:0", now=NOW)


def test_moved_departure_keeps_the_policy_with_its_new_time(in_harbour):
    make_policy([(24, 100)], is_default=True)
    schedule = make_schedule()
    order = paid(order_of(schedule))
    just_too_late = schedule.starts_at - dt.timedelta(hours=23)

    def share() -> int:
        organization = queries.payment_settings().organization
        preview = queries.preview_cancellation(order, people_of(order), organization=organization, now=just_too_late)
        return preview.back_minor

    assert share() == 0
    Schedule.objects.filter(pk=schedule.pk).update(
        starts_at=schedule.starts_at + dt.timedelta(days=1), ends_at=schedule.ends_at + dt.timedelta(days=1)
    )
    assert share() == 5000


def test_preview_takes_few_queries(in_harbour, django_assert_num_queries):
    make_policy([(0, 50)], is_default=True)
    organization = queries.payment_settings().organization
    for quantity in (2, 4):
        order = queries.order_by_secret(paid(order_of(make_schedule(), quantity=quantity)).secret)
        everybody = people_of(order)
        with django_assert_num_queries(4):
            queries.preview_cancellation(order, everybody, organization=organization, now=NOW)


def test_disputed_payment_is_not_paid_back(in_harbour):
    order = paid(order_of(make_schedule()))
    order.payments.update(status=PaymentStatus.DISPUTED, disputed_minor=5000)
    with pytest.raises(RefundRefused, match="bank has taken this money already"):
        start_refund(order.payments.get(), amount_minor=100, reason=RefundReason.OTHER, now=NOW)
    assert cancel(order, people_of(order)).back_minor == 0


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_get_more_than_was_paid(harbour):
    with organization_scope(harbour.pk):
        make_policy([(0, 50)], is_default=True)
        schedule = make_schedule()
        order = paid(order_of(schedule, quantity=4))
        people = people_of(order)
        PaymentSettings.objects.update(refund_limit_minor=None)

    def attempt(number: int) -> str:
        try:
            if number % 5 == 4:
                refund_order(order, amount_minor=3000, reason=RefundReason.OTHER, now=NOW, actor=None)
            else:
                cancel_places(order, [people[number % 5]], expected="1250:1250:0", by_guest=True, now=NOW)
        except (CancellationRefused, RefundRefused):
            return "refused"
        return "done"

    found = in_parallel(harbour, 40, attempt)
    assert set(found) <= {"done", "refused"}
    with organization_scope(harbour.pk):
        order.refresh_from_db()
        payment = order.payments.get()
        assert 0 < queries.given_back_minor(order) <= payment.captured_minor == 10000
        assert queries.kept_minor(order) >= 0
        assert seats(schedule) == len(people_of(order)) * (order.status != "cancelled")
