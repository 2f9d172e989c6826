"""What one guide leads, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tours.enums import LEADING, AssignmentStatus, ScheduleStatus
from tours.models import Guide, GuideAssignment

# How far back and ahead a guide's own page goes; the list of departures has all of them.
DAYS_BACK = 14
DAYS_AHEAD = 60


@dataclass(frozen=True, slots=True)
class GuideDays:
    """A guide's departures: `asked` wait for an answer; the others were confirmed, by their start (past ones latest first)."""

    asked: list[GuideAssignment]
    today: list[GuideAssignment]
    coming: list[GuideAssignment]
    past: list[GuideAssignment]


def assignments_of_guide(guide: Guide, *, today: date) -> GuideDays:
    """Return what a guide leads from two weeks before the local day `today` to two months after; one query."""
    found = list(
        GuideAssignment.objects.filter(
            guide=guide,
            status__in=LEADING,
            schedule__date__range=(today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)),
        )
        .select_related("schedule__tour__meeting_point", "schedule__variant")
        .order_by("schedule__starts_at", "pk")
    )
    confirmed = [one for one in found if one.status == AssignmentStatus.CONFIRMED]
    return GuideDays(
        asked=[
            one for one in _standing(found) if one.status == AssignmentStatus.PENDING and one.schedule.date >= today
        ],
        today=[one for one in confirmed if one.schedule.date == today],
        coming=[one for one in confirmed if one.schedule.date > today],
        past=[one for one in reversed(_standing(confirmed)) if one.schedule.date < today],
    )


def _standing(assignments: Iterable[GuideAssignment]) -> list[GuideAssignment]:
    return [one for one in assignments if one.schedule.status != ScheduleStatus.CANCELLED]


def assignment_of_guide(guide: Guide, pk: int) -> GuideAssignment | None:
    """Return the guide's own assignment with this key, with its departure, or None; one query."""
    return (
        GuideAssignment.objects.filter(guide=guide, pk=pk).select_related("schedule__tour", "schedule__variant").first()
    )
