import datetime as dt

import pytest

from commerce import queries
from commerce.enums import OrderSource, PaymentMethod, RefundReason
from commerce.models import DepartureChange, GuestChoice, Refund
from commerce.operations import (
    CartLine,
    ChoiceRefused,
    Contact,
    GuestPlan,
    approve_refunds,
    begin_cancelled,
    begin_choices,
    cancel_departure,
    cancel_order,
    complete_orders,
    confirm_manual_payment,
    end_choice,
    expire_order,
    keep_departure,
    move_departure,
    pay_approved,
    place_order,
    refund_order,
    take_alternative,
    take_money_back,
    tell_guest,
)
from crm.models import Message
from tenancy.models import OutboxEvent
from tenancy.scope import every_organization
from tests.commerce.factories import GRETE, NOW, enable_all_methods, order_of, tier_of
from tests.factories import VariantFactory, make_schedule
from tours.operations import ScheduleRefused, cancel_schedule
from tours.queries import alternatives_to

LATER = NOW + dt.timedelta(days=2)
DEADLINE = NOW + dt.timedelta(days=3)
AFTER = DEADLINE + dt.timedelta(minutes=1)
TWO = dt.date(2031, 6, 3)


def paid_order(schedule, **options):
    order = order_of(schedule, **options)
    confirm_manual_payment(order.payments.get(), amount_minor=order.total_minor, now=NOW, actor=None)
    return order


def order_of_both(*schedules, method=PaymentMethod.BANK_TRANSFER):
    """An unpaid order of two places for 5000 on each of some departures."""
    enable_all_methods()
    lines = [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 2}) for schedule in schedules]
    return place_order(lines, contact=GRETE, method=method, source=OrderSource.WEB, now=NOW)


def plan(*alternatives, **options) -> GuestPlan:
    until = DEADLINE if alternatives else None
    return GuestPlan(**{"reason": "Storm", "alternatives": alternatives, "choose_until": until, **options})


def tell(change, orders, *, now=NOW) -> list[GuestChoice]:
    """What the deliveries do, each twice."""
    bookings = [line.booking_id for order in orders for line in order.lines.filter(booking__schedule=change.schedule)]
    for _time in range(2):
        if change.kind == "cancelled":
            begin_cancelled(change.schedule_id, booking_ids=bookings)
        else:
            begin_choices(change.pk, booking_ids=bookings)
        for order in orders:
            tell_guest(order.pk, change_id=change.pk, now=now)
    return list(GuestChoice.objects.filter(change=change).order_by("pk"))


def cancelled(schedule, orders, *alternatives, **options) -> list[GuestChoice]:
    return tell(cancel_departure(schedule, plan=plan(*alternatives, **options), now=NOW), orders)


def moved(schedule, orders, *alternatives, **options) -> list[GuestChoice]:
    options.setdefault("choose_until", DEADLINE)
    change = move_departure(schedule, date=TWO, start_time=dt.time(15), plan=plan(*alternatives, **options), now=NOW)
    return tell(change, orders)


def pair():
    """A departure and another of the same variant the day after."""
    first = make_schedule()
    return first, make_schedule(first.variant, date=TWO)


def state(order) -> tuple[str, list[str], list[int]]:
    order.refresh_from_db()
    bookings = [line.booking.status for line in order.lines.select_related("booking")]
    refunds = Refund.objects.filter(payment__order=order).order_by("pk").values_list("amount_minor", flat=True)
    return order.status, bookings, list(refunds)


def written(*kinds: str) -> list[str]:
    return list(Message.objects.filter(kind__in=kinds).order_by("pk").values_list("subject", flat=True))


# Cancelled, money back at once


def test_cancelled_departure_pays_back_at_once_and_writes_once(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order])
    assert (choice.status, choice.amount_minor, choice.booking_id) == ("given_back", 5000, order.lines.get().booking_id)
    assert state(order) == ("cancelled", ["cancelled"], [5000])
    assert Refund.objects.get().guest_choice_id == choice.pk
    message = Message.objects.get(kind="departure_cancelled")
    assert choice.message == message
    assert message.subject.startswith("We are sorry: ")
    assert "We are paying €50.00 back to you, the way you paid." in message.text


def test_cancelled_departure_writes_in_the_guests_language_with_the_words_of_staff(in_harbour):
    schedule = make_schedule()
    contact = Contact("Ole", "Petersen", "ole@example.com", language="de")
    order = paid_order(schedule, contact=contact)
    cancelled(
        schedule, [order], guest_text="The pier is closed.", guest_text_translations={"de": "Die Pier ist gesperrt."}
    )
    message = Message.objects.get(kind="departure_cancelled")
    assert message.language == "de"
    assert "Die Pier ist gesperrt." in message.text
    assert "Die Pier ist gesperrt." in message.html
    assert "The pier is closed." not in message.text


def test_cancelled_departure_leaves_bookings_alone_that_were_over_before(in_harbour):
    schedule = make_schedule()
    gone, stays = paid_order(schedule), paid_order(schedule)
    cancel_order(gone, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
    cancel_departure(schedule, plan=plan(), now=NOW)
    begin = _event("tours.schedule_cancelled")
    assert begin["booking_ids"] == [stays.lines.get().booking_id]
    change = begin_cancelled(**begin)
    assert [choice.order_id for choice in change.choices.all()] == [stays.pk]
    assert change.booking_count == 1


def _event(topic: str):

    return OutboxEvent.objects.get(topic=topic).payload


def test_schedule_cancelled_without_a_plan_pays_back_at_once(in_harbour):
    schedule = make_schedule()
    order = paid_order(schedule)
    cancel_schedule(schedule, reason="Too few", now=NOW)
    change = begin_cancelled(**_event("tours.schedule_cancelled"))
    tell_guest(order.pk, change_id=change.pk, now=NOW)
    assert state(order) == ("cancelled", ["cancelled"], [5000])
    assert len(written("departure_cancelled")) == 1


def test_cancelled_departure_of_an_order_with_another_one_pays_back_its_part(in_harbour):
    first, second = make_schedule(), make_schedule()
    order = order_of_both(first, second)
    confirm_manual_payment(order.payments.get(), amount_minor=10000, now=NOW, actor=None)
    cancelled(first, [order])
    assert state(order) == ("paid", ["cancelled", "confirmed"], [5000])


def test_cancelled_departure_of_an_unpaid_order_closes_it_and_writes_once(in_harbour):
    schedule = make_schedule()
    order = order_of(schedule)
    (choice,) = cancelled(schedule, [order], make_schedule(schedule.variant, date=TWO))
    assert choice.status == "given_back"
    assert state(order)[1:] == (["cancelled"], [])
    assert queries.expired_holds(now=NOW) == [(order.pk, in_harbour.pk)]


def test_transfer_that_comes_after_the_departure_was_cancelled_goes_back(in_harbour):
    schedule = make_schedule()
    order = order_of(schedule)
    cancelled(schedule, [order])
    expire_order(order.pk, now=LATER)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=LATER, actor=None)
    assert state(order) == ("expired", ["cancelled"], [5000])


def test_cancel_departure_twice_is_refused(in_harbour):
    schedule = make_schedule()
    cancel_departure(schedule, plan=plan(), now=NOW)
    with pytest.raises(ScheduleRefused, match="cancelled already"):
        cancel_departure(schedule, plan=plan(), now=NOW)
    assert DepartureChange.objects.count() == 1


@pytest.mark.parametrize(("limit", "status", "refunds"), [(4999, "held", []), (5000, "given_back", [5000])])
def test_refund_above_the_limit_waits_for_approval(in_harbour, limit, status, refunds):
    schedule = make_schedule()
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], limit_minor=limit)
    assert (choice.status, state(order)[2]) == (status, refunds)
    assert len(written("departure_cancelled")) == 1
    for _time in range(2):
        approve_refunds(choice.change, actor=None)
        pay_approved(order.pk, change_id=choice.change_id, now=NOW)
    assert state(order) == ("cancelled", ["cancelled"], [5000])


# Cancelled, the guest chooses


def test_guest_who_may_choose_keeps_the_money_until_then(in_harbour):
    schedule, other = pair()
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], other)
    assert (choice.status, choice.choose_until) == ("waiting", DEADLINE)
    assert state(order) == ("paid", ["cancelled"], [])
    assert (queries.surplus_minor(order), queries.owed_minor(order)) == (0, 0)
    message = Message.objects.get(kind="departure_cancelled")
    assert queries.choice_url(choice, order, in_harbour) in message.text
    assert "- Tuesday 3 June 2031, 10:00" in message.text
    assert complete_orders(now=AFTER) == 0


def test_guest_takes_an_alternative_and_what_was_paid_stands(in_harbour):
    schedule, other = pair()
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], other)
    for _time in range(2):
        assert take_alternative(choice, schedule=other, now=LATER).status == "rebooked"
    end_choice(choice.pk, now=AFTER)
    assert state(order) == ("paid", ["confirmed"], [])
    schedule.refresh_from_db()
    other.refresh_from_db()
    assert (schedule.booked_count, other.booked_count) == (0, 2)
    assert order.lines.get().booking.schedule_id == other.pk
    assert len(written("departure_rebooked")) == 1


def test_guest_takes_an_alternative_of_another_variant_under_its_name(in_harbour):
    schedule = make_schedule()
    other = make_schedule(VariantFactory(tour=schedule.tour, name="Evening"))
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], other)
    take_alternative(choice, schedule=other, now=LATER)
    line = order.lines.get()
    assert (line.name, line.total_minor, line.booking.schedule_id) == (f"{schedule.tour} · Evening", 5000, other.pk)
    change = order.changes.get()
    assert (change.from_schedule, change.to_schedule, change.difference_minor) == (schedule, other, 0)
    assert state(order) == ("paid", ["confirmed"], [])


def test_guest_takes_the_money_once(in_harbour):
    schedule, other = pair()
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], other)
    for _time in range(2):
        assert take_money_back(choice, now=LATER).status == "given_back"
    end_choice(choice.pk, now=AFTER)
    assert state(order) == ("cancelled", ["cancelled"], [5000])
    assert len(written("departure_given_back")) == 1
    with pytest.raises(ChoiceRefused, match="settled already"):
        take_alternative(choice, schedule=other, now=LATER)


def test_guest_who_does_not_choose_gets_the_money_once(in_harbour):
    schedule, other = pair()
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], other)
    end_choice(choice.pk, now=LATER)
    assert state(order) == ("paid", ["cancelled"], [])
    with every_organization():
        assert queries.due_choices(now=LATER) == []
        assert queries.due_choices(now=AFTER) == [(choice.pk, in_harbour.pk)]
    for _time in range(2):
        end_choice(choice.pk, now=AFTER)
    assert state(order) == ("cancelled", ["cancelled"], [5000])
    assert "The time to choose another departure is over." in Message.objects.get(kind="departure_given_back").text
    for act in (lambda: take_alternative(choice, schedule=other, now=AFTER), lambda: keep_departure(choice, now=AFTER)):
        with pytest.raises(ChoiceRefused, match="settled already"):
            act()


def test_guest_who_pays_on_arrival_chooses_too(in_harbour):
    schedule, other = pair()
    takes, leaves = (order_of(schedule, method=PaymentMethod.ON_ARRIVAL) for _number in range(2))
    first, second = cancelled(schedule, [takes, leaves], other)
    assert [queries.owed_minor(order) for order in (takes, leaves)] == [0, 0]
    take_alternative(first, schedule=other, now=LATER)
    take_money_back(second, now=LATER)
    assert [state(order) for order in (takes, leaves)] == [
        ("confirmed", ["confirmed"], []),
        ("cancelled", ["cancelled"], []),
    ]
    assert [queries.owed_minor(order) for order in (takes, leaves)] == [5000, 0]


def test_alternative_without_room_not_offered_or_too_late_is_refused(in_harbour):
    schedule, other = pair()
    small = make_schedule(schedule.variant, date=dt.date(2031, 6, 4), capacity=1)
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], small)
    with pytest.raises(ChoiceRefused, match="Only 1 place is left"):
        take_alternative(choice, schedule=small, now=LATER)
    with pytest.raises(ChoiceRefused, match="not offered"):
        take_alternative(choice, schedule=other, now=LATER)
    with pytest.raises(ChoiceRefused, match="time to choose is over"):
        take_alternative(choice, schedule=small, now=AFTER)
    assert state(order) == ("paid", ["cancelled"], [])
    assert queries.offers_with_room(choice, now=LATER) == []


def test_order_that_staff_cancel_or_pay_back_has_no_choice_left(in_harbour):
    schedule, other = pair()
    orders = [paid_order(schedule) for _number in range(2)]
    choices = cancelled(schedule, orders, other)
    cancel_order(orders[0], reason=RefundReason.OTHER, now=LATER)
    refund_order(orders[1], reason=RefundReason.OTHER, now=LATER, actor=None)
    for choice in choices:
        with pytest.raises(ChoiceRefused, match="settled already"):
            take_alternative(choice, schedule=other, now=LATER)
    end_choice(choices[0].pk, now=AFTER)
    assert [state(order)[2] for order in orders] == [[5000], [5000]]


def test_alternative_that_is_cancelled_too_gives_another_choice(in_harbour):
    schedule, other = pair()
    third = make_schedule(schedule.variant, date=dt.date(2031, 6, 5))
    order = paid_order(schedule)
    (choice,) = cancelled(schedule, [order], other, third)
    take_alternative(choice, schedule=other, now=LATER)
    change = cancel_departure(other, plan=plan(third), now=LATER)
    (again,) = tell(change, [order], now=LATER)
    take_alternative(again, schedule=third, now=LATER)
    assert state(order) == ("paid", ["confirmed"], [])
    assert len(written("departure_cancelled")) == 2


# Reads


def test_alternatives_are_of_the_same_kind_the_nearest_first(in_harbour):
    schedule = make_schedule(date=dt.date(2031, 6, 10))
    tour = schedule.tour
    far = make_schedule(schedule.variant, date=dt.date(2031, 6, 20))
    near = make_schedule(VariantFactory(tour=tour), date=dt.date(2031, 6, 9))
    make_schedule(VariantFactory(tour=tour, kind="private"), date=dt.date(2031, 6, 9))
    make_schedule(date=dt.date(2031, 6, 10))
    full = make_schedule(schedule.variant, date=dt.date(2031, 6, 11), capacity=2)
    order_of(full)
    assert alternatives_to(schedule, now=NOW) == [near, far]


def test_guests_concerned_says_what_goes_back_by_which_way(in_harbour, django_assert_num_queries):
    schedule = make_schedule()
    for number in range(3):
        contact = Contact("Ole", "Petersen", f"ole{number}@example.com", language="de")
        paid_order(schedule, contact=contact)
    order_of(schedule, quantity=1, method=PaymentMethod.ON_ARRIVAL)
    # However many orders they are.
    with django_assert_num_queries(8):
        found = queries.guests_concerned(schedule, limit_minor=5000)
    assert (found.bookings, found.people, found.unpaid_orders, found.above_limit) == (4, 7, 1, 0)
    assert [(part.method, part.amount_minor, part.orders) for part in found.refunds] == [("bank_transfer", 15000, 3)]
    assert found.languages == {"de": 3, "en": 1}
    assert queries.guests_concerned(schedule, limit_minor=4999).above_limit == 3
