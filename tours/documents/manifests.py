"""Manifests as files: PDF to print and carry along, CSV to work on."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, SimpleDocTemplate, Spacer, Table, TableStyle

from crm.models import Customer
from tenancy.documents import FONT, body_style, paragraph
from tenancy.queries import current_organization
from tenancy.rules import plain_cell
from tours.models import Participant, Schedule
from tours.queries import Manifest, ManifestEntry, ManifestPerson
from tours.rules import language_name

_MARGIN = 12 * mm
_WIDTHS = [8 * mm, 62 * mm, 30 * mm, 83 * mm, 58 * mm, 32 * mm]


def _when(schedule: Schedule, home: str) -> str:
    zone = "" if schedule.time_zone == home else f" ({schedule.time_zone})"
    return f"{date_format(schedule.local_start, _('D j M Y, H:i'))}{zone}"


def _phone(customer: Customer) -> str:
    return customer.phone.as_international if customer.phone else ""


def attendance_in_words(person: Participant, schedule: Schedule) -> str:
    """Return whether somebody came, in the active language and the departure’s time: “here 9:52”, “did not come” or nothing."""
    if person.checked_in_at:
        at = date_format(timezone.localtime(person.checked_in_at, schedule.zone), "H:i")
        return _("here %(time)s") % {"time": at}
    return _("did not come") if person.no_show_at else ""


def _contact(person: ManifestPerson) -> str:
    return " ".join(filter(None, [person.emergency_name, person.emergency_phone]))


def manifest_csv(manifests: Iterable[Manifest]) -> bytes:
    """Return manifests as CSV, one line for each person, in the active language; UTF-8 with the mark that spreadsheets look for."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(
        [
            _("Tour"),
            _("Variant"),
            _("Date"),
            _("Start"),
            _("Booked by"),
            _("Phone"),
            _("Name"),
            _("Age group"),
            _("Language"),
            _("Special needs"),
            _("Diet and allergies"),
            _("Notes of the party"),
            _("Still to pay"),
            _("Emergency contact"),
            _("Phone of the emergency contact"),
            _("Attendance"),
            _("Booking"),
        ]
    )
    for manifest in manifests:
        for entry in manifest.entries:
            for row in _csv_rows(manifest.schedule, entry):
                writer.writerow([plain_cell(cell) for cell in row])
    return output.getvalue().encode("utf-8-sig")


def _csv_rows(schedule: Schedule, entry: ManifestEntry) -> list[list[str]]:
    booking, customer = entry.booking, entry.booking.customer
    start = [str(schedule.tour), schedule.variant.name, schedule.date.isoformat(), f"{schedule.start_time:%H:%M}"]
    who = [*start, str(customer), _phone(customer)]
    language = language_name(customer.language) if customer.language else ""
    party = [booking.special_needs, entry.owed]
    state = str(booking.get_status_display())
    return [
        [
            *who,
            person.participant.name,
            person.participant.age_group,
            language,
            person.participant.needs,
            person.participant.diet,
            # Of the whole party, so that a sum counts it once.
            *(party if position == 0 else ["", ""]),
            person.emergency_name,
            person.emergency_phone,
            attendance_in_words(person.participant, schedule),
            state,
        ]
        for position, person in enumerate(entry.persons)
    ]


def manifest_pdf(manifests: Iterable[Manifest], *, title: str) -> bytes:
    """Return manifests as PDF in the active language, each departure on pages of its own, with boxes to tick."""
    organization = current_organization()
    story: list[Flowable] = []
    for manifest in manifests:
        if story:
            story.append(PageBreak())
        story += _departure(manifest, organization.time_zone)
    if not story:
        story.append(paragraph(_("No departures on this day."), body_style()))
    output = io.BytesIO()
    printed = date_format(timezone.localtime(timezone=organization.zone), "SHORT_DATETIME_FORMAT")

    def foot(canvas: Canvas, document: Any) -> None:
        canvas.setFont(FONT, 8)
        text = _("Page %(page)d, as of %(time)s. Personal data: please do not leave it lying about.")
        canvas.drawString(_MARGIN, 7 * mm, text % {"page": document.page, "time": printed})

    document = SimpleDocTemplate(
        output,
        pagesize=landscape(A4),
        title=title,
        author=organization.name,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=14 * mm,
    )
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return output.getvalue()


def _departure(manifest: Manifest, home: str) -> list[Flowable]:
    schedule = manifest.schedule
    body = body_style(fontSize=9, leading=12)
    heading = body_style("heading", fontSize=15, leading=20)
    about = [_when(schedule, home)]
    if schedule.language:
        about[0] += f", {language_name(schedule.language)}"
    if schedule.tour.meeting_point:
        about.append(f"{_('Meeting point:')} {schedule.tour.meeting_point}")
    if manifest.guides:
        about.append(f"{_('Guides:')} {', '.join(guide.name for guide in manifest.guides)}")
    people = ", ".join(f"{count} × {kind}" for kind, count in manifest.people.items())
    counted = _("%(booked)d of %(capacity)d places booked") % {
        "booked": schedule.booked_count,
        "capacity": schedule.capacity,
    }
    about.append(f"{counted}: {people}" if people else counted)
    if schedule.internal_note:
        about.append(f"{_('Internal note:')} {schedule.internal_note}")
    story: list[Flowable] = [
        paragraph(f"{schedule.tour}: {schedule.variant.name}", heading, bold=True),
        paragraph("\n".join(about), body),
        Spacer(1, 4 * mm),
    ]
    if not manifest.entries:
        return [*story, paragraph(_("Nobody has booked yet."), body)]
    return [*story, _table(manifest)]


def _table(manifest: Manifest) -> Table:
    body = body_style(fontSize=9, leading=12)
    headings = ["", _("Name"), _("Age group"), _("Needs and diet"), _("Emergency contact"), _("Attendance")]
    rows = [[paragraph(text, body, bold=True) for text in headings]]
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#999999")),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ]
    for entry in manifest.entries:
        style += [
            ("SPAN", (0, len(rows)), (-1, len(rows))),
            ("BACKGROUND", (0, len(rows)), (-1, len(rows)), HexColor("#eeeeee")),
            # A party does not begin at the foot of a page.
            ("NOSPLIT", (0, len(rows)), (-1, len(rows) + 1)),
        ]
        rows.append([paragraph(_party(entry), body), *[""] * 5])
        for person in entry.persons:
            style.append(("BOX", (0, len(rows)), (0, len(rows)), 0.8, HexColor("#000000")))
            one = person.participant
            rows.append(
                [
                    "",
                    paragraph(one.name or "…", body),
                    paragraph(one.age_group, body),
                    paragraph("\n".join(filter(None, [one.needs, one.diet])), body),
                    paragraph(_contact(person), body),
                    paragraph(attendance_in_words(one, manifest.schedule), body),
                ]
            )
    table = Table(rows, colWidths=_WIDTHS, repeatRows=1)
    table.setStyle(TableStyle(style))
    return table


def _party(entry: ManifestEntry) -> str:
    booking, customer = entry.booking, entry.booking.customer
    count = ngettext("%(count)d person", "%(count)d people", entry.expected) % {"count": entry.expected}
    facts = [
        str(customer),
        _phone(customer),
        count,
        language_name(customer.language) if customer.language else "",
        str(booking.get_status_display()),
        _("still to pay: %(amount)s") % {"amount": entry.owed} if entry.owed else "",
    ]
    line = " · ".join(filter(None, facts))
    return f"{line}\n{booking.special_needs}" if booking.special_needs else line
