"""Money that is reserved on cards: taken when the departure takes place, freed when it does not."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from commerce import queries
from commerce.enums import AuthorisationEnding, PaymentStatus
from commerce.gateways import stripe
from commerce.models import Order, OrderLine, Payment
from commerce.operations.attention import call_attention
from commerce.operations.payments import PaymentRefused, await_instead, mark_paid, settle_payment
from commerce.operations.states import stop_later
from commerce.rules import is_ending
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tours.models import Schedule
from tours.operations import guarantee_departure

# Reserved money is taken at once by its job; the sweep takes over when that has not happened after this time.
CAPTURE_AGAIN_AFTER: Final = timedelta(minutes=5)
RESERVATION_TAKEN: Final = gettext_noop(
    "The bank would not keep the card reserved any longer, so the money was taken; the departure is not certain yet."
)
RESERVATION_FREED: Final = gettext_noop(
    "The bank would not keep the card reserved any longer, so it was freed. The guest was asked to pay."
)


def follow_order(order_id: int) -> None:
    """Look again at the departures of an order that was confirmed, if money is reserved for them. In the caller's transaction."""
    schedules = OrderLine.objects.filter(order=order_id).values("booking__schedule")
    reserved = Payment.objects.filter(status=PaymentStatus.AUTHORISED, capture_at=None).values("order")
    lines = OrderLine.objects.filter(booking__schedule__in=schedules, order__in=reserved)
    for schedule_id in lines.order_by().values_list("booking__schedule", flat=True).distinct():
        enqueue("commerce.follow_reservations", schedule_id=schedule_id)


def follow_reservations(schedule_id: int, *, now: datetime) -> None:
    """Take the money reserved for a departure when that is certain to take place, and decide where the bank waits no longer.

    With enough people it is certain, and promised to all from then on. A repeat has no effect.
    """
    schedule = Schedule.objects.select_related("tour", "variant").get(pk=schedule_id)
    reserved = queries.reserved_on(schedule_id)
    is_open = schedule.guaranteed_at is None and schedule.status != "cancelled" and schedule.starts_at > now
    if reserved and is_open and queries.people_confirmed(schedule) >= schedule.fewest_participants:
        # Whoever leaves now leaves a departure that takes place.
        guarantee_departure(schedule, now=now)
    for payment_id in reserved:
        _follow(payment_id, now=now)


@transaction.atomic
def _follow(payment_id: int, *, now: datetime) -> None:
    order, payment = _locked(payment_id)
    if not _is_waiting(payment):
        return
    if queries.takes_place(order, now=now):
        _begin_capture(payment, now=now)
    elif payment.authorised_until is not None and is_ending(payment.authorised_until, now=now):
        rule = queries.rule_of(order)
        stands = bool(queries.standing_minor(order))
        if stands and rule is not None and rule.when_ending == AuthorisationEnding.CAPTURE:
            call_attention(order, RESERVATION_TAKEN)
            _begin_capture(payment, now=now)
        else:
            stop_later(payment, now=now)
            await_instead(order, payment, attention=RESERVATION_FREED, now=now)


def _locked(payment_id: int) -> tuple[Order, Payment]:
    order = queries.order_for_update(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    return order, queries.payment_for_update(payment_id)


def _is_waiting(payment: Payment) -> bool:
    return payment.status == PaymentStatus.AUTHORISED and payment.capture_at is None


def _begin_capture(payment: Payment, *, now: datetime) -> None:
    # From here on its amount stands, whatever happens before Stripe has answered.
    payment.capture_at = now + CAPTURE_AGAIN_AFTER
    payment.save(update_fields=["capture_at", "updated_at"])
    enqueue("commerce.capture_payment", payment_id=payment.pk)


@transaction.atomic(durable=True)
def take_reserved(order: Order, *, now: datetime, actor: Actor) -> Payment:
    """Take the money reserved for one order now, because staff say so; return its payment.

    Raises `PaymentRefused` when none is reserved, or it is being taken.
    """
    order = queries.order_for_update(order.pk)
    found = queries.reserved_payment(order)
    payment = queries.payment_for_update(found.pk) if found is not None else None
    if payment is None or not _is_waiting(payment):
        raise PaymentRefused(_("Nothing is reserved on a card for this order."))
    audit.record("payment.taken", payment, actor=actor, amount_minor=payment.amount_minor, currency=payment.currency)
    _begin_capture(payment, now=now)
    return payment


def capture_payment(payment_id: int, *, now: datetime) -> Payment:
    """Take reserved money at Stripe and settle what came of it; return the payment. A repeat has no effect.

    Raises `GatewayError` when Stripe cannot be asked; the sweep then tries again.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.status != PaymentStatus.AUTHORISED or payment.capture_at is None:
        return payment
    Payment.objects.filter(pk=payment_id, status=PaymentStatus.AUTHORISED).update(
        capture_at=now + CAPTURE_AGAIN_AFTER, updated_at=now
    )
    keys = stripe.keys_of(queries.payment_settings())
    intent = stripe.retrieve_intent(keys, payment.provider_reference)
    if intent.status == "requires_capture":
        intent = stripe.capture_intent(
            keys, intent.reference, amount_minor=payment.amount_minor, currency=payment.currency
        )
    return settle_payment(payment_id, intent=intent, now=now)


def lower_reserved(order: Order, *, now: datetime) -> None:
    """Let less be taken from a reserved card after places were given up: what the others cost. The caller has locked the order."""
    payment = queries.reserved_payment(order)
    if payment is None:
        return
    worth = queries.standing_minor(order) - queries.due_minor(order)
    if worth >= payment.amount_minor:
        return
    if worth > 0:
        payment.amount_minor = worth
        payment.save(update_fields=["amount_minor", "updated_at"])
        return
    stop_later(payment, now=now)
    if not queries.due_minor(order):
        mark_paid(order, now=now)
