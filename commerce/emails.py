"""E-mails about orders, in the order's language: a subject, a text, and the same as HTML."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from babel.dates import get_timezone_name
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language, override, to_locale
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import BookingChange, Order, OrderLine, Payment, Refund
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
    lines: list[OrderLine] = field(default_factory=list)


def _visits(order: Order) -> list[_Visit]:
    visits: dict[int, _Visit] = {}
    for line in order.lines.all():
        schedule = line.booking.schedule
        if schedule.pk not in visits:
            visits[schedule.pk] = _visit(line, schedule)
        visits[schedule.pk].lines.append(line)
    return sorted(visits.values(), key=lambda visit: visit.schedule.starts_at)


def _visit(line: OrderLine, schedule: Schedule) -> _Visit:
    visit = _Visit(
        line.name,
        schedule,
        zone=get_timezone_name(schedule.local_start, locale=to_locale(get_language() or "en")),
        is_lost=line.booking.status not in SEAT_TAKING,
    )
    point = schedule.tour.meeting_point
    if point is not None:
        visit.place, visit.address = translated(point, "name"), point.address
        spot = f"{point.latitude},{point.longitude}" if point.has_coordinates else point.address
        if spot:
            visit.map_url = "https://www.google.com/maps/dir/?" + urlencode({"api": 1, "destination": spot})
    return visit


def _render(kind: str, order: Order, *, organization: Organization, subject: str, lead: str, **context: Any) -> Email:
    order = queries.order_by_secret(order.secret) or order
    owed, paid = queries.owed_minor(order), queries.paid_minor(order)
    method = queries.owed_method(order)
    by_transfer = owed and method == PaymentMethod.BANK_TRANSFER
    until = order.hold_expires_at
    values = {
        "order": order,
        "organization": organization,
        "subject": subject,
        "lead": lead,
        "visits": _visits(order),
        "order_url": queries.order_url(order, organization),
        "total": format_money(order.total_minor, order.currency),
        "paid": format_money(paid, order.currency) if paid else "",
        "owed": format_money(owed, order.currency) if owed else "",
        "owed_on_arrival": owed and method == PaymentMethod.ON_ARRIVAL,
        "bank_details": queries.payment_settings().bank_details if by_transfer else "",
        "pay_until": date_format(until.astimezone(organization.zone).date()) if by_transfer and until else "",
        "language": order.language,
        **context,
    }
    return Email(
        kind=kind,
        subject=subject,
        text=render_to_string("commerce/email/order.txt", values),
        html=render_to_string("commerce/email/order.html", values),
    )


def order_received(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads whose places wait for a bank transfer."""
    with override(order.language):
        return _render(
            "order_received",
            order,
            organization=organization,
            subject=_("We keep your places: order %(number)s") % {"number": order.number},
            lead=_("Thank you. We keep your places until your transfer arrives."),
        )


def order_confirmation(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads whose places are confirmed."""
    with override(order.language):
        return _render(
            "order_confirmation",
            order,
            organization=organization,
            subject=_("Your booking is confirmed: %(number)s") % {"number": order.number},
            lead=_("Thank you. Your booking is confirmed; we look forward to seeing you."),
        )


def payment_received(order: Order, payment: Payment, *, organization: Organization) -> Email:
    """Return what a guest reads whose money came in."""
    with override(order.language):
        amount = format_money(payment.captured_minor, payment.captured_currency)
        return _render(
            "payment_received",
            order,
            organization=organization,
            subject=_("We have received your payment: %(number)s") % {"number": order.number},
            lead=_("We have received %(amount)s. Thank you.") % {"amount": amount},
        )


def order_expired(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads whose transfer did not come in time."""
    with override(order.language):
        return _render(
            "order_expired",
            order,
            organization=organization,
            subject=_("Your places have been given back: %(number)s") % {"number": order.number},
            lead=_(
                "We have not received your payment in time, so your places are free again. You are welcome to book anew."
            ),
        )


def order_cancelled(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads whose order was cancelled."""
    with override(order.language):
        return _render(
            "order_cancelled",
            order,
            organization=organization,
            subject=_("Your booking is cancelled: %(number)s") % {"number": order.number},
            lead=_("Your booking is cancelled. What you have paid goes back the way it came."),
        )


def booking_changed(order: Order, change: BookingChange, *, organization: Organization) -> Email:
    """Return what a guest reads whose booking was changed, by whomever."""
    with override(order.language):
        lead = [_("Your booking has been changed. Below you see how it is now.")]
        if change.due_minor:
            amount = format_money(change.due_minor, order.currency)
            lead.append(_("It costs %(amount)s more than before.") % {"amount": amount})
        elif change.refund_minor:
            amount = format_money(change.refund_minor, order.currency)
            lead.append(_("It costs %(amount)s less than before; you get that back.") % {"amount": amount})
        if queries.can_pay_due_by_card(order):
            lead.append(_("What is still to be paid can be paid by card on the page of your booking."))
        return _render(
            "booking_changed",
            order,
            organization=organization,
            subject=_("Your booking has been changed: %(number)s") % {"number": order.number},
            lead=" ".join(lead),
        )


def departure_cancelled(order: Order, *, schedule_id: int, organization: Organization) -> Email:
    """Return what a guest reads whose departure does not take place."""
    with override(order.language):
        line = order.lines.filter(booking__schedule=schedule_id).order_by("position")[0]
        return _render(
            "departure_cancelled",
            order,
            organization=organization,
            subject=_("We are sorry: %(name)s does not take place") % {"name": line.name},
            lead=_(
                "We are sorry: this departure does not take place. What you have paid for it goes back the way it came."
            ),
        )


def refund_started(order: Order, refund: Refund, *, organization: Organization) -> Email:
    """Return what a guest reads whose money is on its way back."""
    with override(order.language):
        why = {
            RefundReason.LATE_PAYMENT: _(
                "Your payment came after the time we could keep your places, and there is no room any more. We are sorry."
            ),
            RefundReason.DUPLICATE: _("You have paid for this order twice."),
        }.get(RefundReason(refund.reason), "")
        amount = format_money(refund.amount_minor, refund.payment.currency)
        back = _("We are paying %(amount)s back to you, the way you paid. Your bank may take some days.")
        return _render(
            "refund_started",
            order,
            organization=organization,
            subject=_("Your money is on its way back: %(number)s") % {"number": order.number},
            lead=f"{why} {back % {'amount': amount}}".strip(),
        )


def order_link(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads who has lost the link to an order."""
    with override(order.language):
        return _render(
            "order_link",
            order,
            organization=organization,
            subject=_("Your booking %(number)s") % {"number": order.number},
            lead=_("Here is the link to your booking again."),
        )
