"""Cards that are reserved for less than before, or not at all any more, and what guests pay instead."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_noop

from commerce import queries
from commerce.enums import OrderStatus, PaymentMethod, PaymentPurpose, PaymentStatus
from commerce.models import Order, Payment
from commerce.operations.attention import call_attention
from commerce.operations.states import stop_later
from commerce.rules import rest_method
from tenancy.outbox import publish

# For how long guests have to pay in another way what was reserved on their card.
PAY_INSTEAD_WITHIN: Final = timedelta(days=3)
RESERVATION_FREED: Final = gettext_noop(
    "The bank would not keep the card reserved any longer, so it was freed. The guest was asked to pay."
)
RESERVATION_ODD: Final = gettext_noop(
    "What is still to be paid cannot be taken from the card, so it was freed. The guest was asked to pay."
)


def lower_reserved(order: Order, *, now: datetime) -> None:
    """Let no more be taken from a reserved card than the order still needs: places were given up, or other money came in.

    In the caller's transaction, which has locked the order and lets it be paid. What is being taken stands as it is.
    """
    payment = queries.reserved_payment(order)
    if payment is None or payment.is_being_taken:
        return
    worth = queries.claims_minor(order) - queries.here_minor(order) - queries.due_minor(order)
    worth -= queries.recorded_minor(order)
    if worth >= payment.amount_minor:
        return
    if worth <= 0:
        stop_later(payment, now=now)
    elif queries.card_problem(worth, payment.currency):
        stop_later(payment, now=now)
        await_instead(order, payment, attention=RESERVATION_ODD, now=now)
    else:
        payment.amount_minor = worth
        payment.save(update_fields=["amount_minor", "updated_at"])


def await_instead(order: Order, payment: Payment, *, attention: str, now: datetime) -> None:
    """Wait for what is missing now that a card is not reserved any more: the places stand, and guest and staff are told.

    Nobody is asked for anything while nothing is missing, or while the guest may still choose another departure. In the caller's
    transaction, which has locked the order and lets it be paid.
    """
    if order.status != OrderStatus.CONFIRMED or queries.undecided_minor(order):
        return
    amount = min(payment.amount_minor, queries.missing_minor(order))
    if not amount:
        return
    row = queries.payment_settings()
    day = now.astimezone(row.organization.zone).date() + PAY_INSTEAD_WITHIN
    starts = [line.booking.schedule.date for line in order.lines.select_related("booking__schedule")]
    Payment.objects.create(
        order=order,
        method=rest_method(PaymentMethod(payment.method), takes_transfers=row.bank_transfer_enabled),
        status=PaymentStatus.AWAITING_APPROVAL,
        purpose=PaymentPurpose.REST,
        amount_minor=amount,
        currency=payment.currency,
        due_on=min([day, *starts]),
    )
    call_attention(order, attention)
    publish("commerce.reservation_ended", order_id=order.pk, payment_id=payment.pk)


def await_freed(order: Order, *, now: datetime) -> None:
    """Wait for what a card had reserved that was freed while its guest could still choose a departure, and has taken one now.

    In the caller's transaction, which has locked the order.
    """
    freed = order.payments.filter(status=PaymentStatus.CANCELLED, authorised_until__isnull=False).order_by("-pk")
    for payment in freed[:1]:
        await_instead(order, payment, attention=RESERVATION_FREED, now=now)
