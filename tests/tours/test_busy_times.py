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
    found = busy_times(calendar(*events), starts_at=FIRST, ends_at=LAST, zone=BERLIN).times
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
        assert busy_times(raw, starts_at=FIRST, ends_at=LAST, zone=BERLIN).times == []
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


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;BYMONTH=13", "FREQ=SOMETIMES", "FREQ=DAILY;COUNT=x"]
)
def test_rules_without_end_or_sense_are_left_out_and_the_rest_counts(rule):
    times = "DTSTART:20310602T080000Z|DTEND:20310602T090000Z"
    other = "DTSTART:20310603T080000Z|DTEND:20310603T090000Z"
    assert busy(f"{times}|RRULE:{rule}", other) == [("2031-06-03T10:00", "2031-06-03T11:00")]


@pytest.mark.parametrize(
    ("broken", "day"),
    [
        ("DTSTART:nonsense|DTEND:20310602T090000Z", None),
        ("DTEND:20310602T090000Z", None),
        ("DTSTART:20310602T080000Z|DTSTART:20310602T090000Z", None),
        ("DTSTART:20310602T080000Z|DURATION:bla", dt.date(2031, 6, 2)),
        ("DTSTART:20310601T230000Z|DTEND:20310602T090000Z|EXDATE:foo", dt.date(2031, 6, 2)),
        ("DTSTART:20310602T080000Z|DTEND:20310602T090000Z|RRULE:FREQ=DAILY;BYDAY=XX", dt.date(2031, 6, 2)),
        ("DTSTART:20310602T080000Z|DTEND:20310602T090000Z|RRULE:FREQ=SECONDLY", dt.date(2031, 6, 2)),
    ],
)
def test_broken_entry_is_left_out_and_told_and_the_rest_counts(broken, day):
    weekly = "DTSTART:20310603T080000Z|DTEND:20310603T090000Z|RRULE:FREQ=WEEKLY;COUNT=2"
    raw = calendar("DTSTART;VALUE=DATE:20310620", broken, weekly)
    found = busy_times(raw, starts_at=FIRST, ends_at=LAST, zone=BERLIN)
    assert [start.astimezone(BERLIN).isoformat()[:16] for start, _end in found.times] == [
        "2031-06-03T10:00",
        "2031-06-10T10:00",
        "2031-06-20T00:00",
    ]
    assert found.skipped == [day]


def test_rule_that_is_a_text_is_left_out():
    assert busy("DTSTART:20310602T080000Z|DTEND:20310602T090000Z|RRULE;VALUE=TEXT:FREQ=DAILY") == []


def test_calendar_inside_a_calendar_is_looked_at_as_well():
    inner = calendar("DTSTART:20310602T080000Z|DTEND:20310602T080001Z|RRULE:FREQ=SECONDLY")
    raw = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + inner + b"END:VCALENDAR\r\n"
    assert busy_times(raw, starts_at=FIRST, ends_at=LAST, zone=BERLIN).times == []


@pytest.mark.parametrize(("offset", "hour"), [("+0100", 9), ("-0500", 15)])
def test_zone_that_a_file_defines_counts_in_it_alone(offset, hour):
    # Whichever is read second must not be read by the zone of the first.
    for one in ("+0800", offset):
        zone = f"BEGIN:VTIMEZONE|TZID:Customized Time Zone|BEGIN:STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:{one}"
        zone = f"{zone}|TZOFFSETTO:{one}|END:STANDARD|END:VTIMEZONE|BEGIN:VEVENT".replace("|", "\r\n")
        times = "DTSTART;TZID=Customized Time Zone:20310602T100000|DURATION:PT1H"
        raw = calendar(times).replace(b"BEGIN:VEVENT", zone.encode())
        ((start, _end),) = busy_times(raw, starts_at=FIRST, ends_at=LAST, zone=BERLIN).times
    assert start == dt.datetime(2031, 6, 2, hour, tzinfo=dt.UTC)


def test_failures_are_answered_with_patience():
    hours = [(next_reading(failures, now=FIRST) - FIRST).total_seconds() / 3600 for failures in (0, 1, 4, 5, 99)]
    assert hours == [1, 2, 16, 24, 24]
