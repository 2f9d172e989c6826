"""E-mails about orders and their payments."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce import queries
from commerce.emails.base import Email, render
from commerce.enums import CancellationTerms, RefundReason
from commerce.models import BookingChange, Cancellation, Order, Payment, Refund
from tenancy.models import Organization
from tenancy.money import format_money


def order_received(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads whose places wait for a bank transfer."""
    with override(order.language):
        return render(
            "order_received",
            order,
            organization=organization,
            subject=_("We keep your places: order %(number)s") % {"number": order.number},
            lead=_("Thank you. We keep your places until your transfer arrives."),
        )


def payment_link(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads for whom staff have booked, and who pays by card."""
    with override(order.language):
        until = order.hold_expires_at
        keeps = _(
            "We have booked for you. Please pay by card on the page of your booking, to which the link below leads."
        )
        if until is not None:
            said = date_format(until.astimezone(organization.zone), "DATETIME_FORMAT")
            keeps = f"{keeps} {_('We keep your places until %(until)s.') % {'until': said}}"
        return render(
            "payment_link",
            order,
            organization=organization,
            subject=_("Please pay for your booking: %(number)s") % {"number": order.number},
            lead=keeps,
        )


def order_confirmation(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads whose places are confirmed."""
    with override(order.language):
        lead = [_("Thank you. Your booking is confirmed; we look forward to seeing you.")]
        if any(line.booking.schedule.tour.details_asked for line in order.lines.all()):
            lead.append(_("Please tell us on the page of your booking who comes; its link is below."))
        return render(
            "order_confirmation",
            order,
            organization=organization,
            subject=_("Your booking is confirmed: %(number)s") % {"number": order.number},
            lead=" ".join(lead),
        )


def payment_received(order: Order, payment: Payment, *, organization: Organization) -> Email:
    """Return what a guest reads whose money came in."""
    with override(order.language):
        amount = format_money(payment.captured_minor, payment.captured_currency)
        return render(
            "payment_received",
            order,
            organization=organization,
            subject=_("We have received your payment: %(number)s") % {"number": order.number},
            lead=_("We have received %(amount)s. Thank you.") % {"amount": amount},
        )


def order_expired(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads whose transfer did not come in time."""
    with override(order.language):
        return render(
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
        return render(
            "order_cancelled",
            order,
            organization=organization,
            subject=_("Your booking is cancelled: %(number)s") % {"number": order.number},
            lead=_("Your booking is cancelled. What you have paid goes back the way it came."),
        )


def places_cancelled(order: Order, row: Cancellation, *, organization: Organization) -> Email:
    """Return what a guest reads who gave up places, or for whom staff did: which, what is kept and what comes back."""
    with override(order.language):
        if row.is_whole:
            lead = [_("Your booking is cancelled.")]
        else:
            places = ", ".join(f"{line['quantity']} × {line['tier_name']} ({line['name']})" for line in row.lines)
            lead = [_("These places are cancelled: %(places)s.") % {"places": places}]
        if row.fee_minor:
            kept = {"amount": format_money(row.fee_minor, order.currency)}
            if row.terms == CancellationTerms.POLICY:
                lead.append(_("As agreed when you booked, %(amount)s of their price are kept.") % kept)
            else:
                lead.append(_("%(amount)s of their price are kept.") % kept)
        if row.open_minor:
            lead.append(
                _("Of that, %(amount)s are not paid yet.") % {"amount": format_money(row.open_minor, order.currency)}
            )
        if row.back_minor:
            back = _("We are paying %(amount)s back to you, the way you paid. Your bank may take some days.")
            lead.append(back % {"amount": format_money(row.back_minor, order.currency)})
        return render(
            "places_cancelled",
            order,
            organization=organization,
            subject=(_("Your booking is cancelled: %(number)s") if row.is_whole else _("Places cancelled: %(number)s"))
            % {"number": order.number},
            lead=" ".join(lead),
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
        return render(
            "booking_changed",
            order,
            organization=organization,
            subject=_("Your booking has been changed: %(number)s") % {"number": order.number},
            lead=" ".join(lead),
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
        return render(
            "refund_started",
            order,
            organization=organization,
            subject=_("Your money is on its way back: %(number)s") % {"number": order.number},
            lead=f"{why} {back % {'amount': amount}}".strip(),
        )


def order_link(order: Order, *, organization: Organization) -> Email:
    """Return what a guest reads who has lost the link to an order."""
    with override(order.language):
        return render(
            "order_link",
            order,
            organization=organization,
            subject=_("Your booking %(number)s") % {"number": order.number},
            lead=_("Here is the link to your booking again."),
        )
