import datetime as dt
import uuid

import pytest
from django.core import mail

from commerce import queries
from commerce.enums import OrderSource, PaymentMethod, RefundReason
from commerce.models import Order, Payment
from commerce.operations import (
    CartLine,
    Contact,
    OrderRefused,
    PaymentRefused,
    cancel_order,
    confirm_manual_payment,
    expire_order,
    place_order,
    reject_manual_payment,
    settle_manual_refund,
)
from commerce.operations.orders import new_number
from crm.models import Activity, Customer
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, enable_all_methods, order_of, tier_of
from tests.factories import TierFactory, TourFactory, VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours.models import Booking
from tours.operations import cancel_schedule

LATER = NOW + dt.timedelta(days=6)


def states(order: Order) -> tuple[str, str, str, int]:
    order.refresh_from_db()
    booking = Booking.objects.filter(order_lines__order=order).distinct().get()
    return order.status, order.payments.get().status, booking.status, booking.schedule.booked_count


def test_place_order_by_transfer_waits_for_the_money(in_harbour):
    order = order_of(make_schedule())
    assert states(order) == ("pending", "awaiting_approval", "pending", 2)
    assert (order.total_minor, order.currency, order.hold_expires_at) == (5000, "EUR", NOW + dt.timedelta(days=5))
    line = order.lines.get()
    assert line.price_steps == [{"kind": "tier", "label": "2 × Adult at €25.00", "amount_minor": 5000}]
    assert [(p.tier_name, p.seats) for p in line.booking.participants.all()] == [("Adult", 1), ("Adult", 1)]


def test_order_is_named_in_the_language_of_the_guest(in_harbour):
    tour = TourFactory(name="Harbour walk", name_translations={"de": "Hafenrundgang"})
    schedule = make_schedule(VariantFactory(tour=tour, name="Small group", name_translations={"de": "Kleine Gruppe"}))
    TierFactory(tour=tour, name="Adult", name_translations={"de": "Erwachsene"}, price_minor=2500)
    order = order_of(schedule, contact=Contact("Ole", "Petersen", "ole@example.com", language="de"))
    line = order.lines.get()
    assert (line.name, line.tier_name) == ("Hafenrundgang · Kleine Gruppe", "Erwachsene")


def test_place_order_on_arrival_is_confirmed_and_paid_later(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    assert states(order) == ("confirmed", "awaiting_approval", "confirmed", 2)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)


def test_place_order_of_nothing_to_pay(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.FREE, price_minor=0)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)


def test_place_order_uses_few_queries(in_harbour, django_assert_num_queries):
    schedule = make_schedule()
    order_of(schedule)
    tier = tier_of(schedule)
    with django_assert_num_queries(17):
        place_order(
            [CartLine(str(schedule.public_id), {tier.pk: 2})],
            contact=GRETE,
            method=PaymentMethod.BANK_TRANSFER,
            source=OrderSource.WEB,
            now=NOW,
            checkout_token=uuid.uuid4(),
        )


def test_place_order_twice_from_one_checkout(in_harbour):
    schedule = make_schedule()
    token = uuid.uuid4()
    first = order_of(schedule, checkout_token=token)
    assert order_of(schedule, checkout_token=token) == first
    schedule.refresh_from_db()
    assert schedule.booked_count == 2


def test_place_order_twice_from_one_checkout_that_took_the_last_seats(in_harbour):
    schedule = make_schedule(capacity=2)
    token = uuid.uuid4()
    first = order_of(schedule, checkout_token=token)
    assert order_of(schedule, checkout_token=token) == first
    with pytest.raises(OrderRefused):
        order_of(schedule, checkout_token=uuid.uuid4())


def test_place_order_twice_from_one_checkout_after_the_departure_closed(in_harbour):
    schedule = make_schedule()
    token = uuid.uuid4()
    first = order_of(schedule, checkout_token=token)
    cancel_schedule(schedule, reason="Storm", now=NOW, actor=None)
    assert order_of(schedule, checkout_token=token) == first


def test_place_order_finds_the_customer_and_leaves_what_is_known(in_harbour):
    Customer.objects.create(first_name="Margarete", last_name="Hansen", email="GRETE@example.com")
    order = order_of(make_schedule())
    assert (order.customer.first_name, order.first_name) == ("Margarete", "Grete")
    assert Customer.objects.count() == 1


def test_place_order_keeps_its_snapshot(in_harbour):
    schedule = make_schedule()
    order = order_of(schedule)
    name = order.lines.get().name
    schedule.tour.pricing_tiers.update(price_minor=9900, name="Grown-up")
    schedule.tour.name = "Another name"
    schedule.tour.save()
    line = order.lines.get()
    assert (line.name, line.tier_name, line.total_minor) == (name, "Adult", 5000)


@pytest.mark.parametrize(
    ("quantities", "expected", "method", "code"),
    [
        ({}, None, PaymentMethod.BANK_TRANSFER, "empty"),
        ({"adult": 0}, None, PaymentMethod.BANK_TRANSFER, "empty"),
        ({"infant": 1}, None, PaymentMethod.FREE, "empty"),
        ({"adult": 13}, None, PaymentMethod.BANK_TRANSFER, "too_few"),
        ({"adult": 100}, None, PaymentMethod.BANK_TRANSFER, "not_for_sale"),
        ({"adult": -1}, None, PaymentMethod.BANK_TRANSFER, "not_for_sale"),
        ({"other": 1}, None, PaymentMethod.BANK_TRANSFER, "not_for_sale"),
        ({"adult": 1}, 2400, PaymentMethod.BANK_TRANSFER, "price_changed"),
        ({"adult": 1}, 2500, PaymentMethod.FREE, "method"),
        ({"adult": 1}, 2500, PaymentMethod.CARD, "method"),
    ],
)
def test_place_order_refused(in_harbour, quantities, expected, method, code):
    schedule = make_schedule()
    tiers = {
        "adult": tier_of(schedule).pk,
        "infant": TierFactory(tour=schedule.tour, name="Infant", price_minor=0, seats=0).pk,
        "other": TierFactory(tour=make_schedule().tour).pk,
    }
    enable_all_methods()
    line = CartLine(str(schedule.public_id), {tiers[name]: quantity for name, quantity in quantities.items()}, expected)
    with pytest.raises(OrderRefused) as refused:
        place_order([line], contact=GRETE, method=method, source=OrderSource.WEB, now=NOW)
    assert refused.value.code == code
    schedule.refresh_from_db()
    assert (Order.objects.count(), Booking.objects.count(), schedule.booked_count) == (0, 0, 0)


def test_place_order_for_a_departure_of_another_organization(harbour, in_kyoto):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        tier = tier_of(schedule)
    with pytest.raises(OrderRefused) as refused:
        place_order(
            [CartLine(str(schedule.public_id), {tier.pk: 1})],
            contact=GRETE,
            method=PaymentMethod.ON_ARRIVAL,
            source=OrderSource.WEB,
            now=NOW,
        )
    assert refused.value.code == "gone"


@pytest.mark.django_db(transaction=True)
def test_forty_guests_order_the_last_ten_places(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=10)
        tier_of(schedule)
        enable_all_methods()
    results = in_parallel(harbour, 40, lambda _number: order_of(schedule, quantity=1))
    refused = [result for result in results if isinstance(result, OrderRefused)]
    assert len([result for result in results if isinstance(result, Order)]) == 10
    assert [refusal.code for refusal in refused] == ["too_few"] * 30
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
        assert (schedule.booked_count, schedule.status) == (10, "full")
        assert (Order.objects.count(), Payment.objects.count(), Customer.objects.count()) == (10, 10, 1)


@pytest.mark.django_db(transaction=True)
def test_one_checkout_sent_eight_times_at_once(harbour):
    token = uuid.uuid4()
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        tier_of(schedule)
        enable_all_methods()
    results = in_parallel(harbour, 8, lambda _number: order_of(schedule, checkout_token=token))
    assert len({result.pk for result in results if isinstance(result, Order)}) == 1
    assert [type(result) for result in results] == [Order] * 8
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
        assert schedule.booked_count == 2


def test_transfer_confirmed_by_staff_confirms_the_booking(in_harbour):
    order = order_of(make_schedule())
    with pytest.raises(PaymentRefused):
        confirm_manual_payment(order.payments.get(), amount_minor=4999, now=NOW, actor=None)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)
    with pytest.raises(PaymentRefused):
        confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    assert queries.paid_minor(order) == 5000


def test_transfer_that_never_came_gives_the_places_back(in_harbour):
    order = order_of(make_schedule())
    expire_order(order.pk, now=NOW + dt.timedelta(days=4))
    assert states(order) == ("pending", "awaiting_approval", "pending", 2)
    for _time in range(2):
        expire_order(order.pk, now=LATER)
        assert states(order) == ("expired", "cancelled", "expired", 0)


def test_transfer_that_came_late_is_honoured_while_there_is_room(in_harbour):
    order = order_of(make_schedule())
    expire_order(order.pk, now=LATER)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=LATER, actor=None)
    assert states(order) == ("paid", "succeeded", "confirmed", 2)
    assert order.needs_attention == "Paid after the hold ran out; there was room, so the booking stands."


def test_transfer_that_came_late_without_room_goes_back(in_harbour):
    schedule = make_schedule(capacity=2)
    late = order_of(schedule)
    expire_order(late.pk, now=LATER)
    order_of(schedule, now=LATER)
    confirm_manual_payment(late.payments.get(), amount_minor=5000, now=LATER, actor=None)
    assert states(late) == ("expired", "succeeded", "expired", 2)
    refund = late.payments.get().refunds.get()
    assert (refund.amount_minor, refund.reason, refund.status) == (5000, "late_payment", "pending")
    settle_manual_refund(refund, now=LATER, actor=None)
    assert late.payments.get().status == "refunded"


def test_rejected_transfer_is_released_by_the_sweep(in_harbour):
    order = order_of(make_schedule())
    reject_manual_payment(order.payments.get(), reason="Never came", now=NOW, actor=None)
    assert queries.expired_holds(now=NOW) == [(order.pk, in_harbour.pk)]
    expire_order(order.pk, now=NOW)
    assert states(order) == ("expired", "rejected", "expired", 0)


def test_cancel_order_frees_the_places_and_pays_back(in_harbour):
    order = order_of(make_schedule())
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
    assert states(order) == ("cancelled", "succeeded", "cancelled", 0)
    assert order.payments.get().refunds.get().amount_minor == 5000


@pytest.mark.django_db(transaction=True)
def test_cancelled_departure_refunds_and_tells_each_order_once(harbour, run_jobs):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        orders = [order_of(schedule, quantity=count) for count in (1, 2)]
        for order in orders:
            confirm_manual_payment(order.payments.get(), amount_minor=order.total_minor, now=NOW, actor=None)
        run_jobs()
        mail.outbox.clear()
        for _time in range(2):
            cancel_schedule(schedule, reason="Storm", now=NOW)
            run_jobs()
        refunds = [order.payments.get().refunds.get() for order in orders]
        assert [(refund.amount_minor, refund.reason) for refund in refunds] == [
            (2500, "cancelled_by_us"),
            (5000, "cancelled_by_us"),
        ]
        assert [states(order) for order in orders] == [("cancelled", "succeeded", "cancelled", 0)] * 2
        subjects = sorted(message.subject.split(":")[0] for message in mail.outbox)
        assert subjects == ["We are sorry"] * 2


@pytest.mark.django_db(transaction=True)
def test_order_writes_the_guest_and_the_timeline(harbour, run_jobs):
    with organization_scope(harbour.pk):
        order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
        run_jobs()
        assert [message.subject for message in mail.outbox] == [f"Your booking is confirmed: {order.number}"]
        message = mail.outbox[0]
        assert (message.to, message.from_email) == (["grete@example.com"], "Harbour Walks <bookings@localhost>")
        assert queries.order_url(order, harbour) in message.body
        assert queries.order_url(order, harbour) in message.alternatives[0].content
        kinds = Activity.objects.filter(customer=order.customer).order_by("at", "pk").values_list("kind", flat=True)
        assert list(kinds) == ["order_placed", "order_confirmed"]


def test_new_number_is_readable():
    prefix, _dash, digits = new_number("HW").partition("-")
    assert (prefix, len(digits)) == ("HW", 7)
    assert set(digits).isdisjoint("01ILO")
