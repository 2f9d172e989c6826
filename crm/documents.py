"""Protocols on paper."""

import io
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, SimpleDocTemplate

from crm.models import Customer, Protocol
from crm.queries import record_name, records_of, seen_records
from tenancy.documents import body_style, paragraph
from tenancy.fields import without_markup
from tenancy.queries import current_organization


def protocols_pdf(customer: Customer, protocols: Sequence[Protocol], *, user: Any) -> bytes:
    """Return some protocols with a customer as PDF for a person, in the active language and the organization's time, in the order given."""
    organization = current_organization()
    body = body_style()
    small = body_style("small", fontSize=9, leading=12, textColor="#555555")
    heading = body_style("heading", fontSize=12, leading=16, spaceBefore=6 * mm, spaceAfter=1 * mm)
    title = body_style("title", fontSize=18, leading=24, spaceAfter=2 * mm)
    story: list[Flowable] = [
        paragraph(_("Contacts with %(customer)s") % {"customer": customer}, title, bold=True),
        paragraph(organization.name, small),
    ]
    linked = [link for protocol in protocols for link in protocol.links.all()]
    seen = set(seen_records(records_of(linked), user=user))
    for protocol in protocols:
        when = date_format(timezone.localtime(protocol.happened_at, organization.zone), "SHORT_DATETIME_FORMAT")
        head = paragraph(f"{when} · {protocol.kind_name}: {protocol.subject}", heading, bold=True)
        facts = paragraph("\n".join(_facts(protocol, seen)), small)
        story.append(KeepTogether([head, facts]))
        if protocol.body:
            story.append(paragraph(without_markup(protocol.body), body))
    if len(story) == 2:
        story.append(paragraph(_("Nothing yet."), body))
    output = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 18 * mm)
    document = SimpleDocTemplate(output, pagesize=A4, title=str(customer), author=organization.name, **margins)
    document.build(story)
    return output.getvalue()


def _facts(protocol: Protocol, seen: Collection[Model]) -> list[str]:
    facts = [
        " · ".join(filter(None, [protocol.get_direction_display(), _minutes(protocol), protocol.get_outcome_display()]))
    ]
    people = [protocol.author, *(participant.user for participant in protocol.participants.all())]
    names = [person.get_full_name() or person.email for person in people if person is not None]
    if names:
        facts.append(_("With: %(names)s") % {"names": ", ".join(names)})
    about = [record_name(record) for record in records_of(protocol.links.all()) if record in seen]
    if about:
        facts.append(_("About: %(records)s") % {"records": ", ".join(about)})
    day = protocol.follow_up_on  # type: ignore[attr-defined]  # annotated by `with_follow_up`
    if day:
        facts.append(_("Follow up on %(day)s") % {"day": date_format(day)})
    return facts


def _minutes(protocol: Protocol) -> str:
    minutes = protocol.duration_minutes or 0
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes} if minutes else ""
