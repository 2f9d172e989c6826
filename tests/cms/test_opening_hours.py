import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.rules import OpenPeriod, OpenStatus, SpecialDay, open_status

MONDAY = dt.date(2026, 6, 1)
WEEK = [OpenPeriod(day, dt.time(10), dt.time(18)) for day in range(5)]
BAR = [OpenPeriod(4, dt.time(18), dt.time(2)), OpenPeriod(5, dt.time(18), dt.time(2))]


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment `day` days after a Monday."""
    return dt.datetime.combine(MONDAY + dt.timedelta(days=day), dt.time(hour, minute))


@pytest.mark.parametrize(
    ("periods", "special", "now", "expected"),
    [
        (WEEK, [], at(0, 9), OpenStatus(False, at(0, 10))),
        (WEEK, [], at(0, 10), OpenStatus(True, at(0, 18))),
        (WEEK, [], at(0, 18), OpenStatus(False, at(1, 10))),
        (WEEK, [], at(4, 20), OpenStatus(False, at(7, 10))),
        (BAR, [], at(5, 1), OpenStatus(True, at(5, 2))),
        (BAR, [], at(5, 12), OpenStatus(False, at(5, 18))),
        (WEEK, [SpecialDay(MONDAY)], at(0, 12), OpenStatus(False, at(1, 10))),
        (WEEK, [SpecialDay(MONDAY, dt.time(14), dt.time(15))], at(0, 12), OpenStatus(False, at(0, 14))),
        ([], [], at(0, 12), OpenStatus(False, None)),
        ([], [SpecialDay(MONDAY, dt.time(9), dt.time(12))], at(0, 12), OpenStatus(False, None)),
        # Two periods that touch are one.
        (
            [OpenPeriod(0, dt.time(9), dt.time(12)), OpenPeriod(0, dt.time(12), dt.time(15))],
            [],
            at(0, 10),
            OpenStatus(True, at(0, 15)),
        ),
        # Day and night.
        ([OpenPeriod(day, dt.time(0), dt.time(0)) for day in range(7)], [], at(0, 10), OpenStatus(True, None)),
    ],
)
def test_open_status(periods, special, now, expected):
    assert open_status(periods, special, now=now) == expected


PERIODS = st.lists(st.builds(OpenPeriod, st.integers(0, 6), st.times(), st.times()), max_size=6)
SPECIAL = st.lists(
    st.one_of(
        st.builds(SpecialDay, st.dates(MONDAY, at(20, 0).date())),
        st.builds(SpecialDay, st.dates(MONDAY, at(20, 0).date()), st.times(), st.times()),
    ),
    max_size=4,
)


@given(PERIODS, SPECIAL, st.datetimes(at(0, 0), at(13, 0)))
def test_status_changes_when_it_says_and_not_before(periods, special, now):
    found = open_status(periods, special, now=now)
    if found.changes_at is not None:
        assert found.changes_at > now
        assert open_status(periods, special, now=found.changes_at).is_open is not found.is_open
        just_before = found.changes_at - dt.timedelta(microseconds=1)
        assert open_status(periods, special, now=max(now, just_before)).is_open is found.is_open
