"""Payments settled: what came in confirms its order, is honoured late, or goes back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from commerce import queries
from commerce.enums import (
    ChangeKind,
    ChoiceStatus,
    OrderStatus,
    PaymentStatus,
    RefundReason,
)
from commerce.gateways.stripe import Intent, Movement
from commerce.models import Order, Payment
from commerce.operations.attention import TOO_MUCH, call_attention, settle_attention
from commerce.operations.confirmations import bookings_of, confirm_order, mark_paid, pay_off
from commerce.operations.ledger import record_charge
from commerce.operations.payment_plans import await_again, expect_no_more
from commerce.operations.promo_codes import CodeRefused, retake_codes
from commerce.operations.refunds import start_refund
from commerce.operations.reservations import await_instead, lower_reserved
from commerce.operations.states import RECEIVED, set_order_status, set_payment_status, stop_later, take_off
from commerce.rules import FURTHER, KEPT_FOR, PAID_AND_STANDING, method_of
from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tours.enums import SEAT_TAKING, BookingStatus
from tours.operations import SeatsUnavailable, await_payment, retake_seats

# How Stripe's words for what has brought no money are ours.
OF_STRIPE = {
    "requires_action": PaymentStatus.REQUIRES_ACTION,
    "canceled": PaymentStatus.CANCELLED,
}
# For how long places are held at a time while money is on its way, which may take days.
ON_ITS_WAY = timedelta(hours=1)
# For how long places are held after a payment failed that had been on its way.
TO_PAY_AGAIN = timedelta(hours=24)
# Reasons for staff to look at an order; translated where they are shown.
PAID_LATE_HONOURED = gettext_noop("Paid after the hold ran out; there was room, so the booking stands.")
PAID_LATE_REFUNDED = gettext_noop("Paid after the hold ran out; there was no room, so the money goes back.")
PAID_TWICE = gettext_noop("Paid twice; the second payment goes back.")
TAKEN_WHEN_CANCELLED = gettext_noop("The order was cancelled while its reserved money was being taken; it goes back.")
AMOUNT_DIFFERS = gettext_noop("The amount received differs from the order.")
RESERVATION_ENDED = gettext_noop("The bank has freed the card before the money was taken. The guest was asked to pay.")
DEPARTURE_CANCELLED = gettext_noop("Paid while a departure was being cancelled; what it cost goes back.")


class PaymentRefused(Exception):
    """A payment that cannot be started or changed; the message is for the person, in the active language."""


@transaction.atomic
def settle_payment(payment_id: int, *, intent: Intent, now: datetime) -> Payment:
    """Bring a payment and its order in line with a PaymentIntent as Stripe tells it; return the payment.

    Money that came in confirms the order, and so does money that is reserved to be taken later; too late, it is honoured while there
    is room and goes back otherwise. A repeat, or an older state after a newer one, has no effect.
    """
    order = queries.order_for_update(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    payment = queries.payment_for_update(payment_id)
    if payment.status in RECEIVED or payment.provider_reference not in ("", intent.reference):
        return payment
    if payment.status == PaymentStatus.AUTHORISED and intent.status not in ("succeeded", "canceled"):
        return payment
    if intent.failure or intent.status != "canceled":
        # Why a card was given up stands on.
        payment.failure_message = intent.failure[:300]
    if intent.status == "succeeded":
        receive(
            order,
            payment,
            amount_minor=intent.received_minor,
            currency=intent.currency,
            reference=intent.reference,
            movement=intent.movement,
            now=now,
        )
    elif intent.status == "processing":
        # Written once, so that `updated_at` says since when.
        if payment.status != PaymentStatus.PROCESSING:
            publish("commerce.payment_on_its_way", order_id=order.pk, payment_id=payment.pk)
            set_payment_status(payment, PaymentStatus.PROCESSING)
            payment.save()
        keep_holding(order, until=now + ON_ITS_WAY, now=now)
    elif intent.status == "requires_capture":
        _reserve(order, payment, until=intent.reserved_until or now + KEPT_FOR, now=now)
    elif intent.status == "canceled" and payment.status == PaymentStatus.AUTHORISED:
        set_payment_status(payment, PaymentStatus.CANCELLED)
        payment.capture_at = None
        payment.save()
        await_instead(order, payment, attention=RESERVATION_ENDED, now=now)
        if not queries.undecided_minor(order):
            pay_off(order, now=now)
    elif intent.status in OF_STRIPE:
        set_payment_status(payment, OF_STRIPE[intent.status])
        payment.save()
    elif intent.failure or _has_failed(payment, intent):
        if payment.status == PaymentStatus.PROCESSING:
            # Days may have gone by: the guest is told, and has time to pay again.
            keep_holding(order, until=now + TO_PAY_AGAIN, now=now)
            publish("commerce.payment_failed", order_id=order.pk, payment_id=payment.pk)
        set_payment_status(payment, PaymentStatus.FAILED)
        payment.save()
    return payment


def _has_failed(payment: Payment, intent: Intent) -> bool:
    """Return whether money that was on its way did not arrive, also where the bank gives no reason."""
    return payment.status == PaymentStatus.PROCESSING and intent.status == "requires_payment_method"


def keep_holding(order: Order, *, until: datetime, now: datetime) -> None:
    """Keep the places of an unpaid order at least until then, because money is on its way. The caller has locked the order.

    When that is over the sweep asks how far the money has come.
    """
    if order.status == OrderStatus.PENDING:
        order.hold_expires_at = max(until, order.hold_expires_at or until)
        order.save(update_fields=["hold_expires_at", "updated_at"])
        await_payment(bookings_of(order), now=now)


def receive(
    order: Order,
    payment: Payment,
    *,
    amount_minor: int,
    currency: str,
    reference: str,
    movement: Movement | None = None,
    now: datetime,
    actor: Actor = None,
) -> None:
    """Write down that money of a payment came in, and let its order follow. In the caller's transaction; order and payment are locked.

    This is the one place where a payment becomes money. Raises `IllegalChange` when it cannot come in any more.
    """
    set_payment_status(payment, PaymentStatus.SUCCEEDED)
    payment.captured_minor = amount_minor
    payment.captured_currency = currency
    payment.provider_reference = reference
    payment.failure_message = ""
    payment.succeeded_at = now
    payment.stop_at = None
    payment.capture_at = None
    if actor is not None and actor.is_authenticated:
        payment.approver_id = actor.pk
    payment.save()
    record_charge(payment, movement=movement, now=now)
    audit.record("payment.received", payment, actor=actor, amount_minor=amount_minor, currency=currency)
    if (amount_minor, currency) != (payment.amount_minor, payment.currency):
        call_attention(order, AMOUNT_DIFFERS)
    publish("commerce.payment_received", order_id=order.pk, payment_id=payment.pk)
    _honour(order, payment, now=now)


def _honour(order: Order, payment: Payment, *, now: datetime) -> None:
    if order.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED):
        # Who pays on arrival may still take another departure.
        may_choose = order.guest_choices.filter(status=ChoiceStatus.WAITING, change__kind=ChangeKind.CANCELLED).exists()
        if may_choose or any(booking.status in SEAT_TAKING for booking in bookings_of(order)):
            _take_in(order, payment, now=now)
            _follow_payments(order, now=now)
        else:
            _close_cancelled(order, now=now)
        _pay_lost_back(order, payment, now=now)
        _pay_surplus_back(order, payment, now=now)
    elif order.status == OrderStatus.EXPIRED:
        if not _retake(order, now=now):
            _pay_back(order, payment, RefundReason.LATE_PAYMENT, PAID_LATE_REFUNDED, now=now)
        else:
            call_attention(order, PAID_LATE_HONOURED)
            await_again(order)
            _tell_too_much(order, payment)
            _follow_payments(order, now=now)
            _pay_lost_back(order, payment, now=now)
    elif payment.purpose in FURTHER and order.status in PAID_AND_STANDING:
        _take_in(order, payment, now=now)
    elif order.status == OrderStatus.CANCELLED:
        # What is owed for places that were given up is kept.
        back = min(payment.captured_minor, queries.cancelling_gives_back(order))
        settle_attention(order)
        was_reserved = payment.authorised_until is not None
        reason = RefundReason.CANCELLED_BY_US if was_reserved else RefundReason.LATE_PAYMENT
        attention = TAKEN_WHEN_CANCELLED if was_reserved else PAID_LATE_REFUNDED
        if back:
            _pay_back(order, payment, reason, attention, amount_minor=back, now=now)
    elif order.status == OrderStatus.REFUNDED:
        _pay_back(order, payment, RefundReason.LATE_PAYMENT, PAID_LATE_REFUNDED, now=now)
    else:
        _pay_back(order, payment, RefundReason.DUPLICATE, PAID_TWICE, now=now)


def _retake(order: Order, *, now: datetime) -> bool:
    """Take the places of an expired order again, with its codes; return whether there was room for any."""
    bookings = bookings_of(order)
    # Places that were lost with their departure are not taken again, and then neither is a use of a code.
    if all(booking.status != BookingStatus.EXPIRED for booking in bookings):
        return False
    try:
        with transaction.atomic():
            retake_codes(order, now=now)
            retake_seats(bookings, now=now)
    except (SeatsUnavailable, CodeRefused):
        return False
    return True


def _reserve(order: Order, payment: Payment, *, until: datetime, now: datetime) -> None:
    """Write down that a card is reserved, and confirm its order; one that came too late is freed again."""
    if payment.stop_at is not None:
        # Given up here; its job stops it.
        return
    is_open = order.status == OrderStatus.PENDING and any(b.status in SEAT_TAKING for b in bookings_of(order))
    is_late = order.status == OrderStatus.EXPIRED and _retake(order, now=now)
    if not (is_open or is_late):
        stop_later(payment, now=now)
        return
    set_payment_status(payment, PaymentStatus.AUTHORISED)
    payment.authorised_until = until
    payment.save()
    if is_late:
        call_attention(order, PAID_LATE_HONOURED)
    audit.record("payment.reserved", payment, amount_minor=payment.amount_minor, currency=payment.currency)
    confirm_order(order, now=now)


def _take_in(order: Order, payment: Payment, *, now: datetime) -> None:
    """Take what came in off what is waited for, the first due first. What is too much goes back if it came by card; else staff are told."""
    left = payment.captured_minor
    # Only what was paid instead of something that was waited for can be too much.
    is_instead = queries.came_instead(order, payment) and not method_of(payment.method).is_promise
    if is_instead:
        for due in queries.due_payments(order):
            left -= take_off(due, left) if left else 0
    expect_no_more(order, latest_first=False)
    lower_reserved(order, now=now)
    _tell_too_much(order, payment)
    if left > 0 and is_instead and method_of(payment.method).by_provider:
        call_attention(order, PAID_TWICE)
        start_refund(payment, amount_minor=left, reason=RefundReason.DUPLICATE, now=now)


def _follow_payments(order: Order, *, now: datetime) -> None:
    """Let an order be paid, or confirmed while something is still to come."""
    if queries.awaits_money(order):
        confirm_order(order, now=now)
    else:
        mark_paid(order, now=now)


def _tell_too_much(order: Order, payment: Payment) -> None:
    """Have staff pay back what came by hand for an order beyond what it keeps: only they know how it came."""
    if method_of(payment.method).by_staff and queries.surplus_minor(order):
        call_attention(order, TOO_MUCH)


def _pay_lost_back(order: Order, payment: Payment, *, now: datetime) -> None:
    """Pay back what came in for places that were lost with their departure, unless their guest may still choose."""
    lost = min(queries.surplus_minor(order), order.total_minor - queries.standing_minor(order), payment.captured_minor)
    if lost > 0:
        call_attention(order, DEPARTURE_CANCELLED)
        start_refund(payment, amount_minor=lost, reason=RefundReason.CANCELLED_BY_US, now=now)


def _pay_surplus_back(order: Order, payment: Payment, *, now: datetime) -> None:
    """Pay back what was taken from a reserved card although it had come another way while it was being taken."""
    surplus = min(queries.surplus_minor(order), queries.refundable_minor(payment))
    if payment.takes_later and surplus > 0:
        call_attention(order, PAID_TWICE)
        start_refund(payment, amount_minor=surplus, reason=RefundReason.DUPLICATE, now=now)


def _close_cancelled(order: Order, *, now: datetime) -> None:
    set_order_status(order, OrderStatus.CANCELLED)
    order.closed_at = now
    order.hold_expires_at = None
    order.save()


def _pay_back(
    order: Order,
    payment: Payment,
    reason: RefundReason,
    attention: str,
    *,
    amount_minor: int | None = None,
    now: datetime,
) -> None:
    call_attention(order, attention)
    amount = payment.captured_minor if amount_minor is None else amount_minor
    if amount:
        start_refund(payment, amount_minor=amount, reason=reason, now=now)
