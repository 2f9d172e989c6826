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
from commerce.operations.confirmations import pay_off
from commerce.operations.payments import PaymentRefused, settle_payment
from commerce.operations.reservations import RESERVATION_FREED, await_instead, lower_reserved
from commerce.operations.states import stop_later
from commerce.rules import is_ending
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tours.operations import guarantee_departure
from tours.queries import schedule_for_update

# Reserved money is taken at once by its job; the sweep takes over when that has not happened after this time.
CAPTURE_AGAIN_AFTER: Final = timedelta(minutes=5)
# Somebody has to give the keys their permission first.
CAPTURE_AFTER_WRONG_KEYS: Final = timedelta(hours=1)
# So often Stripe may refuse to take reserved money; then its card is freed and the guest asked to pay.
MOST_REFUSALS: Final = 3
CAPTURE_REFUSED: Final = gettext_noop("Stripe did not take the reserved money; the reason stands with the payment.")
CAPTURE_GIVEN_UP: Final = gettext_noop(
    "Stripe did not take the reserved money, so the card was freed and the guest was asked to pay. The reason stands with the payment."
)
RESERVATION_TAKEN: Final = gettext_noop(
    "The bank would not keep the card reserved any longer, so the money was taken; the departure is not certain yet."
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
    if queries.reserved_on(schedule_id):
        _make_certain(schedule_id, now=now)
    for payment_id in queries.reserved_on(schedule_id):
        _follow(payment_id, now=now)


@transaction.atomic
def _make_certain(schedule_id: int, *, now: datetime) -> None:
    # Counted under its lock, so that nobody leaves between the count and the promise; whoever leaves then leaves a departure that
    # takes place.
    schedule = schedule_for_update(schedule_id)
    is_open = schedule.guaranteed_at is None and schedule.status != "cancelled" and schedule.starts_at > now
    if is_open and queries.people_confirmed(schedule) >= schedule.fewest_participants:
        guarantee_departure(schedule, now=now)


@transaction.atomic
def _follow(payment_id: int, *, now: datetime) -> None:
    order, payment = _locked(payment_id)
    if not _is_waiting(payment):
        return
    if queries.takes_place(order, now=now):
        _begin_capture(order, now=now)
    elif payment.authorised_until is not None and is_ending(payment.authorised_until, now=now):
        rule = queries.rule_of(order)
        stands = bool(queries.standing_minor(order))
        if stands and rule is not None and rule.when_ending == AuthorisationEnding.CAPTURE:
            if _begin_capture(order, now=now) is not None:
                call_attention(order, RESERVATION_TAKEN)
        else:
            stop_later(payment, now=now)
            _ask_instead(order, payment, attention=RESERVATION_FREED, now=now)


def _ask_instead(order: Order, payment: Payment, *, attention: str, now: datetime) -> None:
    await_instead(order, payment, attention=attention, now=now)
    if not queries.undecided_minor(order):
        pay_off(order, now=now)


def _locked(payment_id: int) -> tuple[Order, Payment]:
    order = queries.order_for_update(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    return order, queries.payment_for_update(payment_id)


def _is_waiting(payment: Payment) -> bool:
    return payment.status == PaymentStatus.AUTHORISED and payment.capture_at is None


def _begin_capture(order: Order, *, now: datetime) -> Payment | None:
    """Have the reserved money of an order taken, no more than it needs; return its payment, None when nothing is to be taken."""
    # What somebody wrote down in the meantime is not taken a second time.
    lower_reserved(order, now=now)
    payment = queries.reserved_payment(order)
    if payment is None:
        pay_off(order, now=now)
        return None
    # From here on its amount stands, whatever happens before Stripe has answered.
    payment.capture_at = now + CAPTURE_AGAIN_AFTER
    payment.failure_message = ""
    payment.save(update_fields=["failure_message", "capture_at", "updated_at"])
    enqueue("commerce.capture_payment", payment_id=payment.pk)
    return payment


@transaction.atomic(durable=True)
def take_reserved(order: Order, *, now: datetime, actor: Actor) -> Payment:
    """Take the money reserved for one order now, because staff say so; return its payment.

    Raises `PaymentRefused` when none is reserved, it is being taken, or no places stand for which it would be taken.
    """
    order = queries.order_for_update(order.pk)
    found = queries.reserved_payment(order)
    payment = queries.payment_for_update(found.pk) if found is not None else None
    if payment is None or not _is_waiting(payment):
        raise PaymentRefused(_("Nothing is reserved on a card for this order."))
    if not queries.standing_minor(order):
        raise PaymentRefused(_("No places stand for which the money could be taken."))
    taken = _begin_capture(order, now=now)
    if taken is None:
        # What is to be paid has come another way, or is too little for a card.
        return payment
    audit.record("payment.taken", taken, actor=actor, amount_minor=taken.amount_minor, currency=taken.currency)
    return taken


def capture_payment(payment_id: int, *, now: datetime) -> Payment:
    """Take reserved money at Stripe and settle what came of it; return the payment. A repeat has no effect.

    What Stripe refuses is shown to staff with its reason and tried again; refused too often, the card is freed and the guest asked to
    pay. Keys that may not take it are shown, too, and it is tried until they may, or until the bank keeps the card reserved no longer:
    that is no fault of the guest's. Raises `GatewayError` when Stripe cannot be asked; the sweep then tries again.
    """
    payment, said = _start_try(payment_id, now=now)
    if not _is_to_be_taken(payment):
        return payment
    keys = stripe.keys_of(queries.payment_settings())
    try:
        intent = stripe.retrieve_intent(keys, payment.provider_reference)
        if intent.status == "requires_capture":
            try:
                intent = stripe.capture_intent(
                    keys, intent.reference, amount_minor=payment.amount_minor, currency=payment.currency
                )
            except stripe.GatewayRefused as refusal:
                return _note_refusal(payment_id, str(refusal), now=now)
    except stripe.GatewayMisconfigured as problem:
        return _note_wrong_keys(payment_id, str(problem), said=said, now=now)
    return settle_payment(payment_id, intent=intent, now=now)


@transaction.atomic
def _start_try(payment_id: int, *, now: datetime) -> tuple[Payment, str]:
    """Let the amount of a payment stand while Stripe is asked for it; return the payment and what was said of the try before.

    Under the order's lock, so that nobody who found it not being taken is still at work on it.
    """
    _order, payment = _locked(payment_id)
    said = payment.failure_message
    if _is_to_be_taken(payment):
        payment.capture_at = now + CAPTURE_AGAIN_AFTER
        payment.failure_message = ""
        payment.save(update_fields=["failure_message", "capture_at", "updated_at"])
    return payment, said


def _is_to_be_taken(payment: Payment) -> bool:
    return payment.status == PaymentStatus.AUTHORISED and payment.capture_at is not None


@transaction.atomic
def _note_wrong_keys(payment_id: int, reason: str, *, said: str, now: datetime) -> Payment:
    order, payment = _locked(payment_id)
    if not _is_to_be_taken(payment):
        return payment
    payment.failure_message = reason[:300]
    if payment.authorised_until is not None and payment.authorised_until <= now:
        stop_later(payment, now=now)
        _ask_instead(order, payment, attention=RESERVATION_FREED, now=now)
        return payment
    if payment.failure_message != said:
        call_attention(order, CAPTURE_REFUSED)
    # Once more when the bank's time is over; then it is decided.
    again = now + CAPTURE_AFTER_WRONG_KEYS
    payment.capture_at = min(again, payment.authorised_until or again)
    payment.save(update_fields=["failure_message", "capture_at", "updated_at"])
    return payment


@transaction.atomic
def _note_refusal(payment_id: int, reason: str, *, now: datetime) -> Payment:
    order, payment = _locked(payment_id)
    if not _is_to_be_taken(payment):
        return payment
    payment.capture_refusals += 1
    payment.failure_message = reason[:300]
    payment.capture_at = now + CAPTURE_AGAIN_AFTER * 2**payment.capture_refusals
    payment.save()
    if payment.capture_refusals >= MOST_REFUSALS:
        stop_later(payment, now=now)
        _ask_instead(order, payment, attention=CAPTURE_GIVEN_UP, now=now)
    elif payment.capture_refusals == 1:
        call_attention(order, CAPTURE_REFUSED)
    return payment
