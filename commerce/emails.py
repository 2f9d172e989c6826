"""E-mails about orders, in the order's language: a subject, a text, and the same as HTML."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce import queries
from commerce.models import Order, Payment, Refund
from tenancy.models import Organization
from tenancy.money import format_money


@dataclass(frozen=True, slots=True)
class Email:
    """A message ready to be sent; `kind` names it in the records."""

    kind: str
    subject: str
    text: str
    html: str


def _render(kind: str, order: Order, *, organization: Organization, subject: str, lead: str, **context: Any) -> Email:
    order = queries.order_by_secret(order.secret) or order
    values = {
        "order": order,
        "organization": organization,
        "subject": subject,
        "lead": lead,
        "order_url": queries.order_url(order, organization),
        "total": format_money(order.total_minor, order.currency),
        "owed": format_money(owed, order.currency) if (owed := queries.owed_minor(order)) else "",
        "bank_details": queries.payment_settings().bank_details if order.method == "bank_transfer" and owed else "",
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
        amount = format_money(refund.amount_minor, refund.payment.currency)
        return _render(
            "refund_started",
            order,
            organization=organization,
            subject=_("Your money is on its way back: %(number)s") % {"number": order.number},
            lead=_("We are paying %(amount)s back to you, the way you paid. Your bank may take some days.")
            % {"amount": amount},
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
