import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from tours.enums import ConflictKind
from tours.rules import (
    Candidate,
    Engagement,
    Need,
    Planning,
    Spot,
    conflicts,
    distance_km,
    judge,
    rest_hours,
    speaks,
    travel_minutes,
    warning_days,
    window,
)

BERLIN = ZoneInfo("Europe/Berlin")
PLANNING = Planning(BERLIN)
PIER, DOM = Spot(53.5459, 9.9663), Spot(53.5503, 10.0010)
MONDAY = dt.date(2031, 6, 2)


def lead(start, end, day=MONDAY, begins=None, ends=None, **options):
    """From one wall time to another."""
    return Engagement(
        dt.datetime.combine(day, start, tzinfo=BERLIN),
        dt.datetime.combine(day, end, tzinfo=BERLIN),
        begins,
        ends or begins,
        name="Docks",
        **options,
    )


WANTED = lead(dt.time(10), dt.time(11, 30), begins=PIER)
NEED = Need(WANTED)


def said(need=NEED, planning=PLANNING, **facts):
    return [(one.kind, one.text) for one in conflicts(need, Candidate(**facts), planning)]


def test_nothing_speaks_against_somebody_of_whom_nothing_is_known():
    assert said() == []


def test_what_nobody_can_change_comes_first():
    found = conflicts(replace(NEED, language="de"), Candidate(is_active=False, languages=["en"]), PLANNING)
    assert [(one.kind, one.is_hard) for one in found] == [
        (ConflictKind.INACTIVE, True),
        (ConflictKind.LANGUAGE, False),
    ]


@pytest.mark.parametrize(
    ("start", "end", "certain", "expected"),
    [
        (dt.time(11), dt.time(12), True, [(ConflictKind.OVERLAP, "leads “Docks” at 11:00")]),
        (dt.time(9), dt.time(14), True, [(ConflictKind.OVERLAP, "leads “Docks” at 09:00")]),
        (dt.time(11), dt.time(12), False, [(ConflictKind.ASKED, "is asked to lead “Docks” at 11:00")]),
        (dt.time(11, 30), dt.time(12), True, []),
        (dt.time(9), dt.time(10), True, []),
    ],
)
def test_overlap(start, end, certain, expected):
    assert said(engagements=[lead(start, end, begins=PIER, is_certain=certain)]) == expected


def test_time_to_get_from_one_place_to_another():
    assert round(distance_km(PIER, DOM), 1) == 2.3
    assert travel_minutes(PIER, PIER, PLANNING) == 0
    assert travel_minutes(PIER, None, PLANNING) == 15
    # 2.3 km, a third more on foot and wheels, at 15 km/h.
    assert travel_minutes(PIER, DOM, PLANNING) == 15
    assert travel_minutes(PIER, DOM, replace(PLANNING, travel_kmh=5)) == 38
    there = [lead(dt.time(11, 40), dt.time(13), begins=DOM)]
    assert said(engagements=there) == [
        (ConflictKind.TRAVEL, "has 10 minutes between this and “Docks” at 11:40, and needs 15")
    ]
    before = [lead(dt.time(8), dt.time(9, 50), begins=PIER, ends=DOM)]
    assert [kind for kind, _text in said(engagements=before)] == [ConflictKind.TRAVEL]


def test_time_off_and_busy_by_the_own_calendar():
    assert said(days_off=[(dt.date(2031, 5, 30), MONDAY)]) == [(ConflictKind.TIME_OFF, "has time off")]
    assert said(days_off=[(dt.date(2031, 6, 3), dt.date(2031, 6, 9))]) == []
    busy = [(dt.datetime(2031, 6, 2, 9, tzinfo=dt.UTC), dt.datetime(2031, 6, 2, 10, tzinfo=dt.UTC))]
    assert said(busy=busy) == [(ConflictKind.BUSY, "is busy from 11:00 to 12:00 by their own calendar")]


@pytest.mark.parametrize(
    ("hours", "fits"),
    [
        ([], True),
        ([(0, dt.time(9), dt.time(12))], True),
        ([(0, dt.time(10), dt.time(11, 30))], True),
        ([(0, dt.time(9), dt.time(11)), (0, dt.time(11), dt.time(13))], True),
        ([(0, dt.time(9), dt.time(10, 30)), (0, dt.time(11), dt.time(13))], False),
        ([(0, dt.time(10, 30), dt.time(13))], False),
        ([(1, dt.time(9), dt.time(13))], False),
    ],
)
def test_weekly_hours(hours, fits):
    expected = [] if fits else [(ConflictKind.HOURS, "is not available at that time of the week")]
    assert said(hours=hours) == expected


def test_weekly_hours_over_midnight_and_on_days_of_clock_changes():
    night = Engagement(dt.datetime(2031, 6, 2, 22, tzinfo=BERLIN), dt.datetime(2031, 6, 3, 1, tzinfo=BERLIN))
    both = [(0, dt.time(20), dt.time(23, 59)), (1, dt.time(0), dt.time(2))]
    assert said(Need(night), hours=both) == []
    assert [kind for kind, _text in said(Need(night), hours=both[:1])] == [ConflictKind.HOURS]
    # The clock goes from 2 to 3 on 30 March 2031 and back on 26 October.
    for day in (dt.date(2031, 3, 30), dt.date(2031, 10, 26)):
        early = lead(dt.time(1, 30), dt.time(4), day=day)
        assert said(Need(early), hours=[(6, dt.time(1, 30), dt.time(4))]) == []


def test_certificates():
    need = replace(NEED, certification="First aid")
    assert said(need) == [(ConflictKind.CERTIFICATE, "has no certificate “First aid”")]
    assert said(need, certified_until=dt.date(2031, 6, 1)) == [
        (ConflictKind.CERTIFICATE, "the certificate “First aid” holds until 1 June 2031 only")
    ]
    assert said(need, certified_until=MONDAY) == []


@pytest.mark.parametrize(
    ("days", "expected"), [(None, None), (61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, 0)]
)
def test_warnings_before_a_certificate_ends(days, expected):
    expires_on = None if days is None else MONDAY + dt.timedelta(days=days)
    assert warning_days(expires_on, today=MONDAY) == expected


def test_qualification_and_language():
    assert said(replace(NEED, qualified_only=True)) == [(ConflictKind.QUALIFICATION, "is not qualified for this tour")]
    assert said(replace(NEED, qualified_only=True), is_qualified=True) == []
    assert said(replace(NEED, language="de"), languages=["de-at"]) == []
    assert speaks(["EN"], "en-gb")
    assert not speaks([], "en")


def test_hours_of_a_day_and_a_week():
    tuesday = MONDAY + dt.timedelta(days=1)
    led = [
        lead(dt.time(14), dt.time(17), begins=PIER),
        lead(dt.time(10), dt.time(18), day=tuesday, begins=PIER),
        lead(dt.time(10), dt.time(18), day=MONDAY - dt.timedelta(days=2), begins=PIER),
    ]
    assert said(engagements=led, max_hours_per_day=4) == [
        (ConflictKind.DAY_HOURS, "would lead 4.5 hours that day; the limit is 4")
    ]
    assert said(engagements=led, max_hours_per_day=5, max_hours_per_week=12) == [
        (ConflictKind.WEEK_HOURS, "would lead 12.5 hours that week; the limit is 12")
    ]


def test_rest_between_two_days():
    late = lead(dt.time(21), dt.time(23), day=MONDAY - dt.timedelta(days=1), begins=PIER)
    early = lead(dt.time(7), dt.time(9), begins=PIER)
    assert rest_hours(early, [late], PLANNING) == 8
    assert said(Need(early), engagements=[late]) == [
        (ConflictKind.REST, "would rest 8 hours between two days; it should be 11")
    ]
    assert rest_hours(WANTED, [early], PLANNING) is None


def test_best_guide_is_free_speaks_with_the_guests_knows_the_tour_and_has_led_least():
    guests = [("de", 3), ("fr", 1)]
    earlier = lead(dt.time(10), dt.time(12), day=dt.date(2031, 6, 12), begins=PIER)
    people = {
        "away": Candidate(days_off=[(MONDAY, MONDAY)], languages=["de", "fr"], is_qualified=True),
        "busy month": Candidate(languages=["de"], is_qualified=True, engagements=[earlier]),
        "fresh": Candidate(languages=["de"], is_qualified=True),
        "no german": Candidate(languages=["en"], is_qualified=True),
        "unqualified": Candidate(languages=["de", "fr"]),
    }
    need = replace(NEED, qualified_only=True)
    opinions = {name: judge(need, one, PLANNING, guests=guests) for name, one in people.items()}
    assert sorted(opinions, key=lambda name: opinions[name].rank) == [
        "fresh",
        "busy month",
        "no german",
        "unqualified",
        "away",
    ]
    assert opinions["busy month"].reasons == [
        "speaks the language of 3 of 4 guests",
        "is qualified for this tour",
        "leads 2 hours this month",
        "is free on the days around it",
    ]
    assert [name for name, one in opinions.items() if one.is_refused] == ["away"]


def test_window_holds_month_and_week():
    start = dt.datetime(2031, 7, 1, 10, tzinfo=BERLIN)
    assert window(start, start + dt.timedelta(hours=1), BERLIN) == (
        dt.datetime(2031, 6, 29, tzinfo=BERLIN),
        dt.datetime(2031, 8, 1, tzinfo=BERLIN),
    )
