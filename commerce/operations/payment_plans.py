"""What is expected to be paid for an order: the whole amount, or a deposit now and the rest later; and what is expected anew."""

from datetime import date, datetime, timedelta

from commerce import queries
from commerce.enums import PaymentMethod, PaymentPurpose, PaymentStatus
from commerce.models import Order, Payment, PaymentSettings
from commerce.operations.states import set_payment_status, take_off
from commerce.rules import FURTHER, METHODS, PaymentPlan, first_payment_status, methods_that, rest_method
from tours.enums import SEAT_TAKING


def expect_payments(
    order: Order, plan: PaymentPlan, *, method: PaymentMethod, row: PaymentSettings, now: datetime
) -> Payment:
    """Write down what is to be paid for an order by `method`, now and later; return the payment that comes first.

    In the caller's transaction.
    """
    today = now.astimezone(row.organization.zone).date()
    first = Payment.objects.create(
        order=order,
        method=method,
        status=first_payment_status(method),
        purpose=PaymentPurpose.DEPOSIT if plan.rest_minor else PaymentPurpose.WHOLE,
        amount_minor=plan.now_minor,
        currency=order.currency,
        due_on=today + timedelta(days=row.invoice_days) if METHODS[method].has_due_date else None,
        succeeded_at=now if METHODS[method].is_free else None,
        takes_later=plan.takes_later,
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


def await_again(order: Order) -> None:
    """Wait again for as much of what was to be paid later as is owed now that late money is honoured. The caller has locked the order."""
    left = queries.missing_minor(order)
    given_up = order.payments.filter(purpose__in=FURTHER, status=PaymentStatus.CANCELLED)
    for later in given_up.filter(method__in=methods_that(is_promise=True)).order_by("-pk"):
        if left <= 0:
            return
        set_payment_status(later, PaymentStatus.AWAITING_APPROVAL)
        later.amount_minor = min(later.amount_minor, left)
        later.save(update_fields=["status", "amount_minor", "updated_at"])
        left -= later.amount_minor


def expect_no_more(order: Order, *, latest_first: bool = True) -> None:
    """Let staff wait for no more money than is owed for places that stand or wait for a choice. The caller has locked the order."""
    stands = order.lines.filter(booking__status__in=SEAT_TAKING).exists()
    # An order of which nothing is left is closed with its payments.
    if not stands and not queries.claims_minor(order):
        return
    awaited = queries.due_payments(order)
    owed = max(0, queries.claims_minor(order) - queries.here_minor(order) - queries.reserved_minor(order))
    too_much = sum(payment.amount_minor for payment in awaited) - owed
    for payment in sorted(awaited, key=due_first, reverse=latest_first):
        if too_much > 0:
            too_much -= take_off(payment, too_much)


def due_first(payment: Payment) -> tuple[date, int]:
    """Return what payments are sorted by so that the first one due comes first."""
    return (payment.due_on or date.min, payment.pk)
