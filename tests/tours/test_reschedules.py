import datetime as dt

import pytest
from django.db import transaction

from tenancy.models import OutboxEvent
from tests.factories import GuideFactory, VariantFactory, make_schedule
from tests.tours.test_resources import kayaks, needing
from tests.tours.test_seats import book
from tours.models import Schedule
from tours.operations import ScheduleRefused, assign_guides, cancel_schedule, reschedule

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)


def test_reschedule_takes_the_bookings_along(in_harbour):
    schedule = make_schedule()
    booking = book(schedule, 2)
    before = schedule.starts_at
    moved = reschedule(schedule, date=DAY, start_time=dt.time(15), now=NOW)
    assert (moved.moved_from, moved.booking_ids) == (before, [booking.pk])
    schedule.refresh_from_db()
    assert (schedule.start_time, schedule.starts_at - before) == (dt.time(15), dt.timedelta(hours=5))
    assert schedule.starts_at - schedule.booking_closes_at == dt.timedelta(hours=1)
    assert (schedule.booked_count, schedule.changed_by_hand) == (booking.seats, True)
    payload = OutboxEvent.objects.get(topic="tours.schedule_moved").payload
    assert payload == {"schedule_id": schedule.pk, "booking_ids": [booking.pk]}


def test_reschedule_into_the_hour_that_does_not_exist_moves_on(in_harbour):
    schedule = make_schedule()
    moved = reschedule(schedule, date=dt.date(2032, 3, 28), start_time=dt.time(2, 30), now=NOW)
    assert (moved.schedule.date, moved.schedule.start_time) == (dt.date(2032, 3, 28), dt.time(3, 30))


def refused(schedule, message, *, start_time=dt.time(15)):
    with pytest.raises(ScheduleRefused, match=message), transaction.atomic():
        reschedule(schedule, date=DAY, start_time=start_time, now=NOW)
    assert Schedule.objects.get(pk=schedule.pk).start_time == dt.time(10)


def test_reschedule_refuses_when_its_guide_leads_another_one(in_harbour):
    guide = GuideFactory(name="Piet")
    schedule, other = make_schedule(), make_schedule(start_time=dt.time(14))
    for one in (schedule, other):
        assign_guides(one, guides=[guide], actor=None)
    refused(schedule, "Piet leads another departure then")


def test_reschedule_refuses_when_a_shared_resource_is_short(in_harbour):
    resource = kayaks(3)
    schedule, other = make_schedule(needing(resource)), make_schedule(needing(resource), start_time=dt.time(14))
    book(schedule, 2)
    book(other, 2)
    refused(schedule, "Kayak: not enough are free at this time")


def test_reschedule_refuses_a_departure_that_is_over(in_harbour):
    schedule = make_schedule(VariantFactory())
    cancel_schedule(schedule, reason="Storm", now=NOW)
    refused(schedule, "cannot be changed")
