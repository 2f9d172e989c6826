"""What is due: links to pay it, reminders of it, and what staff see of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce.enums import OrderStatus, PaymentStatus
from commerce.models import Order, OrderAdjustment, Payment, PaymentLink, PaymentSettings, is_secret
from commerce.queries.manual_payments import recorded_payments_of
from commerce.queries.payments import due_payments, paid_minor, payment_methods, payment_settings
from commerce.rules import method_of
from tenancy.models import Organization
from tenancy.queries import absolute_url

REMINDED = (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.COMPLETED)


def payment_link_by_secret(secret: str) -> PaymentLink | None:
    """Return the link that an address opens, with its order, or None; whether it has ended is for the caller."""
    if not is_secret(secret):
        return None
    return PaymentLink.objects.filter(secret=secret).select_related("order", "payment").first()


def payment_link_url(link: PaymentLink, organization: Organization) -> str:
    """Return the full address of a payment link, in the order's language."""
    with override(link.order.language):
        path = reverse("commerce:pay_link", args=[link.secret])
    return absolute_url(organization, path)


def payment_links_of(order: Order) -> QuerySet[PaymentLink]:
    """Return the payment links of an order, the newest first."""
    return PaymentLink.objects.filter(order=order).select_related("actor", "payment")


def is_linked(order: Order, amount_minor: int, *, payable: int) -> bool:
    """Return whether staff have asked for a part of what may be paid for an order by a link, which has exactly this amount."""
    return amount_minor <= payable and PaymentLink.objects.filter(order=order, amount_minor=amount_minor).exists()


def link_problem(order: Order, amount_minor: int) -> str:
    """Return why a guest cannot pay an amount by a link, in the active language, or an empty text."""
    if not amount_minor:
        return _("There is nothing to pay.")
    offers = payment_methods(payment_settings(), total_minor=amount_minor, currency=order.currency)
    return next(
        (offer.problem for offer in offers if method_of(offer.method).by_provider),
        _("You do not take cards. Payment links are for card payments."),
    )


def adjustments_of(order: Order) -> QuerySet[OrderAdjustment]:
    """Return the extra charges and reductions of an order, the first one first."""
    return OrderAdjustment.objects.filter(order=order).select_related("actor")


def reminder_due(payment: Payment, row: PaymentSettings, *, today: date) -> str | None:
    """Return which reminder of a payment is due today: `before`, `after`, or None."""
    if payment.due_on is None or payment.status != PaymentStatus.AWAITING_APPROVAL:
        return None
    before, after = row.remind_days_before, row.remind_days_after
    if after is not None and today >= payment.due_on + timedelta(days=after):
        return "after"
    if before is not None and payment.due_on - timedelta(days=before) <= today <= payment.due_on:
        return "before"
    return None


def payments_to_remind(*, now: datetime) -> list[tuple[int, int]]:
    """Return the keys of payments that a guest may have to be reminded of, and of their organizations; for sweeps over all of them.

    Only for a few days after a reminder is due, so that what was written once is not looked at for ever. All of them: whoever has
    many does not keep others waiting.
    """
    # A day of room on both sides for zones; the operation knows the organization's day.
    day = now.date()
    found: list[tuple[int, int]] = []
    for row in PaymentSettings.objects.order_by("pk").values_list(
        "organization_id", "remind_days_before", "remind_days_after"
    ):
        found += _to_remind(*row, day=day)
    return found


def _to_remind(organization_id: int, before: int | None, after: int | None, *, day: date) -> Iterator[tuple[int, int]]:
    window = timedelta(days=2)
    due = Payment.objects.filter(
        organization=organization_id, status=PaymentStatus.AWAITING_APPROVAL, order__status__in=REMINDED
    )
    for shift in {-before if before is not None else None, after}:
        if shift is None:
            continue
        asked = day - timedelta(days=shift)
        for key in due.filter(due_on__gte=asked - window, due_on__lte=asked + window).values_list("pk", flat=True):
            yield key, organization_id


def is_overdue(order: Order, row: PaymentSettings, *, today: date) -> bool:
    """Return whether an order of which nothing was paid is overdue for as long as the organization waits.

    Not while money is on its way, or was written down and waits for a second person.
    """
    if row.cancel_days_after is None or order.status != OrderStatus.CONFIRMED or paid_minor(order):
        return False
    on_its_way = (PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.AUTHORISED)
    if recorded_payments_of(order) or order.payments.filter(status__in=on_its_way).exists():
        return False
    last_day = today - timedelta(days=row.cancel_days_after)
    return any(payment.due_on is not None and payment.due_on <= last_day for payment in due_payments(order))


def overdue_orders(*, now: datetime) -> list[tuple[int, int]]:
    """Return the keys of unpaid orders that may have to be cancelled, and of their organizations; for sweeps over all of them."""
    came = Payment.objects.filter(order=OuterRef("order"), captured_minor__gt=F("refunded_minor") + F("lost_minor"))
    found = []
    for organization_id, wait in PaymentSettings.objects.filter(cancel_days_after__isnull=False).values_list(
        "organization_id", "cancel_days_after"
    ):
        # A day more than the organization waits, for zones; the operation knows its day.
        day = now.date() - timedelta(days=(wait or 1) - 1)
        due = Payment.objects.filter(
            ~Exists(came),
            organization=organization_id,
            status=PaymentStatus.AWAITING_APPROVAL,
            due_on__lte=day,
            order__status=OrderStatus.CONFIRMED,
        )
        found += [(key, organization_id) for key in due.values_list("order_id", flat=True).distinct()]
    return found


def payments_to_stop(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of card payments still to be stopped at Stripe, and of their organizations; for sweeps over all of them."""
    return list(
        Payment.objects.filter(stop_at__lte=now).order_by("stop_at").values_list("pk", "organization_id")[:limit]
    )


@dataclass(frozen=True, slots=True)
class Overdue:
    """The payments that are overdue: how many, and those that are so for the longest time, each with its order."""

    count: int
    oldest: list[Payment]


def overdue_payments(*, today: date, limit: int = 10) -> Overdue:
    """Return what should have been paid by now, the longest overdue first; two queries, one when there is nothing."""
    due = Payment.objects.filter(
        status=PaymentStatus.AWAITING_APPROVAL, due_on__lt=today, recorded_at=None, order__status__in=REMINDED
    )
    count = due.count()
    oldest = list(due.select_related("order").order_by("due_on", "pk")[:limit]) if count else []
    return Overdue(count, oldest)


def payments_to_approve(*, limit: int = 10) -> list[Payment]:
    """Return the payments that were written down and wait for a second person, the oldest first."""
    recorded = Payment.objects.filter(status=PaymentStatus.AWAITING_APPROVAL, recorded_at__isnull=False)
    return list(recorded.select_related("order").order_by("recorded_at", "pk")[:limit])
