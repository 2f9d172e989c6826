"""E-mails about orders, in the order's language: a subject, a text, and the same as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from babel.dates import get_timezone_name
from django.db.models import Sum
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language, override, to_locale
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import ChangeKind, ChoiceStatus, NotificationKind, PaymentMethod, RefundReason, RefundStatus
from commerce.models import BookingChange, GuestChoice, Notification, Order, OrderLine, Payment, Refund
from commerce.rules import fill_text, usual_text
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
        return _render(
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
        if any(line.booking.schedule.tour.asks_for_details for line in order.lines.all()):
            lead.append(_("Please tell us on the page of your booking who comes; its link is below."))
        return _render(
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


def departure_cancelled(order: Order, choices: Sequence[GuestChoice], *, organization: Organization) -> Email:
    """Return what a guest reads whose departure does not take place: that money goes back, or what there is to choose."""
    with override(order.language):
        first = choices[0]
        amount = _going_back(order, choices)
        if first.status == ChoiceStatus.WAITING:
            lead = (
                _(
                    "We are sorry: this departure does not take place. Please choose: another departure, or your money back."
                )
                if queries.kept_minor(order)
                else _("We are sorry: this departure does not take place. Would you like to take another one?")
            )
        elif amount:
            lead = _(
                "We are sorry: this departure does not take place. We are paying %(amount)s back to you, the way you paid."
                " Your bank may take some days."
            ) % {"amount": amount}
        elif first.status == ChoiceStatus.HELD:
            lead = _(
                "We are sorry: this departure does not take place. What you have paid for it goes back the way it came."
            )
        else:
            lead = _("We are sorry: this departure does not take place. You have nothing to pay for it.")
        return _render(
            "departure_cancelled",
            order,
            organization=organization,
            subject=_("We are sorry: %(name)s does not take place") % {"name": _name_of(order, first)},
            lead=lead,
            **_choice_context(order, choices, organization),
        )


def departure_moved(order: Order, choices: Sequence[GuestChoice], *, organization: Organization) -> Email:
    """Return what a guest reads whose departure leaves at another time."""
    with override(order.language):
        change = choices[0].change
        # A constraint of the database says so.
        assert change.moved_from is not None
        assert change.moved_to is not None
        zone = change.schedule.zone
        lead = _("Your departure has a new time: %(new)s, instead of %(old)s.") % {
            "new": date_format(change.moved_to.astimezone(zone), _("l j F Y, H:i")),
            "old": date_format(change.moved_from.astimezone(zone), _("l j F Y, H:i")),
        }
        if choices[0].status == ChoiceStatus.WAITING:
            does_it_fit = _("If that suits you, there is nothing to do. If not, choose something else.")
        else:
            does_it_fit = _("Your places are kept; there is nothing to do.")
        return _render(
            "departure_moved",
            order,
            organization=organization,
            subject=_("New time: %(name)s") % {"name": _name_of(order, choices[0])},
            lead=f"{lead} {does_it_fit}",
            calendar_url=queries.order_calendar_url(order, organization),
            **_choice_context(order, choices, organization),
        )


def departure_rebooked(order: Order, choice: GuestChoice, *, organization: Organization) -> Email:
    """Return what a guest reads who took another departure."""
    with override(order.language):
        return _render(
            "departure_rebooked",
            order,
            organization=organization,
            subject=_("Your new departure: %(name)s") % {"name": _name_of(order, choice)},
            lead=_("Thank you. You have taken another departure; what you have paid counts for it."),
            calendar_url=queries.order_calendar_url(order, organization),
        )


def departure_given_back(order: Order, choice: GuestChoice, *, is_late: bool, organization: Organization) -> Email:
    """Return what a guest reads who took the money back, or (`is_late`) who did not choose in time."""
    with override(order.language):
        amount = _going_back(order, [choice])
        why = (
            _("The time to choose another departure is over.") if is_late else _("As you wished, your places are free.")
        )
        if amount:
            back = _("We are paying %(amount)s back to you, the way you paid. Your bank may take some days.") % {
                "amount": amount
            }
        elif choice.status == ChoiceStatus.HELD:
            back = _("What you have paid for it goes back the way it came.")
        else:
            back = _("You have nothing to pay for it.")
        return _render(
            "departure_given_back",
            order,
            organization=organization,
            subject=_("Your places are given back: %(name)s") % {"name": _name_of(order, choice)},
            lead=f"{why} {back}",
        )


def _name_of(order: Order, choice: GuestChoice) -> str:
    return order.lines.filter(booking=choice.booking_id).order_by("position")[0].name


def _going_back(order: Order, choices: Sequence[GuestChoice]) -> str:
    refunds = Refund.objects.filter(guest_choice__in=choices).exclude(status=RefundStatus.CANCELLED)
    amount = refunds.aggregate(total=Sum("amount_minor", default=0))["total"]
    return format_money(amount, order.currency) if amount else ""


def _choice_context(order: Order, choices: Sequence[GuestChoice], organization: Organization) -> dict[str, Any]:
    change = choices[0].change
    values: dict[str, Any] = {"guest_text": translated(change, "guest_text")}
    waiting = [choice for choice in choices if choice.status == ChoiceStatus.WAITING]
    if waiting and waiting[0].choose_until is not None:
        until = waiting[0].choose_until.astimezone(organization.zone)
        offers = change.offers.select_related("schedule").order_by("schedule__starts_at")
        values |= {
            "offers": [date_format(offer.schedule.local_start, _("l j F Y, H:i")) for offer in offers],
            "choose_until": date_format(until, _("l j F Y, H:i")),
            "choice_urls": [queries.choice_url(choice, order, organization) for choice in waiting],
            "silence": _("If we do not hear from you by then, you get your money back.")
            if change.kind == ChangeKind.CANCELLED and queries.kept_minor(order)
            else _("If we do not hear from you by then, your places are free again.")
            if change.kind == ChangeKind.CANCELLED
            else _("If we do not hear from you by then, we look forward to seeing you at the new time."),
        }
    return values


def booking_merged(order: Order, *, schedule_id: int, organization: Organization) -> Email:
    """Return what a guest reads who was put on another departure, because too few people had booked the one it was (`schedule_id`)."""
    with override(order.language):
        before = Schedule.objects.get(pk=schedule_id)
        when = date_format(before.local_start, _("l j F Y, H:i"))
        lead = _(
            "Too few people have booked your departure on %(when)s, so we have put you on another one. Below you see the new time."
            " You pay nothing more. If it does not suit you, please tell us."
        )
        return _render(
            "booking_merged",
            order,
            organization=organization,
            subject=_("A new time for your booking: %(number)s") % {"number": order.number},
            lead=lead % {"when": when},
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


def notification(row: Notification, values: Mapping[str, str], *, language: str, organization: Organization) -> Email:
    """Return a notification in the organization's own words for a language, else in the usual ones."""
    with override(language):
        usual_subject, usual = usual_text(NotificationKind(row.kind))
        own = row.texts.get(language, {})
        subject = " ".join(fill_text(own.get("subject") or usual_subject, values).split())
        text = fill_text(own.get("text") or usual, values)
        context = {"subject": subject, "text": text, "language": language, "organization": organization}
        return Email(
            kind=row.kind,
            subject=subject[:200],
            text=f"{text}\n",
            html=render_to_string("commerce/email/notification.html", context),
        )
