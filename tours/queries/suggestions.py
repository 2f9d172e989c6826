"""Who could lead a departure, and what is said of each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Sum
from django.db.models.functions import Lower

from places.models import Place
from tenancy.fields import translated
from tenancy.queries import current_organization
from tours.enums import LEADING, SEAT_TAKING, AssignmentStatus
from tours.models import (
    Booking,
    Guide,
    GuideAssignment,
    GuideAvailability,
    GuideBusyTime,
    GuideCertification,
    GuideSettings,
    GuideTimeOff,
    Schedule,
    Tour,
    TourGuide,
)
from tours.rules import Candidate, Conflict, Engagement, Need, Opinion, Planning, Spot, judge, window


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A guide who could lead a departure, what is said of them, and what they are put down as already, if they are."""

    guide: Guide
    opinion: Opinion
    assignment: GuideAssignment | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What it takes to judge guides for departures of one tour: how the organization plans, and what is known of each by key."""

    planning: Planning
    qualified_only: bool
    candidates: dict[int, Candidate]


def guide_settings() -> GuideSettings:
    """Return how the organization in scope plans its guides: its row, or one with the defaults that is not saved; one query."""
    return GuideSettings.objects.first() or GuideSettings()


def _spot(place: Place | None) -> Spot | None:
    if place is None or not place.has_coordinates:
        return None
    return Spot(float(place.latitude or 0), float(place.longitude or 0))


def engagement_of(schedule: Schedule, *, is_certain: bool = True) -> Engagement:
    """Return a departure as a guide sees it; its tour must have been read with meeting and end point."""
    begins = _spot(schedule.tour.meeting_point)
    return Engagement(
        schedule.starts_at,
        schedule.ends_at,
        begins,
        _spot(schedule.tour.end_point) or begins,
        translated(schedule.tour, "name"),
        is_certain,
    )


def need_of(schedule: Schedule, outlook: Outlook) -> Need:
    """Return what a departure asks of its guide; its tour must have been read with places and certificate."""
    required = schedule.tour.required_certification
    return Need(
        engagement_of(schedule),
        qualified_only=outlook.qualified_only,
        language=schedule.language,
        certification=required.name if required is not None else "",
    )


def _grouped(rows: Iterable[Sequence[Any]]) -> dict[int, list[Any]]:
    """Rows by their first column, without it."""
    found: dict[int, list[Any]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(tuple(rest))
    return found


def outlook_on(
    tour: Tour,
    *,
    guides: Iterable[Guide],
    starts_at: datetime,
    ends_at: datetime,
    without: Schedule | None = None,
) -> Outlook:
    """Return what it takes to judge guides for departures of a tour between two instants; a fixed number of queries.

    The departure `without` does not count among what the guides lead.
    """
    known = {guide.pk: guide for guide in guides}
    settings, zone = guide_settings(), current_organization().zone
    begins, ends = window(starts_at, ends_at, zone)
    span = DateTimeTZRange(begins, ends)
    first, last = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
    keys = list(known)
    qualified = set(TourGuide.objects.filter(tour=tour).values_list("guide", flat=True))
    certified = _grouped(
        GuideCertification.objects.filter(certification=tour.required_certification_id, guide__in=keys).values_list(
            "guide", "expires_on"
        )
        if tour.required_certification_id
        else []
    )
    hours = _grouped(
        GuideAvailability.objects.filter(guide__in=keys).values_list("guide", "weekday", "start_time", "end_time")
    )
    days_off = _grouped(
        GuideTimeOff.objects.filter(last_day__gte=first, first_day__lte=last, guide__in=keys).values_list(
            "guide", "first_day", "last_day"
        )
    )
    busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for guide_id, during in GuideBusyTime.objects.filter(
        during__overlap=DateTimeTZRange(starts_at, ends_at), guide__in=keys
    ).values_list("guide", "during"):
        busy[guide_id].append((during.lower, during.upper))
    engagements: dict[int, list[Engagement]] = defaultdict(list)
    rows = GuideAssignment.objects.filter(status__in=LEADING, during__overlap=span, guide__in=keys)
    for row in rows.select_related("schedule__tour__meeting_point", "schedule__tour__end_point").order_by("during"):
        if without is None or row.schedule_id != without.pk:
            engagements[row.guide_id].append(
                engagement_of(row.schedule, is_certain=row.status == AssignmentStatus.CONFIRMED)
            )
    return Outlook(
        Planning(zone, settings.travel_minutes, settings.travel_kmh, settings.rest_hours),
        bool(qualified),
        {
            pk: Candidate(
                is_active=guide.is_active,
                languages=guide.languages,
                is_qualified=pk in qualified,
                certified_until=max((expires or date.max for (expires,) in certified.get(pk, [])), default=None),
                hours=hours.get(pk, []),
                days_off=days_off.get(pk, []),
                busy=busy.get(pk, []),
                engagements=engagements.get(pk, []),
                max_hours_per_day=guide.max_hours_per_day,
                max_hours_per_week=guide.max_hours_per_week,
            )
            for pk, guide in known.items()
        },
    )


def schedule_to_lead(pk: int) -> Schedule | None:
    """Return a departure with all that a guide asks of its tour, or None; one query."""
    return (
        Schedule.objects.select_related(
            "variant", "tour__meeting_point", "tour__end_point", "tour__required_certification"
        )
        .filter(pk=pk)
        .first()
    )


def languages_of_guests(schedule: Schedule) -> list[tuple[str, int]]:
    """Return how many places are booked in which language, the most first; one query."""
    rows = (
        Booking.objects.filter(schedule=schedule, status__in=SEAT_TAKING)
        .exclude(customer__language="")
        .values_list(Lower("customer__language"))
        .annotate(people=Sum("seats"))
    )
    counted: Counter[str] = Counter()
    for code, people in rows:
        counted[code.partition("-")[0]] += people
    return counted.most_common()


def suggestions_for(schedule: Schedule, *, language_name: str = "") -> list[Suggestion]:
    """Return every guide who leads tours, the best for a departure first, with what is said of each; a fixed number of queries.

    `schedule` is as `schedule_to_lead` returns it; `language_name` is what its language is called.
    """
    down = {row.guide_id: row for row in GuideAssignment.objects.filter(schedule=schedule)}
    guides = list(Guide.objects.filter(is_active=True).select_related("user"))
    outlook = outlook_on(
        schedule.tour, guides=guides, starts_at=schedule.starts_at, ends_at=schedule.ends_at, without=schedule
    )
    guests = languages_of_guests(schedule)
    need = need_of(schedule, outlook)
    found = [
        Suggestion(
            guide,
            judge(need, outlook.candidates[guide.pk], outlook.planning, guests=guests, language_name=language_name),
            down.get(guide.pk),
        )
        for guide in guides
    ]
    return sorted(found, key=lambda suggestion: (suggestion.opinion.rank, suggestion.guide.name))


def conflicts_of(schedule: Schedule, guides: Iterable[Guide]) -> dict[int, list[Conflict]]:
    """Return by key what speaks against each of some guides leading a departure; a fixed number of queries.

    `schedule` is as `schedule_to_lead` returns it.
    """
    guides = list(guides)
    if not guides:
        return {}
    outlook = outlook_on(
        schedule.tour, guides=guides, starts_at=schedule.starts_at, ends_at=schedule.ends_at, without=schedule
    )
    need = need_of(schedule, outlook)
    return {guide.pk: judge(need, outlook.candidates[guide.pk], outlook.planning).conflicts for guide in guides}


def who_could_take(schedule: Schedule, *, wanted: Guide | None = None) -> list[Guide]:
    """Return the guides who could take a departure over, by name: all, or only `wanted`; those against whom nothing hard speaks."""
    busy = GuideAssignment.objects.filter(schedule=schedule, status=AssignmentStatus.CONFIRMED).values("guide")
    guides = Guide.objects.filter(is_active=True).exclude(pk__in=busy).select_related("user")
    if wanted is not None:
        guides = guides.filter(pk=wanted.pk)
    led = schedule_to_lead(schedule.pk)
    assert led is not None
    found = list(guides)
    against = conflicts_of(led, found)
    return [guide for guide in found if not any(conflict.is_hard for conflict in against[guide.pk])]
