"""A month of an organization, with the clock moved: from the pattern to the last departure, through the real jobs and their sweeps."""

import datetime as dt
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core import mail
from django.db.models import Sum

from commerce import queries
from commerce.enums import OrderStatus, RefundReason
from commerce.models import GuestChoice, Order, Refund
from commerce.operations import (
    Contact,
    GuestPlan,
    cancel_departure,
    cancel_order,
    change_booking,
    confirm_manual_payment,
    settle_manual_refund,
    take_alternative,
)
from config.celery import app
from crm.models import Message
from tenancy.scope import no_scope, organization_scope
from tests.commerce.factories import order_of
from tests.factories import GuideFactory, PatternFactory, TierFactory, TourFactory, VariantFactory, make_schedule
from tours.enums import SEAT_TAKING, AssignmentStatus, Decision
from tours.models import AvailabilityPattern, Booking, DepartureDecision, GuideAssignment, Schedule
from tours.operations import (
    AssignmentRefused,
    ask_guide,
    assign_guide,
    check_in,
    confirm_assignment,
    decide_departure,
    decline_assignment,
    mark_no_show,
)

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, *, month: int = 3) -> dt.datetime:
    """An instant of March 2031 by the clocks of Berlin; they go forward on the 30th."""
    return dt.datetime(2031, month, day, hour, minute, tzinfo=BERLIN)


class Month:
    """The clock, and what happens by itself when it has moved."""

    def __init__(self, time_machine, run_jobs: Callable[[], list[str]]) -> None:  # type: ignore[no-untyped-def]
        self._time_machine = time_machine
        self._run_jobs = run_jobs

    def move_to(self, moment: dt.datetime) -> dt.datetime:
        """Move the clock, let the beat start everything it starts, and the workers do all that is waiting."""
        self._time_machine.move_to(moment, tick=False)
        with no_scope():
            self.work()
            for entry in settings.CELERY_BEAT_SCHEDULE.values():
                app.tasks[entry["task"]].apply(throw=True)
            self.work()
        return moment

    def work(self) -> list[str]:
        """Do what is waiting in the queue."""
        with no_scope():
            return self._run_jobs()


@pytest.fixture
def month(transactional_db, time_machine, run_jobs) -> Month:
    app.loader.import_default_modules()
    return Month(time_machine, run_jobs)


def guest(number: int, language: str = "en") -> Contact:
    return Contact("Guest", f"No. {number}", f"guest{number}@example.com", language=language)


def departure(day: int, hour: int = 10) -> Schedule:
    return Schedule.objects.get(date=dt.date(2031, 3, day), start_time=dt.time(hour))


def paid(order: Order, *, now: dt.datetime) -> Order:
    confirm_manual_payment(order.payments.get(), amount_minor=order.total_minor, now=now, actor=None)
    order.refresh_from_db()
    return order


def change(order: Order, *, to: Schedule, quantities: dict[int, int], difference_minor: int, now: dt.datetime) -> None:
    """Change a booking, and pay what it costs more."""
    booking = Booking.objects.get(order_lines__order=order, order_lines__position=1)
    change_booking(
        order, booking, to=to, quantities=quantities, expected_difference_minor=difference_minor, now=now, actor=None
    )
    for payment in queries.due_payments(order):
        confirm_manual_payment(payment, amount_minor=difference_minor, now=now, actor=None)


def settle_all(now: dt.datetime) -> None:
    """Staff send back by hand what was paid by hand."""
    for refund in Refund.objects.filter(status="pending"):
        settle_manual_refund(refund, now=now, actor=None)


def letters(kind: str) -> list[str]:
    """To whom e-mails of a kind were written."""
    return sorted(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


def seats_add_up() -> bool:
    """Whether every departure counts the seats of its live bookings, and not more than it has."""
    return all(
        schedule.booked_count == (schedule.bookings.filter(status__in=SEAT_TAKING).aggregate(n=Sum("seats"))["n"] or 0)
        and schedule.booked_count <= schedule.capacity
        for schedule in Schedule.objects.all()
    )


def money_adds_up(orders: Iterable[Order]) -> bool:
    """Whether each order was paid what it costs, less what went back."""
    return all(
        queries.paid_minor(order)
        == (0 if order.status in (OrderStatus.CANCELLED, OrderStatus.REFUNDED) else order.total_minor)
        for order in orders
    )


def test_a_month_of_an_organization(month, harbour):
    with organization_scope(harbour.pk):
        variant = VariantFactory(tour=TourFactory(name="Harbour walk", capacity=6))
        adult = TierFactory(tour=variant.tour, name="Adult", price_minor=2500)
        PatternFactory(
            variant=variant,
            weekdays=[1, 3],
            start_times=[dt.time(10), dt.time(14)],
            valid_from=dt.date(2031, 3, 1),
            valid_until=dt.date(2031, 3, 31),
        )
        # A walk by night, on the night when half past two does not exist.
        PatternFactory(variant=variant, weekdays=[6], start_times=[dt.time(2, 30)], valid_from=dt.date(2031, 3, 24))
        AvailabilityPattern.objects.update(valid_until=dt.date(2031, 3, 31))
        ada, ben = GuideFactory(name="Ada", email="ada@example.com"), GuideFactory(name="Ben", email="ben@example.com")

        # The 1st: departures are made by night, once.
        now = month.move_to(at(1, 3))
        made = list(Schedule.objects.values_list("date__day", "start_time").order_by("starts_at"))
        walks = [(day, dt.time(hour)) for day in (4, 6, 11, 13, 18, 20, 25, 27) for hour in (10, 14)]
        assert made == [*walks, (30, dt.time(3, 30))]
        month.move_to(at(1, 4))
        assert Schedule.objects.count() == len(made)

        # The 2nd: guides are asked; one says yes, one no, and nobody leads two walks at once.
        now = month.move_to(at(2, 9))
        confirm_assignment(ask_guide(departure(4), guide=ada, now=now, actor=None), actor=None)
        decline_assignment(ask_guide(departure(6), guide=ben, now=now, actor=None), reason="Dentist", actor=None)
        assign_guide(departure(6), guide=ada, now=now, actor=None)
        assign_guide(departure(11), guide=ada, now=now, actor=None)
        clash = make_schedule(date=dt.date(2031, 3, 4), start_time=dt.time(11))
        with pytest.raises(AssignmentRefused):
            assign_guide(clash, guide=ada, override_reason="Please!", now=now, actor=None)
        month.work()
        assert letters("guide_asked") == ["ada@example.com", "ben@example.com"]

        # The 3rd: guests book and pay; the last place goes once.
        now = month.move_to(at(3, 12))
        orders = [
            paid(order_of(departure(day), quantity=2, contact=guest(number), now=now), now=now)
            for number, day in enumerate([4, 4, 6, 11, 11, 13])
        ]
        # One more person, on another day; one person less; not at all.
        change(orders[3], to=departure(13), quantities={adult.pk: 3}, difference_minor=2500, now=now)
        change(orders[2], to=departure(6), quantities={adult.pk: 1}, difference_minor=-2500, now=now)
        cancel_order(orders[1], reason=RefundReason.CANCELLED_BY_GUEST, now=now, actor=None)
        month.move_to(at(3, 13))
        settle_all(now)
        assert seats_add_up()

        # The 4th: who came, and who did not.
        now = month.move_to(at(4, 9, 50))
        people = list(departure(4).bookings.get(status="confirmed").participants.order_by("pk"))
        check_in(people[:1], now=now, actor=None)
        mark_no_show(people[1:], now=now, actor=None)
        month.move_to(at(4, 23))
        orders[0].refresh_from_db()
        assert (departure(4).status, orders[0].status) == ("completed", "completed")

        # The 5th: who booked before yesterday is reminded; a departure with one guest takes place all the same.
        Schedule.objects.filter(pk=departure(6).pk).update(min_participants=2)
        now = month.move_to(at(5, 11))
        assert letters("booking_reminder") == ["guest2@example.com"]
        decision = DepartureDecision.objects.get()
        assert (decision.schedule, decision.booked, decision.minimum) == (departure(6), 1, 2)
        decide_departure(decision, choice=Decision.RUN, now=now, actor=None)
        month.move_to(at(5, 12))
        assert (DepartureDecision.objects.count(), departure(6).guaranteed_at) == (1, now)

        # The 10th: a storm is coming. One of two guests takes another day, the other one the money.
        now = month.move_to(at(10, 9))
        plan = GuestPlan(reason="Storm", alternatives=[departure(18)], choose_until=at(10, 20))
        cancel_departure(departure(13), plan=plan, now=now)
        month.work()
        assert letters("departure_cancelled") == ["guest3@example.com", "guest5@example.com"]
        choice = GuestChoice.objects.get(order=orders[3])
        take_alternative(choice, schedule=departure(18), now=at(10, 12))
        month.move_to(at(10, 21))
        settle_all(at(10, 21))
        assert GuideAssignment.objects.filter(schedule=departure(11), status=AssignmentStatus.CONFIRMED).exists()

        # The 17th: whoever took the other day is reminded of that one.
        month.move_to(at(17, 12))

        # The last day: everybody was written to once, and all adds up.
        month.move_to(at(31, 23))
        month.move_to(at(1, 9, month=4))
        assert sorted(set(Schedule.objects.values_list("status", flat=True))) == ["cancelled", "completed"]
        assert letters("departure_cancelled") == ["guest3@example.com", "guest5@example.com"]
        reminded = [f"guest{number}@example.com" for number in (2, 3, 4)]
        assert letters("booking_reminder") == reminded
        assert len(mail.outbox) == Message.objects.filter(status="sent").count()
        assert not Message.objects.exclude(status="sent").exists()
        assert seats_add_up()
        assert money_adds_up(Order.objects.all())
