"""Files that guests take with them: the calendar entry and the receipt."""

import io

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from commerce import queries
from commerce.enums import OrderStatus
from commerce.models import Order, OrderLine
from tenancy.documents import body_style, paragraph
from tenancy.money import format_money
from tenancy.queries import current_organization
from tours.enums import SEAT_TAKING


def calendar_file(order: Order) -> bytes:
    """Return an iCalendar file with one entry for each booking, those that are off as cancelled; times carry their zone (RFC 5545)."""
    organization = current_organization()
    with override(order.language):
        calendar = Calendar()
        calendar.add("prodid", "-//Waypost//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        seen = set()
        cancelled = order.status in (OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REFUNDED)
        for line in order.lines.select_related("booking__schedule__tour__meeting_point"):
            schedule = line.booking.schedule
            if line.booking_id in seen:
                continue
            seen.add(line.booking_id)
            event = Event()
            event.add("uid", f"{line.booking.public_id}@waypost")
            event.add("dtstamp", order.updated_at)
            event.add("dtstart", schedule.starts_at.astimezone(schedule.zone))
            event.add("dtend", schedule.ends_at.astimezone(schedule.zone))
            event.add("summary", f"{line.name} ({organization.name})")
            is_off = cancelled or line.booking.status not in SEAT_TAKING
            event.add("status", "CANCELLED" if is_off else "CONFIRMED")
            event.add("url", queries.order_url(order, organization))
            event.add("description", _("Order %(number)s") % {"number": order.number})
            place = schedule.tour.meeting_point
            if place is not None:
                event.add("location", ", ".join(filter(None, [place.name, place.address])))
                if place.latitude is not None and place.longitude is not None:
                    event.add("geo", (float(place.latitude), float(place.longitude)))
            calendar.add_component(event)
        calendar.add_missing_timezones()
        return calendar.to_ical()


def _first_minor(line: OrderLine) -> int:
    """Return what stands beside a line whose further steps follow below it."""
    return int(line.price_steps[0]["amount_minor"]) if line.price_steps else line.total_minor


def receipt_pdf(order: Order) -> bytes:
    """Return a receipt of an order as PDF, in the order's language: what was bought, what was paid and what is owed."""
    organization = current_organization()
    with override(order.language):
        lines = list(order.lines.select_related("booking__schedule"))
        body = body_style()
        heading = body_style("heading", fontSize=18, leading=24, spaceAfter=4 * mm)

        def cell(text: str) -> Paragraph:
            return paragraph(text, body)

        rows = [[cell(_("What")), cell(_("Quantity")), cell(_("Price")), cell(_("Total"))]]
        for line in lines:
            schedule = line.booking.schedule
            when = f"{date_format(schedule.date)}, {time_format(schedule.start_time)} ({schedule.time_zone})"
            rows.append(
                [
                    cell(f"{line.name}\n{line.tier_name}\n{when}"),
                    cell(str(line.quantity)),
                    cell(format_money(line.unit_price_minor, order.currency)),
                    cell(format_money(_first_minor(line), order.currency)),
                ]
            )
            rows += [
                [cell(step["label"]), cell(""), cell(""), cell(format_money(step["amount_minor"], order.currency))]
                for step in line.price_steps[1:]
                if step["amount_minor"]
            ]
        sums = [(adjustment.reason, adjustment.amount_minor) for adjustment in queries.adjustments_of(order)]
        sums.append((_("Total"), order.total_minor))
        sums += [(each.label, each.tax_minor) for each in queries.tax_sums(order)]
        if order.cancellation_fee_minor:
            sums.append((_("Kept for cancelled places"), order.cancellation_fee_minor))
        sums.append((_("Paid"), queries.received_minor(order)))
        given_back = queries.given_back_minor(order)
        if given_back:
            sums.append((_("Paid back"), given_back))
        if given_back or order.cancellation_fee_minor:
            # The total holds the taxes of the places that stand; those of what is kept for others come to them here.
            kept = _("%(tax)s of what was not paid back")
            sums += [(kept % {"tax": each.label}, each.tax_minor) for each in queries.taxes_left(order)]
        if owed := queries.owed_minor(order):
            sums.append((_("Still to be paid"), owed))
        rows += [
            [cell(label), cell(""), cell(""), cell(format_money(amount, order.currency))] for label, amount in sums
        ]
        table = Table(rows, colWidths=[90 * mm, 20 * mm, 30 * mm, 30 * mm], repeatRows=1)
        table.setStyle(
            TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, "#999999"), ("VALIGN", (0, 0), (-1, -1), "TOP")])
        )
        sender = "\n".join(
            filter(None, [organization.business_name, organization.business_address, organization.business_email])
        )
        output = io.BytesIO()
        document = SimpleDocTemplate(output, pagesize=A4, title=order.number, author=organization.name)
        document.build(
            [
                cell(sender or organization.name),
                Spacer(1, 10 * mm),
                paragraph(_("Receipt %(number)s") % {"number": order.number}, heading),
                cell(f"{order.full_name}\n{date_format(order.placed_at.astimezone(organization.zone).date())}"),
                Spacer(1, 6 * mm),
                table,
            ]
        )
        return output.getvalue()
