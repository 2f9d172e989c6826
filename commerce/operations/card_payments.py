"""Card payments: started at the provider and stopped there, outside any transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import OrderStatus, PaymentMethod, PaymentStatus
from commerce.gateways import stripe
from commerce.gateways.stripe import Intent
from commerce.models import Order, Payment
from commerce.operations.payments import PaymentRefused, settle_payment
from commerce.operations.states import RECEIVED, STOP_AGAIN_AFTER, set_payment_status, stop_later
from commerce.rules import method_of, methods_that

# PaymentIntents in these states cannot be stopped any more.
TOO_LATE: Final = ("succeeded", "processing", "canceled")


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
def begin_due_payment(order: Order, *, amount_minor: int | None = None, note: str = "", now: datetime) -> Payment:
    """Let the guest pay by card what is owed for an order; return the payment, which `start_card_payment` then starts.

    It is the one that was begun already, while the amount is the same. `amount_minor` asks for a part of what is owed, for `note`.
    Raises `PaymentRefused` when nothing is owed, or cards cannot pay it.
    """
    order = queries.order_for_update(order.pk)
    owed = queries.payable_minor(order, now=now)
    amount = min(owed, amount_minor) if amount_minor is not None and order.status != OrderStatus.PENDING else owed
    if not amount:
        raise PaymentRefused(_("There is nothing to pay."))
    offers = queries.payment_methods(queries.payment_settings(), total_minor=amount, currency=order.currency)
    problem = next((offer.problem for offer in offers if method_of(offer.method).by_provider), _("Please ask us."))
    if problem:
        raise PaymentRefused(problem)
    begun = queries.begun_card_payment_of(order)
    if begun is not None and (begun.amount_minor == amount or begun.status == PaymentStatus.PROCESSING):
        return begun
    if begun is not None:
        # Should it come in all the same, it is taken off what is owed then.
        stop_later(begun, now=now)
    first = queries.due_payments(order)[0]
    return Payment.objects.create(
        order=order,
        method=PaymentMethod.CARD,
        status=PaymentStatus.PENDING,
        amount_minor=amount,
        currency=order.currency,
        purpose=first.purpose,
        note=note or first.note,
    )


def stop_card_payment(payment_id: int, *, now: datetime) -> Payment:
    """Stop a card payment at Stripe that was given up here; return it. What came in all the same is settled. A repeat has no effect.

    Raises `GatewayError` when Stripe cannot be asked; the sweep then tries again.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.stop_at is None:
        return payment
    Payment.objects.filter(pk=payment_id).update(stop_at=now + STOP_AGAIN_AFTER)
    intent = _stop_at_stripe(payment, unless=TOO_LATE)
    payment = settle_payment(payment_id, intent=intent, now=now)
    if intent.status in ("canceled", "succeeded"):
        Payment.objects.filter(pk=payment_id).update(stop_at=None)
        payment.stop_at = None
    return payment


def _stop_at_stripe(payment: Payment, *, unless: Collection[str]) -> Intent:
    keys = stripe.keys_of(queries.payment_settings())
    intent = stripe.retrieve_intent(keys, payment.provider_reference)
    if intent.status in unless:
        return intent
    return stripe.cancel_intent(keys, intent.reference)


@transaction.atomic(durable=True)
def _reserve_key(payment: Payment, *, now: datetime, spent: str = "") -> Payment:
    order = queries.order_for_update(payment.order_id)
    payment = queries.payment_for_update(payment.pk)
    if payment.status in RECEIVED:
        raise PaymentRefused(_("This order is paid already."))
    if payment.status == PaymentStatus.AUTHORISED:
        raise PaymentRefused(_("The amount is reserved on your card already."))
    if queries.came_instead(order, payment):
        # The places are the guest's already, or wait for days; only what is owed counts.
        payable = queries.payable_minor(order, now=now)
        if payment.amount_minor != payable and not queries.is_linked(order, payment.amount_minor, payable=payable):
            raise PaymentRefused(_("The amount has changed. Please look at your booking again."))
    elif order.status != OrderStatus.PENDING or order.hold_expires_at is None or order.hold_expires_at <= now:
        raise PaymentRefused(_("The time to pay has run out. Your places have been given back."))
    if payment.idempotency_key == spent:
        # Written before the call: whatever happens on the way, a repeat finds the same PaymentIntent.
        version = int(spent.rpartition("-v")[2] or 0) + 1
        payment.idempotency_key = f"payment-{payment.public_id}-v{version}"
        payment.provider_reference = ""
        set_payment_status(payment, PaymentStatus.PENDING)
        payment.save()
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
        takes_later=payment.takes_later,
    )
    Payment.objects.filter(pk=payment.pk).update(provider_reference=intent.reference)
    payment.provider_reference = intent.reference
    return intent


def close_card_payments(order: Order, *, now: datetime) -> bool:
    """Stop the card payments of an order at Stripe; return False when one came in or is on its way, which is then settled.

    Raises `GatewayError` when Stripe cannot be asked.
    """
    # A PaymentIntent whose reference never came back to us cannot be paid: its secret never reached a browser.
    for payment in order.payments.filter(method__in=methods_that(by_provider=True)).exclude(provider_reference=""):
        if payment.status in RECEIVED:
            return False
        if payment.status == PaymentStatus.PROCESSING:
            # Should it have failed after days, the guest is told first and has time to pay again.
            refresh_payment(payment, now=now)
            return False
        # What the guest has reserved in time counts like what was paid.
        intent = _stop_at_stripe(payment, unless=(*TOO_LATE, "requires_capture"))
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
