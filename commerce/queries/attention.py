"""Which orders need attention; one query each."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from commerce.enums import OrderStatus, PaymentStatus
from commerce.models import Order, OrderLine, Payment
from commerce.queries.due import REMINDED
from commerce.rules import methods_that
from crm.models import AttentionRule
from crm.queries import found
from tours.enums import SEAT_TAKING


def unpaid_departing(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return orders of which money is awaited that nobody has written down, and whose next departure leaves within so many days.

    Who pays on arrival is not waited for, and neither is a card that is reserved.
    """
    awaited = Payment.objects.filter(status=PaymentStatus.AWAITING_APPROVAL, recorded_at=None)
    awaited = awaited.exclude(method__in=methods_that(on_site=True))
    lines = OrderLine.objects.filter(
        order=OuterRef("pk"), booking__status__in=SEAT_TAKING, booking__schedule__starts_at__gt=now
    )
    leaves = lines.order_by().values("order").annotate(at=Min("booking__schedule__starts_at")).values("at")
    orders = Order.objects.filter(pk__in=awaited.values("order"), status__in=(OrderStatus.PENDING, *REMINDED))
    orders = orders.annotate(leaves=Subquery(leaves)).filter(leaves__lte=now + timedelta(days=rule.amount))
    return found(orders, at="leaves", customer="customer_id", facts={"leaves": "leaves"})


def waiting_for_approval(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return orders that wait for staff for so many hours: to see that money has come, or as a second person to confirm it."""
    waiting = Payment.objects.filter(order=OuterRef("pk"), status=PaymentStatus.AWAITING_APPROVAL).filter(
        Q(recorded_at__isnull=False) | Q(order__status=OrderStatus.PENDING)
    )
    since = waiting.annotate(at=Coalesce("recorded_at", "created_at")).order_by("at").values("at")[:1]
    orders = Order.objects.filter(
        pk__in=Payment.objects.filter(status=PaymentStatus.AWAITING_APPROVAL).values("order")
    ).annotate(waits=Subquery(since))
    return found(
        orders.filter(waits__lte=now - timedelta(hours=rule.amount)),
        at=F("waits"),
        customer="customer_id",
        facts={"waits": "waits"},
    )
