"""What all e-mails about orders have in common: a subject, a text, and the same as HTML, in the order's language."""

from dataclasses import dataclass, field
from typing import Any

from babel.dates import get_timezone_name
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language, to_locale

from commerce import queries
from commerce.models import Order, OrderLine
from commerce.rules import method_of
from places.rules import directions_url
from tenancy.fields import translated
from tenancy.models import Organization
from tenancy.money import format_money
from tours.enums import SEAT_TAKING
from tours.models import Schedule


@dataclass(frozen=True, slots=True)
class Email:
    """A message ready to be sent; `kind` names it in the records."""

    kind: str
    subject: str
    text: str
    html: str


@dataclass(slots=True)
class _Visit:
    """One departure of an order, as the e-mail tells it."""

    name: str
    schedule: Schedule
    zone: str
    place: str = ""
    address: str = ""
    map_url: str = ""
    is_lost: bool = False
    policy: str = ""
    lines: list[OrderLine] = field(default_factory=list)


def _visits(order: Order) -> list[_Visit]:
    visits: dict[int, _Visit] = {}
    for line in order.lines.all():
        # By booking: after a change two of them may be on one departure, and one of them lost.
        if line.booking_id not in visits:
            visits[line.booking_id] = _visit(line, line.booking.schedule)
        visits[line.booking_id].lines.append(line)
    return sorted(visits.values(), key=lambda visit: visit.schedule.starts_at)


def _visit(line: OrderLine, schedule: Schedule) -> _Visit:
    visit = _Visit(
        line.name,
        schedule,
        zone=get_timezone_name(schedule.local_start, locale=to_locale(get_language() or "en")),
        is_lost=line.booking.status not in SEAT_TAKING,
        policy=line.cancellation_policy.get("words", ""),
    )
    point = schedule.tour.meeting_point
    if point is not None:
        visit.place, visit.address = translated(point, "name"), point.address
        visit.map_url = directions_url(point)
    return visit


def render(kind: str, order: Order, *, organization: Organization, subject: str, lead: str, **context: Any) -> Email:
    """Return an e-mail of a kind about an order as it stands now; `lead` comes before it, `context` goes to the templates."""
    order = queries.order_by_secret(order.secret) or order
    owed, paid = queries.owed_minor(order), queries.paid_minor(order)
    method = method_of(queries.owed_method(order))
    by_transfer = bool(owed) and method.has_bank_details
    due_now = queries.due_now_minor(order)
    until = order.hold_expires_at.astimezone(organization.zone).date() if order.hold_expires_at else None
    later = queries.later_payments(order)
    values = {
        "order": order,
        "organization": organization,
        "subject": subject,
        "lead": lead,
        "visits": _visits(order),
        "order_url": queries.order_url(order, organization),
        "total": format_money(order.total_minor, order.currency),
        # Those that are added are steps of the prices.
        "taxes": [
            (each.label, format_money(each.tax_minor, order.currency))
            for each in queries.tax_sums(order)
            if each.is_inclusive
        ],
        "paid": format_money(paid, order.currency) if paid else "",
        "fees": format_money(order.cancellation_fee_minor, order.currency) if order.cancellation_fee_minor else "",
        "owed": format_money(owed, order.currency) if owed else "",
        "owed_on_arrival": owed and method.on_site,
        "due_now": format_money(due_now, order.currency),
        "dues": [
            (format_money(payment.amount_minor, order.currency), date_format(payment.due_on))
            for payment in later
            if payment.due_on
        ],
        "card_words": queries.card_words(order),
        "adjustments": list(queries.adjustments_of(order)) if order.adjustment_minor else [],
        "bank_details": queries.payment_settings().bank_details if by_transfer else "",
        "pay_until": date_format(until) if by_transfer and until else "",
        "language": order.language,
        **context,
    }
    return Email(
        kind=kind,
        subject=subject,
        text=render_to_string("commerce/email/order.txt", values),
        html=render_to_string("commerce/email/order.html", values),
    )
