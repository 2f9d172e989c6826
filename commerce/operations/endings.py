"""How orders end: their hold runs out, they are cancelled, a departure does not take place, or all of it took place."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from commerce import queries
from commerce.enums import UNDECIDED, ChoiceStatus, OrderStatus, RefundReason
from commerce.gateways.stripe import GatewayError
from commerce.models import GuestChoice, Order, OrderLine
from commerce.operations.card_payments import close_card_payments
from commerce.operations.payments import PaymentRefused
from commerce.operations.promo_codes import release_codes
from commerce.operations.refunds import RefundRefused, pay_back
from commerce.operations.states import cancel_unpaid, set_order_status, stop_begun
from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tours.enums import SEAT_TAKING, BookingStatus
from tours.models import Booking
from tours.operations import release_seats

# Places whose card payment could not be stopped are kept for this time; then the sweep has it tried again.
TRY_AGAIN_AFTER: Final = timedelta(minutes=2)


def expire_order(order_id: int, *, now: datetime) -> Order:
    """Give the places of an order up whose hold ran out unpaid; return it.

    The card payment is cancelled at the provider first; when that comes too late because it succeeded, the order is honoured.
    Raises `GatewayError` when the provider cannot be asked: then the places stay held for some minutes, and others have their turn.
    """
    order = Order.objects.get(pk=order_id)
    if not _hold_ran_out(order, now=now):
        return order
    try:
        is_unpaid = close_card_payments(order, now=now)
    except GatewayError:
        _try_later(order_id, now=now)
        raise
    return _expire(order_id, now=now) if is_unpaid else Order.objects.get(pk=order_id)


def _hold_ran_out(order: Order, *, now: datetime) -> bool:
    return order.status == OrderStatus.PENDING and order.hold_expires_at is not None and order.hold_expires_at <= now


@transaction.atomic(durable=True)
def _try_later(order_id: int, *, now: datetime) -> None:
    order = queries.order_for_update(order_id)
    if _hold_ran_out(order, now=now):
        order.hold_expires_at = now + TRY_AGAIN_AFTER
        order.save(update_fields=["hold_expires_at", "updated_at"])


@transaction.atomic(durable=True)
def _expire(order_id: int, *, now: datetime) -> Order:
    order = queries.order_for_update(order_id)
    if _hold_ran_out(order, now=now):
        _close(order, OrderStatus.EXPIRED, bookings=BookingStatus.EXPIRED, now=now)
        audit.record("order.expired", order)
        publish("commerce.order_expired", order_id=order.pk)
    return order


def cancel_order(
    order: Order,
    *,
    reason: RefundReason,
    note: str = "",
    limit_minor: int | None = None,
    seen: str | None = None,
    now: datetime,
    actor: Actor = None,
) -> Order:
    """Cancel an order: its places are free again and what was paid goes back; return it. A repeat has no effect.

    `seen` are the sums that the person saw (`queries.sums_seen`). Raises `IllegalChange` when it is over already, `GatewayError` when an
    unpaid card payment cannot be stopped just now, and `RefundRefused` when the sums have changed, or when more than `limit_minor` of it
    would have gone back, or been let off, then.
    """
    order = Order.objects.get(pk=order.pk)
    if order.status == OrderStatus.PENDING:
        close_card_payments(order, now=now)
    return _cancel(order.pk, reason=reason, note=note, limit_minor=limit_minor, seen=seen, now=now, actor=actor)


@transaction.atomic(durable=True)
def _cancel(
    order_id: int,
    *,
    reason: RefundReason,
    note: str,
    limit_minor: int | None,
    seen: str | None,
    now: datetime,
    actor: Actor,
) -> Order:
    order = queries.order_for_update(order_id)
    if order.status == OrderStatus.CANCELLED:
        return order
    if seen not in (None, queries.sums_seen(order)):
        raise RefundRefused(queries.changed_words())
    if limit_minor is not None:
        organization = queries.payment_settings().organization
        given_up = queries.cancelling_gives_back(order)
        given_up += queries.waived_by_cancelling(order, organization=organization, now=now)
        if problem := queries.refund_problem(order, given_up, limit_minor=limit_minor):
            raise RefundRefused(problem)
    close_cancelled(order, reason=reason, note=note, now=now, actor=actor)
    return order


def close_cancelled(order: Order, *, reason: RefundReason, note: str = "", now: datetime, actor: Actor = None) -> None:
    """Cancel an order with its places and let what was paid go back. In the caller's transaction, which has locked the order.

    Raises `IllegalChange` when it is over already. Card payments are stopped only later.
    """
    _close(order, OrderStatus.CANCELLED, bookings=BookingStatus.CANCELLED, now=now)
    order.guest_choices.filter(status__in=UNDECIDED).update(status=ChoiceStatus.CLOSED, updated_at=now)
    back = queries.cancelling_gives_back(order)
    pay_back(order, back, reason=reason, note=note, now=now, actor=actor)
    audit.record("order.cancelled", order, actor=actor, reason=reason.value, personal={"note": note})
    publish("commerce.order_cancelled", order_id=order.pk)


def _close(order: Order, status: OrderStatus, *, bookings: BookingStatus, now: datetime) -> None:
    set_order_status(order, status)
    stop_begun(order, now=now)
    cancel_unpaid(order, now=now)
    order.closed_at = now
    order.hold_expires_at = None
    order.save()
    # Codes before seats, as everywhere.
    release_codes(order, now=now)
    release_seats(Booking.objects.filter(order_lines__order=order).distinct(), to=bookings, now=now)


def close_when_empty(order: Order, *, now: datetime, at_once: bool = False) -> None:
    """Close an order none of whose places stand and none of whose guests may still choose. In the caller's transaction, order locked.

    One that waits for its money is left to the sweep, which stops its card payment first; `at_once` when there is none.
    """
    if order.lines.filter(booking__status__in=SEAT_TAKING).exists():
        return
    if order.guest_choices.filter(status__in=UNDECIDED).exists():
        return
    if order.status == OrderStatus.PENDING and not at_once:
        # Its card payment is stopped by the sweep before the order is closed.
        order.hold_expires_at = now
        order.save(update_fields=["hold_expires_at", "updated_at"])
    elif order.status not in (OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.COMPLETED):
        set_order_status(order, OrderStatus.CANCELLED)
        order.closed_at = now
        order.hold_expires_at = None
        order.save(update_fields=["status", "closed_at", "hold_expires_at", "updated_at"])
        stop_begun(order, now=now)
        cancel_unpaid(order, now=now)
        release_codes(order, now=now)


@transaction.atomic
def complete_orders(*, now: datetime) -> int:
    """Mark paid orders as completed all of whose departures took place; return how many.

    Works on the organization in scope, or on all of them inside `every_organization`.
    """
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    took_place = (BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
    to_come = (BookingStatus.HELD, BookingStatus.PENDING, BookingStatus.CONFIRMED)
    return Order.objects.filter(
        Exists(lines.filter(booking__status__in=took_place)),
        ~Exists(lines.filter(booking__status__in=to_come)),
        ~Exists(GuestChoice.objects.filter(order=OuterRef("pk"), status__in=UNDECIDED)),
        status=OrderStatus.PAID,
    ).update(status=OrderStatus.COMPLETED, updated_at=now)


@transaction.atomic
def clear_attention(order: Order, *, seen: str | None = None, actor: Actor) -> Order:
    """Write down that staff have seen to what needed attention on an order; return it.

    `seen` is what they saw; raises `PaymentRefused` when it is something else by now.
    """
    order = queries.order_for_update(order.pk)
    if seen not in (None, order.needs_attention):
        raise PaymentRefused(queries.changed_words())
    audit.record("order.seen_to", order, actor=actor, what=order.needs_attention)
    order.needs_attention = ""
    order.save(update_fields=["needs_attention", "updated_at"])
    return order
