import datetime as dt

import pytest

from tours.enums import PatternKind
from tours.models import AvailabilityPattern
from tours.rules import RuleRefused, checked_rule, days_of, first_day_of, occurrences_of, pattern_in_words, rule_of


def pattern(**values):
    defaults = {"valid_from": dt.date(2031, 6, 4), "start_times": [dt.time(10)]}  # a Wednesday
    return AvailabilityPattern(**{**defaults, **values})


def june(day):
    return dt.date(2031, 6, day)


def test_weekdays_between_first_and_last_day():
    weekly = pattern(weekdays=[0, 2], valid_until=june(16))
    assert days_of(weekly, first=june(1), last=june(30)) == [june(4), june(9), june(11), june(16)]
    assert days_of(weekly, first=june(10), last=june(12)) == [june(11)]
    assert days_of(weekly, first=june(17), last=june(30)) == []


def test_every_second_week_counts_from_the_week_of_the_first_day():
    weekly = pattern(weekdays=[0, 2], every_weeks=2)
    assert days_of(weekly, first=june(1), last=june(30)) == [june(4), june(16), june(18), june(30)]


def test_days_besides_and_without():
    weekly = pattern(weekdays=[2], dates=[june(5), june(3)], excluded_dates=[june(11), june(5), june(19)])
    # The 3rd lies before the first day.
    assert days_of(weekly, first=june(1), last=june(20)) == [june(4), june(18)]


def test_rules_of_rfc_5545():
    monthly = pattern(rule="FREQ=MONTHLY;BYDAY=1SA,-1SU")
    assert days_of(monthly, first=june(1), last=dt.date(2031, 7, 31)) == [
        june(7),
        june(29),
        dt.date(2031, 7, 5),
        dt.date(2031, 7, 27),
    ]
    thrice = pattern(rule="FREQ=DAILY;INTERVAL=3;COUNT=3")
    assert days_of(thrice, first=june(1), last=dt.date(2032, 1, 1)) == [june(4), june(7), june(10)]


def test_certain_days_and_on_request():
    days = pattern(kind=PatternKind.DATES, dates=[june(9), june(5)], weekdays=[0])
    assert days_of(days, first=june(1), last=june(30)) == [june(5), june(9)]
    assert days_of(pattern(kind=PatternKind.ON_REQUEST, weekdays=[0]), first=june(1), last=june(30)) == []


def test_occurrences_are_days_by_times():
    twice = pattern(weekdays=[2], start_times=[dt.time(14, 30), dt.time(10)])
    assert occurrences_of(twice, first=june(4), last=june(11)) == [
        (june(4), dt.time(10)),
        (june(4), dt.time(14, 30)),
        (june(11), dt.time(10)),
        (june(11), dt.time(14, 30)),
    ]


def test_first_day_looks_years_ahead_and_finds_what_never_comes():
    assert first_day_of(pattern(rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")) == dt.date(2032, 2, 29)
    assert first_day_of(pattern(rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")) is None
    assert first_day_of(pattern(weekdays=[0], valid_until=june(8))) is None
    assert first_day_of(pattern(weekdays=[])) is None
    assert first_day_of(pattern(weekdays=[4], valid_from=dt.date(9999, 12, 31))) == dt.date(9999, 12, 31)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("FREQ=MONTHLY;BYDAY=1SA", "FREQ=MONTHLY;BYDAY=1SA"),
        (" RRULE:freq=monthly; byday=1sa ;", "FREQ=MONTHLY;BYDAY=1SA"),
        ("FREQ=DAILY;INTERVAL=3", "FREQ=DAILY;INTERVAL=3"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,31", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,31"),
    ],
)
def test_rules_are_kept_in_one_form(text, kept):
    assert checked_rule(text) == kept


UNKNOWN = "“{}” cannot be used here. A rule looks like FREQ=MONTHLY;BYDAY=1SA."
OTHER_FREQUENCY = "Use FREQ=MONTHLY or FREQ=YEARLY together with these days."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", UNKNOWN.format("")),
        ("every monday", UNKNOWN.format("EVERYMONDAY")),
        ("FREQ=HOURLY", UNKNOWN.format("FREQ=HOURLY")),
        ("FREQ=DAILY;BYHOUR=3", UNKNOWN.format("BYHOUR=3")),
        ("FREQ=DAILY;INTERVAL=0", UNKNOWN.format("INTERVAL=0")),
        ("FREQ=DAILY;FREQ=DAILY", UNKNOWN.format("FREQ=DAILY")),
        ("FREQ=MONTHLY;BYDAY=9MO", UNKNOWN.format("BYDAY=9MO")),
        ("FREQ=DAILY;BYMONTH=13", UNKNOWN.format("BYMONTH=13")),
        ("FREQ=DAILY;BYMONTH=0", UNKNOWN.format("BYMONTH=0")),
        ("FREQ=MONTHLY;BYMONTHDAY=-32", UNKNOWN.format("BYMONTHDAY=-32")),
        ("BYDAY=MO", "A rule says how often: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."),
        ("FREQ=WEEKLY;UNTIL=20310601", "Leave out UNTIL; give the last day in its own field."),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", OTHER_FREQUENCY),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", OTHER_FREQUENCY),
        ("FREQ=WEEKLY;BYMONTHDAY=30", OTHER_FREQUENCY),
        ("FREQ=WEEKLY;BYDAY=1MO", OTHER_FREQUENCY),
    ],
)
def test_rules_that_cannot_be_followed_say_why(text, message):
    with pytest.raises(RuleRefused) as refused:
        checked_rule(text)
    assert str(refused.value) == message


def test_patterns_in_words():
    twice = pattern(weekdays=[2, 0], start_times=[dt.time(14, 30), dt.time(10)])
    assert pattern_in_words(twice) == "Mon, Wed at 10:00, 14:30"
    assert pattern_in_words(pattern(weekdays=list(range(7)))) == "Every day at 10:00"
    assert pattern_in_words(pattern(weekdays=[2], every_weeks=2)) == "Wed every 2 weeks at 10:00"
    assert pattern_in_words(pattern(rule="FREQ=MONTHLY;BYDAY=1SA")) == "FREQ=MONTHLY;BYDAY=1SA at 10:00"
    assert pattern_in_words(pattern(kind=PatternKind.DATES, dates=[june(5), june(9)])) == "2 days at 10:00"
    assert pattern_in_words(pattern(kind=PatternKind.ON_REQUEST)) == "On request"


def test_weekdays_as_a_rule():
    assert rule_of(pattern(weekdays=[4, 0], every_weeks=2)) == "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=MO,FR"
