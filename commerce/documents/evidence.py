"""The evidence pack: all that is known about a contested payment, as one file for the bank."""

import io
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from commerce import queries
from commerce.models import Dispute
from tenancy.documents import body_style, paragraph
from tenancy.queries import current_organization

# Card networks want evidence in English, whatever the guest and the organization speak.
LANGUAGE: Final = "en"


def evidence_pdf(dispute: Dispute) -> bytes:
    """Return the evidence pack of a dispute as PDF, in English; what guests read and were sent stays in their language."""
    organization = current_organization()
    with override(LANGUAGE):
        body = body_style(fontSize=9, leading=12)
        title = body_style("title", fontSize=16, leading=22, spaceAfter=4 * mm)
        heading = body_style("heading", fontSize=11, leading=15, spaceBefore=5 * mm, spaceAfter=1 * mm)
        order = dispute.payment.order
        story: list[Flowable] = [
            paragraph(_("Evidence for order %(number)s") % {"number": order.number}, title, bold=True)
        ]
        if dispute.statement:
            story += [paragraph(_("Our statement"), heading, bold=True), paragraph(dispute.statement, body)]
        for section in queries.evidence_sections(dispute, organization):
            story.append(paragraph(section.title, heading, bold=True))
            for label, value in section.rows:
                story += [_row(paragraph(label, body, bold=True), value, body)]
        output = io.BytesIO()
        document = SimpleDocTemplate(
            output,
            pagesize=A4,
            leftMargin=18 * mm,
            rightMargin=18 * mm,
            topMargin=16 * mm,
            bottomMargin=16 * mm,
            title=f"{_('Evidence')} {order.number}",
            author=organization.name,
        )
        document.build([*story, Spacer(1, 1)])
        return output.getvalue()


def _row(label: Flowable, value: str, style: object) -> Table:
    # Long texts are cells of their own, so that they can go on over the end of a page.
    pieces = [value[start : start + 1200] for start in range(0, len(value), 1200)] or [""]
    rows = [[label if number == 0 else "", paragraph(piece, style)] for number, piece in enumerate(pieces)]
    table = Table(rows, colWidths=[50 * mm, 124 * mm])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, -1), (-1, -1), 0.3, "#bbbbbb"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table
