"""What is said of a departure afterwards."""

from django.db import transaction

from tenancy import audit
from tenancy.models import User
from tours.models import Schedule, TourReport
from tours.queries import schedule_for_update


@transaction.atomic
def write_tour_report(
    schedule: Schedule, *, text: str, had_incident: bool, actual_count: int | None, actor: User
) -> TourReport:
    """Write down, or change, what somebody says of a departure; return it. A repeat has no effect."""
    # One at a time, so that a form sent twice makes one note.
    schedule_for_update(schedule.pk)
    report = TourReport.objects.filter(schedule=schedule, author=actor).first() or TourReport(
        schedule=schedule, author=actor
    )
    before = (report.text, report.had_incident, report.actual_count)
    if report.pk and before == (text, had_incident, actual_count):
        return report
    report.text, report.had_incident, report.actual_count = text, had_incident, actual_count
    report.save()
    audit.record("tour_report.written", schedule, actor=actor, had_incident=had_incident, actual_count=actual_count)
    return report
