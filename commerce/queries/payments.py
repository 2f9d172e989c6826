"""How orders can be paid, and how much of their money is where."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from commerce.enums import (
    UNDECIDED,
    ChangeKind,
    ChoiceStatus,
    InvoiceCustomers,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
)
from commerce.gateways import stripe
from commerce.models import GuestChoice, Order, Payment, PaymentSettings, ProviderEvent
from commerce.queries.disputes import is_contested
from commerce.rules import (
    DECIDING,
    FURTHER,
    PAID_AND_STANDING,
    PaymentPlan,
    method_of,
    methods_that,
    within_refund_limit,
)
from tenancy.models import User
from tenancy.money import format_money
from tenancy.rules import roles_with
from tours.enums import SEAT_TAKING, BookingStatus

TEST_MODE_KEY: Final = "card-test-mode"
TEST_MODE_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A way of paying that is offered; `problem` says why it cannot be used for this amount, else it is empty.

    `plan` is what it asks for now and what later, where that was reckoned.
    """

    method: PaymentMethod
    description: str
    problem: str = ""
    plan: PaymentPlan | None = None

    @property
    def waits_minutes(self) -> bool:
        """Whether places are kept for minutes while a guest pays like this."""
        return method_of(self.method).by_provider


def payment_settings() -> PaymentSettings:
    """Return how the organization in scope is paid, with the organization loaded; one query."""
    return PaymentSettings.objects.select_related("organization").get()


def refund_limit_of(user: User) -> int | None:
    """Return the most that a person may pay back of one order, in minor units: None is any amount, 0 nothing at all."""
    if not user.has_perm("commerce.refund_payment"):
        return 0
    return None if user.has_perm("commerce.refund_any_amount") else payment_settings().refund_limit_minor


def hold_minutes(row: PaymentSettings) -> int:
    """Return for how many minutes the places of a card payment are kept."""
    return row.hold_minutes or settings.HOLD_MINUTES


def last_event_at() -> datetime | None:
    """Return when Stripe last told the organization in scope something, or None."""
    return ProviderEvent.objects.order_by("-pk").values_list("created_at", flat=True).first()


def takes_test_cards() -> bool:
    """Return whether guests of the organization in scope pay by card without real money moving; kept in the cache."""
    known: bool | None = cache.get(TEST_MODE_KEY)
    if known is None:
        row = payment_settings()
        keys = stripe.keys_of(row)
        known = row.card_enabled and bool(keys.secret) and not keys.livemode
        cache.set(TEST_MODE_KEY, known, TEST_MODE_SECONDS)
    return known


def forget_test_mode() -> None:
    """Forget what the cache knows of the organization's keys."""
    cache.delete(TEST_MODE_KEY)


def payment_methods(
    row: PaymentSettings, *, total_minor: int, currency: str, invoiced: bool = False, reserve_words: str = ""
) -> list[MethodChoice]:
    """Return the ways of paying an organization offers for an amount, with texts in the active language.

    `invoiced`: staff book for a customer who may pay by invoice. `reserve_words`: what is said of cards that are only reserved at first.
    """
    if total_minor == 0:
        return [MethodChoice(PaymentMethod.FREE, _("There is nothing to pay."))]
    choices = []
    if row.card_enabled and stripe.keys_of(row).secret:
        choices.append(
            MethodChoice(
                PaymentMethod.CARD,
                reserve_words or _("Pay now, safely, by card or wallet."),
                card_problem(total_minor, currency),
            )
        )
    if row.bank_transfer_enabled:
        text = _("Transfer the amount within %(days)d days. We keep your places until then.")
        choices.append(MethodChoice(PaymentMethod.BANK_TRANSFER, text % {"days": row.bank_transfer_days}))
    if row.on_arrival_enabled:
        choices.append(MethodChoice(PaymentMethod.ON_ARRIVAL, _("Pay when you come to the tour.")))
    if takes_invoice(row, total_minor=total_minor, invoiced=invoiced):
        text = _("Your places are confirmed now; you pay within %(days)d days.")
        choices.append(MethodChoice(PaymentMethod.INVOICE, text % {"days": row.invoice_days}))
    return choices


def takes_invoice(row: PaymentSettings, *, total_minor: int, invoiced: bool) -> bool:
    """Return whether an amount may be paid by invoice: by everybody, or (`invoiced`) by a customer who was chosen."""
    may = row.invoice_for == InvoiceCustomers.EVERYBODY or (row.invoice_for == InvoiceCustomers.CHOSEN and invoiced)
    is_enough = row.invoice_min_minor is None or total_minor >= row.invoice_min_minor
    is_little = row.invoice_max_minor is None or total_minor <= row.invoice_max_minor
    return may and is_enough and is_little


def card_problem(total_minor: int, currency: str) -> str:
    """Return why an amount cannot be paid by card, in the active language, or an empty text."""
    minimum = stripe.minimum_minor(currency)
    if total_minor < minimum:
        return _("Cards are accepted from %(amount)s.") % {"amount": format_money(minimum, currency)}
    try:
        stripe.to_stripe(total_minor, currency)
    except stripe.NotRepresentable:
        return _("This amount cannot be paid by card.")
    return ""


def payment_for_update(pk: int) -> Payment:
    """Return a payment locked until the end of the transaction; lock its order before."""
    return Payment.objects.select_for_update().get(pk=pk)


def card_payment_of(order: Order) -> Payment | None:
    """Return the card payment by which the order, or its deposit, was to be paid, or None."""
    cards = order.payments.filter(method__in=methods_that(by_provider=True), purpose__in=DECIDING)
    return cards.order_by("pk").first()


def begun_card_payment_of(order: Order) -> Payment | None:
    """Return the card payment that was begun instead of, or on top of, the way chosen at first, and has not come in, or None."""
    begun = (PaymentStatus.PENDING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED, PaymentStatus.PROCESSING)
    cards = order.payments.filter(method__in=methods_that(by_provider=True), status__in=begun).order_by("-pk")
    return next((payment for payment in cards if came_instead(order, payment)), None)


def came_instead(order: Order, payment: Payment) -> bool:
    """Return whether a payment is not the one that the order began with: what it brings is taken off what is waited for."""
    return payment.purpose in FURTHER or payment.method != order.method


def is_beside(order: Order, payment: Payment) -> bool:
    """Return whether staff wrote a payment down that nobody had waited for as such."""
    return not method_of(payment.method).is_promise and payment.method != order.method


def deciding_payment(order: Order) -> Payment | None:
    """Return the latest payment that decides about an order's places: of the whole amount or the deposit."""
    return max(
        (payment for payment in order.payments.all() if payment.purpose in DECIDING),
        # What a second person did not find decides nothing while there is another.
        key=lambda payment: (payment.status != PaymentStatus.REJECTED, payment.pk),
        default=None,
    )


def due_payments(order: Order) -> list[Payment]:
    """Return what guests promised and staff wait for, the first one due first; not what a second person is to approve."""
    due = [
        payment
        for payment in order.payments.all()
        if payment.status == PaymentStatus.AWAITING_APPROVAL
        and method_of(payment.method).is_promise
        and payment.recorded_at is None
    ]
    return sorted(due, key=lambda payment: (payment.due_on or date.min, payment.pk))


def payable_minor(order: Order, *, now: datetime) -> int:
    """Return what a guest may pay by card instead of the way chosen, or on top of it, in minor units: what the places need, or is owed."""
    if order.status != OrderStatus.PENDING:
        return owed_minor(order)
    if order.hold_expires_at is None or order.hold_expires_at <= now or not method_of(order.method).holds_days:
        return 0
    return sum(payment.amount_minor for payment in due_payments(order) if payment.purpose in DECIDING)


def due_minor(order: Order) -> int:
    """Return how much guests have promised to pay for an order and is still to come, in minor units."""
    return sum(payment.amount_minor for payment in due_payments(order))


def paid_minor(order: Order) -> int:
    """Return what came in for an order less what went back, by us or by the guest's bank for good, in minor units."""
    return sum(
        max(0, payment.captured_minor - payment.refunded_minor - payment.lost_minor) for payment in order.payments.all()
    )


def received_minor(order: Order) -> int:
    """Return what came in for an order and was not taken away by the guest's bank, whatever of it went back, in minor units."""
    return paid_minor(order) + sum(payment.refunded_minor for payment in order.payments.all())


def here_minor(order: Order) -> int:
    """Return how much money of an order came in and is not on its way back, in minor units; what is contested counts until it is lost."""
    return max(0, paid_minor(order) - sum(refunding_minor(payment) for payment in order.payments.all()))


def claims_minor(order: Order) -> int:
    """Return what an order keeps when it is paid: what places cost that stand or wait for a choice, and fees for those given up."""
    return standing_minor(order) + undecided_minor(order) + order.cancellation_fee_minor


def awaits_money(order: Order) -> bool:
    """Return whether money is waited for: promised, written down for a second person, or reserved on a card."""
    waiting = (PaymentStatus.AWAITING_APPROVAL, PaymentStatus.AUTHORISED)
    return any(payment.status in waiting for payment in order.payments.all())


def owed_minor(order: Order) -> int:
    """Return what is still to be paid for an order, in minor units; nothing for one that is over, or for places that were lost."""
    if order.status == OrderStatus.PENDING:
        return max(0, standing_minor(order) + order.cancellation_fee_minor - paid_minor(order))
    if order.status in (OrderStatus.CONFIRMED, *PAID_AND_STANDING):
        # What went back out of kindness is not owed again, nor is what a cancelled departure cost.
        return max(0, min(due_minor(order), standing_minor(order) + order.cancellation_fee_minor - paid_minor(order)))
    return 0


def owed_method(order: Order) -> PaymentMethod:
    """Return by which way what is owed is to come."""
    due = due_payments(order) if order.status != OrderStatus.PENDING else []
    return PaymentMethod(due[0].method if due else order.method)


def due_now_minor(order: Order) -> int:
    """Return what is to be paid next for an order, in minor units: what its places need, else the first that is due."""
    if order.status == OrderStatus.PENDING:
        deciding = deciding_payment(order)
        return min(deciding.amount_minor, owed_minor(order)) if deciding else 0
    due = due_payments(order)
    return min(due[0].amount_minor, owed_minor(order)) if due else 0


def later_payments(order: Order) -> list[Payment]:
    """Return what is waited for and has a day, such as the rest after a deposit, the first one due first."""
    return [payment for payment in due_payments(order) if payment.due_on is not None]


def can_pay_due_by_card(order: Order) -> bool:
    """Return whether a guest may pay by card what is still owed for an order that stands."""
    owed = owed_minor(order) if order.status in (OrderStatus.CONFIRMED, *PAID_AND_STANDING) else 0
    if not owed:
        return False
    offers = payment_methods(payment_settings(), total_minor=owed, currency=order.currency)
    return any(method_of(offer.method).by_provider and not offer.problem for offer in offers)


def refunding_minor(payment: Payment) -> int:
    """Return how much of a payment is on its way back, in minor units."""
    return sum(
        refund.amount_minor for refund in payment.refunds.all() if refund.status in ("pending", "requires_action")
    )


def refundable_minor(payment: Payment) -> int:
    """Return how much of a payment is here and not on its way back, in minor units; nothing while a chargeback is open."""
    if is_contested(payment):
        return 0
    return max(0, payment.captured_minor - payment.refunded_minor - payment.lost_minor - refunding_minor(payment))


def given_back_minor(order: Order) -> int:
    """Return how much money of an order went back or is on its way, whoever began it, in minor units."""
    return sum(payment.refunded_minor + refunding_minor(payment) for payment in order.payments.all())


def written_off_minor(order: Order) -> int:
    """Return how much of an order was written off, in minor units."""
    return -sum(min(0, adjustment.amount_minor) for adjustment in order.adjustments.all())


def let_off_minor(order: Order) -> int:
    """Return how much of an order its guest was let off by staff, in minor units.

    That is what was written off, what was agreed for places that were given up and not asked for, and what was missing from
    payments that staff accepted all the same, also while they wait for a second person.
    """
    cancellations = sum(cancellation.let_off_minor for cancellation in order.cancellations.all())
    missing = sum(
        max(0, payment.amount_minor - came)
        for payment in order.payments.all()
        if (came := payment.captured_minor or payment.recorded_minor or 0) and method_of(payment.method).by_staff
    )
    changes = sum(change.let_off_minor for change in order.changes.all())
    return written_off_minor(order) + cancellations + changes + missing


def refund_problem(order: Order, amount_minor: int, *, limit_minor: int | None) -> str:
    """Return why somebody with this limit cannot give up so much more of an order, in the active language, or an empty text.

    What goes back to guests and what they are let off count together.
    """
    if limit_minor is None:
        return ""
    given_back = given_back_minor(order) + let_off_minor(order)
    if within_refund_limit(amount_minor, given_back_minor=given_back, limit_minor=limit_minor):
        return ""
    roles = [str(role.label) for role in roles_with("commerce.refund_any_amount")]
    return _(
        "You may pay back up to %(limit)s of one order; this would make it %(sum)s. More can be paid back by: %(roles)s."
    ) % {
        "limit": format_money(limit_minor, order.currency),
        "sum": format_money(given_back + amount_minor, order.currency),
        "roles": ", ".join(roles),
    }


def refund_split(order: Order, amount_minor: int) -> list[tuple[Payment, int]]:
    """Return how much of an amount goes back to which payment of an order, the latest payment first."""
    split = []
    for payment in sorted(order.payments.all(), key=lambda payment: -payment.pk):
        part = min(amount_minor, refundable_minor(payment))
        if part > 0:
            amount_minor -= part
            split.append((payment, part))
    return split


def kept_minor(order: Order) -> int:
    """Return how much money of an order is here and not on its way back, in minor units."""
    return sum(refundable_minor(payment) for payment in order.payments.all())


def standing_minor(order: Order) -> int:
    """Return what the places of an order cost that were not cancelled and did not expire, in minor units."""
    lost = [line.total_minor for line in order.lines.all() if line.booking.status not in SEAT_TAKING]
    return 0 if len(lost) == len(order.lines.all()) else max(0, order.total_minor - sum(lost))


def undecided_minor(order: Order) -> int:
    """Return what places cost that were lost and whose money waits for a choice or an approval, in minor units; one query."""
    # Who may still choose about a departure that was moved has the places all the while.
    lost = Q(change__kind=ChangeKind.CANCELLED) | Q(status__in=(ChoiceStatus.HELD, ChoiceStatus.DUE))
    choices = GuestChoice.objects.filter(lost, order=order, status__in=UNDECIDED)
    return choices.aggregate(total=Sum("amount_minor", default=0))["total"]


def surplus_minor(order: Order) -> int:
    """Return how much more money is here for an order than it keeps, in minor units.

    It keeps what places cost that stand or wait for a choice, and the fees for those that were given up.
    """
    return max(0, kept_minor(order) - claims_minor(order))


def cancelling_gives_back(order: Order) -> int:
    """Return what goes back when an order is cancelled by the organizer: all but the fees for places given up before."""
    return max(0, kept_minor(order) - order.cancellation_fee_minor)


def refundable_without_cancelling(order: Order) -> int:
    """Return what staff may pay back of an order as it is, in minor units: while places are to come, only the surplus."""
    to_come = order.lines.filter(
        booking__status__in=(BookingStatus.HELD, BookingStatus.PENDING, BookingStatus.CONFIRMED)
    )
    return surplus_minor(order) if to_come.exists() else kept_minor(order)


def refundable_most(order: Order) -> int:
    """Return the most that staff may pay back of an order as it is, in minor units; while it is not paid, no gift."""
    is_unpaid = order.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED)
    return refundable_without_cancelling(order) if is_unpaid else kept_minor(order)
