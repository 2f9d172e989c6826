"""Who of the booked people is there."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count

from tours.enums import SEAT_TAKING
from tours.models import Participant


class Attendance(NamedTuple):
    """How many people are checked in, and how many are booked."""

    here: int
    people: int


def attendance_on(schedules: Iterable[int]) -> dict[int, Attendance]:
    """Return how many people of departures are checked in, by the departure's key; without those nobody booked; one query."""
    booked = Participant.objects.filter(booking__schedule__in=set(schedules), booking__status__in=SEAT_TAKING)
    rows = booked.values_list("booking__schedule").annotate(here=Count("checked_in_at"), people=Count("pk"))
    return {schedule_id: Attendance(here, people) for schedule_id, here, people in rows.order_by()}
