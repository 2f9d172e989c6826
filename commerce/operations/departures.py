"""A departure that was cancelled or moved: its guests are told once each, may choose, and get their money back.

What is to be done stands in a row for each booking (`GuestChoice`); each order is told and paid back by a delivery of its own, so
that a worker may die at any point and nothing is done twice or forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from commerce import emails, queries
from commerce.enums import ChangeKind, ChoiceStatus, OrderStatus
from commerce.models import DepartureChange, GuestChoice, OfferedDeparture, Order, OrderLine
from commerce.operations.choices import give_places_back, lock_choices, settle_choices, write_to_guest
from commerce.operations.states import set_order_status
from crm.operations import record_activity
from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import User
from tenancy.outbox import publish
from tenancy.queries import current_organization
from tours.enums import SEAT_TAKING, ScheduleStatus
from tours.models import Booking, Schedule
from tours.operations import (
    ScheduleRefused,
    cancel_schedule,
    reschedule,
)
from tours.queries import schedule_for_update

# Orders in these states stand, so that their guests may choose. One that is not paid yet has nothing to wait for.
STANDING = (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class GuestPlan:
    """What staff decide about the guests of a departure that is cancelled or moved.

    `guest_text` is for the e-mails, in the organization's first language, `guest_text_translations` the same in others by their
    codes. Guests may take one of `alternatives`, or their money, until `choose_until`; None: they are told only, and money goes back
    at once. More than `limit_minor` of one order goes back only when somebody approves it; None is no limit.
    """

    reason: str = ""
    guest_text: str = ""
    guest_text_translations: Mapping[str, str] = field(default_factory=dict)
    alternatives: Sequence[Schedule] = ()
    choose_until: datetime | None = None
    limit_minor: int | None = None


@transaction.atomic(durable=True)
def cancel_departure(schedule: Schedule, *, plan: GuestPlan, now: datetime, actor: Actor = None) -> DepartureChange:
    """Cancel a departure and its bookings, and begin to tell and pay back its guests as planned; return what is being done.

    Raises `ScheduleRefused` when it took place or was cancelled already.
    """
    locked = schedule_for_update(schedule.pk)
    if locked.status == ScheduleStatus.CANCELLED:
        raise ScheduleRefused(_("This departure is cancelled already."))
    change = _write_change(locked, ChangeKind.CANCELLED, plan=plan, actor=actor)
    cancel_schedule(locked, reason=plan.reason, now=now, actor=actor)
    return change


@transaction.atomic(durable=True)
def move_departure(
    schedule: Schedule, *, date: date, start_time: time, plan: GuestPlan, now: datetime, actor: Actor = None
) -> DepartureChange:
    """Move a departure with its bookings to another local time, and begin to tell its guests as planned; return what is being done.

    Raises `ScheduleRefused` as `tours.operations.reschedule` does.
    """
    moved = reschedule(schedule, date=date, start_time=start_time, now=now, actor=actor)
    change = _write_change(moved.schedule, ChangeKind.MOVED, plan=plan, actor=actor, moved_from=moved.moved_from)
    publish("commerce.departure_moved", change_id=change.pk, booking_ids=moved.booking_ids)
    return change


def _write_change(
    schedule: Schedule, kind: ChangeKind, *, plan: GuestPlan, actor: Actor, moved_from: datetime | None = None
) -> DepartureChange:
    change = DepartureChange.objects.create(
        schedule=schedule,
        kind=kind,
        reason=plan.reason[:500],
        guest_text=plan.guest_text,
        guest_text_translations=dict(plan.guest_text_translations),
        choose_until=plan.choose_until,
        booking_count=OrderLine.objects.filter(booking__schedule=schedule, booking__status__in=SEAT_TAKING)
        .values("booking")
        .distinct()
        .count(),
        limit_minor=plan.limit_minor,
        moved_from=moved_from,
        moved_to=schedule.starts_at if moved_from else None,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
    )
    OfferedDeparture.objects.bulk_create(OfferedDeparture(change=change, schedule=other) for other in plan.alternatives)
    return change


@transaction.atomic
def begin_cancelled(schedule_id: int, *, booking_ids: Sequence[int], actor_id: int | None = None) -> DepartureChange:
    """Begin to tell the guests of a cancelled departure: as planned, or, cancelled without a plan, with their money back at once.

    `actor_id` is the account that cancelled it without a plan, whose limit of refunds counts; None, the system, has no limit. Returns
    what is being done. A repeat has no effect.
    """
    actor = User.objects.filter(pk=actor_id).first() if actor_id is not None else None
    # Who does not work here any more pays nothing back without somebody's approval.
    limit_minor = 0 if actor is None else queries.refund_limit_of(actor)
    change, _is_new = DepartureChange.objects.get_or_create(
        schedule_id=schedule_id,
        kind=ChangeKind.CANCELLED,
        defaults={"limit_minor": None if actor_id is None else limit_minor, "actor": actor},
    )
    return begin_choices(change.pk, booking_ids=booking_ids)


@transaction.atomic
def begin_choices(change_id: int, *, booking_ids: Sequence[int]) -> DepartureChange:
    """Write down whose bookings a change of a departure is about, and start a delivery for each order; return the change.

    An earlier choice about one of these bookings that is still open is closed by it. A repeat has no effect.
    """
    change = DepartureChange.objects.get(pk=change_id)
    lines = OrderLine.objects.filter(booking__in=booking_ids).values("order_id", "booking_id")
    found = list(lines.annotate(amount=Sum("total_minor")).order_by("order_id", "booking_id"))
    # Orders are locked before their choices everywhere.
    orders = Order.objects.select_for_update().filter(pk__in={row["order_id"] for row in found}).order_by("pk")
    for order in list(orders):
        if order.status == OrderStatus.COMPLETED:
            # Its other departures took place just before this one was cancelled; something is left to settle.
            set_order_status(order, OrderStatus.PAID)
            order.save(update_fields=["status", "updated_at"])
    GuestChoice.objects.bulk_create(
        (
            GuestChoice(
                change=change, order_id=row["order_id"], booking_id=row["booking_id"], amount_minor=row["amount"]
            )
            for row in found
        ),
        ignore_conflicts=True,
    )
    GuestChoice.objects.filter(booking__in=booking_ids, status=ChoiceStatus.WAITING).exclude(change=change).update(
        status=ChoiceStatus.CLOSED
    )
    change.booking_count = len(found)
    change.save(update_fields=["booking_count", "updated_at"])
    for order_id in dict.fromkeys(row["order_id"] for row in found):
        publish("commerce.guest_to_tell", order_id=order_id, change_id=change.pk)
    return change


@transaction.atomic
def tell_guest(order_id: int, *, change_id: int, now: datetime) -> None:
    """Tell the guest of an order what happened to the departure, once, and pay back or open the choice as planned.

    Called in the transaction that records the delivery; a repeat finds nothing more to do.
    """
    order = queries.order_for_update(order_id)
    change = DepartureChange.objects.select_related("schedule").get(pk=change_id)
    choices = lock_choices(order.guest_choices.filter(change=change, status=ChoiceStatus.NEW))
    is_moved = change.kind == ChangeKind.MOVED
    if is_moved:
        # Who has left the departure since has nothing to do with its time.
        gone = [choice for choice in choices if not _is_on(choice.booking, change.schedule)]
        settle_choices(gone, ChoiceStatus.CLOSED, decided_at=now)
        choices = [choice for choice in choices if choice not in gone]
    if not choices:
        return
    may_choose = change.choose_until is not None and change.choose_until > now
    if may_choose and (order.status in STANDING or (is_moved and order.status == OrderStatus.PENDING)):
        settle_choices(choices, ChoiceStatus.WAITING, choose_until=change.choose_until)
    elif is_moved:
        settle_choices(choices, ChoiceStatus.KEPT, decided_at=now)
    else:
        give_places_back(order, choices, now=now)
    kind = f"departure_{change.kind}"
    record_activity(order.customer, kind=kind, at=now, record=order, facts={"number": order.number})
    if is_moved:
        audit.record("order.departure_moved", order, schedule_id=change.schedule_id)
    else:
        audit.record("order.departure_cancelled", order, schedule_id=change.schedule_id)
    if order.email:
        write = emails.departure_moved if is_moved else emails.departure_cancelled
        mail = write(order, choices, organization=current_organization())
        message = write_to_guest(order, mail, key=f"change-{change.pk}-order-{order.pk}", now=now)
        GuestChoice.objects.filter(pk__in=[choice.pk for choice in choices]).update(message=message)


def _is_on(booking: Booking, schedule: Schedule) -> bool:
    return booking.schedule_id == schedule.pk and booking.status in SEAT_TAKING
