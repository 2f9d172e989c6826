"""Extra charges and reductions: what staff put on an order's price, or write off."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import OrderStatus, PaymentPurpose, PaymentStatus
from commerce.models import Order, OrderAdjustment, Payment
from commerce.operations.confirmations import pay_off
from commerce.operations.payment_plans import promised_method
from commerce.operations.payments import PaymentRefused
from commerce.operations.states import take_off
from commerce.rules import PAID_AND_STANDING
from tenancy import audit
from tenancy.audit import Actor
from tenancy.money import format_money

STANDING = (OrderStatus.CONFIRMED, *PAID_AND_STANDING)


@transaction.atomic
def add_charge(
    order: Order,
    *,
    amount_minor: int,
    reason: str,
    due_on: date | None = None,
    seen: str | None = None,
    now: datetime,
    actor: Actor,
) -> Payment:
    """Put an extra charge on an order that stands; return the payment that is now waited for.

    The guest pays it by card on the page of the order, by a payment link, or as staff write it down. `seen` are the sums that the person
    saw (`queries.sums_seen`). Raises `PaymentRefused` when they have changed, or for an order that is over or not confirmed yet.
    """
    order = queries.order_for_update(order.pk)
    if seen not in (None, queries.sums_seen(order)):
        raise PaymentRefused(queries.changed_words())
    if order.status not in STANDING or amount_minor <= 0:
        raise PaymentRefused(_("Extra charges are for orders that are confirmed or paid."))
    _adjust(order, amount_minor, reason=reason, actor=actor)
    payment = Payment.objects.create(
        order=order,
        method=promised_method(order),
        status=PaymentStatus.AWAITING_APPROVAL,
        purpose=PaymentPurpose.EXTRA,
        amount_minor=amount_minor,
        currency=order.currency,
        due_on=due_on,
        note=reason[:200],
    )
    audit.record("order.charged", order, actor=actor, total_minor=amount_minor, personal={"note": reason})
    return payment


@transaction.atomic
def write_off(
    order: Order,
    *,
    amount_minor: int,
    reason: str,
    limit_minor: int | None = None,
    seen: str | None = None,
    now: datetime,
    actor: Actor,
) -> OrderAdjustment:
    """Let a guest off a part of what is owed, or all of it; return the reduction. An order that owes nothing any more is paid.

    `seen` are the sums that the person saw (`queries.sums_seen`). Raises `PaymentRefused` when they have changed, for more than is owed,
    for an order that is not confirmed yet, or when more than `limit_minor` of it would have been given back or written off then.
    """
    order = queries.order_for_update(order.pk)
    if seen not in (None, queries.sums_seen(order)):
        raise PaymentRefused(queries.changed_words())
    owed = queries.owed_minor(order) if order.status in STANDING else 0
    if not 0 < amount_minor <= owed:
        raise PaymentRefused(
            _("At most %(amount)s can be written off of this order.") % {"amount": format_money(owed, order.currency)}
        )
    if problem := queries.refund_problem(order, amount_minor, limit_minor=limit_minor):
        raise PaymentRefused(problem)
    adjustment = _adjust(order, -amount_minor, reason=reason, actor=actor)
    left = amount_minor
    for payment in reversed(queries.due_payments(order)):
        left -= take_off(payment, left)
        if not left:
            break
    pay_off(order, now=now)
    audit.record("order.written_off", order, actor=actor, total_minor=amount_minor, personal={"note": reason})
    return adjustment


def _adjust(order: Order, amount_minor: int, *, reason: str, actor: Actor) -> OrderAdjustment:
    order.adjustment_minor += amount_minor
    order.total_minor += amount_minor
    order.save(update_fields=["adjustment_minor", "total_minor", "updated_at"])
    return OrderAdjustment.objects.create(
        order=order,
        amount_minor=amount_minor,
        reason=reason[:200],
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
    )
