"""Links to orders, sent to their guests again."""

from datetime import datetime
from typing import Final

from django.db import transaction

from commerce import emails, queries
from commerce.models import Order
from crm.operations import queue_message
from tenancy import audit
from tenancy.audit import Actor
from tenancy.queries import current_organization

MAX_LINKS: Final = 10


@transaction.atomic
def send_order_links(email: str, *, now: datetime) -> int:
    """Send the links to the latest orders placed with an e-mail address to that address; return how many.

    Asked for twice within an hour, each is sent once.
    """
    orders = list(queries.open_orders_of(email).select_related("customer")[:MAX_LINKS])
    for order in orders:
        _queue_link(order, dedupe_key=f"order-{order.pk}-{now:%Y%m%d%H}", now=now)
    return len(orders)


@transaction.atomic
def send_order_link(order: Order, *, now: datetime, actor: Actor) -> Order:
    """Send the link to an order to its guest again, because staff ask for it; return the order."""
    _queue_link(order, dedupe_key=f"order-{order.pk}-{now.isoformat()}", now=now)
    audit.record("order.link_sent", order, actor=actor)
    return order


def _queue_link(order: Order, *, dedupe_key: str, now: datetime) -> None:
    mail = emails.order_link(order, organization=current_organization())
    queue_message(
        kind=mail.kind,
        dedupe_key=dedupe_key,
        recipient=order.email,
        language=order.language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        customer=order.customer,
        record=order,
        now=now,
    )
