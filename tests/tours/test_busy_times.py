import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tours.rules import CalendarTooLarge, NoCalendar, busy_times, next_reading

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = dt.datetime(2031, 6, 1, tzinfo=dt.UTC), dt.datetime(2031, 7, 1, tzinfo=dt.UTC)


def calendar(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", "DTSTAMP:20310101T000000Z", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def busy(*events):
    found = busy_times(calendar(*events), starts_at=FIRST, ends_at=LAST, zone=BERLIN)
    return [
        (start.astimezone(BERLIN).isoformat()[:16], end.astimezone(BERLIN).isoformat()[:16]) for start, end in found
    ]


def test_times_in_utc_in_a_zone_without_one_and_whole_days():
    assert busy(
        "DTSTART:20310602T080000Z|DTEND:20310602T090000Z",
        "DTSTART;TZID=America/New_York:20310603T080000|DTEND;TZID=America/New_York:20310603T090000",
        "DTSTART:20310604T080000|DURATION:PT1H",
        "DTSTART;VALUE=DATE:20310605|DTEND;VALUE=DATE:20310607",
    ) == [
        ("2031-06-02T10:00", "2031-06-02T11:00"),
        ("2031-06-03T14:00", "2031-06-03T15:00"),
        ("2031-06-04T08:00", "2031-06-04T09:00"),
        ("2031-06-05T00:00", "2031-06-07T00:00"),
    ]


def test_repeated_entries_with_exceptions():
    weekly = "DTSTART:20310501T080000Z|DTEND:20310501T090000Z|RRULE:FREQ=WEEKLY;COUNT=8|EXDATE:20310605T080000Z"
    assert busy(weekly) == [("2031-06-12T10:00", "2031-06-12T11:00"), ("2031-06-19T10:00", "2031-06-19T11:00")]


def test_free_and_cancelled_entries_do_not_count():
    times = "DTSTART:20310602T080000Z|DTEND:20310602T090000Z"
    assert busy(f"{times}|TRANSP:TRANSPARENT", f"{times}|STATUS:CANCELLED", "DTSTART:20310602T080000Z") == []


def test_times_that_touch_are_one():
    assert busy(
        "DTSTART:20310602T080000Z|DTEND:20310602T090000Z",
        "DTSTART:20310602T090000Z|DTEND:20310602T100000Z",
        "DTSTART:20310602T083000Z|DTEND:20310602T084500Z",
    ) == [("2031-06-02T10:00", "2031-06-02T12:00")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>Please sign in</html>",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
        calendar("DTSTART:nonsense|DTEND:20310602T090000Z"),
    ],
)
def test_nonsense_is_no_calendar_or_says_nothing(raw):
    try:
        assert busy_times(raw, starts_at=FIRST, ends_at=LAST, zone=BERLIN) == []
    except NoCalendar:
        pass


def test_page_instead_of_a_calendar_is_told():
    with pytest.raises(NoCalendar):
        busy_times(b"<html>Please sign in</html>", starts_at=FIRST, ends_at=LAST, zone=BERLIN)


def test_rules_that_could_fill_any_memory_are_left_out():
    times = "DTSTART:20310602T080000Z|DTEND:20310602T080001Z"
    assert busy(f"{times}|RRULE:FREQ=SECONDLY", f"{times}|RRULE:FREQ=DAILY;BYSECOND=1,2,3") == []
    with pytest.raises(CalendarTooLarge):
        busy(*[f"{times}|RRULE:FREQ=DAILY"] * 501)


def test_failures_are_answered_with_patience():
    hours = [(next_reading(failures, now=FIRST) - FIRST).total_seconds() / 3600 for failures in (0, 1, 4, 5, 99)]
    assert hours == [1, 2, 16, 24, 24]
