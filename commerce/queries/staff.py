"""What staff see of orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import JSONObject

from commerce.enums import OrderStatus, PaymentStatus
from commerce.models import Order, OrderLine, Payment, ProviderEvent
from commerce.queries.authorisations import reserved_payment
from commerce.queries.disputes import disputes_of
from commerce.queries.manual_payments import TAKES_MONEY, manual_payment_of, recorded_payment_of
from commerce.queries.payments import card_payment_of, owed_minor, refundable_most, standing_minor
from commerce.rules import ORDER_CHANGES, PAID_AND_STANDING, may_be_number, method_of, methods_that, order_may_change
from crm.models import Customer
from tenancy import audit
from tenancy.fields import plain_text
from tenancy.models import AuditEntry
from tenancy.queries import scope_organization
from tours.enums import SEAT_TAKING, BookingStatus

# Orders that count as sales.
STANDING: Final = (
    OrderStatus.CONFIRMED,
    OrderStatus.PAID,
    OrderStatus.COMPLETED,
    OrderStatus.PARTIALLY_REFUNDED,
)


def staff_orders() -> QuerySet[Order]:
    """Return the orders with what the staff's list of them shows; a fixed number of queries."""
    return Order.objects.prefetch_related("payments", "lines__booking__schedule")


def search_orders(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Return those of some orders that fit what was typed: a number, or words of names and e-mail address in any order.

    Letters fit in small and large, and without their accents too.
    """
    found = Q()
    for word in text.split():
        found &= Q(number__contains=word.upper()) | Q(search_text__contains=plain_text(word))
    # A query of its own, which the index `order_search` answers alone.
    return orders.filter(pk__in=Order.objects.filter(found).values("pk"))


def staff_order(pk: int) -> Order | None:
    """Return an order with everything its page in the admin shows, or None."""
    return (
        Order.objects.filter(pk=pk)
        .select_related("customer")
        .prefetch_related(
            "lines__booking__schedule__tour",
            "lines__booking__schedule__variant",
            "payments__approver",
            "payments__recorded_by",
            "payments__refunds",
        )
        .first()
    )


def staff_verbs(order: Order) -> list[str]:
    """Return what staff may do with an order as it is, in the order of use; whether a person may is a matter of permissions."""
    verbs = []
    manual, card = manual_payment_of(order), card_payment_of(order)
    is_pending = order.status == OrderStatus.PENDING
    if manual is not None:
        verbs.append("confirm")
        if is_pending:
            verbs.append("reject")
    if recorded_payment_of(order) is not None:
        verbs += ["approve", "decline"]
    if is_pending and card is not None and card.provider_reference:
        verbs.append("ask")
    reserved = reserved_payment(order)
    if reserved is not None and reserved.capture_at is None and standing_minor(order):
        verbs.append("take")
    verbs += _money_verbs(order)
    to_come = (BookingStatus.PENDING, BookingStatus.CONFIRMED)
    if order_may_change(order.status, order.method) and any(
        line.booking.status in to_come for line in order.lines.all()
    ):
        verbs.append("cancel_places")
    if OrderStatus.CANCELLED in ORDER_CHANGES[OrderStatus(order.status)]:
        verbs.append("cancel")
    if refundable_most(order):
        verbs.append("refund")
    if order.needs_attention:
        verbs.append("seen")
    return [*verbs, "link"] if order.email else verbs


def _money_verbs(order: Order) -> list[str]:
    owed = owed_minor(order)
    stands = order.status in (OrderStatus.CONFIRMED, *PAID_AND_STANDING)
    # While a card is being charged nothing comes another way.
    reserved = reserved_payment(order)
    is_open = reserved is None or not reserved.is_being_taken
    verbs = ["record"] if order.status in TAKES_MONEY and is_open else []
    waits_for_days = order.status == OrderStatus.PENDING and method_of(order.method).holds_days
    if order.email and owed and (stands or waits_for_days):
        verbs.append("request")
    if stands:
        verbs.append("charge")
        if owed:
            verbs.append("write_off")
    return verbs


def history_of(order: Order) -> QuerySet[AuditEntry]:
    """Return what was done to an order, its payments and refunds, newest first."""
    payments = list(order.payments.all())
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    return audit.entries_about(order, *payments, *refunds, *disputes_of(order))


def events_of(order: Order) -> QuerySet[ProviderEvent]:
    """Return what the payment provider has told about an order's payments and refunds, newest first."""
    references = [payment.provider_reference for payment in order.payments.all()]
    references += [refund.provider_reference for payment in order.payments.all() for refund in payment.refunds.all()]
    references += [dispute.provider_reference for dispute in disputes_of(order)]
    return ProviderEvent.objects.filter(object_id__in=[ref for ref in references if ref]).order_by("-created_at")


def failed_provider_events() -> QuerySet[ProviderEvent]:
    """Return the events of the payment provider that could not be worked on so far, newest first; they are tried again."""
    return ProviderEvent.objects.filter(processed_at=None, attempts__gt=0).order_by("-created_at")


def orders_needing_attention(*, limit: int = 10) -> list[Order]:
    """Return the latest orders that staff should look at."""
    return list(Order.objects.exclude(needs_attention="").order_by("-updated_at")[:limit])


@dataclass(frozen=True, slots=True)
class AwaitedTransfers:
    """The bank transfers that wait for staff to say that they came in: how many, and the oldest, each with its order."""

    count: int
    oldest: list[Payment]


def transfers_awaiting_staff(*, limit: int = 10) -> AwaitedTransfers:
    """Return the transfers that staff should look for in the bank's statement; two queries, one when there are none."""
    # What has a day of its own shows up when that is over.
    awaited = Payment.objects.filter(
        status=PaymentStatus.AWAITING_APPROVAL,
        method__in=methods_that(holds_days=True),
        due_on=None,
        recorded_at=None,
    )
    count = awaited.count()
    oldest = list(awaited.select_related("order").order_by("created_at", "pk")[:limit]) if count else []
    return AwaitedTransfers(count, oldest)


@dataclass(frozen=True, slots=True)
class Unpaid:
    """How many orders with places on a departure owe money, and how much they owe in all, in minor units of `currency`."""

    orders: int
    owed_minor: int
    currency: str


def unpaid_on(schedules: Iterable[int]) -> dict[int, Unpaid]:
    """Return what is owed by orders with places on departures, by the departure's key; those that owe nothing are left out.

    An order on several departures counts on each with all it owes. Three queries, one when no order can owe anything.
    """
    wanted = set(schedules)
    may_owe = Q(status__in=(OrderStatus.PENDING, OrderStatus.CONFIRMED)) | Q(
        status__in=PAID_AND_STANDING, payments__status=PaymentStatus.AWAITING_APPROVAL
    )
    on_them = OrderLine.objects.filter(booking__schedule__in=wanted, booking__status__in=SEAT_TAKING).values("order")
    orders = Order.objects.filter(may_owe, pk__in=on_them).distinct().prefetch_related("lines__booking", "payments")
    found: dict[int, Unpaid] = {}
    for order in orders:
        owed = owed_minor(order)
        if not owed:
            continue
        for schedule_id in {line.booking.schedule_id for line in order.lines.all()} & wanted:
            so_far = found.get(schedule_id, Unpaid(0, 0, order.currency))
            found[schedule_id] = Unpaid(so_far.orders + 1, so_far.owed_minor + owed, order.currency)
    return found


@dataclass(frozen=True, slots=True)
class CustomerOrders:
    """The latest orders of a customer, how many stand in all, and what was paid for them and stayed, by currency in minor units.

    Each order has `line_name` and `line_date`, of the first of its lines; None where none stands.
    """

    latest: Sequence[Order]
    standing: int
    paid: list[tuple[str, int]]


def orders_with(customer: Customer, *, limit: int = 10) -> CustomerOrders:
    """Return what the profile of a customer tells of orders; one query."""
    paid = (
        Payment.objects.filter(order__customer=customer, captured_minor__gt=0)
        .order_by("captured_currency")
        .values("captured_currency")
        .annotate(total=Sum("captured_minor") - Sum("refunded_minor") - Sum("lost_minor"))
    )
    line = OrderLine.objects.filter(order=OuterRef("pk")).order_by("position")
    # The window counts all orders, whatever the limit.
    orders = list(
        recent_orders(customer).annotate(
            standing=Window(Count("pk", filter=Q(status__in=STANDING))),
            paid=ArraySubquery(paid.values_list(JSONObject(currency="captured_currency", minor="total"))),
            line_name=Subquery(line.values("name")[:1]),
            line_date=Subquery(line.values("booking__schedule__date")[:1]),
        )[:limit]
    )
    if not orders:
        return CustomerOrders([], 0, [])
    return CustomerOrders(orders, orders[0].standing, [(one["currency"], one["minor"]) for one in orders[0].paid])


def recent_orders(customer: Customer) -> QuerySet[Order]:
    """Return a customer's orders, the latest first."""
    return Order.objects.filter(customer=customer).order_by("-placed_at", "-pk")


def customers_by_order_number(text: str) -> Q:
    """Return what finds the customers with an order whose number was typed, or a part of at least four characters."""
    if len(text) < 4:
        return Q(pk__in=[])
    return Q(pk__in=Order.objects.filter(number__contains=text.upper()).values("customer_id"))


def orders_by_number(text: str) -> QuerySet[Order]:
    """Return the order with a number typed whole, in letters of any size, with or without what the organization's begin with."""
    number = text.strip().upper()
    if not may_be_number(number):
        # Most of what is typed is a name.
        return Order.objects.none()
    return Order.objects.filter(number__in=[number, f"{scope_organization().order_prefix}-{number}"])
