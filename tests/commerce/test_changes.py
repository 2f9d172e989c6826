import datetime as dt
import random
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import BookingChange, Order, OrderLine, PaymentSettings
from commerce.operations import (
    ChangeRefused,
    cancel_order,
    change_booking,
    confirm_manual_payment,
    settle_manual_refund,
)
from commerce.rules import share_minor
from crm.models import Activity
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of, tier_of
from tests.factories import TierFactory, VariantFactory, make_schedule
from tests.tours.test_moves import seats_are_right
from tours.models import Booking, PricingTier, Schedule


def paid_order(schedule: Schedule, **options: Any) -> Order:
    order = order_of(schedule, **options)
    confirm_manual_payment(order.payments.get(), amount_minor=order.total_minor, now=NOW, actor=None)
    order.refresh_from_db()
    return order


def booking_of(order: Order) -> Booking:
    found = queries.booking_of(order)
    assert found is not None
    return found


def change(order: Order, quantities: dict[int, int], *, to: Schedule | None = None, **options: Any) -> BookingChange:
    """Change a booking as somebody does who has just looked at the price."""
    booking = booking_of(order)
    to = to or booking.schedule
    preview = queries.preview_change(
        order, booking, to=to, quantities=quantities, organization=queries.payment_settings().organization, now=NOW
    )
    expected = options.pop("expected", preview.difference_minor)
    return change_booking(
        order, booking, to=to, quantities=quantities, expected_difference_minor=expected, now=NOW, **options
    )


def lines(order: Order) -> list[tuple[str, int, int]]:
    return [(line.tier_name, line.quantity, line.total_minor) for line in order.lines.all()]


def money(order: Order) -> tuple[str, int, int, int]:
    """State, total, owed and too much."""
    order = Order.objects.get(pk=order.pk)
    return order.status, order.total_minor, queries.owed_minor(order), queries.surplus_minor(order)


def adds_up(order: Order) -> bool:
    order = Order.objects.get(pk=order.pk)
    return order.total_minor == sum(line.total_minor for line in order.lines.all())


def people(order: Order) -> list[tuple[str, int, str]]:
    return [(p.tier_name, p.seats, p.name) for p in booking_of(order).participants.order_by("pk")]


def test_more_people_pay_the_price_of_today(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    tier = tier_of(schedule)
    PricingTier.objects.update(price_minor=3000)
    made = change(order, {tier.pk: 3})
    assert (made.difference_minor, made.due_minor, made.before, made.after) == (3000, 3000, {"Adult": 2}, {"Adult": 3})
    assert lines(order) == [("Adult", 2, 5000), ("Adult", 1, 3000)]
    assert money(order) == ("paid", 8000, 3000, 0)
    schedule.refresh_from_db()
    assert (schedule.booked_count, len(people(order)), booking_of(order).seats) == (3, 3, 3)
    confirm_manual_payment(queries.due_payments(order)[0], amount_minor=3000, now=NOW, actor=None)
    assert money(order) == ("paid", 8000, 0, 0)
    assert queries.paid_minor(order) == 8000


def test_fewer_people_get_back_what_they_paid(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule, quantity=3)
    PricingTier.objects.update(price_minor=9900)
    made = change(order, {tier_of(schedule, price_minor=9900).pk: 1})
    assert (made.difference_minor, made.refund_minor) == (-5000, 5000)
    assert lines(order) == [("Adult", 1, 2500)]
    assert order.lines.get().price_steps == [{"kind": "kept", "label": "1 × Adult as booked", "amount_minor": 2500}]
    refund = order.payments.get().refunds.get()
    assert (refund.amount_minor, refund.reason) == (5000, "changed")
    settle_manual_refund(refund, now=NOW, actor=None)
    assert money(order) == ("paid", 2500, 0, 0)
    schedule.refresh_from_db()
    assert (schedule.booked_count, people(order)) == (1, [("Adult", 1, "")])


def test_history_is_kept(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    first = change(order, {tier_of(schedule).pk: 1})
    second = change(order, {tier_of(schedule).pk: 4}, note="Cousins come too")
    ever = OrderLine.ever.filter(order=order).order_by("position")
    assert [(line.quantity, line.added_by, line.reversed_by) for line in ever] == [
        (2, None, first),
        (1, first, None),
        (3, second, None),
    ]
    assert list(queries.changes_of(order)) == [first, second]
    entries = AuditEntry.objects.filter(action="order.booking_changed").order_by("pk")
    assert [entry.details for entry in entries] == [
        {"change_id": first.pk, "difference_minor": -2500},
        {"change_id": second.pk, "difference_minor": 7500},
    ]


def test_another_date_keeps_the_price_that_was_paid(in_harbour):
    schedule = make_schedule()
    other = make_schedule(schedule.variant, date=dt.date(2031, 6, 9))
    order = paid_order(schedule)
    tier = tier_of(schedule)
    PricingTier.objects.update(price_minor=9900)
    made = change(order, {tier.pk: 2}, to=other)
    assert (made.difference_minor, made.from_schedule, made.to_schedule) == (0, schedule, other)
    assert (lines(order), money(order)) == ([("Adult", 2, 5000)], ("paid", 5000, 0, 0))
    assert OrderLine.ever.filter(order=order).count() == 1
    for departure in (schedule, other):
        departure.refresh_from_db()
    assert (schedule.booked_count, other.booked_count) == (0, 2)


def test_another_variant_has_its_own_price_and_name(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    private = VariantFactory(tour=schedule.tour, name="Private")
    adult = TierFactory(tour=schedule.tour, variant=private, name="Adult", price_minor=6000)
    other = make_schedule(private)
    rows = queries.change_rows(booking_of(order), to=other)
    assert [(row.key, row.name, row.had) for row in rows] == [(adult.pk, "Adult", 2)]
    made = change(order, {adult.pk: 2}, to=other)
    assert (made.difference_minor, lines(order)) == (7000, [("Adult", 2, 12000)])
    assert order.lines.get().name == f"{schedule.tour.name} · Private"
    assert len(people(order)) == 2


def test_another_variant_of_one_price_list_keeps_price_and_takes_the_name(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    evening = VariantFactory(tour=schedule.tour, name="Evening")
    made = change(order, {tier_of(schedule).pk: 2}, to=make_schedule(evening))
    line = order.lines.get()
    assert (made.difference_minor, line.name, line.total_minor) == (0, f"{schedule.tour.name} · Evening", 5000)


def test_another_kind_of_place_keeps_the_names(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    adult = tier_of(schedule)
    child = TierFactory(tour=schedule.tour, name="Child", price_minor=1000)
    booking_of(order).participants.filter(pk=booking_of(order).participants.order_by("-pk")[0].pk).update(name="Ida")
    made = change(order, {adult.pk: 1, child.pk: 1}, gives_back=False)
    assert (made.difference_minor, made.refund_minor, order.payments.get().refunds.count()) == (-1500, 1500, 0)
    assert sorted(people(order)) == [("Adult", 1, "Ida"), ("Child", 1, "")]
    assert money(order) == ("paid", 3500, 0, 1500)
    assert Order.objects.get().needs_attention == "A booking became cheaper; pay the difference back."
    # What was not paid back yet is used first.
    assert change(order, {adult.pk: 2, child.pk: 1}).due_minor == 1000
    assert money(order) == ("paid", 6000, 1000, 0)


def test_a_price_that_is_gone_can_be_kept_and_given_up_but_not_added(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    tier_of(schedule).delete()
    new = TierFactory(tour=schedule.tour, name="Grown-up", price_minor=4000)
    rows = queries.change_rows(booking_of(order), to=schedule)
    assert [(row.name, row.had, row.tier) for row in rows] == [("Grown-up", 0, new), ("Adult", 2, None)]
    gone = rows[1].key
    with pytest.raises(queries.NotForSale):
        change(order, {gone: 3})
    change(order, {gone: 1, new.pk: 1})
    assert lines(order) == [("Adult", 1, 2500), ("Grown-up", 1, 4000)]


def test_an_unpaid_order_waits_for_the_new_amount(in_harbour):
    schedule = make_schedule()
    for method, status in ((PaymentMethod.BANK_TRANSFER, "pending"), (PaymentMethod.ON_ARRIVAL, "confirmed")):
        order = order_of(schedule, method=method)
        change(order, {tier_of(schedule).pk: 3})
        assert money(order) == (status, 7500, 7500, 0)
        change(order, {tier_of(schedule).pk: 1})
        assert money(order) == (status, 2500, 2500, 0)
        assert [payment.amount_minor for payment in order.payments.all()] == [2500]
        confirm_manual_payment(order.payments.get(), amount_minor=2500, now=NOW, actor=None)
        assert money(order) == ("paid", 2500, 0, 0)


def test_an_unpaid_order_that_costs_nothing_any_more_is_confirmed(in_harbour):
    schedule = make_schedule()
    free = TierFactory(tour=schedule.tour, name="Infant", price_minor=0)
    order = order_of(schedule)
    change(order, {free.pk: 1})
    assert (money(order), booking_of(order).status) == (("paid", 0, 0, 0), "confirmed")
    assert order.payments.get().status == "cancelled"


def test_less_is_due_before_money_goes_back(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    tier = tier_of(schedule)
    change(order, {tier.pk: 4})
    made = change(order, {tier.pk: 1})
    assert (made.refund_minor, queries.due_payments(order)) == (2500, [])
    assert order.payments.get(purpose="extra").status == "cancelled"
    assert money(order) == ("paid", 2500, 0, 0)


def test_what_went_back_out_of_kindness_is_not_owed_again(in_harbour):
    from commerce.operations import start_refund

    schedule = make_schedule()
    order = paid_order(schedule)
    settle_manual_refund(
        start_refund(order.payments.get(), amount_minor=1000, reason=RefundReason.OTHER, now=NOW),
        now=NOW,
        actor=None,
    )
    change(order, {tier_of(schedule).pk: 3})
    assert money(order) == ("partially_refunded", 7500, 2500, 0)


@pytest.mark.parametrize(
    ("quantities", "expected", "code"),
    [
        ({"adult": 2}, 0, "nothing"),
        ({}, -5000, "empty"),
        ({"infant": 1}, -5000, "empty"),
        ({"adult": 3}, 0, "price_changed"),
        ({"adult": 13}, 27500, "too_few"),
        ({"other": 1}, 0, "not_for_sale"),
        ({"adult": -1}, 0, "not_for_sale"),
        ({"adult": 100}, 0, "not_for_sale"),
    ],
)
def test_change_refused(in_harbour, quantities, expected, code):
    schedule = make_schedule()
    order = paid_order(schedule)
    keys = {
        "adult": tier_of(schedule).pk,
        "infant": TierFactory(tour=schedule.tour, name="Infant", price_minor=0, seats=0).pk,
        "other": TierFactory(tour=make_schedule().tour).pk,
    }
    with pytest.raises(ChangeRefused) as refused:
        change_booking(
            order,
            booking_of(order),
            to=schedule,
            quantities={keys[name]: count for name, count in quantities.items()},
            expected_difference_minor=expected,
            now=NOW,
        )
    assert refused.value.code == code
    schedule.refresh_from_db()
    assert (lines(order), money(order), schedule.booked_count) == (
        [("Adult", 2, 5000)],
        ("paid", 5000, 0, 0),
        2,
    )
    assert BookingChange.objects.count() == 0


def test_change_to_another_tour_or_of_an_order_that_is_over(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    with pytest.raises(ChangeRefused, match="cannot be changed any more"):
        change(order, {}, to=make_schedule(), expected=0)
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
    with pytest.raises(ChangeRefused, match="cannot be changed any more"):
        change(order, {tier_of(schedule).pk: 1}, expected=0)


def test_change_beyond_the_refund_limit(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    with pytest.raises(ChangeRefused) as refused:
        change(order, {tier_of(schedule).pk: 1}, limit_minor=2499)
    assert refused.value.code == "refund"
    assert money(order) == ("paid", 5000, 0, 0)


POLICY = [
    ({"guest_change_hours": None}, 3, "policy"),
    ({"guest_change_hours": 24 * 365}, 3, "policy"),
    ({"guest_change_hours": 24}, 3, None),
    ({"guest_change_hours": 24, "max_places": 2}, 3, "too_many"),
    ({"guest_change_hours": 24, "on_arrival_enabled": False}, 3, "dearer"),
    ({"guest_change_hours": 24}, 1, "cheaper"),
    ({"guest_change_hours": 24, "guest_change_refunds": True}, 1, None),
]


@pytest.mark.parametrize(("policy", "count", "code"), POLICY)
def test_guest_changes_within_the_policy(in_harbour, policy, count, code):
    schedule = make_schedule()
    order = paid_order(schedule)
    PaymentSettings.objects.update(**policy)
    now = NOW if policy["guest_change_hours"] != 24 * 365 else schedule.starts_at - dt.timedelta(hours=8)
    booking, tier = booking_of(order), tier_of(schedule)
    try:
        change_booking(
            order,
            booking,
            to=schedule,
            quantities={tier.pk: count},
            expected_difference_minor=(count - 2) * 2500,
            by_guest=True,
            now=now,
        )
    except ChangeRefused as refused:
        assert refused.code == code
    else:
        assert code is None
        assert booking_of(order).seats == count


def test_random_changes_add_up(in_harbour):
    chance = random.Random(20310602)  # noqa: S311  # the same test each time
    variant = VariantFactory()
    schedules = [make_schedule(variant, date=dt.date(2031, 6, day), capacity=8) for day in (2, 3, 4)]
    tiers = [
        TierFactory(tour=variant.tour, name=name, price_minor=price)
        for name, price in (("Adult", 2500), ("Child", 999), ("Senior", 1801), ("Infant", 0))
    ]
    orders = [paid_order(schedules[0]), order_of(schedules[0], method=PaymentMethod.ON_ARRIVAL)]
    made = 0
    for _step in range(60):
        order = chance.choice(orders)
        tier = chance.choice(tiers)
        PricingTier.objects.filter(pk=tier.pk).exclude(name="Infant").update(price_minor=chance.randrange(100, 5000))
        quantities = {tier.pk: chance.randrange(4) for tier in tiers}
        try:
            change(order, quantities, to=chance.choice(schedules), gives_back=chance.random() < 0.5)
            made += 1
        except ChangeRefused as refused:
            assert refused.code in ("too_few", "empty", "nothing")
        for each in orders:
            each.refresh_from_db()
            assert adds_up(each)
            booking = booking_of(each)
            assert booking.seats == sum(person.seats for person in booking.participants.all())
            assert booking.seats == sum(line.quantity for line in each.lines.all())
            # Nobody owes and is owed at the same time, and together they make the total.
            owed, surplus = queries.owed_minor(each), queries.surplus_minor(each)
            assert owed == 0 or surplus == 0
            assert queries.kept_minor(each) + owed - surplus == each.total_minor
        assert seats_are_right()
    assert made > 30


def test_people_are_written_once_their_booking_is_locked(in_harbour):
    """As whoever checks them in does, so that the two never wait for each other."""
    schedule = make_schedule()
    order = paid_order(schedule)
    with CaptureQueriesContext(connection) as found:
        change(order, {tier_of(schedule).pk: 3})
    statements = [query["sql"] for query in found]
    locks = [at for at, sql in enumerate(statements) if 'FROM "tours_booking" ' in sql and "FOR UPDATE" in sql]
    writes = [at for at, sql in enumerate(statements) if sql.startswith('INSERT INTO "tours_participant"')]
    assert (len(locks), len(writes), locks < writes) == (1, 1, True)


@pytest.mark.parametrize(("total", "part", "whole", "share"), [(100, 1, 3, 33), (200, 1, 3, 67), (1, 1, 2, 1)])
def test_share_is_rounded_half_up(total, part, whole, share):
    assert share_minor(total, part, whole) == share


@pytest.mark.django_db(transaction=True)
def test_guest_is_told_once_of_a_change(harbour, run_jobs):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        order = paid_order(schedule)
        run_jobs()
        mail.outbox.clear()
        change(order, {tier_of(schedule).pk: 3})
        run_jobs()
        (message,) = mail.outbox
        assert message.subject == f"Your booking has been changed: {order.number}"
        assert "It costs €25.00 more than before." in message.body
        assert "Still to be paid: €25.00 (on arrival)" in message.body
        assert Activity.objects.filter(customer=order.customer, kind="booking_changed").count() == 1
