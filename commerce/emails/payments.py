"""E-mails that ask for money: by a link, or because it is due."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce import queries
from commerce.emails.base import Email, render
from commerce.enums import OrderStatus
from commerce.models import Order, Payment, PaymentLink
from tenancy.models import Organization
from tenancy.money import format_money


def payment_request(order: Order, link: PaymentLink, *, amount_minor: int, organization: Organization) -> Email:
    """Return what a guest reads whom staff ask to pay an amount by a link."""
    with override(order.language):
        amount = format_money(amount_minor, order.currency)
        until = date_format(link.expires_at.astimezone(organization.zone), "DATETIME_FORMAT")
        what = (
            _("Please pay %(amount)s for: %(reason)s.") % {"amount": amount, "reason": link.reason}
            if link.reason
            else _("Please pay %(amount)s for your booking.") % {"amount": amount}
        )
        valid = _("The link to pay by card is valid until %(until)s.") % {"until": until}
        return render(
            "payment_request",
            order,
            organization=organization,
            subject=_("Please pay %(amount)s: booking %(number)s") % {"amount": amount, "number": order.number},
            lead=f"{what} {valid}",
            pay_url=queries.payment_link_url(link, organization),
        )


def payment_reminder(order: Order, payment: Payment, *, is_late: bool, organization: Organization) -> Email:
    """Return what a guest reads whose payment is due soon, or (`is_late`) was due and has not come."""
    with override(order.language):
        assert payment.due_on is not None
        facts = {
            "amount": format_money(min(payment.amount_minor, queries.owed_minor(order)), payment.currency),
            "day": date_format(payment.due_on),
            "number": order.number,
        }
        lead = (
            _("We have not received %(amount)s yet, which were due on %(day)s. If you have just paid, thank you!")
            if is_late
            else _("A friendly reminder: %(amount)s for your booking are due on %(day)s.")
        )
        text = lead % facts
        if queries.can_pay_due_by_card(order):
            text += " " + _("You can pay by card on the page of your booking.")
        subject = _("Still to be paid: booking %(number)s") if is_late else _("Due soon: booking %(number)s")
        return render("payment_reminder", order, organization=organization, subject=subject % facts, lead=text)


def reservation_ended(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads whose card is not reserved any more although nothing was taken, and who pays another way."""
    with override(order.language):
        lead = _("The amount that was reserved on your card is free again. Your places are kept.")
        if not queries.received_minor(order):
            lead += " " + _("Nothing was charged.")
        how = (
            _("Please pay on the page of your booking.")
            if queries.can_pay_due_by_card(order)
            else _("Please pay by the day below.")
        )
        return render(
            "reservation_ended",
            order,
            organization=organization,
            subject=_("Please pay for your booking: %(number)s") % {"number": order.number},
            lead=f"{lead} {how}",
        )


def payment_on_its_way(order: Order, payment: Payment, *, organization: Organization) -> Email:
    """Return what a guest reads whose payment takes some days."""
    with override(order.language):
        amount = format_money(payment.amount_minor, payment.currency)
        lead = _(
            "Your payment of %(amount)s is on its way; that may take some days. We keep your places and write to you again."
        )
        return render(
            "payment_on_its_way",
            order,
            organization=organization,
            subject=_("Your payment is on its way: %(number)s") % {"number": order.number},
            lead=lead % {"amount": amount},
        )


def payment_failed(order: Order, payment: Payment, *, organization: Organization) -> Email:
    """Return what a guest reads whose payment was on its way and did not arrive."""
    with override(order.language):
        facts = {"amount": format_money(payment.amount_minor, payment.currency), "number": order.number}
        lead = _("Your payment of %(amount)s did not go through. Nothing was charged.") % facts
        if order.status == OrderStatus.PENDING and order.hold_expires_at is not None:
            until = date_format(order.hold_expires_at.astimezone(organization.zone), "DATETIME_FORMAT")
            lead += " " + _("We keep your places until %(until)s. Please pay on the page of your booking.") % {
                "until": until
            }
        elif queries.can_pay_due_by_card(order):
            lead += " " + _("Please pay on the page of your booking.")
        return render(
            "payment_failed",
            order,
            organization=organization,
            subject=_("Your payment did not go through: %(number)s") % facts,
            lead=lead,
        )
