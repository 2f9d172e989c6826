"""Money that comes by hand: what staff may confirm or write down next, and what waits for a second person."""

from django.utils.translation import gettext as _

from commerce.enums import OrderStatus, PaymentStatus
from commerce.models import Order, Payment
from commerce.queries.authorisations import reserved_minor, reserved_payment
from commerce.queries.payments import (
    claims_minor,
    due_minor,
    due_payments,
    here_minor,
    owed_minor,
    standing_minor,
)
from commerce.rules import DECIDING, PAID_AND_STANDING, method_of

# Orders for which money can be written down that came another way: also what a cancelled one owes, or what is to go back.
TAKES_MONEY = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    *PAID_AND_STANDING,
    OrderStatus.CANCELLED,
    OrderStatus.REFUNDED,
)


def is_late_money(order: Order, payment: Payment) -> bool:
    """Return whether a payment can still be confirmed although its order expired: what was to decide about its places."""
    return (
        order.status == OrderStatus.EXPIRED
        and payment.status == PaymentStatus.CANCELLED
        and payment.purpose in DECIDING
        and method_of(payment.method).by_staff
    )


def manual_payment_of(order: Order) -> Payment | None:
    """Return the payment that staff may confirm next: the first one due, or one whose time ran out before the money came."""
    due = due_payments(order)
    if due:
        return due[0]
    for payment in sorted(order.payments.all(), key=lambda payment: payment.pk):
        is_awaited = payment.status == PaymentStatus.AWAITING_APPROVAL and method_of(payment.method).by_staff
        if payment.recorded_at is None and (is_awaited or is_late_money(order, payment)):
            return payment
    return None


def recorded_payments_of(order: Order) -> list[Payment]:
    """Return the payments that were written down and wait for a second person, the first one first."""
    recorded = [
        payment
        for payment in order.payments.all()
        if payment.status == PaymentStatus.AWAITING_APPROVAL and payment.recorded_at is not None
    ]
    return sorted(recorded, key=lambda payment: payment.pk)


def recorded_payment_of(order: Order) -> Payment | None:
    """Return the first payment that was written down and waits for a second person, or None."""
    return next(iter(recorded_payments_of(order)), None)


def recorded_minor(order: Order) -> int:
    """Return how much was written down for an order and waits for a second person, in minor units."""
    return sum(payment.recorded_minor or 0 for payment in recorded_payments_of(order))


def by_hand_minor(order: Order, *, but: Payment) -> int:
    """Return what came by hand for an order, or was written down, besides one payment; of each what it settled, in minor units."""
    return sum(
        max(payment.amount_minor, payment.captured_minor, payment.recorded_minor or 0)
        for payment in order.payments.all()
        if payment.pk != but.pk
        and method_of(payment.method).by_staff
        and (payment.captured_minor or payment.recorded_at is not None)
    )


def fee_owed_minor(order: Order) -> int:
    """Return what a cancelled order still owes for its places that were given up, in minor units."""
    if order.status != OrderStatus.CANCELLED:
        return 0
    return max(0, order.cancellation_fee_minor - here_minor(order))


def recordable_minor(order: Order) -> int:
    """Return how much money may be written down for an order before it is more than is owed, in minor units.

    What is reserved on a card may come another way as well, until it is being taken: so much less is taken then.
    """
    recorded = recorded_payments_of(order)
    sums = sum(payment.recorded_minor or 0 for payment in recorded)
    if order.status == OrderStatus.PENDING:
        return max(0, owed_minor(order) - sums)
    # What was promised and is written down itself is not among what is owed any more.
    beside = sum(payment.recorded_minor or 0 for payment in recorded if not method_of(payment.method).is_promise)
    return max(0, owed_minor(order) + fee_owed_minor(order) + releasable_minor(order) - beside)


def releasable_minor(order: Order) -> int:
    """Return how much is reserved on the guest's card for an order and is not being taken yet, in minor units."""
    reserved = reserved_payment(order)
    return reserved.amount_minor if reserved is not None and not reserved.is_being_taken else 0


def missing_minor(order: Order) -> int:
    """Return what an order costs that is neither here nor waited for nor reserved on a card, in minor units."""
    waited_for = recorded_minor(order) + due_minor(order) + reserved_minor(order)
    return max(0, claims_minor(order) - here_minor(order) - waited_for)


def sums_seen(order: Order) -> str:
    """Return how the money of an order stands, as a form that shows it sends it back: what somebody decides, they decide on these sums."""
    sums = (
        order.status,
        order.total_minor,
        standing_minor(order),
        order.cancellation_fee_minor,
        here_minor(order),
        recorded_minor(order),
        due_minor(order),
        reserved_minor(order),
    )
    return ":".join(str(part) for part in sums)


def changed_words() -> str:
    """Return what is said to somebody who decided on sums that have changed since, in the active language."""
    return _("This has just been changed. Please look at it again.")
