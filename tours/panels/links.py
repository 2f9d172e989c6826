"""The records of tours that protocols and tasks may be about, and those that need attention."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.queries import AttentionKind, LinkableKind
from tours.models import Booking, GuideCertification, Schedule, Tour
from tours.queries import (
    booking_name,
    ending_certificates,
    schedule_name,
    search_bookings,
    search_schedules,
    search_tours,
)


def linkable_records() -> list[LinkableKind]:
    """Return the kinds of this app's records that protocols and tasks may be about."""
    return [
        LinkableKind(Booking, "tours.view_booking", search_bookings, booking_name, ("customer", "schedule__tour")),
        LinkableKind(Schedule, "tours.view_schedule", search_schedules, schedule_name, ("tour",)),
        LinkableKind(Tour, "tours.view_tour", search_tours),
    ]


def _until(facts: Mapping[str, Any]) -> str:
    day = parse_date(facts.get("until") or "")
    return gettext("It holds until %(day)s.") % {"day": date_format(day) if day is not None else ""}


def attention_kinds() -> list[AttentionKind]:
    """Return what of this app needs attention."""
    return [
        AttentionKind(
            name="certificate_ending",
            label=_("Certificate expires"),
            help_text=_("A certificate of somebody who leads tours holds for a short time only, or no more."),
            model=GuideCertification,
            permission="tours.view_guide",
            find=ending_certificates,
            reason=_until,
            url=lambda item: reverse("guides:edit", args=[item.facts.get("guide", item.object_id)]),
            title=lambda held: f"{held.guide}: {held.certification}",
            related=("guide", "certification"),
            unit=_("Days before it ends"),
            amount=30,
        )
    ]
