"""What people see of a departure when they edit it."""

from typing import Any, Final

from tours.models import Schedule
from tours.queries.guides import guides_of

FIELDS: Final = (
    "duration_minutes",
    "cutoff_minutes",
    "capacity",
    "language",
    "min_participants",
    "decision_hours",
    "guest_note",
    "internal_note",
)


def editable_values(schedule: Schedule) -> dict[str, Any]:
    """Return what can be edited about a departure, by field, as JSON: times as text, guides by their keys; one query."""
    return {
        "date": schedule.date.isoformat(),
        "start_time": f"{schedule.start_time:%H:%M}",
        **{name: getattr(schedule, name) for name in FIELDS},
        "guides": sorted(guide.pk for guide in guides_of(schedule)),
    }
