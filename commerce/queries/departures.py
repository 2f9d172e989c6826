"""Departures that are, or are about to be, cancelled or moved: whom it concerns, and how far telling and paying back has come."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import override

from commerce.enums import ChangeKind, ChoiceStatus, PaymentMethod, RefundStatus
from commerce.models import DepartureChange, GuestChoice, Order, Refund
from commerce.queries.payments import kept_minor, refund_problem, refund_split
from crm.enums import MessageStatus
from tenancy.models import Organization
from tenancy.queries import absolute_url
from tours.enums import SEAT_TAKING
from tours.models import Schedule
from tours.queries import schedules_with_room

# How long guests have to choose unless staff say otherwise.
TIME_TO_CHOOSE = timedelta(days=3)
# With less time than this nobody can be expected to choose.
LEAST_TIME_TO_CHOOSE = timedelta(hours=2)


@dataclass(slots=True)
class RefundSum:
    """What goes back by one way of paying, in minor units, and of how many orders."""

    method: PaymentMethod
    amount_minor: int = 0
    orders: int = 0


@dataclass(slots=True)
class GuestsConcerned:
    """Whom it concerns when a departure is cancelled or moved.

    `refunds` is what goes back when all of them get their money; of it `above_limit` orders need somebody's approval.
    """

    bookings: int = 0
    people: int = 0
    currency: str = ""
    refunds: list[RefundSum] = field(default_factory=list)
    unpaid_orders: int = 0
    above_limit: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    without_email: list[Order] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """How many e-mails will go out."""
        return sum(self.languages.values())

    @property
    def total_minor(self) -> int:
        """What goes back in all, in minor units."""
        return sum(refund.amount_minor for refund in self.refunds)


def guests_concerned(schedule: Schedule, *, limit_minor: int | None) -> GuestsConcerned:
    """Return whom it concerns when a departure is cancelled or moved, and how much of one order is above a limit; eight queries."""
    live = Q(lines__booking__schedule=schedule, lines__booking__status__in=SEAT_TAKING)
    orders = Order.objects.filter(live).distinct().order_by("last_name", "first_name", "pk")
    found = GuestsConcerned()
    sums: dict[PaymentMethod, RefundSum] = {}
    languages: Counter[str] = Counter()
    bookings: set[int] = set()
    people = 0
    for order in orders.prefetch_related(
        "lines__booking", "payments__refunds", "adjustments", "cancellations", "changes"
    ):
        found.currency = order.currency
        lost = [line for line in order.lines.all() if line.booking.schedule_id == schedule.pk]
        lost = [line for line in lost if line.booking.status in SEAT_TAKING]
        bookings.update(line.booking_id for line in lost)
        people += sum(line.quantity for line in lost)
        if order.email:
            languages[order.language] += 1
        else:
            found.without_email.append(order)
        amount = _given_back_minor(order, lost)
        if amount and refund_problem(order, amount, limit_minor=limit_minor):
            found.above_limit += 1
        if not amount:
            found.unpaid_orders += 1
        _add(sums, order, amount)
    found.bookings, found.people = len(bookings), people
    found.refunds, found.languages = list(sums.values()), dict(languages.most_common())
    return found


def _given_back_minor(order: Order, lost: Sequence[Any]) -> int:
    keys = {line.pk for line in lost}
    gone = [line for line in order.lines.all() if line.pk in keys or line.booking.status not in SEAT_TAKING]
    standing = 0 if len(gone) == len(order.lines.all()) else order.total_minor - sum(line.total_minor for line in gone)
    return max(0, kept_minor(order) - max(0, standing) - order.cancellation_fee_minor)


def _add(sums: dict[PaymentMethod, RefundSum], order: Order, amount: int) -> None:
    for payment, part in refund_split(order, amount):
        method = PaymentMethod(payment.method)
        entry = sums.setdefault(method, RefundSum(method))
        entry.amount_minor += part
        entry.orders += 1


@dataclass(frozen=True, slots=True)
class ChangeProgress:
    """How far telling the guests of a departure and paying them back has come; numbers of bookings, of e-mails and of refunds."""

    bookings: int
    choices: dict[str, int]
    emails: int
    emails_sent: int
    emails_failed: int
    without_email: int
    refunds: int
    refunds_done: int
    refunds_failed: int
    refunds_by_hand: int
    refunds_minor: int
    refunds_done_minor: int

    @property
    def told(self) -> int:
        """How many bookings have been dealt with at all."""
        return sum(self.choices.values()) - self.choices.get(ChoiceStatus.NEW, 0)

    @property
    def refunds_under_way(self) -> int:
        """How many refunds are on their way and neither done, failed nor in staff's hands."""
        return self.refunds - self.refunds_done - self.refunds_failed - self.refunds_by_hand

    @property
    def is_running(self) -> bool:
        """Whether something happens by itself just now, other than guests choosing."""
        waiting = self.emails - self.emails_sent - self.emails_failed
        due = self.choices.get(ChoiceStatus.DUE, 0)
        return bool(self.told < self.bookings or waiting or due or self.refunds_under_way)


def days_before(schedule: Schedule) -> list[date]:
    """Return the local days that a departure had before it was moved, the first one first; one query."""
    moved = DepartureChange.objects.filter(schedule=schedule, kind=ChangeKind.MOVED).order_by("pk")
    return [start.astimezone(schedule.zone).date() for start in moved.values_list("moved_from", flat=True) if start]


def progress_of(change: DepartureChange) -> ChangeProgress:
    """Return how far telling and paying back has come; three queries."""
    choices = GuestChoice.objects.filter(change=change)
    by_status = {row["status"]: row["count"] for row in choices.values("status").annotate(count=Count("pk")).order_by()}
    told = Q(message__isnull=False)
    mails = choices.aggregate(
        emails=Count("message", distinct=True),
        emails_sent=Count("message", distinct=True, filter=Q(message__status=MessageStatus.SENT)),
        emails_failed=Count("message", distinct=True, filter=Q(message__status=MessageStatus.FAILED)),
        without_email=Count("order", distinct=True, filter=~told & ~Q(status=ChoiceStatus.NEW)),
    )
    done, pending = Q(status=RefundStatus.SUCCEEDED), Q(status=RefundStatus.PENDING)
    money = Refund.objects.filter(guest_choice__change=change).aggregate(
        refunds=Count("pk"),
        refunds_done=Count("pk", filter=done),
        refunds_failed=Count("pk", filter=Q(status=RefundStatus.FAILED)),
        refunds_by_hand=Count("pk", filter=pending & Q(by_hand=True)),
        refunds_minor=Sum("amount_minor", default=0),
        refunds_done_minor=Sum("amount_minor", default=0, filter=done),
    )
    return ChangeProgress(bookings=change.booking_count, choices=by_status, **mails, **money)


def choices_of(change: DepartureChange) -> QuerySet[GuestChoice]:
    """Return the choices of a change as staff see them, by the guests' names, with what is shown of each; two queries."""
    return (
        GuestChoice.objects.filter(change=change)
        .select_related("order", "message", "taken", "booking")
        .prefetch_related("refunds")
        .order_by("order__last_name", "order__first_name", "pk")
    )


def failed_refunds_of(change: DepartureChange) -> QuerySet[Refund]:
    """Return the refunds of a change that failed and were not tried again."""
    return Refund.objects.filter(guest_choice__change=change, status=RefundStatus.FAILED).order_by("pk")


def departure_changes_of(schedule: Schedule) -> list[DepartureChange]:
    """Return the times a departure was cancelled or moved while people had booked it, the latest first."""
    return list(DepartureChange.objects.filter(schedule=schedule, booking_count__gt=0).order_by("-created_at", "-pk"))


def choice_by_public_id(order: Order, public_id: UUID) -> GuestChoice | None:
    """Return a choice of an order by its public id, with what a guest is shown of it, or None."""
    return (
        GuestChoice.objects.filter(order=order, public_id=public_id)
        .select_related("change__schedule__tour", "change__schedule__variant", "booking__schedule", "taken")
        .first()
    )


def open_choices(order: Order, *, now: datetime) -> list[GuestChoice]:
    """Return the choices that a guest may make now."""
    return list(
        GuestChoice.objects.filter(order=order, status=ChoiceStatus.WAITING, choose_until__gt=now)
        .select_related("change__schedule__tour")
        .order_by("pk")
    )


def offers_with_room(choice: GuestChoice, *, now: datetime) -> list[Schedule]:
    """Return the departures that a guest can take instead, by start: they have room for the whole booking."""
    offered = choice.change.offers.values("schedule")
    return schedules_with_room(Schedule.objects.filter(pk__in=offered), seats=choice.booking.seats, now=now)


def choice_url(choice: GuestChoice, order: Order, organization: Organization) -> str:
    """Return the full address at which a guest chooses, in the order's language; only the order's secret opens it."""
    with override(order.language):
        path = reverse("commerce:choice", args=[order.secret, choice.public_id])
    return absolute_url(organization, path)


def time_to_choose(schedules: Sequence[Schedule], *, now: datetime) -> datetime | None:
    """Return until when guests should choose: three days from now, at most while one of the departures can still be booked.

    None when that leaves less than two hours.
    """
    if not schedules:
        return None
    until = min(now + TIME_TO_CHOOSE, max(schedule.booking_closes_at for schedule in schedules))
    return until if until - now >= LEAST_TIME_TO_CHOOSE else None
