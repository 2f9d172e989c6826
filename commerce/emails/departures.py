"""E-mails about departures that were cancelled, moved or merged."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce import queries
from commerce.emails.base import Email, render
from commerce.enums import ChangeKind, ChoiceStatus, RefundStatus
from commerce.models import GuestChoice, Order, Refund
from tenancy.fields import translated
from tenancy.models import Organization
from tenancy.money import format_money
from tours.models import Schedule


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
        return render(
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
        return render(
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
        return render(
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
        return render(
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
        return render(
            "booking_merged",
            order,
            organization=organization,
            subject=_("A new time for your booking: %(number)s") % {"number": order.number},
            lead=lead % {"when": when},
        )
