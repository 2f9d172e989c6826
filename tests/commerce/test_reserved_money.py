"""Reserved cards beside other money: what comes another way is not taken a second time, and what is missing is asked for once."""

import datetime as dt

import pytest
from django.urls import reverse

from commerce import queries
from commerce.enums import RefundReason
from commerce.models import GuestChoice, Order, Payment, PaymentSettings
from commerce.operations import (
    PaymentRefused,
    add_charge,
    approve_payment,
    capture_payment,
    confirm_manual_payment,
    decline_payment,
    follow_reservations,
    open_payment_link,
    record_payment,
    refresh_payment,
    refund_order,
    send_payment_link,
    start_card_payment,
    stop_card_payment,
    take_alternative,
    take_reserved,
)
from commerce.operations.payments import PAID_TWICE
from tenancy.enums import Role
from tests.commerce.test_authorisations import (
    NEAR,
    NOW,
    SOON,
    capture_all,
    departure,
    fresh,
    give_up,
    intent_of,
    reserved_order,
)
from tests.commerce.test_authorisations import card as card  # noqa: PLC0414  # the fixture
from tests.commerce.test_card_payments import order_by_card as order_by_plain_card
from tests.commerce.test_card_payments import reference_of
from tests.commerce.test_departures import cancelled
from tests.factories import make_schedule
from tests.fixtures import client_for, make_member
from tours.models import Schedule


def cash(order: Order, amount_minor: int, *, actor=None) -> Payment:
    return record_payment(order, amount_minor=amount_minor, note="Cash", accept_more=True, now=SOON, actor=actor)


def charge(order: Order, amount_minor: int = 1000) -> Payment:
    return add_charge(order, amount_minor=amount_minor, reason="Lunch", now=SOON, actor=None)


def pay_by_link(order: Order, card) -> Payment:
    link = send_payment_link(order, now=SOON, actor=None)
    payment = open_payment_link(link, now=SOON)
    start_card_payment(payment, now=SOON)
    payment.refresh_from_db()
    card.pay(payment.provider_reference)
    return refresh_payment(payment, now=SOON)


def stop_all() -> None:
    for payment in Payment.objects.exclude(stop_at=None):
        stop_card_payment(payment.pk, now=SOON)


def money(order: Order) -> tuple[str, int, int, int]:
    """The order's state, what is here, what is owed and what is reserved."""
    order = fresh(order)
    return order.status, queries.kept_minor(order), queries.owed_minor(order), queries.reserved_minor(order)


def test_cash_for_all_frees_the_card(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    cash(order, 5000)
    stop_all()
    capture_all(schedule)
    assert money(order) == ("paid", 5000, 0, 0)
    assert intent_of(order, card) == ("canceled", 0)


def test_staff_write_down_cash_in_place_of_the_card(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    manager = client_for(in_harbour, make_member(in_harbour, Role.MANAGER))
    url = reverse("orders:record", args=[order.pk])
    page = manager.get(url)
    assert page.context["form"].initial == {"amount_minor": 5000}
    assert "€50.00 of it reserved on the guest&#x27;s card" in page.content.decode()
    assert manager.post(url, {"amount_minor": "50.00", "note": "Cash"}).status_code == 302
    stop_all()
    capture_all(schedule)
    assert money(order) == ("paid", 5000, 0, 0)
    assert intent_of(order, card) == ("canceled", 0)


def test_cash_for_a_part_leaves_the_rest_to_the_card(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    cash(order, 2000)
    assert money(order) == ("confirmed", 2000, 0, 3000)
    capture_all(schedule)
    assert money(order) == ("paid", 5000, 0, 0)
    assert intent_of(order, card) == ("succeeded", 3000)


def test_cash_is_refused_while_the_card_is_charged(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    follow_reservations(schedule.pk, now=SOON)
    assert "record" not in queries.staff_verbs(fresh(order))
    with pytest.raises(PaymentRefused, match="being charged just now"):
        cash(order, 5000)
    assert money(order) == ("confirmed", 0, 0, 5000)


def test_what_was_taken_although_it_had_come_goes_back(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    extra = charge(order)
    follow_reservations(schedule.pk, now=SOON)
    # More than was to be paid comes by transfer while the card is being charged.
    confirm_manual_payment(extra, amount_minor=3000, accept_difference=True, now=SOON, actor=None)
    for payment in Payment.objects.exclude(capture_at=None):
        capture_payment(payment.pk, now=SOON)
    reserved = order.payments.get(takes_later=True)
    assert (reserved.captured_minor, [refund.amount_minor for refund in reserved.refunds.all()]) == (5000, [2000])
    assert (money(order), fresh(order).needs_attention) == (("paid", 6000, 0, 0), PAID_TWICE)


@pytest.mark.parametrize("is_there", [True, False])
def test_cash_that_waits_for_a_second_person_is_not_taken_twice(in_harbour, card, is_there):
    first, second = make_member(in_harbour, Role.MANAGER), make_member(in_harbour, Role.ADMIN)
    PaymentSettings.objects.update(second_person_minor=0)
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    written = cash(order, 5000, actor=first)
    assert money(order) == ("confirmed", 0, 0, 5000)
    capture_all(schedule)
    stop_all()
    assert intent_of(order, card) == ("canceled", 0)
    decide = {"amount_minor": 5000, "now": SOON, "actor": second}
    if is_there:
        approve_payment(written, **decide)
        assert money(order) == ("paid", 5000, 0, 0)
    else:
        decline_payment(written, reason="Not there", **decide)
        assert money(order) == ("confirmed", 0, 5000, 0)


def test_extra_charge_beside_a_reserved_card_is_paid_by_link(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    charge(order)
    assert money(order) == ("confirmed", 0, 1000, 5000)
    pay_by_link(order, card)
    assert money(order) == ("confirmed", 1000, 0, 5000)
    capture_all(schedule)
    assert money(order) == ("paid", 6000, 0, 0)


@pytest.mark.parametrize("how", ["card", "cash"])
def test_extra_charge_after_a_kindness_is_paid_and_not_due_any_more(in_harbour, card, how):
    order = order_by_plain_card(make_schedule())
    card.pay(reference_of(order))
    refresh_payment(order.payments.get(), now=SOON)
    refund_order(fresh(order), amount_minor=2000, reason=RefundReason.OTHER, now=SOON, actor=None)
    charge(order)
    assert queries.owed_minor(fresh(order)) == 1000
    if how == "card":
        pay_by_link(order, card)
    else:
        cash(order, 1000)
    assert (queries.owed_minor(fresh(order)), queries.due_minor(fresh(order))) == (0, 0)
    assert queries.kept_minor(fresh(order)) == 4000


@pytest.mark.parametrize("is_paid", [True, False])
def test_fewer_people_are_charged_less_beside_an_extra_charge(in_harbour, card, is_paid):
    schedule = departure(minimum=1)
    Schedule.objects.update(min_participants=3)
    order = reserved_order(schedule, card)
    extra = charge(order)
    if is_paid:
        confirm_manual_payment(extra, amount_minor=1000, now=SOON, actor=None)
    give_up(order, 1)
    assert money(order) == ("confirmed", 1000, 0, 2500) if is_paid else ("confirmed", 0, 1000, 2500)
    take_reserved(order, now=SOON, actor=None)
    for payment in Payment.objects.exclude(capture_at=None):
        capture_payment(payment.pk, now=SOON)
    assert intent_of(order, card) == ("succeeded", 2500)
    assert money(order) == ("paid", 3500, 0, 0) if is_paid else ("confirmed", 2500, 1000, 0)


def test_little_that_is_left_cannot_be_taken_by_card_and_is_asked_for(in_harbour, card):
    order = reserved_order(departure(), card)
    cash(order, 4980)
    stop_all()
    assert intent_of(order, card) == ("canceled", 0)
    assert money(order) == ("confirmed", 4980, 20, 0)


def test_card_freed_by_its_bank_asks_for_what_is_missing(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    cash(order, 2000)
    reference = order.payments.get(takes_later=True).provider_reference
    card.turn("advance", account="harbour", payment_intent=reference, status="expired")
    refresh_payment(order.payments.get(takes_later=True), now=SOON)
    assert money(order) == ("confirmed", 2000, 3000, 0)


def lose(order: Order) -> tuple[GuestChoice, Schedule]:
    """Its departure is cancelled, and the guest may take another one; return the choice and that one."""
    schedule = order.lines.get().booking.schedule
    other = make_schedule(schedule.variant, date=NEAR + dt.timedelta(days=1))
    (choice,) = cancelled(schedule, [order], other)
    return choice, other


def test_money_is_not_taken_for_places_that_are_lost(in_harbour, card):
    order = reserved_order(departure(), card)
    assert "take" in queries.staff_verbs(fresh(order))
    lose(order)
    with pytest.raises(PaymentRefused, match="No places stand"):
        take_reserved(order, now=SOON, actor=None)
    assert "take" not in queries.staff_verbs(fresh(order))


def test_card_that_is_freed_while_the_guest_may_choose(in_harbour, card):
    order = reserved_order(departure(), card)
    choice, other = lose(order)
    order.payments.update(authorised_until=NOW)
    follow_reservations(choice.change.schedule_id, now=SOON)
    stop_all()
    assert (money(order), fresh(order).needs_attention) == (("confirmed", 0, 0, 0), "")
    assert intent_of(order, card) == ("canceled", 0)
    # Who takes another departure pays for it then.
    take_alternative(choice, schedule=other, now=SOON)
    assert money(order) == ("confirmed", 0, 5000, 0)


def test_page_says_of_the_card_no_more_than_can_still_be_paid(in_harbour, card):
    PaymentSettings.objects.update(second_person_minor=0)
    order = reserved_order(departure(), card)
    charge(order, 1000)
    manager = client_for(in_harbour, make_member(in_harbour, Role.MANAGER))
    Payment.objects.create(
        order=order,
        method="manual",
        status="awaiting_approval",
        purpose="extra",
        amount_minor=2000,
        currency="EUR",
        recorded_minor=2000,
        recorded_at=SOON,
    )
    page = manager.get(reverse("orders:record", args=[order.pk]))
    assert "€40.00 can still be paid, €40.00 of it reserved" in page.content.decode()
