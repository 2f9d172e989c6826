"""Deposits, invoices, reminders, links, extra charges, money written down by two people: what orders owe, and when."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce import queries
from commerce.enums import InvoiceCustomers, OrderSource, PaymentMethod
from commerce.models import DepositRule, Order, PaymentSettings
from commerce.operations import (
    CartLine,
    PaymentRefused,
    approve_payment,
    begin_due_payment,
    cancel_overdue,
    confirm_manual_payment,
    decline_payment,
    expire_order,
    place_order,
    record_payment,
    refresh_payment,
    remind_of_payment,
    start_card_payment,
)
from commerce.rules import Part, PaymentPlan, plan_payments
from crm.models import Message
from tenancy.enums import Role
from tests.commerce.factories import GRETE, NOW, enable_all_methods, order_of, tier_of
from tests.commerce.test_card_payments import order_by_card
from tests.commerce.test_change_payments import card  # noqa: F401  # the fixture
from tests.factories import make_schedule
from tests.fixtures import make_member
from tests.parallel import in_parallel

# Departures of the factory leave on 2 June 2031.
REST_DUE = dt.date(2031, 5, 3)


def take_cards() -> None:
    """The factory of orders takes the keys away."""
    row = PaymentSettings.objects.get()
    row.stripe_secret_key = "sk_test_harbour"
    row.save()


def deposit_of(percent: int | None = 25, **options) -> DepositRule:
    return DepositRule.objects.create(percent=percent, rest_days=30, **options)


def money(order: Order) -> list[tuple]:
    """Each payment: what for, by which way, its state, its amount, when it is due."""
    return [
        (row.purpose, row.method, row.status, row.amount_minor, row.due_on) for row in order.payments.order_by("pk")
    ]


def state(order: Order) -> tuple[str, int, int]:
    """The order's state, what came in and what is still owed."""
    order = Order.objects.get(pk=order.pk)
    return order.status, queries.paid_minor(order), queries.owed_minor(order)


def confirm(payment, amount_minor=None, *, actor=None, **options):
    return confirm_manual_payment(
        payment, amount_minor=amount_minor or payment.amount_minor, now=NOW, actor=actor, **options
    )


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.integers(-400, 800), st.integers(0, 99), st.integers(0, 365)), min_size=1
    )
)
def test_now_and_later_add_up(rows):
    today = dt.date(2031, 1, 10)
    parts = [Part(total, today + dt.timedelta(days=days), percent, None, rest) for total, days, percent, rest in rows]
    plan = plan_payments(parts, today=today)
    assert plan.now_minor + plan.rest_minor == sum(part.total_minor for part in parts)
    assert plan.now_minor >= 0
    assert plan.rest_minor >= 0
    assert (plan.rest_due_on is None) == (plan.rest_minor == 0)
    assert plan.rest_due_on is None or plan.rest_due_on > today


@pytest.mark.parametrize(
    ("part", "plan"),
    [
        (Part(9999, dt.date(2031, 3, 1), percent=25, rest_days=30), PaymentPlan(2500, 7499, dt.date(2031, 1, 30))),
        (Part(9999, dt.date(2031, 2, 9), percent=25, rest_days=30), PaymentPlan(9999)),
        (
            Part(9999, dt.date(2031, 3, 1), amount_minor=5000, rest_days=7),
            PaymentPlan(5000, 4999, dt.date(2031, 2, 22)),
        ),
        (Part(4000, dt.date(2031, 3, 1), amount_minor=5000, rest_days=7), PaymentPlan(4000)),
        (Part(4000, dt.date(2031, 3, 1), percent=0, rest_days=7), PaymentPlan(4000)),
        (Part(4000, dt.date(2031, 3, 1)), PaymentPlan(4000)),
    ],
)
def test_plan_of_one_departure(part, plan):
    assert plan_payments([part], today=dt.date(2031, 1, 10)) == plan


def test_deposit_by_transfer_confirms_and_the_rest_makes_it_paid(in_harbour):
    deposit_of()
    order = order_of(make_schedule())
    assert money(order) == [
        ("deposit", "bank_transfer", "awaiting_approval", 1250, None),
        ("rest", "bank_transfer", "awaiting_approval", 3750, REST_DUE),
    ]
    assert (queries.due_now_minor(order), state(order)) == (1250, ("pending", 0, 5000))
    confirm(queries.manual_payment_of(order))
    assert state(order) == ("confirmed", 1250, 3750)
    assert queries.due_now_minor(Order.objects.get(pk=order.pk)) == 3750
    confirm(queries.manual_payment_of(Order.objects.get(pk=order.pk)))
    assert state(order) == ("paid", 5000, 0)


def test_deposit_of_the_tour_comes_before_that_of_all(in_harbour):
    schedule = make_schedule()
    deposit_of()
    deposit_of(None, amount_minor=2000, tour=schedule.tour)
    assert [row[3] for row in money(order_of(schedule))] == [2000, 3000]
    assert [row[3] for row in money(order_of(make_schedule()))] == [1250, 3750]


def test_deposit_by_card_and_rest_by_card(card):  # noqa: F811
    deposit_of()
    order = order_by_card(make_schedule())
    first = order.payments.get(purpose="deposit")
    start_card_payment(first, now=NOW)
    first.refresh_from_db()
    card.pay(first.provider_reference)
    refresh_payment(first, now=NOW)
    assert state(order) == ("confirmed", 1250, 3750)
    rest = begin_due_payment(order, now=NOW)
    assert (rest.purpose, rest.amount_minor) == ("rest", 3750)
    start_card_payment(rest, now=NOW)
    rest.refresh_from_db()
    card.pay(rest.provider_reference)
    refresh_payment(rest, now=NOW)
    assert state(order) == ("paid", 5000, 0)
    assert money(order) == [
        ("deposit", "card", "succeeded", 1250, None),
        ("rest", "invoice", "cancelled", 3750, REST_DUE),
        ("rest", "card", "succeeded", 3750, None),
    ]


def test_late_deposit_is_honoured_and_its_rest_waited_for_again(in_harbour):
    deposit_of()
    order = order_of(make_schedule())
    late = NOW + dt.timedelta(days=6)
    expire_order(order.pk, now=late)
    assert [row[2] for row in money(order)] == ["cancelled", "cancelled"]
    payment = queries.manual_payment_of(Order.objects.get(pk=order.pk))
    assert payment.purpose == "deposit"
    confirm_manual_payment(payment, amount_minor=1250, now=late, actor=None)
    assert state(order) == ("confirmed", 1250, 3750)


def test_no_deposit_where_guests_pay_later_anyway(in_harbour):
    deposit_of()
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    assert money(order) == [("whole", "on_arrival", "awaiting_approval", 5000, None)]


def invoiced(schedule) -> Order:
    PaymentSettings.objects.update(invoice_for=InvoiceCustomers.EVERYBODY)
    return order_of(schedule, method=PaymentMethod.INVOICE)


def test_invoice_confirms_at_once_and_is_due(in_harbour):
    order = invoiced(make_schedule())
    assert money(order) == [("whole", "invoice", "awaiting_approval", 5000, dt.date(2031, 1, 24))]
    assert state(order) == ("confirmed", 0, 5000)
    confirm(queries.manual_payment_of(order))
    assert state(order) == ("paid", 5000, 0)


@pytest.mark.parametrize(
    ("rule", "is_chosen", "offered"),
    [
        ({"invoice_for": "nobody"}, True, False),
        ({"invoice_for": "chosen"}, False, False),
        ({"invoice_for": "chosen"}, True, True),
        ({"invoice_for": "everybody"}, False, True),
        ({"invoice_for": "everybody", "invoice_min_minor": 5001}, False, False),
        ({"invoice_for": "everybody", "invoice_max_minor": 4999}, False, False),
        ({"invoice_for": "everybody", "invoice_min_minor": 5000, "invoice_max_minor": 5000}, False, True),
    ],
)
def test_who_may_pay_by_invoice(in_harbour, rule, is_chosen, offered):
    PaymentSettings.objects.update(**rule)
    row = PaymentSettings.objects.get()
    offers = queries.payment_methods(row, total_minor=5000, currency="EUR", invoiced=is_chosen)
    assert (PaymentMethod.INVOICE in [offer.method for offer in offers]) == offered


def test_paid_to_us_is_paid_at_once(in_harbour):
    schedule = make_schedule()
    enable_all_methods()
    order = place_order(
        [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 2})],
        contact=GRETE,
        method=PaymentMethod.MANUAL,
        source=OrderSource.STAFF,
        now=NOW,
    )
    assert money(order) == [("whole", "manual", "succeeded", 5000, None)]
    assert state(order) == ("paid", 5000, 0)


def test_cash_in_place_of_a_transfer(in_harbour):
    deposit_of()
    order = order_of(make_schedule())
    with pytest.raises(PaymentRefused, match=r"At least €12\.50"):
        record_payment(order, amount_minor=1000, note="Cash", now=NOW, actor=None)
    with pytest.raises(PaymentRefused, match=r"At most €50\.00"):
        record_payment(order, amount_minor=5001, note="Cash", now=NOW, actor=None)
    record_payment(order, amount_minor=2000, note="Cash", now=NOW, actor=None)
    assert state(order) == ("confirmed", 2000, 3000)
    record_payment(order, amount_minor=3000, note="Voucher", now=NOW, actor=None)
    assert state(order) == ("paid", 5000, 0)
    assert [row[:4] for row in money(order)] == [
        ("deposit", "bank_transfer", "cancelled", 1250),
        ("rest", "bank_transfer", "cancelled", 3000),
        ("deposit", "manual", "succeeded", 2000),
        ("rest", "manual", "succeeded", 3000),
    ]


def test_cash_in_place_of_a_card_stops_the_card(card):  # noqa: F811
    order = order_by_card(make_schedule())
    payment = order.payments.get()
    start_card_payment(payment, now=NOW)
    payment.refresh_from_db()
    record_payment(order, amount_minor=5000, note="Cash", now=NOW, actor=None)
    assert state(order) == ("paid", 5000, 0)
    assert card.pay(payment.provider_reference)["error"]["code"] == "payment_intent_unexpected_state"


@pytest.fixture
def two(in_harbour):
    PaymentSettings.objects.update(second_person_minor=4999)
    return make_member(in_harbour, Role.MANAGER), make_member(in_harbour, Role.ADMIN)


def test_second_person_confirms_a_large_sum(two):
    first, second = two
    order = order_of(make_schedule())
    payment = confirm(order.payments.get(), actor=first)
    assert (state(order), payment.status, payment.recorded_by_id) == (
        ("pending", 0, 5000),
        "awaiting_approval",
        first.pk,
    )
    with pytest.raises(PaymentRefused, match="yourself"):
        approve_payment(payment, amount_minor=5000, now=NOW, actor=first)
    with pytest.raises(PaymentRefused, match="not waiting for confirmation"):
        confirm(payment, actor=second)
    approve_payment(payment, amount_minor=5000, now=NOW, actor=second)
    payment.refresh_from_db()
    assert (state(order), payment.approver_id) == (("paid", 5000, 0), second.pk)
    with pytest.raises(PaymentRefused, match="not waiting for a second person"):
        approve_payment(payment, amount_minor=5000, now=NOW, actor=second)


def test_second_person_finds_no_money(two):
    first, second = two
    order = order_of(make_schedule())
    confirm(order.payments.get(), actor=first)
    decline_payment(order.payments.get(), amount_minor=5000, reason="Not in the statement", now=NOW, actor=second)
    payment = order.payments.get()
    assert (payment.status, payment.recorded_by_id, payment.recorded_minor) == ("awaiting_approval", None, None)
    # What it settles counts, not the smaller amount that is accepted.
    confirm(payment, 4000, accept_difference=True, actor=first)
    assert state(order) == ("pending", 0, 5000)
    approve_payment(payment, amount_minor=4000, now=NOW, actor=second)
    assert state(order) == ("paid", 4000, 0)


def test_places_wait_for_the_second_person(two):
    first, second = two
    order = order_of(make_schedule())
    later = NOW + dt.timedelta(days=5, hours=-1)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=later, actor=first)
    order.refresh_from_db()
    assert order.hold_expires_at == later + dt.timedelta(days=3)
    expire_order(order.pk, now=later + dt.timedelta(days=2))
    approve_payment(order.payments.get(), amount_minor=5000, now=later + dt.timedelta(days=2), actor=second)
    assert state(order) == ("paid", 5000, 0)


@pytest.mark.django_db(transaction=True)
def test_who_wrote_it_down_cannot_confirm_it_in_parallel(harbour):
    from tenancy.scope import organization_scope

    with organization_scope(harbour.pk):
        PaymentSettings.objects.update(second_person_minor=0)
        order = order_of(make_schedule())
        first = make_member(harbour, Role.MANAGER)
        payment = order.payments.get()

    def both(_number: int):
        confirm_manual_payment(payment, amount_minor=5000, now=NOW, actor=first)
        return approve_payment(payment, amount_minor=5000, now=NOW, actor=first)

    answers = in_parallel(harbour, 4, both)
    with organization_scope(harbour.pk):
        assert [type(answer) for answer in answers] == [PaymentRefused] * 4
        assert state(order) == ("pending", 0, 5000)


def on(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), dt.UTC)


def test_reminders_before_and_after_once_each(in_harbour):
    order = invoiced(make_schedule())
    payment, due = order.payments.get(), dt.date(2031, 1, 24)

    def sent_on(days: int) -> str | None:
        now = on(due + dt.timedelta(days=days))
        if (payment.pk, payment.organization_id) not in queries.payments_to_remind(now=now):
            return None
        message = remind_of_payment(payment.pk, now=now)
        return message and message.dedupe_key

    keys = {days: sent_on(days) for days in range(-7, 9)}
    before, after = f"payment-{payment.pk}-before-2031-01-24", f"payment-{payment.pk}-after-2031-01-24"
    assert {key for key in keys.values() if key} == {before, after}
    assert (min(d for d, k in keys.items() if k == before), min(d for d, k in keys.items() if k == after)) == (-3, 3)
    assert Message.objects.filter(kind="payment_reminder").count() == 2
    assert queries.overdue_payments(today=due).count == 0
    assert queries.overdue_payments(today=due + dt.timedelta(days=1)).oldest == [payment]


def test_paid_invoice_is_not_reminded_of(in_harbour):
    order = invoiced(make_schedule())
    confirm(order.payments.get())
    now = on(dt.date(2031, 1, 22))
    assert queries.payments_to_remind(now=now) == []
    assert remind_of_payment(order.payments.get().pk, now=now) is None


def test_overdue_order_is_cancelled_only_where_wanted(in_harbour):
    order, late = invoiced(make_schedule()), on(dt.date(2031, 1, 29))
    assert queries.overdue_orders(now=late) == []
    assert cancel_overdue(order.pk, now=late).status == "confirmed"
    PaymentSettings.objects.update(cancel_days_after=5)
    assert cancel_overdue(order.pk, now=late - dt.timedelta(days=1)).status == "confirmed"
    assert queries.overdue_orders(now=late) == [(order.pk, order.organization_id)]
    assert cancel_overdue(order.pk, now=late).status == "cancelled"


def test_overdue_order_is_kept_while_its_money_waits_for_a_second_person(in_harbour):
    order, late = invoiced(make_schedule()), on(dt.date(2031, 1, 29))
    PaymentSettings.objects.update(cancel_days_after=5)
    order.payments.update(recorded_at=NOW, recorded_minor=5000)
    assert cancel_overdue(order.pk, now=late).status == "confirmed"
    order.payments.update(recorded_at=None, recorded_minor=0)
    assert cancel_overdue(order.pk, now=late).status == "cancelled"


def test_overdue_order_is_kept_while_money_is_on_its_way(in_harbour):
    order, late = invoiced(make_schedule()), on(dt.date(2031, 1, 29))
    PaymentSettings.objects.update(cancel_days_after=5)
    order.payments.create(method="card", status="processing", amount_minor=5000, currency="EUR", purpose="rest")
    assert cancel_overdue(order.pk, now=late).status == "confirmed"


def test_overdue_order_with_a_deposit_is_left_to_staff(in_harbour):
    deposit_of()
    PaymentSettings.objects.update(cancel_days_after=5)
    order = order_of(make_schedule())
    confirm(queries.manual_payment_of(order))
    assert cancel_overdue(order.pk, now=on(dt.date(2031, 5, 20))).status == "confirmed"
