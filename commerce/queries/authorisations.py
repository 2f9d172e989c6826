"""Money that is reserved on cards until it is certain that a departure takes place."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commerce.enums import OrderStatus, PaymentStatus
from commerce.models import AuthorisationRule, Order, OrderLine, Payment
from commerce.queries.deposits import plan_of
from commerce.queries.payments import received_minor
from commerce.queries.terms import Terms
from commerce.rules import PaymentPlan, can_be_reserved, decided_until, method_of, methods_that
from tenancy.money import format_money
from tours.enums import SEAT_TAKING, BookingStatus
from tours.models import Booking, Schedule


def takes_later(
    totals: Collection[tuple[Schedule, int]],
    *,
    currency: str,
    today: date,
    now: datetime,
    terms: Terms | None = None,
) -> bool:
    """Return whether a card that pays for departures (loaded with tour and variant, and what each costs) is only reserved at first.

    It is for one departure whose tour says so, without a deposit, with a minimum that is not reached yet, and near enough for the bank
    to wait. `today` is the organization's, as in `plan_of`. At most three queries; none for a departure that is not near.
    """
    if len({schedule.pk for schedule, _total in totals}) != 1:
        return False
    schedule = next(schedule for schedule, _total in totals)
    if schedule.guaranteed_at is not None or schedule.fewest_participants <= 1:
        return False
    if not can_be_reserved(starts_at=schedule.starts_at, now=now):
        return False
    if not AuthorisationRule.objects.filter(tour=schedule.tour_id).exists():
        return False
    if people_confirmed(schedule) >= schedule.fewest_participants:
        return False
    return not any(
        plan_of(totals, method=method, currency=currency, today=today, terms=terms).rest_minor
        for method in methods_that(can_wait=True)
    )


def payment_plan(
    totals: Collection[tuple[Schedule, int]],
    *,
    method: str,
    currency: str,
    today: date,
    now: datetime,
    terms: Terms | None = None,
) -> PaymentPlan:
    """Return what of an order is paid now and what later, as `plan_of` does, and whether its card is only reserved (`takes_later`)."""
    plan = plan_of(totals, method=method, currency=currency, today=today, terms=terms)
    if not method_of(method).can_wait:
        return plan
    return replace(plan, takes_later=takes_later(totals, currency=currency, today=today, now=now, terms=terms))


def people_confirmed(schedule: Schedule) -> int:
    """Return how many seats of a departure are confirmed; who is still paying may leave again. One query."""
    confirmed = schedule.bookings.filter(status=BookingStatus.CONFIRMED)
    return int(confirmed.aggregate(total=Sum("seats", default=0))["total"])


def reserved_on(schedule_id: int) -> list[int]:
    """Return the keys of payments that are reserved on cards for a departure and are not being taken, in order."""
    lines = OrderLine.objects.filter(booking__schedule=schedule_id)
    reserved = Payment.objects.filter(status=PaymentStatus.AUTHORISED, capture_at=None, order__in=lines.values("order"))
    return list(reserved.order_by("order_id", "pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class ReservedSum:
    """What is reserved on cards for a departure: by how many orders, and how much, in minor units of the organization's currency."""

    orders: int
    amount_minor: int


def reserved_sum(schedule: Schedule) -> ReservedSum:
    """Return what is reserved on cards for a departure and not being taken; two queries."""
    found = Payment.objects.filter(pk__in=reserved_on(schedule.pk)).aggregate(
        orders=Count("order", distinct=True), amount=Sum("amount_minor", default=0)
    )
    return ReservedSum(found["orders"], found["amount"])


def reserved_payment(order: Order) -> Payment | None:
    """Return the payment whose money is reserved on the guest's card for an order, or None."""
    if order.status != OrderStatus.CONFIRMED:
        return None
    return next((payment for payment in order.payments.all() if payment.status == PaymentStatus.AUTHORISED), None)


def reserved_minor(order: Order) -> int:
    """Return how much is reserved on the guest's card for an order, in minor units."""
    payment = reserved_payment(order)
    return payment.amount_minor if payment is not None else 0


def released_payment(order: Order) -> Payment | None:
    """Return the payment whose money was reserved for an order that is cancelled, and was freed without being taken, or None."""
    if order.status != OrderStatus.CANCELLED:
        return None
    freed = (
        payment
        for payment in order.payments.all()
        if payment.status == PaymentStatus.CANCELLED and payment.authorised_until is not None
    )
    return next(freed, None)


def reserve_words(fewest: int) -> str:
    """Return what guests are told before their card is reserved for a departure that needs `fewest` people, in the active language."""
    return ngettext(
        "Your card is only reserved now. The money is taken when %(count)d person has booked; if too few do, nothing is charged.",
        "Your card is only reserved now. The money is taken when %(count)d people have booked; if too few do, nothing is charged.",
        fewest,
    ) % {"count": fewest}


def card_words(order: Order) -> str:
    """Return what guests and staff are told of money that is reserved on a card, or was freed again, in the active language."""
    reserved, released = reserved_payment(order), released_payment(order)
    if reserved is not None and reserved.is_being_taken:
        text = _("%(amount)s are being taken from the card, because the departure takes place.")
    elif reserved is not None:
        text = _(
            "%(amount)s are reserved on the card. The money is taken when it is certain that the departure takes place; if it does"
            " not, nothing is charged."
        )
    elif released is not None:
        text = _("%(amount)s were reserved on the card and are free again.")
        if not received_minor(order):
            text += " " + _("Nothing was charged.")
    else:
        return ""
    payment = reserved or released
    assert payment is not None
    return text % {"amount": format_money(payment.amount_minor, payment.currency)}


def reserved_words() -> str:
    """Return why a booking whose money is reserved on a card cannot be changed, in the active language."""
    return _(
        "The amount is reserved on a card until it is certain that the departure takes place; then it can be changed."
    )


def takes_place(order: Order, *, now: datetime) -> bool:
    """Return whether a departure on which an order has places is certain: promised, or left. One query."""
    certain = Q(booking__schedule__guaranteed_at__isnull=False) | Q(booking__schedule__starts_at__lte=now)
    return order.lines.filter(certain, booking__status__in=SEAT_TAKING).exists()


def rule_of(order: Order) -> AuthorisationRule | None:
    """Return what the tour of an order says about money that cannot stay reserved, or None when it says nothing any more."""
    tours = OrderLine.objects.filter(order=order).values("booking__schedule__tour")
    return AuthorisationRule.objects.filter(tour__in=tours).first()


def schedules_with_reservations(*, now: datetime) -> list[tuple[int, int]]:
    """Return the keys of departures about whose reserved money there is something to do, and of their organizations.

    That is so for those that are certain, have enough people or have left, and where a bank waits no longer. For sweeps over all of
    them: whoever has many does not keep others waiting.
    """
    reserved = Payment.objects.filter(status=PaymentStatus.AUTHORISED, capture_at=None)
    ending = reserved.filter(authorised_until__lte=decided_until(now))
    confirmed = Booking.objects.filter(schedule=OuterRef("pk"), status=BookingStatus.CONFIRMED).order_by()
    people = confirmed.values("schedule").annotate(total=Sum("seats")).values("total")
    fewest = Coalesce("min_participants", "variant__min_participants", "tour__min_participants")
    certain = Q(guaranteed_at__isnull=False) | Q(starts_at__lte=now) | Q(people__gte=F("fewest"))
    found = Schedule.objects.alias(people=Coalesce(Subquery(people), 0), fewest=fewest).filter(
        ~Q(status="cancelled") & certain | Q(pk__in=_paid_by(ending)), pk__in=_paid_by(reserved)
    )
    return list(found.order_by("pk").values_list("pk", "organization_id"))


def _paid_by(payments: QuerySet[Payment]) -> QuerySet[OrderLine, Any]:
    return OrderLine.objects.filter(order__in=payments.values("order")).order_by().values("booking__schedule")


def payments_to_capture(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of reserved payments still to be taken at Stripe, and of their organizations; for sweeps over all of them."""
    due = Payment.objects.filter(status=PaymentStatus.AUTHORISED, capture_at__lte=now)
    return list(due.order_by("capture_at").values_list("pk", "organization_id")[:limit])
