"""Choices about departures from several sides at once."""

import datetime as dt

import pytest

from commerce import queries
from commerce.emails import order_confirmation
from commerce.enums import ChoiceStatus
from commerce.models import GuestChoice, PaymentSettings, Refund
from commerce.operations import (
    ChoiceRefused,
    begin_cancelled,
    cancel_departure,
    end_choice,
    retry_refund,
    take_alternative,
    take_money_back,
    tell_guest,
)
from commerce.receivers import booking_merged
from crm.models import Message
from tenancy.enums import Role
from tenancy.models import OutboxEvent
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW
from tests.commerce.test_departures import _event, cancelled, paid_order, pair, plan, state, written
from tests.factories import make_schedule
from tests.fixtures import make_member
from tests.parallel import in_parallel
from tours.operations import cancel_schedule, move_booking

LATER = NOW + dt.timedelta(days=2)
DEADLINE = NOW + dt.timedelta(days=3)
AFTER = DEADLINE + dt.timedelta(minutes=1)
TWO = dt.date(2031, 6, 3)


@pytest.mark.django_db(transaction=True)
def test_last_places_of_an_alternative_are_taken_once(harbour):
    with organization_scope(harbour.pk):
        schedule, other = make_schedule(), None
        other = make_schedule(schedule.variant, date=TWO, capacity=2)
        orders = [paid_order(schedule) for _number in range(4)]
        choices = cancelled(schedule, orders, other)
    results = in_parallel(harbour, 4, lambda number: take_alternative(choices[number], schedule=other, now=LATER))
    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(result) for result in refused] == [ChoiceRefused] * 3
    with organization_scope(harbour.pk):
        other.refresh_from_db()
        assert other.booked_count == 2
        assert sorted(GuestChoice.objects.values_list("status", flat=True)) == ["rebooked"] + ["waiting"] * 3


@pytest.mark.django_db(transaction=True)
def test_money_and_another_departure_are_never_both_had(harbour):
    with organization_scope(harbour.pk):
        schedule, other = pair()
        order = paid_order(schedule)
        (choice,) = cancelled(schedule, [order], other)

    def act(number: int):
        if number % 3 == 0:
            return take_alternative(choice, schedule=other, now=LATER)
        return take_money_back(choice, now=LATER) if number % 3 == 1 else end_choice(choice.pk, now=AFTER)

    in_parallel(harbour, 6, act)
    with organization_scope(harbour.pk):
        choice.refresh_from_db()
        expected = {
            ChoiceStatus.REBOOKED: ("paid", ["confirmed"], []),
            ChoiceStatus.GIVEN_BACK: ("cancelled", ["cancelled"], [5000]),
        }
        assert state(order) == expected[ChoiceStatus(choice.status)]


@pytest.mark.django_db(transaction=True)
def test_order_is_told_once_by_parallel_deliveries(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        order = paid_order(schedule)
        cancel_departure(schedule, plan=plan(), now=NOW)
        change = begin_cancelled(**_event("tours.schedule_cancelled"))
    results = in_parallel(harbour, 6, lambda _number: tell_guest(order.pk, change_id=change.pk, now=NOW))
    assert results == [None] * 6
    with organization_scope(harbour.pk):
        assert state(order) == ("cancelled", ["cancelled"], [5000])
        assert len(written("departure_cancelled")) == 1


def test_failed_refund_is_tried_again_as_the_same_one(in_harbour):
    PaymentSettings.objects.update(stripe_secret_key="")
    schedule = make_schedule()
    order = paid_order(schedule)
    cancelled(schedule, [order])
    refund = Refund.objects.get()
    Refund.objects.update(status="failed", by_hand=False, attempts=3, last_error="No")
    again = retry_refund(refund, now=LATER, actor=None)
    assert (again.pk, again.status, again.attempts, again.last_error) == (refund.pk, "pending", 3, "")
    assert Refund.objects.count() == 1


def test_failed_refund_that_stripe_knows_is_made_anew(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order])
    Refund.objects.update(status="failed", provider_reference="re_1")
    again = retry_refund(Refund.objects.get(), now=LATER, actor=None)
    assert (again.amount_minor, again.guest_choice_id, again.status) == (5000, choice.pk, "pending")
    assert queries.failed_refunds_of(choice.change).count() == 0


def test_departure_cancelled_without_a_plan_keeps_to_the_limit_of_who_cancelled_it(harbour):
    manager, owner = (make_member(harbour, role) for role in (Role.MANAGER, Role.OWNER))
    with organization_scope(harbour.pk):
        PaymentSettings.objects.update(refund_limit_minor=1000)
        limits = []
        for actor in (manager, owner, None):
            schedule = make_schedule()
            cancel_schedule(schedule, reason="Too few", now=NOW, actor=actor)
            payload = OutboxEvent.objects.filter(topic="tours.schedule_cancelled").latest("pk").payload
            limits.append(begin_cancelled(**payload).limit_minor)
    assert limits == [1000, None, None]


def test_guest_of_a_merged_departure_is_told_once(in_harbour):
    early, late = make_schedule(), make_schedule(start_time=dt.time(14))
    order = paid_order(early)
    booking = order.lines.get().booking
    move_booking(booking, to=late, now=NOW, actor=None)
    for _time in range(2):
        booking_merged(booking_id=booking.pk, schedule_id=early.pk)
    message = Message.objects.get(kind="booking_merged")
    assert message.subject == f"A new time for your booking: {order.number}"
    assert "Too few people have booked your departure on Monday 2 June 2031, 10:00" in message.text
    assert "14:00" in message.text


def test_note_to_guests_stands_in_the_mails(in_harbour):
    schedule = make_schedule(guest_note="Bring a coat", internal_note="Key at the kiosk")
    order = paid_order(schedule)
    mail = order_confirmation(order, organization=in_harbour)
    assert ("Bring a coat" in mail.text, "Bring a coat" in mail.html) == (True, True)
    assert ("kiosk" in mail.text, "kiosk" in mail.html) == (False, False)
