"""What is known about a contested payment, gathered for the bank."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from commerce.enums import DisputeKind, RefundStatus
from commerce.models import Dispute, Order, Payment
from commerce.queries.payments import paid_minor
from commerce.rules import reason_words
from crm import queries as crm_queries
from crm.enums import Direction
from tenancy.fields import without_markup
from tenancy.models import Organization
from tenancy.money import format_money
from tours.models import Participant

# How much of a message or of terms is told; banks take few pages.
MOST_LETTERS = 3000
# Stripe takes 150,000 letters in all; five fields can be long.
MOST_IN_A_FIELD = 20_000


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an evidence pack: its rows are what something is, and what is known of it."""

    title: str
    rows: list[tuple[str, str]]


def evidence_sections(dispute: Dispute, organization: Organization) -> list[Section]:
    """Return what is known about a dispute's payment, in the active language, with times in the organization's zone; nothing empty."""
    order = _order_of(dispute)
    about = _About(dispute, order, organization)
    sections = [
        Section(_("The payment that is contested"), about.payment()),
        Section(_("The order"), about.order_rows()),
        Section(_("The customer"), about.customer()),
        Section(_("What was bought"), about.bought()),
        Section(_("Who came"), about.who_came()),
        Section(_("Terms shown and accepted"), about.terms()),
        Section(_("Messages sent to the customer"), about.messages()),
        Section(_("Talks with the customer"), about.talks()),
        Section(_("Changes of the booking"), about.changes()),
        Section(_("Money paid back"), about.refunds()),
    ]
    return [section for section in sections if section.rows]


def evidence_texts(dispute: Dispute, organization: Organization) -> dict[str, str]:
    """Return what the bank is told in fields of its own, by the provider's names, in the active language; nothing empty."""
    order = _order_of(dispute)
    about = _About(dispute, order, organization)
    starts = sorted(line.booking.schedule.starts_at for line in order.lines.all())
    texts = {
        "customer_name": order.full_name,
        "customer_email_address": order.email,
        "customer_purchase_ip": next(
            (str(given.ip_address) for given in order.acceptances.all() if given.ip_address), ""
        ),
        "product_description": _as_text(about.bought()),
        "service_date": about.at(starts[0]) if starts else "",
        "access_activity_log": _as_text(about.who_came()),
        "cancellation_policy_disclosure": _as_text(about.terms()),
        "uncategorized_text": dispute.statement,
    }
    return {name: text[:MOST_IN_A_FIELD] for name, text in texts.items() if text}


def _as_text(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"{label}: {value}" for label, value in rows)


def _order_of(dispute: Dispute) -> Order:
    return (
        Order.objects.select_related("customer")
        .prefetch_related("lines__booking__schedule__tour__meeting_point", "payments__refunds", "acceptances")
        .get(pk=dispute.payment.order_id)
    )


class _About:
    def __init__(self, dispute: Dispute, order: Order, organization: Organization) -> None:
        self.dispute, self.order, self.organization = dispute, order, organization

    def at(self, moment: datetime) -> str:
        """An instant in the organization's zone, which is named."""
        local = moment.astimezone(self.organization.zone)
        return f"{date_format(local, 'DATETIME_FORMAT')} ({self.organization.time_zone})"

    def payment(self) -> list[tuple[str, str]]:
        dispute, payment = self.dispute, self.dispute.payment
        rows = [
            (_("Case"), f"{dispute.get_kind_display()} {dispute.provider_reference}"),
            (_("What the bank says"), reason_words(dispute.reason)),
        ]
        if dispute.kind != DisputeKind.WARNING:
            rows.append((_("Contested amount"), format_money(dispute.amount_minor, dispute.currency)))
        rows += [
            (_("Payment"), f"{payment.get_method_display()}, {payment.provider_reference}"),
            (_("Received"), format_money(payment.captured_minor, payment.captured_currency or payment.currency)),
        ]
        if payment.succeeded_at:
            rows.append((_("Received at"), self.at(payment.succeeded_at)))
        return rows

    def order_rows(self) -> list[tuple[str, str]]:
        order = self.order
        return [
            (_("Sold by"), self.organization.business_name or self.organization.name),
            (_("Number"), order.number),
            (_("Placed"), f"{self.at(order.placed_at)}, {order.get_source_display()}"),
            *(self._origin()),
            (_("Total"), format_money(order.total_minor, order.currency)),
            (_("Paid and kept"), format_money(paid_minor(order), order.currency)),
            (_("Status"), order.get_status_display()),
        ]

    def _origin(self) -> Iterator[tuple[str, str]]:
        first = next((given for given in self.order.acceptances.all() if given.ip_address), None)
        if first is not None:
            yield _("Network address"), str(first.ip_address)
            yield _("Browser"), first.user_agent or "–"

    def customer(self) -> list[tuple[str, str]]:
        order = self.order
        rows = [(_("Name"), order.full_name), (_("E-mail"), order.email)]
        if order.phone:
            rows.append((_("Phone"), order.phone.as_international))
        earlier = Order.objects.filter(customer=order.customer, paid_at__isnull=False, placed_at__lt=order.placed_at)
        if count := earlier.count():
            rows.append((_("Earlier paid orders"), str(count)))
        return [(label, value) for label, value in rows if value]

    def bought(self) -> list[tuple[str, str]]:
        rows = []
        for line in self.order.lines.all():
            schedule = line.booking.schedule
            place = schedule.tour.meeting_point
            when = f"{date_format(schedule.date)}, {time_format(schedule.start_time)} ({schedule.time_zone})"
            where = ", ".join(filter(None, [place.name, place.address])) if place else ""
            price = format_money(line.total_minor, self.order.currency)
            what = f"{line.quantity} × {line.tier_name}, {price}"
            rows.append((line.name, "\n".join(filter(None, [what, when, where, line.booking.get_status_display()]))))
        return rows

    def who_came(self) -> list[tuple[str, str]]:
        bookings = {line.booking_id for line in self.order.lines.all()}
        rows = []
        for person in Participant.objects.filter(booking__in=bookings).order_by("pk"):
            if person.checked_in_at:
                rows.append((str(person), _("Checked in: %(when)s") % {"when": self.at(person.checked_in_at)}))
            elif person.no_show_at:
                rows.append((str(person), _("Did not come: %(when)s") % {"when": self.at(person.no_show_at)}))
        return rows

    def terms(self) -> list[tuple[str, str]]:
        read = [
            (f"{accepted.get_kind_display()}, {self.at(accepted.accepted_at)}", _shortened(accepted.wording))
            for accepted in self.order.acceptances.all()
        ]
        # What was agreed for each tour stands with its lines, as it was worded then.
        agreed = {line.name: line.cancellation_policy.get("words", "") for line in self.order.lines.all()}
        return read + [
            (f"{_('Agreed when booking')}: {name}", _shortened(words)) for name, words in agreed.items() if words
        ]

    def messages(self) -> list[tuple[str, str]]:
        found = crm_queries.messages_about(self.order, self.order.customer)
        return [
            (
                f"{self.at(message.sent_at or message.created_at)}, {message.get_status_display()}",
                _shortened(f"{message.recipient}\n{message.subject}\n\n{_without_links(message.text)}"),
            )
            for message in found.exclude(kind="dispute")
        ]

    def talks(self) -> list[tuple[str, str]]:
        # What colleagues tell each other is not for the bank.
        found = crm_queries.protocols_about(self.order).exclude(direction=Direction.INTERNAL).order_by("happened_at")
        return [
            (
                f"{self.at(talk.happened_at)}, {talk.get_kind_display()}, {talk.get_direction_display()}",
                _shortened(f"{talk.subject}\n{without_markup(talk.body)}".strip()),
            )
            for talk in found
        ]

    def changes(self) -> list[tuple[str, str]]:
        rows = []
        for change in self.order.changes.select_related("from_schedule", "to_schedule"):
            who = _("by staff") if change.actor_id else _("by the customer")
            start, end = change.from_schedule, change.to_schedule
            before = f"{_departure(start.local_start)}, {_people(change.before)}"
            after = f"{_departure(end.local_start)}, {_people(change.after)}"
            rows.append((f"{self.at(change.changed_at)}, {who}", f"{before} → {after}"))
        return rows

    def refunds(self) -> list[tuple[str, str]]:
        rows = []
        for payment in self.order.payments.all():
            for refund in payment.refunds.all():
                if refund.status == RefundStatus.SUCCEEDED:
                    when = self.at(refund.settled_at or refund.created_at)
                    rows.append((when, f"{format_money(refund.amount_minor, payment.currency)}, {_reference(payment)}"))
        return rows


def _reference(payment: Payment) -> str:
    return f"{payment.get_method_display()} {payment.provider_reference}".strip()


def _departure(start: datetime) -> str:
    return date_format(start, "SHORT_DATETIME_FORMAT")


def _people(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} × {name}" for name, count in counts.items())


def _without_links(text: str) -> str:
    """Return a text without its addresses: those in our messages open a guest's order to whoever has them."""
    return re.sub(r"https?://\S+", "[…]", text)


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} …"
