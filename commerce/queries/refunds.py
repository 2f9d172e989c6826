"""What went back of payments, and what still has to."""

from django.db.models import Sum

from commerce.enums import RefundStatus
from commerce.models import Order, Payment, Refund


def went_back_minor(payment: Payment) -> int:
    """Return what all refunds of a payment that were made add up to, in minor units; one query."""
    made = Refund.objects.filter(payment=payment, status=RefundStatus.SUCCEEDED)
    return made.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def went_back_twice_minor(payment: Payment) -> int:
    """Return how much more of a payment went back than had come in, in minor units; one query."""
    return max(0, went_back_minor(payment) - payment.captured_minor)


def waits_for_refund_by_hand(order: Order) -> bool:
    """Return whether staff still have to pay money of an order back by hand; one query."""
    return Refund.objects.filter(payment__order=order, by_hand=True, status=RefundStatus.PENDING).exists()
