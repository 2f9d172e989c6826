import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tests.factories import VariantFactory, make_schedule
from tours.enums import ScheduleStatus
from tours.models import Schedule
from tours.operations import (
    ScheduleRefused,
    SeatRequest,
    cancel_schedule,
    change_schedule,
    close_schedule,
    complete_departed,
    create_schedules,
    open_schedule,
    reserve_seats,
)
from tours.queries import available_schedules
from tours.rules import days_between, local_start

NOW = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instant", "moved"),
    [
        # The night the clocks go forward: 02:30 does not exist in Berlin on 30 March 2031.
        ("Europe/Berlin", dt.date(2031, 3, 30), dt.time(2, 30), "2031-03-30T01:30:00+00:00", dt.time(3, 30)),
        ("Europe/Berlin", dt.date(2031, 3, 30), dt.time(1, 30), "2031-03-30T00:30:00+00:00", None),
        ("Europe/Berlin", dt.date(2031, 3, 30), dt.time(10), "2031-03-30T08:00:00+00:00", None),
        # The night they go back: 02:30 comes twice, and the first counts.
        ("Europe/Berlin", dt.date(2031, 10, 26), dt.time(2, 30), "2031-10-26T00:30:00+00:00", None),
        ("Europe/Berlin", dt.date(2031, 10, 26), dt.time(10), "2031-10-26T09:00:00+00:00", None),
        ("America/New_York", dt.date(2031, 3, 9), dt.time(2, 15), "2031-03-09T07:15:00+00:00", dt.time(3, 15)),
        ("America/New_York", dt.date(2031, 11, 2), dt.time(1, 15), "2031-11-02T05:15:00+00:00", None),
        ("Asia/Tokyo", dt.date(2031, 3, 30), dt.time(2, 30), "2031-03-29T17:30:00+00:00", None),
    ],
)
def test_local_start_on_clock_changes(zone, day, wall, instant, moved):
    start = local_start(day, wall, ZoneInfo(zone))
    assert start.starts_at.isoformat() == instant
    assert (start.moved, start.start_time) == (moved is not None, moved or wall)


def test_days_between_on_weekdays():
    days = days_between(dt.date(2031, 6, 2), dt.date(2031, 6, 15), frozenset({0, 5}))
    assert days == [dt.date(2031, 6, 2), dt.date(2031, 6, 7), dt.date(2031, 6, 9), dt.date(2031, 6, 14)]


def test_create_schedules_repeats_nothing_and_reports_moved_times(in_harbour):
    variant = VariantFactory(capacity=8, duration_minutes=30)
    days = [dt.date(2031, 3, 29), dt.date(2031, 3, 30)]
    made = create_schedules(variant, dates=days, start_times=[dt.time(2, 30)])
    assert [(s.date, s.start_time, s.capacity, s.time_zone) for s in made.created] == [
        (days[0], dt.time(2, 30), 8, "Europe/Berlin"),
        (days[1], dt.time(3, 30), 8, "Europe/Berlin"),
    ]
    assert [start.date for start in made.moved] == [days[1]]
    again = create_schedules(variant, dates=days, start_times=[dt.time(2, 30)])
    assert (again.created, len(again.existing)) == ([], 2)


def test_schedule_keeps_both_wall_time_and_instants(in_harbour):
    schedule = make_schedule(date=dt.date(2031, 1, 5), start_time=dt.time(10))
    assert schedule.starts_at.isoformat() == "2031-01-05T09:00:00+00:00"
    assert schedule.ends_at.isoformat() == "2031-01-05T10:30:00+00:00"
    assert schedule.booking_closes_at.isoformat() == "2031-01-05T08:00:00+00:00"
    assert schedule.local_start.isoformat() == "2031-01-05T10:00:00+01:00"


def test_change_schedule_below_what_is_booked(in_harbour):
    schedule = make_schedule(capacity=5)
    reserve_seats([SeatRequest(schedule.pk, 3)], now=NOW)
    options = {
        "date": schedule.date,
        "start_time": schedule.start_time,
        "duration_minutes": 90,
        "cutoff_minutes": 0,
        "language": "",
        "guest_note": "",
        "internal_note": "",
    }
    with pytest.raises(ScheduleRefused, match="3 places are booked already"):
        change_schedule(schedule, capacity=2, **options)
    with pytest.raises(ScheduleRefused, match="The time cannot change"):
        change_schedule(schedule, capacity=5, **{**options, "start_time": dt.time(11)})
    assert change_schedule(schedule, capacity=3, **options).status == ScheduleStatus.FULL
    assert change_schedule(schedule, capacity=4, **options).status == ScheduleStatus.OPEN


def test_schedule_that_is_over_never_reopens(in_harbour):
    cancelled, completed = make_schedule(), make_schedule()
    cancel_schedule(cancelled, reason="Storm", now=NOW)
    complete_departed(now=completed.ends_at)
    for schedule in (cancelled, completed):
        schedule.refresh_from_db()
        for verb in (open_schedule, close_schedule):
            with pytest.raises(ScheduleRefused):
                verb(schedule)
    with pytest.raises(ScheduleRefused):
        cancel_schedule(completed, reason="Too late", now=NOW)


def test_close_and_open_a_full_departure(in_harbour):
    schedule = make_schedule(capacity=1)
    reserve_seats([SeatRequest(schedule.pk, 1)], now=NOW)
    assert close_schedule(schedule).status == "closed"
    assert open_schedule(schedule).status == "full"


@pytest.mark.parametrize("count", [1, 3])
def test_available_schedules_is_one_query(in_harbour, django_assert_num_queries, count):
    variant = VariantFactory()
    for hour in range(count):
        make_schedule(variant, start_time=dt.time(8 + hour))
    with django_assert_num_queries(1):
        found = available_schedules(variant.tour, from_=dt.date(2031, 6, 1), to=dt.date(2031, 6, 30), now=NOW)
        assert [(s.variant_id, s.start_time.hour) for s in found] == [(variant.pk, 8 + hour) for hour in range(count)]


def test_available_schedules_leaves_out_what_cannot_be_booked(in_harbour):
    variant = VariantFactory()
    bookable = make_schedule(variant, start_time=dt.time(8))
    full = make_schedule(variant, start_time=dt.time(9), capacity=1)
    reserve_seats([SeatRequest(full.pk, 1)], now=NOW)
    close_schedule(make_schedule(variant, start_time=dt.time(10)))
    make_schedule(variant, date=dt.date(2031, 4, 30))
    make_schedule(start_time=dt.time(8))
    june = {"from_": dt.date(2031, 4, 1), "to": dt.date(2031, 6, 30), "now": NOW}
    assert [(s.pk, s.seats_left) for s in available_schedules(variant.tour, **june)] == [(bookable.pk, 12)]
    assert available_schedules(variant.tour, **june, seats=13) == []
    assert Schedule.objects.count() == 5
