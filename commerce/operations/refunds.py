"""Refunds: written down with their key first, sent by a job, settled by what the provider says."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from commerce import queries
from commerce.enums import (
    UNDECIDED,
    ChangeKind,
    ChoiceStatus,
    OrderStatus,
    RefundReason,
    RefundStatus,
)
from commerce.gateways import stripe
from commerce.gateways.stripe import RefundState
from commerce.models import Order, Payment, Refund
from commerce.operations.attention import (
    PAID_BACK_TWICE,
    REFUND_BY_HAND,
    REFUND_FAILED,
    call_attention,
    settle_attention,
)
from commerce.operations.ledger import record_refund, record_refund_failed
from commerce.operations.states import RECEIVED, set_order_status, set_payment_status
from commerce.rules import method_of, received_status, refund_may_become
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tenancy.money import format_money
from tenancy.outbox import publish

# A refund is sent by its job at once; the sweep takes over when that has not happened after this time.
SWEEP_AFTER = timedelta(minutes=2)
# How often Stripe is asked about a refund that it has not carried out yet, in case its webhook is lost.
ASK_AGAIN_AFTER = timedelta(days=1)
MAX_ATTEMPTS = 10
REFUND_DISPUTED = gettext_noop(
    "A refund was stopped: the guest's bank has taken the money already. Do not pay it back another way."
)
# Stripe has not carried these out yet.
UNDER_WAY = (RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION)
MADE_AT_STRIPE = gettext_noop("Money was paid back in Stripe's dashboard; cancel the order if its places are free now.")

# How Stripe's words are ours.
STATUSES = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.REQUIRES_ACTION,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELLED,
}


class RefundRefused(Exception):
    """A refund that cannot be made; the message is for staff, in the active language."""


@transaction.atomic
def start_refund(
    payment: Payment,
    *,
    amount_minor: int,
    reason: RefundReason,
    note: str = "",
    by_hand: bool = False,
    now: datetime,
    actor: Actor = None,
) -> Refund:
    """Write down that money goes back by the way it came, and start the job that sends it; return the refund.

    What came by hand goes back by hand, and so does what is asked `by_hand`: staff are told. Raises `RefundRefused` for more than is
    left of the payment.
    """
    order = queries.order_for_update(payment.order_id)
    payment = queries.payment_for_update(payment.pk)
    if queries.is_contested(payment):
        raise RefundRefused(queries.blocked_words())
    left = queries.refundable_minor(payment)
    if not 0 < amount_minor <= left:
        raise RefundRefused(
            _("At most %(amount)s of this payment can be paid back.") % {"amount": format_money(left, payment.currency)}
        )
    by_hand = by_hand or not method_of(payment.method).by_provider
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=amount_minor,
        reason=reason,
        note=note[:300],
        by_hand=by_hand,
        idempotency_key=f"refund-{uuid.uuid4()}",
        next_attempt_at=None if by_hand else now + SWEEP_AFTER,
    )
    audit.record("refund.started", refund, actor=actor, amount_minor=amount_minor, reason=reason.value)
    publish("commerce.refund_started", order_id=order.pk, refund_id=refund.pk)
    if by_hand:
        call_attention(order, REFUND_BY_HAND)
    else:
        settle_attention(order)
        enqueue("commerce.run_refund", refund_id=refund.pk)
    return refund


def pay_back(
    order: Order,
    amount_minor: int,
    *,
    reason: RefundReason,
    note: str = "",
    by_hand: bool = False,
    limit_minor: int | None = None,
    now: datetime,
    actor: Actor = None,
) -> list[Refund]:
    """Start refunds of an order's payments, the latest first, up to `amount_minor` in all; return them. In the caller's transaction.

    Raises `RefundRefused` when more than `limit_minor` of the order would have gone back then; the caller has locked the order.
    """
    problem = queries.refund_problem(order, amount_minor, limit_minor=limit_minor)
    if problem:
        raise RefundRefused(problem)
    return [
        start_refund(payment, amount_minor=amount, reason=reason, note=note, by_hand=by_hand, now=now, actor=actor)
        for payment, amount in queries.refund_split(order, amount_minor)
    ]


@transaction.atomic(durable=True)
def refund_order(
    order: Order,
    *,
    amount_minor: int | None = None,
    reason: RefundReason,
    note: str = "",
    by_hand: bool = False,
    limit_minor: int | None = None,
    seen: str | None = None,
    now: datetime,
    actor: Actor,
) -> list[Refund]:
    """Pay back an amount of an order whose places stay as they are; return the refunds.

    Without an amount it is what nobody has a claim to: while places are to come, what was paid for more than those; afterwards all
    that is left. `seen` are the sums that the person saw (`queries.sums_seen`). Raises `RefundRefused` when they have changed, when
    there is nothing or not as much, or when more than `limit_minor` of the order would have gone back then.
    """
    order = queries.order_for_update(order.pk)
    if seen not in (None, queries.sums_seen(order)):
        raise RefundRefused(queries.changed_words())
    left = queries.refundable_without_cancelling(order) if amount_minor is None else amount_minor
    if left == 0:
        raise RefundRefused(_("There is nothing to pay back. To give back places that stand, cancel the order."))
    most = queries.refundable_most(order)
    if not 0 < left <= most:
        raise RefundRefused(
            _("At most %(amount)s of this order can be paid back.") % {"amount": format_money(most, order.currency)}
        )
    refunds = pay_back(
        order, left, reason=reason, note=note, by_hand=by_hand, limit_minor=limit_minor, now=now, actor=actor
    )
    if not queries.kept_minor(order):
        # Nothing is left with which a guest could take another departure.
        order.guest_choices.filter(status__in=UNDECIDED, change__kind=ChangeKind.CANCELLED).update(
            status=ChoiceStatus.CLOSED, updated_at=now
        )
    return refunds


def run_refund(refund_id: int, *, now: datetime) -> Refund:
    """Send a waiting refund to Stripe and settle it by the answer; return it. A repeat finds the same refund there.

    A temporary failure is recorded with the time of the next attempt; a final one fails the refund and is shown to staff.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    payment = refund.payment
    if refund.status not in UNDER_WAY or refund.by_hand:
        return refund
    try:
        state = _refund_at_stripe(refund, payment)
    except stripe.GatewayError as error:
        return _record_failure(refund_id, error, now=now)
    return settle_refund(refund_id, state=state, now=now)


def _refund_at_stripe(refund: Refund, payment: Payment) -> RefundState:
    keys = stripe.keys_of(queries.payment_settings())
    if refund.provider_reference:
        return stripe.retrieve_refund(keys, refund.provider_reference)
    if refund.attempts:
        # Stripe forgets keys after a day and repeats its own failures until then: a second try looks first, and has a key of its own.
        found = stripe.find_refund(keys, intent=payment.provider_reference, mark=refund.idempotency_key)
        if found is not None:
            return found
    return stripe.create_refund(
        keys,
        intent=payment.provider_reference,
        amount_minor=refund.amount_minor,
        currency=payment.captured_currency,
        metadata={"refund": refund.idempotency_key, "organization": str(refund.organization_id)},
        idempotency_key=f"{refund.idempotency_key}-{refund.attempts + 1}",
    )


@transaction.atomic
def retry_refund(refund: Refund, *, now: datetime, actor: Actor) -> Refund:
    """Try a refund again that failed; return it, or the one in its place when Stripe knows the failed one.

    Raises `RefundRefused` when it has not failed, or when its amount is no longer there.
    """
    order, payment, refund = lock_refund(refund.pk)
    left = queries.refundable_minor(payment)
    if refund.status != RefundStatus.FAILED or refund.amount_minor > left:
        raise RefundRefused(_("There is nothing to try again: this refund has been settled."))
    if order.needs_attention == REFUND_FAILED:
        order.needs_attention = ""
        order.save(update_fields=["needs_attention", "updated_at"])
    audit.record("refund.retried", refund, actor=actor, amount_minor=refund.amount_minor)
    if refund.provider_reference:
        again = start_refund(
            payment, amount_minor=refund.amount_minor, reason=RefundReason(refund.reason), now=now, actor=actor
        )
        again.guest_choice_id, refund.guest_choice_id = refund.guest_choice_id, None
        again.save(update_fields=["guest_choice"])
        refund.save(update_fields=["guest_choice"])
        return again
    # It never came to be at Stripe, as far as we know; the job looks for it there before it makes another.
    refund.status = RefundStatus.PENDING
    refund.next_attempt_at = now + SWEEP_AFTER
    refund.last_error = ""
    refund.save()
    enqueue("commerce.run_refund", refund_id=refund.pk)
    return refund


@transaction.atomic
def _record_failure(refund_id: int, error: stripe.GatewayError, *, now: datetime) -> Refund:
    order, _payment, refund = lock_refund(refund_id)
    refund.attempts += 1
    refund.last_error = str(error)[:2000]
    if isinstance(error, stripe.GatewayRefused) or refund.attempts >= MAX_ATTEMPTS:
        refund.status = RefundStatus.FAILED
        refund.next_attempt_at = None
        is_disputed = isinstance(error, stripe.GatewayRefused) and error.code == "charge_disputed"
        call_attention(order, REFUND_DISPUTED if is_disputed else REFUND_FAILED)
    else:
        refund.next_attempt_at = now + timedelta(seconds=60 * 2**refund.attempts)
    refund.save()
    return refund


def lock_refund(refund_id: int) -> tuple[Order, Payment, Refund]:
    """Return the order and the payment of a refund and itself, locked in that order until the end of the transaction."""
    order_id, payment_id = Refund.objects.values_list("payment__order_id", "payment_id").get(pk=refund_id)
    order = queries.order_for_update(order_id)
    payment = queries.payment_for_update(payment_id)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    refund.payment = payment
    return order, payment, refund


@transaction.atomic
def settle_refund(refund_id: int, *, state: RefundState, now: datetime) -> Refund:
    """Bring a refund, its payment and its order in line with what Stripe says of it; return it.

    A refund that fails after it had succeeded opens the amount again and calls staff. One that was given up here, but came to be at
    Stripe, is what Stripe says. A repeat has no effect.
    """
    order, payment, refund = lock_refund(refund_id)
    wanted = STATUSES[state.status]
    was_given_up = refund.status == RefundStatus.FAILED and not refund.provider_reference
    refund.provider_reference = state.reference
    if state.moved_at is not None or wanted == RefundStatus.SUCCEEDED:
        record_refund(refund, occurred_at=state.moved_at or now)
    if wanted in (RefundStatus.FAILED, RefundStatus.CANCELLED):
        record_refund_failed(refund, occurred_at=state.returned_at or now)
    if wanted == refund.status or not (was_given_up or refund_may_become(refund.status, wanted)):
        # Stripe has it now: its webhooks will tell the rest.
        refund.next_attempt_at = now + ASK_AGAIN_AFTER if refund.status in UNDER_WAY else None
        refund.save()
        return refund
    close_refund(order, payment, refund, wanted, failure=state.failure, now=now)
    return refund


def close_refund(
    order: Order, payment: Payment, refund: Refund, wanted: RefundStatus, *, failure: str, now: datetime
) -> None:
    """Write down what has become of a refund, and let payment and order follow; in the caller's transaction, all locked."""
    had_succeeded = refund.status == RefundStatus.SUCCEEDED
    refund.status = wanted
    # Who is asked for a bank account may take weeks, or never answer: then Stripe fails the refund.
    is_under_way = wanted in UNDER_WAY
    refund.settled_at = None if is_under_way else now
    refund.next_attempt_at = now + ASK_AGAIN_AFTER if is_under_way else None
    refund.last_error = failure
    refund.save()
    if had_succeeded or wanted == RefundStatus.SUCCEEDED:
        _follow_refunds(order, payment)
    if wanted == RefundStatus.SUCCEEDED:
        publish("commerce.refund_succeeded", order_id=order.pk, refund_id=refund.pk)
    if wanted == RefundStatus.FAILED:
        call_attention(order, REFUND_FAILED)
    else:
        settle_attention(order)
    if wanted == RefundStatus.SUCCEEDED and queries.went_back_twice_minor(payment):
        call_attention(order, PAID_BACK_TWICE)
    audit.record(f"refund.{wanted.value}", refund, amount_minor=refund.amount_minor)


def _follow_refunds(order: Order, payment: Payment) -> None:
    """Let a payment and its order say what went back. What went back beyond the payment is in the ledger only."""
    payment.refunded_minor = min(payment.captured_minor, queries.went_back_minor(payment))
    wanted = received_status(
        captured_minor=payment.captured_minor,
        refunded_minor=payment.refunded_minor,
        contested_minor=payment.disputed_minor + payment.lost_minor,
    )
    if payment.status in RECEIVED:
        set_payment_status(payment, wanted)
    payment.save()
    if order.status in (OrderStatus.PAID, OrderStatus.COMPLETED, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED):
        _follow_money(order)


def _follow_money(order: Order) -> None:
    left = queries.paid_minor(order)
    # What a change added and is still to come was not taken away.
    if left + queries.due_minor(order) >= order.total_minor:
        # A second payment that goes back leaves the order as it was.
        status = OrderStatus.COMPLETED if order.status == OrderStatus.COMPLETED else OrderStatus.PAID
    else:
        status = OrderStatus.PARTIALLY_REFUNDED if left else OrderStatus.REFUNDED
    if status != order.status:
        set_order_status(order, status)
        order.save(update_fields=["status", "updated_at"])


@transaction.atomic
def adopt_refund(payment_id: int, *, state: RefundState, now: datetime) -> Refund | None:
    """Write down a refund of a payment that somebody made at Stripe itself, as Stripe tells it; return it. A repeat has no effect.

    Returns None for what Stripe calls a refund when reserved money is freed: none of it had come in, and none of it moves.
    """
    order = queries.order_for_update(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    payment = queries.payment_for_update(payment_id)
    if not payment.captured_minor or (state.status == "succeeded" and state.moved_at is None):
        return None
    refund, is_new = Refund.objects.get_or_create(
        provider_reference=state.reference,
        defaults={
            "payment": payment,
            "amount_minor": state.amount_minor,
            "reason": RefundReason.OTHER,
            "note": MADE_AT_STRIPE,
            "idempotency_key": f"refund-{uuid.uuid4()}",
        },
    )
    if is_new:
        call_attention(order, MADE_AT_STRIPE)
        publish("commerce.refund_started", order_id=order.pk, refund_id=refund.pk)
    return settle_refund(refund.pk, state=state, now=now)
