"""A departure that was cancelled or moved: its guests are told once each, may choose, and get their money back.

What is to be done stands in a row for each booking (`GuestChoice`); each order is told and paid back by a delivery of its own, so
that a worker may die at any point and nothing is done twice or forgotten.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from commerce import emails, queries
from commerce.enums import ChangeKind, ChoiceStatus, OrderStatus, RefundReason
from commerce.models import BookingChange, DepartureChange, GuestChoice, OfferedDeparture, Order, OrderLine, Refund
from commerce.operations.endings import close_when_empty
from commerce.operations.payments import expect_no_more
from commerce.operations.refunds import RefundRefused, pay_back, retry_refund
from crm.models import Message
from crm.operations import queue_message, record_activity
from tenancy import audit
from tenancy.audit import Actor
from tenancy.fields import translated
from tenancy.models import User
from tenancy.outbox import publish
from tenancy.queries import current_organization
from tours.enums import SEAT_TAKING, BookingStatus, ScheduleStatus
from tours.models import Booking, Schedule
from tours.operations import (
    ScheduleRefused,
    SeatsUnavailable,
    cancel_schedule,
    move_booking,
    release_seats,
    reschedule,
)
from tours.queries import schedule_for_update

REFUND_TO_APPROVE = gettext_noop(
    "The refund for a cancelled departure is above the limit of the person who cancelled it. Please approve it."
)
# Orders in these states stand, so that their guests may choose. One that is not paid yet has nothing to wait for.
STANDING = (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.COMPLETED)


class ChoiceRefused(Exception):
    """A choice that cannot be made (any more); nothing was done. The message is for the guest, in the active language."""


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
    list(Order.objects.select_for_update().filter(pk__in={row["order_id"] for row in found}).order_by("pk"))
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
    choices = _locked(order.guest_choices.filter(change=change, status=ChoiceStatus.NEW))
    is_moved = change.kind == ChangeKind.MOVED
    if is_moved:
        # Who has left the departure since has nothing to do with its time.
        gone = [choice for choice in choices if not _is_on(choice.booking, change.schedule)]
        _decide(gone, ChoiceStatus.CLOSED, decided_at=now)
        choices = [choice for choice in choices if choice not in gone]
    if not choices:
        return
    may_choose = change.choose_until is not None and change.choose_until > now
    if may_choose and (order.status in STANDING or (is_moved and order.status == OrderStatus.PENDING)):
        _decide(choices, ChoiceStatus.WAITING, choose_until=change.choose_until)
    elif is_moved:
        _decide(choices, ChoiceStatus.KEPT, decided_at=now)
    else:
        _give_back(order, choices, now=now)
    kind = f"departure_{change.kind}"
    record_activity(order.customer, kind=kind, at=now, record=order, facts={"number": order.number})
    if is_moved:
        audit.record("order.departure_moved", order, schedule_id=change.schedule_id)
    else:
        audit.record("order.departure_cancelled", order, schedule_id=change.schedule_id)
    if order.email:
        write = emails.departure_moved if is_moved else emails.departure_cancelled
        mail = write(order, choices, organization=current_organization())
        message = _write(order, mail, key=f"change-{change.pk}-order-{order.pk}", now=now)
        GuestChoice.objects.filter(pk__in=[choice.pk for choice in choices]).update(message=message)


def _is_on(booking: Booking, schedule: Schedule) -> bool:
    return booking.schedule_id == schedule.pk and booking.status in SEAT_TAKING


def _locked(choices: QuerySet[GuestChoice]) -> list[GuestChoice]:
    found = choices.select_for_update(of=("self",)).order_by("pk")
    return list(found.select_related("change__schedule", "booking__schedule"))


def _decide(choices: Sequence[GuestChoice], status: ChoiceStatus, **values: object) -> None:
    for choice in choices:
        choice.status = status
        for name, value in values.items():
            setattr(choice, name, value)
        choice.save()


def _write(order: Order, mail: emails.Email, *, key: str, now: datetime) -> Message:
    return queue_message(
        kind=mail.kind,
        dedupe_key=key,
        recipient=order.email,
        language=order.language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        customer=order.customer,
        record=order,
        now=now,
    )


def _give_back(order: Order, choices: Sequence[GuestChoice], *, now: datetime, actor: Actor = None) -> None:
    """Free the places, pay back what is now more than the rest of the order costs, and close an order of which nothing is left."""
    limit_minor = choices[0].change.limit_minor
    release_seats([choice.booking for choice in choices], to=BookingStatus.CANCELLED, now=now)
    _decide(choices, ChoiceStatus.GIVEN_BACK, decided_at=now)
    expect_no_more(order)
    surplus = queries.surplus_minor(order)
    if queries.refund_problem(order, surplus, limit_minor=limit_minor):
        _decide(choices, ChoiceStatus.HELD)
        order.needs_attention = REFUND_TO_APPROVE
        order.save(update_fields=["needs_attention", "updated_at"])
        return
    refunds = pay_back(order, surplus, reason=RefundReason.CANCELLED_BY_US, now=now, actor=actor)
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(guest_choice=choices[0])
    close_when_empty(order, now=now)


def _open_choice(choice: GuestChoice, *, now: datetime) -> tuple[Order, GuestChoice]:
    order = queries.order_for_update(choice.order_id)
    (locked,) = _locked(GuestChoice.objects.filter(pk=choice.pk))
    if locked.status != ChoiceStatus.WAITING:
        raise ChoiceRefused(_("This is settled already."))
    if locked.choose_until is None or locked.choose_until <= now:
        raise ChoiceRefused(_("The time to choose is over."))
    return order, locked


@transaction.atomic(durable=True)
def take_alternative(choice: GuestChoice, *, schedule: Schedule, now: datetime, actor: Actor = None) -> GuestChoice:
    """Move a guest's booking to a departure that is offered instead; what was paid stands. Returns the choice.

    A repeat has no effect. Raises `ChoiceRefused` when it is settled, too late, not offered, or there is no room.
    """
    try:
        order, locked = _open_choice(choice, now=now)
    except ChoiceRefused:
        if GuestChoice.objects.filter(pk=choice.pk, taken=schedule, status=ChoiceStatus.REBOOKED).exists():
            return GuestChoice.objects.get(pk=choice.pk)
        raise
    if not locked.change.offers.filter(schedule=schedule).exists():
        raise ChoiceRefused(_("This departure is not offered to you."))
    is_cancelled = locked.change.kind == ChangeKind.CANCELLED
    _write_history(order, locked, schedule, now=now, actor=actor)
    try:
        with transaction.atomic():
            move_booking(
                locked.booking,
                to=schedule,
                now=now,
                actor=actor,
                revive=BookingStatus.CONFIRMED if is_cancelled else None,
            )
    except SeatsUnavailable as refusal:
        raise ChoiceRefused(refusal.message) from refusal
    _decide([locked], ChoiceStatus.REBOOKED, decided_at=now, taken=schedule)
    record_activity(order.customer, kind="departure_rebooked", at=now, record=order, facts={"number": order.number})
    audit.record("order.rebooked", order, actor=actor, schedule_id=schedule.pk)
    if order.email:
        mail = emails.departure_rebooked(order, locked, organization=current_organization())
        _write(order, mail, key=f"choice-{locked.pk}", now=now)
    return locked


def _write_history(order: Order, choice: GuestChoice, schedule: Schedule, *, now: datetime, actor: Actor) -> None:
    """Write the move down as a change of the booking; lines of another variant are added under its name, at the price paid."""
    lines = list(order.lines.filter(booking=choice.booking_id))
    people: Counter[str] = Counter()
    for line in lines:
        people[line.tier_name] += line.quantity
    change = BookingChange.objects.create(
        order=order,
        booking=choice.booking,
        from_schedule=choice.booking.schedule,
        to_schedule=schedule,
        before=dict(people),
        after=dict(people),
        difference_minor=0,
        changed_at=now,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
    )
    if schedule.variant_id == choice.booking.schedule.variant_id:
        return
    with override(order.language):
        name = f"{translated(schedule.tour, 'name')} · {translated(schedule.variant, 'name')}"
    OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(reversed_by=change)
    last = OrderLine.ever.filter(order=order).aggregate(last=Max("position"))["last"] or 0
    for position, line in enumerate(lines, start=last + 1):
        line.pk, line.position, line.name, line.added_by = None, position, name, change
    OrderLine.objects.bulk_create(lines)


@transaction.atomic(durable=True)
def keep_departure(choice: GuestChoice, *, now: datetime, actor: Actor = None) -> GuestChoice:
    """Write down that a guest comes at the new time of a departure that was moved; return the choice. A repeat has no effect.

    Raises `ChoiceRefused` when it is settled another way, or the departure was cancelled.
    """
    order = queries.order_for_update(choice.order_id)
    (locked,) = _locked(GuestChoice.objects.filter(pk=choice.pk))
    if locked.status == ChoiceStatus.KEPT:
        return locked
    if locked.status != ChoiceStatus.WAITING or locked.change.kind != ChangeKind.MOVED:
        raise ChoiceRefused(_("This is settled already."))
    _decide([locked], ChoiceStatus.KEPT, decided_at=now)
    audit.record("order.new_time_accepted", order, actor=actor)
    return locked


@transaction.atomic(durable=True)
def take_money_back(choice: GuestChoice, *, now: datetime, actor: Actor = None) -> GuestChoice:
    """Give a guest's places back and what they cost, because the guest chose that; return the choice. A repeat has no effect.

    Raises `ChoiceRefused` when it is settled another way or too late.
    """
    try:
        order, locked = _open_choice(choice, now=now)
    except ChoiceRefused:
        given_back = (ChoiceStatus.GIVEN_BACK, ChoiceStatus.HELD, ChoiceStatus.DUE)
        if GuestChoice.objects.filter(pk=choice.pk, status__in=given_back).exists():
            return GuestChoice.objects.get(pk=choice.pk)
        raise
    return _let_go(order, locked, now=now, actor=actor)


def _let_go(
    order: Order, choice: GuestChoice, *, now: datetime, actor: Actor = None, is_late: bool = False
) -> GuestChoice:
    _give_back(order, [choice], now=now, actor=actor)
    record_activity(order.customer, kind="departure_given_back", at=now, record=order, facts={"number": order.number})
    audit.record("order.given_back", order, actor=actor, schedule_id=choice.change.schedule_id)
    if order.email:
        mail = emails.departure_given_back(order, choice, is_late=is_late, organization=current_organization())
        _write(order, mail, key=f"choice-{choice.pk}", now=now)
    return choice


@transaction.atomic(durable=True)
def end_choice(choice_id: int, *, now: datetime) -> None:
    """Settle a choice whose time is over: the money of a cancelled departure goes back, and who was moved comes at the new time.

    A repeat has no effect.
    """
    order = queries.order_for_update(GuestChoice.objects.values_list("order_id", flat=True).get(pk=choice_id))
    (choice,) = _locked(GuestChoice.objects.filter(pk=choice_id))
    if choice.status != ChoiceStatus.WAITING or choice.choose_until is None or choice.choose_until > now:
        return
    if choice.change.kind == ChangeKind.MOVED:
        _decide([choice], ChoiceStatus.KEPT, decided_at=now)
    else:
        _let_go(order, choice, now=now, is_late=True)


@transaction.atomic(durable=True)
def approve_refunds(change: DepartureChange, *, actor: Actor) -> DepartureChange:
    """Let the refunds of a change go out that are above the limit of who made it; return the change. A repeat has no effect."""
    change = DepartureChange.objects.select_for_update(of=("self",)).select_related("schedule__tour").get(pk=change.pk)
    # Just these: others may come to be held between two statements, and would be approved without a delivery.
    held = dict(GuestChoice.objects.filter(change=change, status=ChoiceStatus.HELD).values_list("pk", "order_id"))
    GuestChoice.objects.filter(pk__in=held, status=ChoiceStatus.HELD).update(status=ChoiceStatus.DUE)
    orders = sorted(set(held.values()))
    change.limit_minor = None
    change.save(update_fields=["limit_minor", "updated_at"])
    for order_id in orders:
        publish("commerce.refund_approved", order_id=order_id, change_id=change.pk)
    if orders:
        audit.record("departure_change.approved", change, actor=actor, orders=len(orders))
    return change


@transaction.atomic
def pay_approved(order_id: int, *, change_id: int, now: datetime) -> None:
    """Pay back what was approved of an order. Called in the transaction that records the delivery; a repeat has no effect."""
    order = queries.order_for_update(order_id)
    choices = _locked(order.guest_choices.filter(change=change_id, status=ChoiceStatus.DUE))
    if choices:
        if order.needs_attention == REFUND_TO_APPROVE:
            order.needs_attention = ""
            order.save(update_fields=["needs_attention", "updated_at"])
        _give_back(order, choices, now=now)


@transaction.atomic(durable=True)
def retry_refunds(change: DepartureChange, *, now: datetime, actor: Actor) -> int:
    """Try the refunds of a change again that failed, but for those whose money went back another way; return how many."""
    tried = 0
    for refund in queries.failed_refunds_of(change).order_by("payment__order", "pk"):
        with suppress(RefundRefused):
            retry_refund(refund, now=now, actor=actor)
            tried += 1
    return tried
