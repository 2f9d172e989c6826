"""What stands in the way of moving a departure to another time."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tours.enums import ScheduleStatus
from tours.models import Schedule
from tours.queries.assignments import double_booked
from tours.queries.guides import confirmed_guides_of
from tours.rules import LocalStart

OVER: Final = (ScheduleStatus.COMPLETED, ScheduleStatus.CANCELLED)


def reschedule_problems(schedule: Schedule, start: LocalStart, *, now: datetime) -> list[str]:
    """Return why a departure cannot move to a start, as sentences in the active language; none when it can."""
    if schedule.status in OVER:
        return [_("A departure that took place or was cancelled cannot be changed.")]
    if start.starts_at == schedule.starts_at:
        return [_("It leaves at that time already.")]
    problems = []
    if start.starts_at <= now:
        problems.append(_("That time has passed."))
    same = Schedule.objects.filter(
        variant=schedule.variant_id, date=start.date, start_time=start.start_time, language=schedule.language
    )
    if same.exclude(pk=schedule.pk).exclude(status=ScheduleStatus.CANCELLED).exists():
        problems.append(_("There is already a departure of this variant at that time."))
    guides = confirmed_guides_of(schedule)
    ends_at = start.starts_at + timedelta(minutes=schedule.duration_minutes)
    clash = double_booked(schedule, guides=guides, starts_at=start.starts_at, ends_at=ends_at) if guides else None
    if clash is not None:
        text = _("%(guide)s leads another departure then: %(tour)s, %(when)s. Choose another guide first.")
        when = date_format(clash.schedule.local_start, _("D j M Y, H:i"))
        problems.append(text % {"guide": clash.guide.name, "tour": clash.schedule.tour, "when": when})
    return problems
