import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tours.enums import PatternKind
from tours.rules import CalendarRefused, SkippedEvent, read_calendar

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = dt.date(2031, 5, 1)


def calendar(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", *event.split("\n"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events, zone=BERLIN):
    return read_calendar(calendar(*events), zone=zone, today=TODAY)


def facts(pattern):
    """What was set, without what has the value it begins with."""
    names = ("weekdays", "every_weeks", "rule", "start_times", "valid_from", "valid_until", "dates", "excluded_dates")
    empty = {"weekdays": [], "every_weeks": 1, "rule": "", "dates": [], "excluded_dates": [], "valid_until": None}
    values = {name: getattr(pattern, name) for name in names}
    return pattern.kind, {name: value for name, value in values.items() if value != empty.get(name)}


def test_weekly_events_at_several_times_are_one_pattern():
    found = read(
        "DTSTART;TZID=Europe/Berlin:20310602T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20310930T220000Z",
        "DTSTART;TZID=Europe/Berlin:20310602T143000\nRRULE:FREQ=WEEKLY;BYDAY=WE,MO;UNTIL=20310930T220000Z",
    )
    assert [facts(pattern) for pattern in found.patterns] == [
        (
            PatternKind.RECURRING,
            {
                "weekdays": [0, 2],
                "start_times": [dt.time(10), dt.time(14, 30)],
                "valid_from": dt.date(2031, 6, 2),
                # The end is midnight in Berlin as the first of October begins, before the departure of that day.
                "valid_until": dt.date(2031, 9, 30),
            },
        )
    ]
    assert found.skipped == []


def test_days_besides_without_and_changed_ones():
    raw = calendar(
        "DTSTART:20310602T100000\nRRULE:FREQ=DAILY\nEXDATE:20310603T100000,20310604T100000\nRDATE:20310605T180000"
    ).replace(
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID:20310610T100000\r\nDTSTART:20310610T110000\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )
    found = read_calendar(raw, zone=BERLIN, today=TODAY)
    assert [facts(pattern) for pattern in found.patterns] == [
        (
            PatternKind.RECURRING,
            {
                "weekdays": [0, 1, 2, 3, 4, 5, 6],
                "start_times": [dt.time(10)],
                "valid_from": dt.date(2031, 6, 2),
                "excluded_dates": [dt.date(2031, 6, 3), dt.date(2031, 6, 4), dt.date(2031, 6, 10)],
            },
        ),
        (
            PatternKind.DATES,
            {"start_times": [dt.time(11)], "valid_from": dt.date(2031, 6, 10), "dates": [dt.date(2031, 6, 10)]},
        ),
        (
            PatternKind.DATES,
            {"start_times": [dt.time(18)], "valid_from": dt.date(2031, 6, 5), "dates": [dt.date(2031, 6, 5)]},
        ),
    ]


def test_single_events_come_together_and_are_read_in_the_own_zone():
    found = read("DTSTART:20310602T080000Z", "DTSTART;TZID=Asia/Tokyo:20310603T170000", "DTSTART:20310101T100000")
    assert [facts(pattern) for pattern in found.patterns] == [
        (
            PatternKind.DATES,
            {
                "start_times": [dt.time(10)],
                "valid_from": dt.date(2031, 6, 2),
                "dates": [dt.date(2031, 6, 2), dt.date(2031, 6, 3)],
            },
        )
    ]
    assert found.skipped == [SkippedEvent("Event", "It is over.")]


def test_other_rules_are_kept_as_they_are():
    (pattern,) = read("DTSTART:20310607T100000\nRRULE:FREQ=MONTHLY;BYDAY=1SA").patterns
    assert pattern.rule == "FREQ=MONTHLY;BYDAY=1SA"
    (pattern,) = read("DTSTART:20310603T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO").patterns
    # The first day is a Tuesday, and counts all the same.
    assert (pattern.weekdays, pattern.dates) == ([0], [dt.date(2031, 6, 3)])


def test_zones_that_go_the_same_way_are_the_same():
    (pattern,) = read("DTSTART;TZID=W. Europe Standard Time:20310602T100000\nRRULE:FREQ=WEEKLY").patterns
    assert (pattern.weekdays, pattern.start_times) == ([0], [dt.time(10)])


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("DTSTART;VALUE=DATE:20310602\nRRULE:FREQ=DAILY", "It has no time of day."),
        ("DTSTART:20310602T100000\nRRULE:FREQ=SOMETIMES", "Its time cannot be read (RRULE)."),
        ("DTSTART:20310602T100000\nRRULE:FREQ=WEEKLY;BYDAY=XX", "Its time cannot be read (RRULE)."),
        ("DTSTART:2031", "Its time cannot be read (DTSTART)."),
        ("DESCRIPTION:Without a start", "Its time cannot be read (DTSTART)."),
        ("DTSTART;VALUE=TEXT:tomorrow", "Its time cannot be read (DTSTART)."),
        ("DTSTART:20310602T100000\nRRULE;VALUE=TEXT:daily", "Its time cannot be read (DTSTART)."),
        ("DTSTART:99991231T235959Z", "Its time cannot be read (DTSTART)."),
        ("DTSTART:20310602T100000\nRRULE:FREQ=DAILY;UNTIL=00010101T000000Z", "Its time cannot be read (DTSTART)."),
        ("DTSTART:99991231T235959Z\nRECURRENCE-ID:99991231T235959Z", "Its time cannot be read (DTSTART)."),
        ("DTSTART:20310602T100000\nSTATUS:CANCELLED", "It is cancelled."),
        ("DTSTART:20310602T100000\nRRULE:FREQ=DAILY;UNTIL=20310501", "It ends before it begins."),
        ("DTSTART:20310102T100000\nRRULE:FREQ=DAILY;UNTIL=20310401", "It is over."),
        ("DTSTART:20310602T100000\nRRULE:FREQ=DAILY;COUNT=1\nEXDATE:20310602T100000", "It never takes place."),
        (
            "DTSTART;TZID=Asia/Tokyo:20310602T100000\nRRULE:FREQ=DAILY",
            "It repeats in another time zone than Europe/Berlin, where your clock counts.",
        ),
        (
            "DTSTART:20310602T100000\nRRULE:FREQ=HOURLY",
            "“FREQ=HOURLY” cannot be used here. A rule looks like FREQ=MONTHLY;BYDAY=1SA.",
        ),
    ],
)
def test_events_that_are_left_out_say_why(event, reason):
    found = read(f"SUMMARY:Morning walk\n{event}")
    assert (found.patterns, found.skipped) == ([], [SkippedEvent("Morning walk", reason)])


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "This file cannot be read as a calendar (.ics)."),
        (b"nonsense", "This file cannot be read as a calendar (.ics)."),
        (b"\xff\xfe\x00", "This file cannot be read as a calendar (.ics)."),
        (b"%PDF-1.7\n%\xe2\xe3", "This file cannot be read as a calendar (.ics)."),
        (calendar("DTSTART:20310602T100000")[:-20], "This file cannot be read as a calendar (.ics)."),
        (calendar(), "There are no events in this file."),
        (b"x" * 1_000_001, "This file is larger than 1 MB."),
        (calendar(*["DTSTART:20310602T100000"] * 2001), "There are more than 2000 events in this file."),
        (
            calendar(*(f"DTSTART:20310602T100000\nRRULE:FREQ=DAILY;COUNT={n}" for n in range(2, 60))),
            "This file holds 58 different patterns; at most 50 can be imported at once.",
        ),
    ],
)
def test_files_that_are_no_calendars_are_refused(raw, message):
    with pytest.raises(CalendarRefused) as refused:
        read_calendar(raw, zone=BERLIN, today=TODAY)
    assert str(refused.value) == message
