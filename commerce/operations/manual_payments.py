"""Money that comes past Stripe: written down by staff, above a limit confirmed by a second person, or given up."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import OrderStatus, PaymentMethod, PaymentPurpose, PaymentStatus
from commerce.models import Order, Payment
from commerce.operations.attention import settle_attention
from commerce.operations.card_payments import close_card_payments
from commerce.operations.confirmations import pay_off
from commerce.operations.payment_plans import expect_anew, expect_no_more
from commerce.operations.payments import PaymentRefused, keep_holding, receive
from commerce.operations.reservations import await_freed
from commerce.operations.states import set_payment_status, stop_later
from commerce.rules import DECIDING, method_of
from tenancy import audit
from tenancy.audit import Actor
from tenancy.money import format_money

# For how long the places of an order are kept while its money waits for a second person.
SECOND_PERSON_HOLD = timedelta(days=3)


@transaction.atomic(durable=True)
def confirm_manual_payment(
    payment: Payment,
    *,
    amount_minor: int,
    accept_difference: bool = False,
    limit_minor: int | None = None,
    seen: str | None = None,
    now: datetime,
    actor: Actor,
) -> Payment:
    """Write down that money came in by transfer or on arrival, `amount_minor` of it, and confirm the order; return the payment.

    Above the organization's limit it is only written down, and counts when a second person approves it. Raises `PaymentRefused` when
    it is not waiting for that, or when the amount is not the payment's: unless staff `accept_difference`, too little would sell the
    places for less. An accepted difference is recorded and shown on the order. What is missing is let off: it is refused when more than
    `limit_minor` of the order would have been given back or let off then. `seen` are the sums that the person saw
    (`queries.sums_seen`); when they have changed, it is refused too.
    """
    order = queries.order_for_update(payment.order_id)
    if seen not in (None, queries.sums_seen(order)):
        raise PaymentRefused(queries.changed_words())
    payment = queries.payment_for_update(payment.pk)
    expired = queries.is_late_money(order, payment)
    awaited = payment.status == PaymentStatus.AWAITING_APPROVAL and payment.recorded_at is None
    if not method_of(payment.method).by_staff or not (awaited or expired):
        raise PaymentRefused(_("This payment is not waiting for confirmation."))
    if amount_minor != payment.amount_minor and not (accept_difference and amount_minor > 0):
        expected = format_money(payment.amount_minor, payment.currency)
        raise PaymentRefused(
            _("%(amount)s were expected. If you accept another amount, say so.") % {"amount": expected}
        )
    missing = max(0, payment.amount_minor - amount_minor)
    if problem := queries.refund_problem(order, missing, limit_minor=limit_minor):
        raise PaymentRefused(problem)
    receive_or_record(order, payment, amount_minor=amount_minor, now=now, actor=actor)
    return payment


def receive_or_record(order: Order, payment: Payment, *, amount_minor: int, now: datetime, actor: Actor) -> None:
    """Take in money that came by hand, or write it down for a second person.

    That is so when all that came by hand for the order would be above the organization's limit; of each payment what it settles counts,
    not less. In the caller's transaction; order and payment are locked.
    """
    limit = queries.payment_settings().second_person_minor
    by_hand = queries.by_hand_minor(order, but=payment) + max(amount_minor, payment.amount_minor)
    if limit is None or by_hand <= limit:
        receive(
            order, payment, amount_minor=amount_minor, currency=payment.currency, reference="", now=now, actor=actor
        )
        return
    set_payment_status(payment, PaymentStatus.AWAITING_APPROVAL)
    payment.recorded_by_id = actor.pk if actor is not None and actor.is_authenticated else None
    payment.recorded_at = now
    payment.recorded_minor = amount_minor
    payment.save()
    keep_holding(order, until=now + SECOND_PERSON_HOLD, now=now)
    audit.record("payment.recorded", payment, actor=actor, amount_minor=amount_minor, currency=payment.currency)


@transaction.atomic(durable=True)
def approve_payment(payment: Payment, *, amount_minor: int, now: datetime, actor: Actor) -> Payment:
    """Confirm as the second person that `amount_minor` came in, as somebody else wrote it down; return the payment.

    Raises `PaymentRefused` when it is not waiting for that, when another amount was written down, or by the same person.
    """
    order, payment = _recorded_for_update(payment, amount_minor=amount_minor)
    if actor is None or not actor.is_authenticated or payment.recorded_by_id in (None, actor.pk):
        raise PaymentRefused(_("You wrote this down yourself. Somebody else has to confirm it."))
    receive(order, payment, amount_minor=amount_minor, currency=payment.currency, reference="", now=now, actor=actor)
    settle_attention(queries.order_for_update(order.pk))
    return payment


def _recorded_for_update(payment: Payment, *, amount_minor: int) -> tuple[Order, Payment]:
    order = queries.order_for_update(payment.order_id)
    payment = queries.payment_for_update(payment.pk)
    if payment.status != PaymentStatus.AWAITING_APPROVAL or payment.recorded_minor is None:
        raise PaymentRefused(_("This payment is not waiting for a second person."))
    if payment.recorded_minor != amount_minor:
        raise PaymentRefused(queries.changed_words())
    return order, payment


@transaction.atomic(durable=True)
def decline_payment(payment: Payment, *, amount_minor: int, reason: str, now: datetime, actor: Actor) -> Payment:
    """Say as the second person that `amount_minor` did not come in as it was written down; it is waited for as before.

    Returns the payment. One that nobody had promised is rejected; where it was to pay for the places, a promise takes its place.
    Raises `PaymentRefused` when it is not waiting for a second person, or another amount was written down.
    """
    order, payment = _recorded_for_update(payment, amount_minor=amount_minor)
    payment.recorded_by = payment.recorded_at = payment.recorded_minor = None
    is_over = order.status in (OrderStatus.EXPIRED, OrderStatus.CANCELLED)
    is_promise = method_of(payment.method).is_promise
    if is_over:
        set_payment_status(payment, PaymentStatus.CANCELLED)
    elif not is_promise:
        set_payment_status(payment, PaymentStatus.REJECTED)
    payment.save()
    if not is_over:
        if not is_promise and payment.purpose in DECIDING and not queries.is_beside(order, payment):
            _promise_instead(order, payment, now=now)
        # A card that was freed for this money is not reserved any more.
        await_freed(order, now=now)
        expect_no_more(order)
        pay_off(order, now=now)
    settle_attention(order)
    audit.record(
        "payment.declined",
        payment,
        actor=actor,
        amount_minor=amount_minor,
        currency=payment.currency,
        personal={"note": reason},
    )
    return payment


def _promise_instead(order: Order, payment: Payment, *, now: datetime) -> None:
    """Wait for what was to be paid to us already, and is not there, in a way that the guest can pay."""
    missing = min(payment.amount_minor, queries.missing_minor(order))
    if missing:
        promise = expect_anew(order, missing, purpose=PaymentPurpose(payment.purpose), now=now)
        order.method = promise.method
        order.save(update_fields=["method", "updated_at"])


def record_payment(
    order: Order,
    *,
    amount_minor: int,
    note: str,
    accept_more: bool = False,
    seen: str | None = None,
    now: datetime,
    actor: Actor,
) -> Payment:
    """Write down money that came another way than agreed, such as in cash or by a partner's voucher (`note`); return the payment.

    It is taken off what is waited for, then off what is reserved on a card; above the organization's limit only when a second person
    approves it. A card payment that was begun is stopped at Stripe first. More than is owed only if staff `accept_more`; the order then
    says so, or it goes back when the order is over. `seen` are the sums that the person saw (`queries.sums_seen`). Raises `PaymentRefused`
    when they have changed, for an order that takes no money, or for more than is owed, `GatewayError` when Stripe cannot be asked.
    """
    order = Order.objects.get(pk=order.pk)
    if order.status == OrderStatus.PENDING and not close_card_payments(order, now=now):
        raise PaymentRefused(_("The card payment came in, or is on its way. Please look at the order again."))
    return _record_payment(
        order.pk, amount_minor=amount_minor, note=note, accept_more=accept_more, seen=seen, now=now, actor=actor
    )


@transaction.atomic(durable=True)
def _record_payment(
    order_id: int, *, amount_minor: int, note: str, accept_more: bool, seen: str | None, now: datetime, actor: Actor
) -> Payment:
    order = queries.order_for_update(order_id)
    if seen not in (None, queries.sums_seen(order)):
        raise PaymentRefused(queries.changed_words())
    reserved = queries.reserved_payment(order)
    if reserved is not None and reserved.is_being_taken:
        raise PaymentRefused(_("The card is being charged just now. Please look at the order again in a few minutes."))
    most = queries.recordable_minor(order)
    may_be_more = accept_more and order.status in queries.TAKES_MONEY
    if amount_minor <= 0 or (amount_minor > most and not may_be_more):
        raise PaymentRefused(
            _("At most %(amount)s are still to be paid for this order.")
            % {"amount": format_money(most, order.currency)}
        )
    deciding = queries.deciding_payment(order)
    least = deciding.amount_minor if deciding is not None and order.status == OrderStatus.PENDING else 0
    if amount_minor < least:
        raise PaymentRefused(
            _("At least %(amount)s are needed to confirm the places.") % {"amount": format_money(least, order.currency)}
        )
    begun = queries.begun_card_payment_of(order)
    if begun is not None and begun.status != PaymentStatus.PROCESSING:
        stop_later(begun, now=now)
    due = queries.due_payments(order)
    first = deciding if order.status == OrderStatus.PENDING else next(iter(due), None)
    if first is not None and order.status == OrderStatus.PENDING and method_of(order.method).by_provider:
        # The card was stopped above and is out of the game.
        set_payment_status(first, PaymentStatus.CANCELLED)
        first.save()
        order.method = PaymentMethod.MANUAL
        order.save(update_fields=["method", "updated_at"])
    payment = Payment.objects.create(
        order=order,
        method=PaymentMethod.MANUAL,
        status=PaymentStatus.AWAITING_APPROVAL,
        amount_minor=amount_minor,
        currency=order.currency,
        purpose=PaymentPurpose.EXTRA if first is None else first.purpose,
        note=note[:200],
    )
    receive_or_record(order, payment, amount_minor=amount_minor, now=now, actor=actor)
    return payment


@transaction.atomic(durable=True)
def reject_manual_payment(payment: Payment, *, reason: str, now: datetime, actor: Actor) -> Payment:
    """Write down that a transfer will not come; the sweep then gives the places back. Returns the payment.

    Raises `PaymentRefused` when it is not waiting for confirmation, or was written down: then a second person decides.
    """
    order = queries.order_for_update(payment.order_id)
    payment = queries.payment_for_update(payment.pk)
    is_awaited = payment.status == PaymentStatus.AWAITING_APPROVAL and payment.recorded_at is None
    if not is_awaited or order.status != OrderStatus.PENDING:
        raise PaymentRefused(_("This payment is not waiting for confirmation."))
    set_payment_status(payment, PaymentStatus.REJECTED)
    payment.save()
    order.hold_expires_at = now
    order.save(update_fields=["hold_expires_at", "updated_at"])
    audit.record("payment.rejected", payment, actor=actor, personal={"note": reason})
    return payment
