"""What is expected to be paid for an order: the whole amount, or a deposit now and the rest later; and what is expected anew."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from commerce import queries
from commerce.enums import PaymentMethod, PaymentPurpose, PaymentStatus
from commerce.models import Order, Payment, PaymentSettings
from commerce.rules import METHODS, first_payment_status, rest_method
from tours.models import Schedule


def expect_payments(
    order: Order,
    totals: Iterable[tuple[Schedule, int]],
    *,
    method: PaymentMethod,
    row: PaymentSettings,
    now: datetime,
) -> Payment:
    """Write down what is to be paid for an order by `method`, from what its lines on departures cost; return the payment that comes first.

    In the caller's transaction.
    """
    today = now.astimezone(row.organization.zone).date()
    totals = list(totals)
    plan = queries.plan_of(totals, method=method, currency=order.currency, today=today)
    first = Payment.objects.create(
        order=order,
        method=method,
        status=first_payment_status(method),
        purpose=PaymentPurpose.DEPOSIT if plan.rest_minor else PaymentPurpose.WHOLE,
        amount_minor=plan.now_minor,
        currency=order.currency,
        due_on=today + timedelta(days=row.invoice_days) if METHODS[method].has_due_date else None,
        succeeded_at=now if METHODS[method].is_free else None,
        takes_later=METHODS[method].can_wait and queries.takes_later(totals, currency=order.currency, now=now),
    )
    if plan.rest_minor:
        Payment.objects.create(
            order=order,
            method=rest_method(method, takes_transfers=row.bank_transfer_enabled),
            status=PaymentStatus.AWAITING_APPROVAL,
            purpose=PaymentPurpose.REST,
            amount_minor=plan.rest_minor,
            currency=order.currency,
            due_on=plan.rest_due_on,
        )
    return first


def promised_method(order: Order) -> PaymentMethod:
    """Return by which way more money is waited for of an order: as it promised to pay, else one that the organization takes."""
    takes_transfers = queries.payment_settings().bank_transfer_enabled
    return rest_method(PaymentMethod(order.method), takes_transfers=takes_transfers)


def expect_anew(order: Order, amount_minor: int, *, purpose: PaymentPurpose, now: datetime) -> Payment:
    """Wait for money of an order that nobody waits for so far; return the payment. In the caller's transaction, order locked."""
    method = promised_method(order)
    row = queries.payment_settings()
    today = now.astimezone(row.organization.zone).date()
    return Payment.objects.create(
        order=order,
        method=method,
        status=PaymentStatus.AWAITING_APPROVAL,
        purpose=purpose,
        amount_minor=amount_minor,
        currency=order.currency,
        due_on=today + timedelta(days=row.invoice_days) if METHODS[method].has_due_date else None,
    )
