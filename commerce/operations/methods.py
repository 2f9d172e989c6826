"""Another way to pay for an order that was to be paid by card."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import OrderStatus, PaymentMethod
from commerce.models import Order
from commerce.operations.card_payments import close_card_payments
from commerce.operations.orders import hold_until
from commerce.operations.payment_plans import expect_payments
from commerce.operations.payments import PaymentRefused
from commerce.operations.states import cancel_unpaid, set_order_status
from commerce.rules import METHODS, first_order_status
from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tours.models import Booking
from tours.operations import await_payment, confirm_bookings


def change_method(order: Order, *, method: PaymentMethod, now: datetime, actor: Actor = None) -> Order:
    """Let an order that waits for a card be paid by transfer or on arrival instead; return it.

    The card payment is stopped at Stripe first; when it came in or is on its way, the order is returned as that left it. Raises
    `PaymentRefused` when the order can no longer be paid or `method` is not offered, `GatewayError` when Stripe cannot be asked.
    """
    if not METHODS[method].by_staff or not METHODS[method].by_guests:
        raise PaymentRefused(_("Please choose how to pay."))
    if order.status == OrderStatus.PENDING and not close_card_payments(order, now=now):
        return Order.objects.get(pk=order.pk)
    return _change_method(order.pk, method=method, now=now, actor=actor)


@transaction.atomic(durable=True)
def _change_method(order_id: int, *, method: PaymentMethod, now: datetime, actor: Actor) -> Order:
    order = queries.order_for_update(order_id)
    if order.method == method:
        return order
    is_open = order.status == OrderStatus.PENDING and METHODS[PaymentMethod(order.method)].by_provider
    if not is_open or order.hold_expires_at is None or order.hold_expires_at <= now:
        raise PaymentRefused(_("The time to pay has run out. Your places have been given back."))
    row = queries.payment_settings()
    offers = queries.payment_methods(row, total_minor=order.total_minor, currency=order.currency)
    if not any(offer.method == method and not offer.problem for offer in offers):
        raise PaymentRefused(_("Please choose how to pay."))
    cancel_unpaid(order, now=now)
    lines = order.lines.select_related("booking__schedule")
    totals = [(line.booking.schedule, line.total_minor) for line in lines]
    today = now.astimezone(row.organization.zone).date()
    plan = queries.plan_of(totals, method=method, currency=order.currency, today=today)
    expect_payments(order, plan, method=method, row=row, now=now)
    order.method = method
    order.hold_expires_at = hold_until(method, row, now)
    bookings = list(Booking.objects.filter(order_lines__order=order).distinct())
    status = first_order_status(method)
    set_order_status(order, status)
    order.save()
    if METHODS[method].confirms_at_once:
        confirm_bookings(bookings, now=now)
        publish("commerce.order_confirmed", order_id=order.pk)
    else:
        await_payment(bookings, now=now)
    publish("commerce.method_changed", order_id=order.pk)
    audit.record("order.method_changed", order, actor=actor, method=method.value)
    return order
