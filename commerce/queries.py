"""Reads of the commerce app: prices, methods, orders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce.enums import OrderStatus, PaymentMethod
from commerce.gateways import stripe
from commerce.models import Order, OrderLine, Payment, PaymentSettings, ProviderEvent, Refund
from crm.models import Customer
from tenancy.fields import translated
from tenancy.models import Organization
from tenancy.money import format_money
from tenancy.queries import absolute_url
from tours.enums import SEAT_TAKING, BookingStatus
from tours.models import PricingTier, Schedule
from tours.queries import price_tiers_of

MAX_QUANTITY: Final = 99


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """How many places of each price (by the tier's primary key) are wanted on a departure (with its variant and tour loaded)."""

    schedule: Schedule
    quantities: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step from the base price to what is paid: `kind` names the rule, `amount_minor` what it adds or takes off."""

    kind: str
    label: str
    amount_minor: int


@dataclass(slots=True)
class QuoteLine:
    """Places of one price on one departure, with the steps by which their price came about."""

    schedule: Schedule
    tier: PricingTier
    quantity: int
    currency: str
    steps: list[PriceStep] = field(default_factory=list)

    @property
    def total_minor(self) -> int:
        """The sum of the steps."""
        return sum(step.amount_minor for step in self.steps)

    @property
    def unit_price_minor(self) -> int:
        """The price of one place before any further rule."""
        return self.tier.price_minor

    @property
    def tier_name(self) -> str:
        """The tier's name in the active language."""
        return translated(self.tier, "name")

    @property
    def name(self) -> str:
        """Tour and variant in the active language."""
        return f"{translated(self.schedule.tour, 'name')} · {translated(self.schedule.variant, 'name')}"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a choice of places costs, step by step, in minor units of `currency`."""

    lines: tuple[QuoteLine, ...]
    currency: str

    @property
    def total_minor(self) -> int:
        """What is to be paid; the lines add up to it exactly."""
        return sum(line.total_minor for line in self.lines)

    @property
    def total(self) -> str:
        """The total as people write it in the active language."""
        return format_money(self.total_minor, self.currency)

    def seats_on(self, schedule: Schedule) -> int:
        """Return how many seats are taken on a departure."""
        return sum(line.quantity * line.tier.seats for line in self.lines if line.schedule.pk == schedule.pk)


class NotForSale(ValueError):
    """A price that is not, or no longer, one of the departure's; or a quantity out of range."""


def _apply_tier(line: QuoteLine) -> None:
    label = _("%(quantity)d × %(tier)s at %(price)s") % {
        "quantity": line.quantity,
        "tier": line.tier_name,
        "price": format_money(line.tier.price_minor, line.currency),
    }
    line.steps.append(PriceStep("tier", label, line.tier.price_minor * line.quantity))


# The rules in the order in which they are applied; each adds its steps to the line.
PRICE_RULES: Final[tuple[Callable[[QuoteLine], None], ...]] = (_apply_tier,)


def quote(requests: Sequence[QuoteRequest], *, organization: Organization) -> Quote:
    """Return what places cost in the organization's currency; labels in the active language; one query.

    Raises `NotForSale` when a tier does not belong to the departure on its day, or a quantity is not between 1 and 99.
    """
    tiers = price_tiers_of((request.schedule.variant, request.schedule.date) for request in requests)
    lines = []
    for request in requests:
        offered = {tier.pk: tier for tier in tiers[request.schedule.variant_id, request.schedule.date]}
        for tier_id, quantity in request.quantities.items():
            if quantity == 0:
                continue
            tier = offered.get(tier_id)
            if tier is None or not 0 < quantity <= MAX_QUANTITY:
                raise NotForSale(_("One of the prices is not offered any more. Please choose again."))
            line = QuoteLine(request.schedule, tier, quantity, organization.currency)
            for apply in PRICE_RULES:
                apply(line)
            lines.append(line)
    return Quote(tuple(lines), organization.currency)


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A way of paying that is offered; `problem` says why it cannot be used for this amount, else it is empty."""

    method: PaymentMethod
    description: str
    problem: str = ""


def payment_settings() -> PaymentSettings:
    """Return how the organization in scope is paid."""
    return PaymentSettings.objects.get()


def payment_methods(row: PaymentSettings, *, total_minor: int, currency: str) -> list[MethodChoice]:
    """Return the ways of paying an organization offers for an amount, with texts in the active language."""
    if total_minor == 0:
        return [MethodChoice(PaymentMethod.FREE, _("There is nothing to pay."))]
    choices = []
    if row.card_enabled and stripe.keys_of(row).secret:
        choices.append(
            MethodChoice(
                PaymentMethod.CARD, _("Pay now, safely, by card or wallet."), card_problem(total_minor, currency)
            )
        )
    if row.bank_transfer_enabled:
        text = _("Transfer the amount within %(days)d days. We keep your places until then.")
        choices.append(MethodChoice(PaymentMethod.BANK_TRANSFER, text % {"days": row.bank_transfer_days}))
    if row.on_arrival_enabled:
        choices.append(MethodChoice(PaymentMethod.ON_ARRIVAL, _("Pay when you come to the tour.")))
    return choices


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


def order_by_secret(secret: str) -> Order | None:
    """Return the order that a guest's link leads to, with its lines, departures and payments loaded, or None."""
    return (
        Order.objects.filter(secret=secret)
        .prefetch_related(
            "lines__booking__schedule__tour__meeting_point", "lines__booking__schedule__variant", "payments__refunds"
        )
        .first()
    )


def order_of_checkout(token: UUID) -> Order | None:
    """Return the order that was placed from the checkout named `token`, or None."""
    return Order.objects.filter(checkout_token=token).first()


def order_url(order: Order, organization: Organization) -> str:
    """Return the full address of a guest's order page, in the order's language; only its secret opens it."""
    with override(order.language):
        path = reverse("commerce:order", args=[order.secret])
    return absolute_url(organization, path)


def open_orders_of(email: str) -> QuerySet[Order]:
    """Return the orders placed with an e-mail address, in any case, newest first."""
    return Order.objects.filter(email__iexact=email.strip()).order_by("-placed_at")


def order_for_update(pk: int) -> Order:
    """Return an order locked until the end of the transaction; it is locked before its payments."""
    return Order.objects.select_for_update().get(pk=pk)


def payment_for_update(pk: int) -> Payment:
    """Return a payment locked until the end of the transaction; lock its order before."""
    return Payment.objects.select_for_update().get(pk=pk)


def card_payment_of(order: Order) -> Payment | None:
    """Return the order's card payment, or None."""
    return order.payments.filter(method=PaymentMethod.CARD).order_by("pk").first()


def paid_minor(order: Order) -> int:
    """Return what came in for an order less what went back, in minor units."""
    return sum(payment.captured_minor - payment.refunded_minor for payment in order.payments.all())


def owed_minor(order: Order) -> int:
    """Return what is still to be paid for an order, in minor units; nothing for one that is over, or for places that were lost."""
    if order.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED):
        return max(0, standing_minor(order) - paid_minor(order))
    return 0


def refunding_minor(payment: Payment) -> int:
    """Return how much of a payment is on its way back, in minor units."""
    return sum(
        refund.amount_minor for refund in payment.refunds.all() if refund.status in ("pending", "requires_action")
    )


def refundable_minor(payment: Payment) -> int:
    """Return how much of a payment is here and not on its way back, in minor units."""
    return payment.captured_minor - payment.refunded_minor - refunding_minor(payment)


def kept_minor(order: Order) -> int:
    """Return how much money of an order is here and not on its way back, in minor units."""
    return sum(refundable_minor(payment) for payment in order.payments.all())


def standing_minor(order: Order) -> int:
    """Return what the places of an order cost that were not cancelled and did not expire, in minor units."""
    lost = [line.total_minor for line in order.lines.all() if line.booking.status not in SEAT_TAKING]
    return 0 if len(lost) == len(order.lines.all()) else max(0, order.total_minor - sum(lost))


def surplus_minor(order: Order) -> int:
    """Return how much more money is here for an order than its standing places cost, in minor units."""
    return max(0, kept_minor(order) - standing_minor(order))


def refundable_without_cancelling(order: Order) -> int:
    """Return what staff may pay back of an order as it is, in minor units: while places are to come, only the surplus."""
    to_come = order.lines.filter(
        booking__status__in=(BookingStatus.HELD, BookingStatus.PENDING, BookingStatus.CONFIRMED)
    )
    return surplus_minor(order) if to_come.exists() else kept_minor(order)


def lines_on_schedule(schedule_id: int) -> QuerySet[OrderLine]:
    """Return the order lines with places on a departure."""
    return OrderLine.objects.filter(booking__schedule=schedule_id)


def expired_holds(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of unpaid orders whose hold has run out and of their organizations; for sweeps over all of them."""
    return list(
        Order.objects.filter(status=OrderStatus.PENDING, hold_expires_at__lte=now)
        .order_by("hold_expires_at")
        .values_list("pk", "organization_id")[:limit]
    )


def due_events(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of provider events still to be worked on and of their organizations; for sweeps over all of them."""
    return list(
        ProviderEvent.objects.filter(processed_at=None, next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "organization_id")[:limit]
    )


def due_refunds(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of refunds still to be sent and of their organizations; for sweeps over all of them."""
    return list(
        Refund.objects.filter(status="pending", next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "organization_id")[:limit]
    )


def orders_of(customer: Customer) -> QuerySet[Order]:
    """Return a customer's orders, newest first."""
    return Order.objects.filter(customer=customer).order_by("-placed_at")
