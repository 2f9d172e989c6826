import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from commerce.models import BookingChange
from tenancy.models import AuditEntry
from tenancy.operations import create_organization
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import order_of
from tests.factories import CustomerFactory, GuideFactory, PatternFactory, TourFactory, VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours.enums import BookingStatus, OrphanFate, OrphanReason, PatternKind, ScheduleStatus, TourStatus
from tours.models import AvailabilityPattern, Schedule
from tours.operations import (
    NewParticipant,
    PlanOutdated,
    SeatRequest,
    SeatsUnavailable,
    apply_pattern,
    assign_guides,
    cancel_schedule,
    change_schedule,
    close_schedule,
    create_booking,
    generate_schedules,
    import_patterns,
    move_booking,
    release_seats,
    reserve_seats,
)
from tours.queries import plan_of
from tours.tasks import sweep_patterns

NOW = dt.datetime(2031, 5, 10, 12, tzinfo=dt.UTC)  # two months ahead is the 10th of July


def mondays(*days, month=6):
    return [dt.date(2031, month, day) for day in days]


JUNE = mondays(2, 9, 16, 23, 30)
ALL = [*JUNE, *mondays(7, month=7)]


def made(pattern):
    return list(Schedule.objects.filter(pattern=pattern).order_by("starts_at"))


def apply(pattern, orphans=OrphanFate.KEEP, now=NOW):
    return apply_pattern(pattern, digest=plan_of(pattern, now=now).digest, orphans=orphans, now=now)


def book(schedule):
    reserve_seats([SeatRequest(schedule.pk, 2)], now=NOW)
    return create_booking(
        schedule,
        customer=CustomerFactory(),
        seats=2,
        participants=[NewParticipant("Adult", 1), NewParticipant("Adult", 1)],
        status=BookingStatus.CONFIRMED,
    )


def move(schedule, day, at):
    schedule.refresh_from_db()
    return change_schedule(
        schedule,
        date=day,
        start_time=at,
        duration_minutes=schedule.duration_minutes,
        cutoff_minutes=schedule.cutoff_minutes,
        capacity=schedule.capacity,
        language=schedule.language,
        guest_note=schedule.guest_note,
        internal_note=schedule.internal_note,
    )


# Made ahead


def test_departures_are_made_up_to_the_horizon(in_harbour):
    pattern = PatternFactory(capacity=8, language="en")
    plan = generate_schedules(pattern, now=NOW)
    assert [planned.date for planned in plan.added] == ALL
    assert [
        (one.date, one.start_time, one.pattern_date, one.pattern_time, one.capacity, one.language, one.status)
        for one in made(pattern)
    ] == [(day, dt.time(10), day, dt.time(10), 8, "en", "open") for day in ALL]
    assert {(one.duration_minutes, one.time_zone, one.changed_by_hand) for one in made(pattern)} == {
        (90, "Europe/Berlin", False)
    }
    (entry,) = AuditEntry.objects.filter(action="pattern.applied")
    assert entry.details == {"added": 6, "moved": 0, "adjusted": 0, "closed": 0, "removed": 0}


def test_a_repeat_changes_nothing_and_a_later_one_adds_what_came_into_reach(in_harbour):
    pattern = PatternFactory()
    generate_schedules(pattern, now=NOW)
    before = Schedule.objects.order_by("pk").values()
    assert generate_schedules(pattern, now=NOW).added == []
    assert list(Schedule.objects.order_by("pk").values()) == list(before)
    assert AuditEntry.objects.filter(action="pattern.applied").count() == 1
    later = generate_schedules(pattern, now=NOW + dt.timedelta(days=7))
    assert [planned.date for planned in later.added] == mondays(14, month=7)


def test_departures_of_today_that_have_left_are_not_made(in_harbour):
    pattern = PatternFactory(start_times=[dt.time(10), dt.time(18)], valid_until=dt.date(2031, 6, 2))
    noon = dt.datetime(2031, 6, 2, 10, tzinfo=dt.UTC)
    assert [planned.time for planned in generate_schedules(pattern, now=noon).added] == [dt.time(18)]


@pytest.mark.parametrize(
    ("zone", "weekday", "day", "asked", "local", "utc", "moved"),
    [
        # The clocks go forward on the 30th of March 2031 at two in Berlin, back on the 26th of October at three.
        ("Europe/Berlin", 6, dt.date(2031, 3, 30), dt.time(2, 30), dt.time(3, 30), dt.time(1, 30), True),
        ("Europe/Berlin", 6, dt.date(2031, 3, 30), dt.time(10), dt.time(10), dt.time(8), False),
        ("Europe/Berlin", 6, dt.date(2031, 10, 26), dt.time(2, 30), dt.time(2, 30), dt.time(0, 30), False),
        ("Europe/Berlin", 6, dt.date(2031, 10, 26), dt.time(10), dt.time(10), dt.time(9), False),
        ("Asia/Tokyo", 6, dt.date(2031, 3, 30), dt.time(10), dt.time(10), dt.time(1), False),
        # In the southern summer, the other way round.
        ("Australia/Sydney", 6, dt.date(2031, 10, 5), dt.time(2, 30), dt.time(3, 30), dt.time(16, 30), True),
    ],
)
def test_wall_time_on_days_when_the_clocks_change(db, zone, weekday, day, asked, local, utc, moved):
    organization = create_organization(
        "Somewhere",
        slug="somewhere",
        host="some.localhost",
        currency="EUR",
        time_zone=zone,
        languages=["en"],
        order_prefix="SO",
    )
    now = dt.datetime.combine(day - dt.timedelta(days=3), dt.time(12), tzinfo=dt.UTC)
    with organization_scope(organization.pk):
        pattern = PatternFactory(weekdays=[weekday], start_times=[asked], valid_from=day, valid_until=day)
        plan = generate_schedules(pattern, now=now)
        (schedule,) = made(pattern)
        again = generate_schedules(pattern, now=now)
    assert (schedule.start_time, schedule.starts_at.time(), schedule.pattern_time) == (local, utc, asked)
    assert [planned.start.moved for planned in plan.added] == [moved]
    assert (len(plan.moved), again.added) == (int(moved), [])


def test_two_times_that_the_clock_change_makes_one_are_one_departure(in_harbour):
    day = dt.date(2031, 3, 30)
    pattern = PatternFactory(
        weekdays=[6], start_times=[dt.time(2, 30), dt.time(3, 30)], valid_from=day, valid_until=day
    )
    plan = generate_schedules(pattern, now=dt.datetime(2031, 3, 1, tzinfo=dt.UTC))
    assert ([one.time for one in plan.added], [one.time for one in plan.taken]) == ([dt.time(2, 30)], [dt.time(3, 30)])


def test_departures_that_others_made_are_left_alone(in_harbour):
    pattern = PatternFactory()
    own = make_schedule(pattern.variant, date=JUNE[0], start_time=dt.time(10))
    plan = generate_schedules(pattern, now=NOW)
    assert [planned.date for planned in plan.taken] == [JUNE[0]]
    own.refresh_from_db()
    assert (own.pattern, [one.date for one in made(pattern)]) == (None, ALL[1:])


def test_cancelled_and_moved_departures_do_not_come_again(in_harbour):
    pattern = PatternFactory()
    generate_schedules(pattern, now=NOW)
    first, second, *_rest = made(pattern)
    cancel_schedule(first, reason="Storm", now=NOW)
    move(second, dt.date(2031, 6, 10), dt.time(11))
    plan = generate_schedules(pattern, now=NOW)
    assert (plan.added, plan.cancelled, Schedule.objects.count()) == ([], [first], 6)
    assert [(one.date, one.changed_by_hand) for one in made(pattern)[:2]] == [
        (JUNE[0], True),
        (dt.date(2031, 6, 10), True),
    ]


def test_patterns_that_make_nothing(in_harbour):
    for options in (
        {"is_active": False},
        {"kind": PatternKind.ON_REQUEST},
        {"valid_until": dt.date(2031, 6, 2), "excluded_dates": JUNE},
    ):
        assert generate_schedules(PatternFactory(**options), now=NOW).added == []
    assert (Schedule.objects.count(), AuditEntry.objects.filter(action="pattern.applied").count()) == (0, 0)


def test_a_day_and_time_of_a_pattern_is_made_once_says_the_database(in_harbour):
    pattern = PatternFactory()
    generate_schedules(pattern, now=NOW)
    copy = made(pattern)[0]
    copy.pk, copy.public_id, copy.language = None, "0199d7a2-0000-7000-8000-000000000001", "de"
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_parallel_runs_make_each_departure_once(harbour):
    with organization_scope(harbour.pk):
        pattern = PatternFactory(weekdays=list(range(7)))
    results = in_parallel(harbour, 8, lambda _number: len(generate_schedules(pattern, now=NOW).added))
    assert sorted(results) == [0, 0, 0, 0, 0, 0, 0, 39]
    with organization_scope(harbour.pk):
        assert Schedule.objects.count() == 39


# After a change


def test_plan_of_a_changed_pattern(in_harbour):
    pattern = PatternFactory()
    generate_schedules(pattern, now=NOW)
    booked, by_hand, led, given_back, *free = made(pattern)
    book(booked)
    move(by_hand, by_hand.date, dt.time(11))
    assign_guides(led, guides=[GuideFactory()])
    release_seats([book(given_back)], to=BookingStatus.CANCELLED, now=NOW)
    pattern.weekdays, pattern.excluded_dates = [1], mondays(10)
    plan = plan_of(pattern, now=NOW)
    assert [planned.date for planned in plan.added] == [*mondays(3, 17, 24), *mondays(1, 8, month=7)]
    assert [(one.schedule, one.reason, one.can_be_removed) for one in plan.orphans] == [
        (booked, OrphanReason.BOOKED, False),
        (by_hand, OrphanReason.BY_HAND, True),
        (led, OrphanReason.LED, True),
        (given_back, "", False),
        (free[0], "", True),
        (free[1], "", True),
    ]
    assert (plan.kept, plan.adjusted, plan.taken) == ([], [], [])
    assert Schedule.objects.count() == 6


@pytest.mark.parametrize(
    ("fate", "left"),
    [
        (OrphanFate.KEEP, ["open", "open", "open", "open", "open"]),
        (OrphanFate.CLOSE, ["open", "open", "open", "closed", "closed"]),
        (OrphanFate.REMOVE, ["open", "open", "open", "closed"]),
    ],
)
def test_orphans_go_as_somebody_says_and_others_stay(in_harbour, fate, left):
    pattern = PatternFactory(valid_until=JUNE[-1])
    generate_schedules(pattern, now=NOW)
    booked, by_hand, led, given_back, _free = made(pattern)
    book(booked)
    move(by_hand, by_hand.date, dt.time(11))
    assign_guides(led, guides=[GuideFactory()])
    release_seats([book(given_back)], to=BookingStatus.CANCELLED, now=NOW)
    pattern.valid_from = pattern.valid_until = dt.date(2031, 12, 1)
    pattern.save()
    apply(pattern, fate)
    assert [one.status for one in made(pattern)] == left
    before = list(Schedule.objects.order_by("pk").values())
    apply(pattern, fate)
    assert list(Schedule.objects.order_by("pk").values()) == before


def test_departure_that_an_order_tells_of_is_closed_instead_of_removed(in_harbour):
    pattern = PatternFactory(valid_until=JUNE[2])
    generate_schedules(pattern, now=NOW)
    left_behind, *_free = made(pattern)
    other = make_schedule(pattern.variant, date=dt.date(2031, 6, 3))
    order = order_of(left_behind, now=NOW)
    booking = left_behind.bookings.get()
    move_booking(booking, to=other, now=NOW, actor=None)
    BookingChange.objects.create(
        order=order,
        booking=booking,
        from_schedule=left_behind,
        to_schedule=other,
        difference_minor=0,
        changed_at=NOW,
    )
    pattern.valid_from = pattern.valid_until = dt.date(2031, 12, 1)
    pattern.save()
    apply(pattern, OrphanFate.REMOVE)
    assert [(one.pk, one.status) for one in made(pattern)] == [(left_behind.pk, "closed")]


def test_departures_that_were_closed_with_their_pattern_open_with_it(in_harbour):
    pattern = PatternFactory(valid_until=JUNE[1])
    generate_schedules(pattern, now=NOW)
    first, _second = made(pattern)
    close_schedule(first)
    pattern.excluded_dates = JUNE[:2]
    pattern.save()
    apply(pattern, OrphanFate.CLOSE)
    assert [one.status for one in made(pattern)] == ["closed", "closed"]
    pattern.excluded_dates = []
    pattern.save()
    plan = apply(pattern)
    # Somebody closed the first by hand.
    assert [one.status for one in made(pattern)] == ["closed", "open"]
    assert (len(plan.adjusted), len(plan.kept)) == (1, 1)


def test_places_and_language_follow_the_pattern_where_nobody_has_touched_them(in_harbour):
    pattern = PatternFactory(valid_until=JUNE[2])
    generate_schedules(pattern, now=NOW)
    booked, _free, taken = made(pattern)
    book(booked)
    make_schedule(pattern.variant, date=taken.date, language="de")
    pattern.capacity, pattern.language = 20, "de"
    pattern.save()
    plan = apply(pattern)
    assert [(one.capacity, one.language) for one in made(pattern)] == [(12, ""), (20, "de"), (12, "")]
    assert (len(plan.adjusted), len(plan.kept)) == (1, 2)


def test_plan_that_is_out_of_date_is_not_followed(in_harbour):
    pattern = PatternFactory()
    generate_schedules(pattern, now=NOW)
    pattern.weekdays = [1]
    pattern.save()
    shown = plan_of(pattern, now=NOW)
    book(made(pattern)[0])
    with pytest.raises(PlanOutdated) as outdated:
        apply_pattern(pattern, digest=shown.digest, orphans=OrphanFate.REMOVE, now=NOW)
    assert [one.reason for one in outdated.value.plan.orphans] == [OrphanReason.BOOKED, "", "", "", "", ""]
    assert Schedule.objects.count() == 6


def test_plan_takes_the_same_queries_for_few_and_many_departures(in_harbour):
    counts = []
    for weekdays in ([0], list(range(7))):
        pattern = PatternFactory(weekdays=weekdays)
        generate_schedules(pattern, now=NOW)
        pattern.start_times = [dt.time(11)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            plan_of(pattern, now=NOW)
        counts.append(len(queries))
    assert counts == [3, 3]


@pytest.mark.django_db(transaction=True)
def test_guests_who_book_while_departures_are_removed_have_booked_or_hear_that_they_are_gone(harbour):
    with organization_scope(harbour.pk):
        pattern = PatternFactory(weekdays=list(range(7)), valid_until=dt.date(2031, 6, 9))
        generate_schedules(pattern, now=NOW)
        schedules = made(pattern)
        pattern.valid_from = pattern.valid_until = dt.date(2031, 12, 1)
        pattern.save()

    def run(number):
        if number == 4:
            for _attempt in range(50):
                try:
                    return apply(AvailabilityPattern.objects.get(pk=pattern.pk), OrphanFate.REMOVE).digest
                except PlanOutdated:
                    continue
            return None
        try:
            with transaction.atomic():
                book(schedules[number])
        except SeatsUnavailable as refused:
            return refused.code
        return "booked"

    results = in_parallel(harbour, 8, run)
    with organization_scope(harbour.pk):
        left = {one.pk: one.booked_count for one in Schedule.objects.all()}
    booked = {schedules[number].pk: 2 for number, result in enumerate(results) if result == "booked"}
    assert left == booked
    assert len(str(results[4])) == 32
    assert {results[number] for number in range(8) if number != 4} <= {"booked", "gone"}


# The nightly run


def test_nightly_run_follows_the_patterns_of_all_organizations(
    harbour, kyoto, run_jobs, time_machine, django_capture_on_commit_callbacks
):
    time_machine.move_to(NOW, tick=False)
    patterns = {}
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            patterns[organization] = PatternFactory()
            PatternFactory(is_active=False)
            PatternFactory(kind=PatternKind.ON_REQUEST)
            PatternFactory(variant=VariantFactory(is_active=False))
            PatternFactory(variant=VariantFactory(tour=TourFactory(status=TourStatus.ARCHIVED)))
    with django_capture_on_commit_callbacks(execute=True):
        sweep_patterns.apply(throw=True)
    assert run_jobs() == ["tours.generate_schedules"] * 2
    with every_organization():
        assert Schedule.objects.count() == 12
    for organization, pattern in patterns.items():
        with organization_scope(organization.pk):
            assert [one.date for one in made(pattern)] == ALL
    with django_capture_on_commit_callbacks(execute=True):
        sweep_patterns.apply(throw=True)
    run_jobs()
    with every_organization():
        assert Schedule.objects.count() == 12


def test_job_of_a_pattern_that_was_deleted_does_nothing(
    in_harbour, run_jobs, time_machine, django_capture_on_commit_callbacks
):
    time_machine.move_to(NOW, tick=False)
    pattern = PatternFactory()
    with django_capture_on_commit_callbacks(execute=True):
        sweep_patterns.apply(throw=True)
    pattern.delete()
    assert (run_jobs(), Schedule.objects.count()) == (["tours.generate_schedules"], 0)


def test_departures_outlive_their_pattern(in_harbour):
    pattern = PatternFactory()
    generate_schedules(pattern, now=NOW)
    pattern.delete()
    assert set(Schedule.objects.values_list("pattern", "status")) == {(None, ScheduleStatus.OPEN)}


def test_imported_patterns_wait_for_somebody_to_switch_them_on(in_harbour):
    variant = VariantFactory()
    read = [AvailabilityPattern(weekdays=[1], start_times=[dt.time(9)], valid_from=dt.date(2031, 6, 1))]
    (kept,) = import_patterns(variant, patterns=read, language="en")
    kept.refresh_from_db()
    assert (kept.variant, kept.is_active, kept.language, kept.weekdays) == (variant, False, "en", [1])
    assert AuditEntry.objects.filter(action="pattern.imported").count() == 1
