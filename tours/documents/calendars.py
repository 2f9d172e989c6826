"""Calendar files of patterns and departures (.ics, RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event, vRecur

from tenancy.queries import current_organization
from tours.enums import ScheduleStatus
from tours.models import AvailabilityPattern, Schedule
from tours.rules import days_of, first_day_of, rule_of


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Waypost//EN")
    calendar.add("version", "2.0")
    return calendar


def _finished(calendar: Calendar) -> bytes:
    calendar.add_missing_timezones()
    return calendar.to_ical()


def pattern_calendar(pattern: AvailabilityPattern, *, now: datetime) -> bytes:
    """Return a calendar file with one event for each start time of a pattern, with its rule and its days besides and without.

    A pattern on request, and one that never takes place, has no events.
    """
    calendar = _calendar()
    zone = current_organization().zone
    minutes = pattern.variant.duration_minutes or pattern.variant.tour.duration_minutes
    first = first_day_of(pattern)
    # An event begins where its rule does: weeks are counted from there.
    bare = AvailabilityPattern(
        kind=pattern.kind,
        weekdays=pattern.weekdays,
        every_weeks=pattern.every_weeks,
        rule=pattern.rule,
        valid_from=pattern.valid_from,
        valid_until=pattern.valid_until,
    )
    rule_begins = first_day_of(bare)
    begins = rule_begins or first
    if first is None or begins is None:
        return _finished(calendar)
    for at in sorted(pattern.start_times):
        event = Event()
        event.add("uid", f"pattern-{pattern.organization_id}-{pattern.pk}-{at:%H%M}@waypost")
        event.add("dtstamp", now)
        event.add("dtstart", datetime.combine(begins, at, zone))
        event.add("duration", timedelta(minutes=minutes))
        event.add("summary", f"{pattern.variant.tour.name}: {pattern.variant.name}")
        if rule_begins:
            event.add("rrule", _rule(bare))
        last = pattern.valid_until or date.max
        for name, days in (("rdate", set(pattern.dates) - {begins}), ("exdate", set(pattern.excluded_dates))):
            if wanted := sorted(day for day in days if pattern.valid_from <= day <= last):
                event.add(name, [datetime.combine(day, at, zone) for day in wanted])
        calendar.add_component(event)
    return _finished(calendar)


def _rule(bare: AvailabilityPattern) -> vRecur:
    rule = vRecur.from_ical(rule_of(bare))
    if bare.valid_until is None:
        return rule
    if "COUNT" in rule:
        # Not both a count and an end, says RFC 5545.
        rule["COUNT"] = [len(days_of(bare, first=bare.valid_from, last=bare.valid_until))]
    else:
        # In universal time, as the zone of the start demands, and after the last departure of the day.
        end = datetime.combine(bare.valid_until, time(23, 59, 59), current_organization().zone)
        rule["UNTIL"] = [end.astimezone(UTC)]
    return rule


def departures_calendar(schedules: Iterable[Schedule]) -> bytes:
    """Return a calendar file with one event for each of these departures; those that were cancelled say so."""
    calendar = _calendar()
    for schedule in schedules:
        event = Event()
        event.add("uid", f"{schedule.public_id}@waypost")
        event.add("dtstamp", schedule.updated_at)
        event.add("dtstart", schedule.starts_at.astimezone(schedule.zone))
        event.add("dtend", schedule.ends_at.astimezone(schedule.zone))
        event.add("summary", f"{schedule.tour.name}: {schedule.variant.name}")
        event.add("status", "CANCELLED" if schedule.status == ScheduleStatus.CANCELLED else "CONFIRMED")
        place = schedule.tour.meeting_point
        if place is not None:
            event.add("location", ", ".join(filter(None, [place.name, place.address])))
        calendar.add_component(event)
    return _finished(calendar)
