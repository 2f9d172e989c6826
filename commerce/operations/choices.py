"""What guests of a cancelled or moved departure choose, and the money that goes back for it.

Each choice is a row (`GuestChoice`) that is locked after its order, so that a worker may die at any point and nothing is done twice.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from commerce import emails, queries
from commerce.enums import ChangeKind, ChoiceStatus, RefundReason
from commerce.models import BookingChange, DepartureChange, GuestChoice, Order, Refund
from commerce.operations.attention import REFUND_TO_APPROVE, call_attention, settle_attention
from commerce.operations.changes import write_lines
from commerce.operations.endings import close_when_empty
from commerce.operations.payment_plans import expect_no_more
from commerce.operations.promo_codes import lock_codes
from commerce.operations.refunds import RefundRefused, pay_back, retry_refund
from commerce.operations.reservations import await_freed, lower_reserved
from crm.models import Message
from crm.operations import queue_message, record_activity
from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tenancy.queries import current_organization
from tours.enums import BookingStatus
from tours.models import Schedule
from tours.operations import (
    SeatsUnavailable,
    move_booking,
    release_seats,
)


class ChoiceRefused(Exception):
    """A choice that cannot be made (any more); nothing was done. The message is for the guest, in the active language."""


def lock_choices(choices: QuerySet[GuestChoice]) -> list[GuestChoice]:
    """Return choices locked until the end of the transaction, with their departures. Their order is locked before."""
    found = choices.select_for_update(of=("self",)).order_by("pk")
    return list(found.select_related("change__schedule", "booking__schedule"))


def settle_choices(choices: Sequence[GuestChoice], status: ChoiceStatus, **values: object) -> None:
    """Write down what became of choices, and `values` with it."""
    for choice in choices:
        choice.status = status
        for name, value in values.items():
            setattr(choice, name, value)
        choice.save()


def write_to_guest(order: Order, mail: emails.Email, *, key: str, now: datetime) -> Message:
    """Queue an e-mail to the guest of an order; return its row. A second one with the same key is not made."""
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


def give_places_back(order: Order, choices: Sequence[GuestChoice], *, now: datetime, actor: Actor = None) -> None:
    """Free the places, pay back what is now more than the rest of the order costs, and close an order of which nothing is left."""
    limit_minor = choices[0].change.limit_minor
    lock_codes(order)
    release_seats([choice.booking for choice in choices], to=BookingStatus.CANCELLED, now=now)
    settle_choices(choices, ChoiceStatus.GIVEN_BACK, decided_at=now)
    lower_reserved(order, now=now)
    expect_no_more(order)
    surplus = queries.surplus_minor(order)
    if queries.refund_problem(order, surplus, limit_minor=limit_minor):
        settle_choices(choices, ChoiceStatus.HELD)
        call_attention(order, REFUND_TO_APPROVE)
        return
    refunds = pay_back(order, surplus, reason=RefundReason.CANCELLED_BY_US, now=now, actor=actor)
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(guest_choice=choices[0])
    close_when_empty(order, now=now)


def _open_choice(choice: GuestChoice, *, now: datetime) -> tuple[Order, GuestChoice]:
    order = queries.order_for_update(choice.order_id)
    (locked,) = lock_choices(GuestChoice.objects.filter(pk=choice.pk))
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
    settle_choices([locked], ChoiceStatus.REBOOKED, decided_at=now, taken=schedule)
    await_freed(order, now=now)
    record_activity(order.customer, kind="departure_rebooked", at=now, record=order, facts={"number": order.number})
    audit.record("order.rebooked", order, actor=actor, schedule_id=schedule.pk)
    if order.email:
        mail = emails.departure_rebooked(order, locked, organization=current_organization())
        write_to_guest(order, mail, key=f"choice-{locked.pk}", now=now)
    return locked


def _write_history(order: Order, choice: GuestChoice, schedule: Schedule, *, now: datetime, actor: Actor) -> None:
    """Write the move down as a change of the booking, at the price paid; lines under another name or of other taxes are added anew."""
    preview = queries.preview_move(order, choice.booking, to=schedule, organization=current_organization(), now=now)
    change = BookingChange.objects.create(
        order=order,
        booking=choice.booking,
        from_schedule=choice.booking.schedule,
        to_schedule=schedule,
        before=preview.people_before,
        after=preview.people_after,
        difference_minor=preview.difference_minor,
        changed_at=now,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
    )
    write_lines(order, change, preview)


@transaction.atomic(durable=True)
def keep_departure(choice: GuestChoice, *, now: datetime, actor: Actor = None) -> GuestChoice:
    """Write down that a guest comes at the new time of a departure that was moved; return the choice. A repeat has no effect.

    Raises `ChoiceRefused` when it is settled another way, or the departure was cancelled.
    """
    order = queries.order_for_update(choice.order_id)
    (locked,) = lock_choices(GuestChoice.objects.filter(pk=choice.pk))
    if locked.status == ChoiceStatus.KEPT:
        return locked
    if locked.status != ChoiceStatus.WAITING or locked.change.kind != ChangeKind.MOVED:
        raise ChoiceRefused(_("This is settled already."))
    settle_choices([locked], ChoiceStatus.KEPT, decided_at=now)
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
    give_places_back(order, [choice], now=now, actor=actor)
    record_activity(order.customer, kind="departure_given_back", at=now, record=order, facts={"number": order.number})
    audit.record("order.given_back", order, actor=actor, schedule_id=choice.change.schedule_id)
    if order.email:
        mail = emails.departure_given_back(order, choice, is_late=is_late, organization=current_organization())
        write_to_guest(order, mail, key=f"choice-{choice.pk}", now=now)
    return choice


@transaction.atomic(durable=True)
def end_choice(choice_id: int, *, now: datetime) -> None:
    """Settle a choice whose time is over: the money of a cancelled departure goes back, and who was moved comes at the new time.

    A repeat has no effect.
    """
    order = queries.order_for_update(GuestChoice.objects.values_list("order_id", flat=True).get(pk=choice_id))
    (choice,) = lock_choices(GuestChoice.objects.filter(pk=choice_id))
    if choice.status != ChoiceStatus.WAITING or choice.choose_until is None or choice.choose_until > now:
        return
    if choice.change.kind == ChangeKind.MOVED:
        settle_choices([choice], ChoiceStatus.KEPT, decided_at=now)
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
    choices = lock_choices(order.guest_choices.filter(change=change_id, status=ChoiceStatus.DUE))
    if choices:
        give_places_back(order, choices, now=now)
        settle_attention(order)


@transaction.atomic(durable=True)
def retry_refunds(change: DepartureChange, *, now: datetime, actor: Actor) -> int:
    """Try the refunds of a change again that failed, but for those whose money went back another way; return how many."""
    tried = 0
    for refund in queries.failed_refunds_of(change).order_by("payment__order", "pk"):
        with suppress(RefundRefused):
            retry_refund(refund, now=now, actor=actor)
            tried += 1
    return tried
