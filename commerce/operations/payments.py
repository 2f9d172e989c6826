"""Payments: started at the provider outside any transaction, settled by what the provider says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from commerce import queries
from commerce.enums import ChangeKind, ChoiceStatus, OrderStatus, PaymentMethod, PaymentStatus, RefundReason
from commerce.gateways import stripe
from commerce.gateways.stripe import Intent, Movement
from commerce.models import Order, Payment
from commerce.operations.ledger import record_charge
from commerce.operations.promo_codes import CodeRefused, retake_codes
from commerce.operations.refunds import start_refund
from commerce.rules import PAID_AND_STANDING, check_order_change, check_payment_change
from tenancy import audit
from tenancy.audit import Actor
from tenancy.money import format_money
from tenancy.outbox import publish
from tours.enums import SEAT_TAKING, BookingStatus
from tours.models import Booking
from tours.operations import SeatsUnavailable, await_payment, confirm_bookings, retake_seats

RECEIVED = (
    PaymentStatus.SUCCEEDED,
    PaymentStatus.PARTIALLY_REFUNDED,
    PaymentStatus.REFUNDED,
    PaymentStatus.DISPUTED,
)
# For how long places are held at a time while money is on its way, which may take days.
ON_ITS_WAY = timedelta(hours=1)
# Reasons for staff to look at an order; translated where they are shown.
PAID_LATE_HONOURED = gettext_noop("Paid after the hold ran out; there was room, so the booking stands.")
PAID_LATE_REFUNDED = gettext_noop("Paid after the hold ran out; there was no room, so the money goes back.")
PAID_TWICE = gettext_noop("Paid twice; the second payment goes back.")
AMOUNT_DIFFERS = gettext_noop("The amount received differs from the order.")
DEPARTURE_CANCELLED = gettext_noop("Paid while a departure was being cancelled; what it cost goes back.")


class PaymentRefused(Exception):
    """A payment that cannot be started or changed; the message is for the person, in the active language."""


@dataclass(frozen=True, slots=True)
class CardPayment:
    """What the browser needs to let the guest pay: Stripe's secret for this one payment, and the public key."""

    client_secret: str
    publishable_key: str
    status: str


def start_card_payment(payment: Payment, *, now: datetime) -> CardPayment:
    """Create the payment's PaymentIntent at Stripe, or find the one it has; return what the browser needs.

    Raises `PaymentRefused` when the order cannot be paid any more, `GatewayError` when Stripe cannot do it now.
    """
    payment = _reserve_key(payment, now=now)
    keys = stripe.keys_of(queries.payment_settings())
    try:
        intent = _intent_of(payment, keys)
    except stripe.GatewayUnavailable as error:
        if error.sticks:
            _reserve_key(payment, now=now, spent=payment.idempotency_key)
        raise
    if intent.status == "canceled":
        # Stripe gives a PaymentIntent up after many tries, and never takes it back.
        payment = _reserve_key(payment, now=now, spent=payment.idempotency_key)
        intent = _intent_of(payment, keys)
    return CardPayment(intent.client_secret, keys.publishable, intent.status)


@transaction.atomic(durable=True)
def begin_due_payment(order: Order, *, now: datetime) -> Payment:
    """Let the guest pay by card what a change added to an order; return the payment, which `start_card_payment` then starts.

    It is the one that was begun already, while the amount is the same. Raises `PaymentRefused` when nothing is owed, or cards cannot
    pay it.
    """
    order = queries.order_for_update(order.pk)
    owed = queries.owed_minor(order) if order.status in PAID_AND_STANDING else 0
    if not owed:
        raise PaymentRefused(_("There is nothing to pay."))
    offers = queries.payment_methods(queries.payment_settings(), total_minor=owed, currency=order.currency)
    problem = next((offer.problem for offer in offers if offer.method == PaymentMethod.CARD), _("Please ask us."))
    if problem:
        raise PaymentRefused(problem)
    begun = queries.further_card_payment_of(order)
    if begun is not None and (begun.amount_minor == owed or begun.status == PaymentStatus.PROCESSING):
        return begun
    if begun is not None:
        # Should it come in all the same, it is taken off what is owed then.
        _set_status(begun, PaymentStatus.CANCELLED)
    return Payment.objects.create(
        order=order,
        method=PaymentMethod.CARD,
        status=PaymentStatus.PENDING,
        amount_minor=owed,
        currency=order.currency,
        is_further=True,
    )


@transaction.atomic(durable=True)
def _reserve_key(payment: Payment, *, now: datetime, spent: str = "") -> Payment:
    order = queries.order_for_update(payment.order_id)
    payment = queries.payment_for_update(payment.pk)
    if payment.status in RECEIVED:
        raise PaymentRefused(_("This order is paid already."))
    if payment.is_further:
        # The places are the guest's already; only what is owed counts.
        if payment.amount_minor != queries.owed_minor(order):
            raise PaymentRefused(_("The amount has changed. Please look at your booking again."))
    elif order.status != OrderStatus.PENDING or order.hold_expires_at is None or order.hold_expires_at <= now:
        raise PaymentRefused(_("The time to pay has run out. Your places have been given back."))
    if payment.idempotency_key == spent:
        # Written before the call: whatever happens on the way, a repeat finds the same PaymentIntent.
        version = int(spent.rpartition("-v")[2] or 0) + 1
        payment.idempotency_key = f"payment-{payment.public_id}-v{version}"
        payment.provider_reference = ""
        _set_status(payment, PaymentStatus.PENDING)
    return payment


def _intent_of(payment: Payment, keys: stripe.Keys) -> Intent:
    if payment.provider_reference:
        return stripe.retrieve_intent(keys, payment.provider_reference)
    order = payment.order
    intent = stripe.create_intent(
        keys,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        metadata={
            "organization": str(payment.organization_id),
            "order": order.number,
            "payment": str(payment.public_id),
        },
        description=order.number,
        idempotency_key=payment.idempotency_key,
    )
    Payment.objects.filter(pk=payment.pk).update(provider_reference=intent.reference)
    payment.provider_reference = intent.reference
    return intent


def close_card_payments(order: Order, *, now: datetime) -> bool:
    """Stop the card payments of an order at Stripe; return False when one came in or is on its way, which is then settled.

    Raises `GatewayError` when Stripe cannot be asked.
    """
    # A PaymentIntent whose reference never came back to us cannot be paid: its secret never reached a browser.
    for payment in order.payments.filter(method=PaymentMethod.CARD).exclude(provider_reference=""):
        if payment.status in RECEIVED:
            return False
        keys = stripe.keys_of(queries.payment_settings())
        intent = stripe.retrieve_intent(keys, payment.provider_reference)
        if intent.status not in ("succeeded", "processing", "canceled"):
            intent = stripe.cancel_intent(keys, intent.reference)
        if intent.status != "canceled":
            settle_payment(payment.pk, intent=intent, now=now)
            return False
    return True


def refresh_payment(payment: Payment, *, now: datetime) -> Payment:
    """Ask Stripe how a card payment stands and settle it; return it. For a webhook that has not come. Raises `GatewayError`."""
    if not payment.provider_reference or payment.status in RECEIVED:
        return payment
    intent = stripe.retrieve_intent(stripe.keys_of(queries.payment_settings()), payment.provider_reference)
    return settle_payment(payment.pk, intent=intent, now=now)


@transaction.atomic
def settle_payment(payment_id: int, *, intent: Intent, now: datetime) -> Payment:
    """Bring a payment and its order in line with a PaymentIntent as Stripe tells it; return the payment.

    Money that came in confirms the order; too late, it is honoured while there is room and goes back otherwise. A repeat, or an older
    state after a newer one, has no effect.
    """
    order = queries.order_for_update(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    payment = queries.payment_for_update(payment_id)
    if payment.status in RECEIVED or payment.provider_reference not in ("", intent.reference):
        return payment
    payment.failure_message = intent.failure[:300]
    if intent.status == "succeeded":
        _receive(
            order,
            payment,
            amount_minor=intent.received_minor,
            currency=intent.currency,
            reference=intent.reference,
            movement=intent.movement,
            now=now,
        )
    elif intent.status == "processing":
        _set_status(payment, PaymentStatus.PROCESSING)
        _keep_holding(order, now=now)
    elif intent.status == "requires_action":
        _set_status(payment, PaymentStatus.REQUIRES_ACTION)
    elif intent.status == "canceled":
        _set_status(payment, PaymentStatus.CANCELLED)
    elif intent.failure:
        _set_status(payment, PaymentStatus.FAILED)
    return payment


def _keep_holding(order: Order, *, now: datetime) -> None:
    if order.status == OrderStatus.PENDING:
        # When this is over the sweep asks Stripe how far the money has come.
        order.hold_expires_at = now + ON_ITS_WAY
        order.save(update_fields=["hold_expires_at", "updated_at"])
        await_payment(_bookings(order), now=now)


def _set_status(payment: Payment, status: PaymentStatus) -> None:
    if payment.status != status:
        check_payment_change(payment.status, status)
        payment.status = status
    payment.save()


def _bookings(order: Order) -> list[Booking]:
    return list(Booking.objects.filter(order_lines__order=order).distinct())


def _receive(
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
    check_payment_change(payment.status, PaymentStatus.SUCCEEDED)
    payment.status = PaymentStatus.SUCCEEDED
    payment.captured_minor = amount_minor
    payment.captured_currency = currency
    payment.provider_reference = reference
    payment.failure_message = ""
    payment.succeeded_at = now
    if actor is not None and actor.is_authenticated:
        payment.approver_id = actor.pk
    payment.save()
    record_charge(payment, movement=movement, now=now)
    audit.record("payment.received", payment, actor=actor, amount_minor=amount_minor, currency=currency)
    if (amount_minor, currency) != (payment.amount_minor, payment.currency):
        _call_attention(order, AMOUNT_DIFFERS)
    publish("commerce.payment_received", order_id=order.pk, payment_id=payment.pk)
    _honour(order, payment, now=now)


def _honour(order: Order, payment: Payment, *, now: datetime) -> None:
    if order.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED):
        # Who pays on arrival may still take another departure.
        may_choose = order.guest_choices.filter(status=ChoiceStatus.WAITING, change__kind=ChangeKind.CANCELLED).exists()
        if may_choose or any(booking.status in SEAT_TAKING for booking in _bookings(order)):
            mark_paid(order, now=now)
        else:
            _close_cancelled(order, now=now)
        _pay_lost_back(order, payment, now=now)
    elif order.status == OrderStatus.EXPIRED:
        bookings = _bookings(order)
        try:
            with transaction.atomic():
                retake_codes(order, now=now)
                retake_seats(bookings, now=now)
        except (SeatsUnavailable, CodeRefused):
            bookings = []
        # Places that were lost with their departure are not among those taken again.
        if not any(booking.status == BookingStatus.EXPIRED for booking in bookings):
            _pay_back(order, payment, RefundReason.LATE_PAYMENT, PAID_LATE_REFUNDED, now=now)
        else:
            _call_attention(order, PAID_LATE_HONOURED)
            mark_paid(order, now=now)
            _pay_lost_back(order, payment, now=now)
    elif payment.is_further and order.status in PAID_AND_STANDING:
        _settle_due(order, payment, now=now)
    elif order.status in (OrderStatus.CANCELLED, OrderStatus.REFUNDED):
        _pay_back(order, payment, RefundReason.LATE_PAYMENT, PAID_LATE_REFUNDED, now=now)
    else:
        _pay_back(order, payment, RefundReason.DUPLICATE, PAID_TWICE, now=now)


def _pay_lost_back(order: Order, payment: Payment, *, now: datetime) -> None:
    """Pay back what came in for places that were lost with their departure, unless their guest may still choose."""
    lost = min(queries.surplus_minor(order), order.total_minor - queries.standing_minor(order), payment.captured_minor)
    if lost > 0:
        _call_attention(order, DEPARTURE_CANCELLED)
        start_refund(payment, amount_minor=lost, reason=RefundReason.CANCELLED_BY_US, now=now)


def expect_no_more(order: Order) -> None:
    """Let staff wait for no more money than is owed for places that stand or wait for a choice. The caller has locked the order."""
    worth = queries.standing_minor(order) + queries.undecided_minor(order) + order.cancellation_fee_minor
    awaited = list(order.payments.filter(status=PaymentStatus.AWAITING_APPROVAL).order_by("-pk"))
    too_much = sum(payment.amount_minor for payment in awaited) - max(0, worth - queries.kept_minor(order))
    # An order of which nothing is left is closed with its payments.
    for payment in awaited if worth else ():
        part = min(max(0, too_much), payment.amount_minor)
        too_much -= part
        if part == payment.amount_minor:
            payment.status = PaymentStatus.CANCELLED
        else:
            payment.amount_minor -= part
        payment.save(update_fields=["amount_minor", "status", "updated_at"])


def _settle_due(order: Order, payment: Payment, *, now: datetime) -> None:
    """Take what came in by card off what a change added; what is too much goes back."""
    if payment.method != PaymentMethod.CARD:
        return
    left = payment.captured_minor
    for due in queries.due_payments(order):
        part = min(left, due.amount_minor)
        left -= part
        if part == due.amount_minor:
            due.status = PaymentStatus.CANCELLED
        else:
            due.amount_minor -= part
        due.save(update_fields=["amount_minor", "status", "updated_at"])
    if left:
        _call_attention(order, PAID_TWICE)
        start_refund(payment, amount_minor=left, reason=RefundReason.DUPLICATE, now=now)


def mark_paid(order: Order, *, now: datetime) -> None:
    """Confirm an order and its bookings whose money came in, in the caller's transaction; the caller has locked the order."""
    was_confirmed = order.status == OrderStatus.CONFIRMED
    check_order_change(order.status, OrderStatus.PAID)
    order.status = OrderStatus.PAID
    order.paid_at = now
    order.hold_expires_at = None
    order.closed_at = None
    order.save()
    confirm_bookings(_bookings(order), now=now)
    if not was_confirmed:
        publish("commerce.order_confirmed", order_id=order.pk)


def _close_cancelled(order: Order, *, now: datetime) -> None:
    check_order_change(order.status, OrderStatus.CANCELLED)
    order.status = OrderStatus.CANCELLED
    order.closed_at = now
    order.hold_expires_at = None
    order.save()


def _pay_back(order: Order, payment: Payment, reason: RefundReason, attention: str, *, now: datetime) -> None:
    _call_attention(order, attention)
    if payment.captured_minor:
        start_refund(payment, amount_minor=payment.captured_minor, reason=reason, now=now)


def _call_attention(order: Order, text: str) -> None:
    order.needs_attention = text
    order.save(update_fields=["needs_attention", "updated_at"])


@transaction.atomic(durable=True)
def confirm_manual_payment(
    payment: Payment, *, amount_minor: int, accept_difference: bool = False, now: datetime, actor: Actor
) -> Payment:
    """Write down that money came in by transfer or on arrival, `amount_minor` of it, and confirm the order; return the payment.

    Raises `PaymentRefused` when it is not waiting for that, or when the amount is not the payment's: unless staff `accept_difference`,
    too little would sell the places for less. An accepted difference is recorded and shown on the order.
    """
    order = queries.order_for_update(payment.order_id)
    payment = queries.payment_for_update(payment.pk)
    expired = payment.status == PaymentStatus.CANCELLED and order.status == OrderStatus.EXPIRED
    if payment.method == PaymentMethod.CARD or not (payment.status == PaymentStatus.AWAITING_APPROVAL or expired):
        raise PaymentRefused(_("This payment is not waiting for confirmation."))
    if amount_minor != payment.amount_minor and not (accept_difference and amount_minor > 0):
        expected = format_money(payment.amount_minor, payment.currency)
        raise PaymentRefused(
            _("%(amount)s were expected. If you accept another amount, say so.") % {"amount": expected}
        )
    _receive(order, payment, amount_minor=amount_minor, currency=payment.currency, reference="", now=now, actor=actor)
    return payment


@transaction.atomic(durable=True)
def reject_manual_payment(payment: Payment, *, reason: str, now: datetime, actor: Actor) -> Payment:
    """Write down that a transfer will not come; the sweep then gives the places back. Returns the payment.

    Raises `PaymentRefused` when it is not waiting for confirmation.
    """
    order = queries.order_for_update(payment.order_id)
    payment = queries.payment_for_update(payment.pk)
    if payment.status != PaymentStatus.AWAITING_APPROVAL or order.status != OrderStatus.PENDING:
        raise PaymentRefused(_("This payment is not waiting for confirmation."))
    _set_status(payment, PaymentStatus.REJECTED)
    order.hold_expires_at = now
    order.save(update_fields=["hold_expires_at", "updated_at"])
    audit.record("payment.rejected", payment, actor=actor, personal={"note": reason})
    return payment
