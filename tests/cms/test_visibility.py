import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.rules import Visibility

MONDAY = dt.date(2026, 6, 1)
HOURS = dt.timedelta(hours=2)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(MONDAY + dt.timedelta(days=day), dt.time(hour, minute))


@pytest.mark.parametrize(
    ("visibility", "now", "shown"),
    [
        (Visibility(), at(0, 0), True),
        (Visibility(first_day=MONDAY, last_day=MONDAY), at(0, 23, 59), True),
        (Visibility(first_day=MONDAY, last_day=MONDAY), at(1, 0), False),
        (Visibility(begins=dt.time(8)), at(0, 7), False),
        (Visibility(begins=dt.time(8)), at(0, 23), True),
        (Visibility(ends=dt.time(8)), at(0, 8), False),
        (Visibility(begins=dt.time(22), ends=dt.time(6)), at(0, 5), True),
        (Visibility(begins=dt.time(22), ends=dt.time(6)), at(0, 12), False),
        # The night that begins on Friday goes on into Saturday.
        (Visibility(begins=dt.time(22), ends=dt.time(6), weekdays=frozenset({4})), at(5, 5), True),
        (Visibility(begins=dt.time(22), ends=dt.time(6), weekdays=frozenset({4})), at(4, 5), False),
        (Visibility(weekdays=frozenset({5, 6})), at(4, 12), False),
        (Visibility(languages=frozenset({"de"})), at(0, 12), False),
        (Visibility(languages=frozenset({"en"})), at(0, 12), True),
    ],
)
def test_when_something_is_shown(visibility, now, shown):
    assert visibility.shows(now, language="en") is shown


def test_next_change_is_told_within_the_time_asked_for():
    lunch = Visibility(begins=dt.time(12), ends=dt.time(14))
    assert lunch.next_change(at(0, 11, 30), within=HOURS) == at(0, 12)
    assert lunch.next_change(at(0, 12), within=HOURS) == at(0, 14)
    assert lunch.next_change(at(0, 8), within=HOURS) is None
    assert Visibility(last_day=MONDAY).next_change(at(0, 23), within=HOURS) == at(1, 0)
    assert Visibility().next_change(at(0, 23), within=HOURS) is None


@given(
    st.builds(
        Visibility,
        first_day=st.none() | st.dates(MONDAY, at(4, 0).date()),
        last_day=st.none() | st.dates(MONDAY, at(4, 0).date()),
        begins=st.none() | st.times(),
        ends=st.none() | st.times(),
        weekdays=st.frozensets(st.integers(0, 6), max_size=3),
    ),
    st.datetimes(at(0, 0), at(5, 0)),
    st.timedeltas(dt.timedelta(), HOURS),
)
def test_nothing_changes_before_the_next_change(visibility, now, ahead):
    change = visibility.next_change(now, within=HOURS)
    later = now + ahead
    if change is None or later < change:
        assert visibility.shows(later, language="") is visibility.shows(now, language="")
