import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from crm.models import Message
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours.enums import AssignmentStatus
from tours.models import GuideAssignment, Schedule
from tours.operations import (
    AssignmentRefused,
    ScheduleRefused,
    assign_guides,
    cancel_schedule,
    change_schedule,
    confirm_assignment,
    create_schedules,
    decline_assignment,
)

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)
TAKEN = "Piet leads another departure at that time: Old town, Mon 2 Jun 2031, 10:00."


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def piet(in_harbour):
    return GuideFactory(name="Piet")


@pytest.fixture
def first(in_harbour):
    """From 10:00 to 11:30."""
    return make_schedule(VariantFactory(tour=TourFactory(name="Old town")))


@pytest.fixture
def second(in_harbour):
    """From 11:00 to 12:30, so that nobody leads both."""
    return make_schedule(start_time=dt.time(11))


def ask(schedule, guide):
    return GuideAssignment.objects.create(schedule=schedule, guide=guide, asked_at=NOW)


def down_for():
    return list(GuideAssignment.objects.order_by("schedule__starts_at").values_list("schedule", "status"))


def moved_to(schedule, start_time, **changes):
    fields = ["date", "duration_minutes", "cutoff_minutes", "capacity", "language", "guest_note", "internal_note"]
    values = {name: getattr(schedule, name) for name in fields}
    return change_schedule(schedule, **{**values, "start_time": start_time, **changes})


# What the database holds


def test_assignment_knows_when_its_departure_is(first, piet):
    asked = ask(first, piet)
    asked.refresh_from_db()
    assert (asked.during.lower, asked.during.upper) == (first.starts_at, first.ends_at)
    moved_to(first, dt.time(15))
    asked.refresh_from_db()
    first.refresh_from_db()
    assert (asked.during.lower, asked.during.upper) == (first.starts_at, first.ends_at)
    cancel_schedule(first, reason="Storm", now=NOW)
    asked.refresh_from_db()
    assert asked.during is None


def test_database_refuses_two_places_at_once_whoever_writes(first, second, piet):
    GuideAssignment.objects.create(schedule=first, guide=piet, status=AssignmentStatus.CONFIRMED)
    asked = ask(second, piet)
    for write in (
        lambda: GuideAssignment.objects.filter(pk=asked.pk).update(status=AssignmentStatus.CONFIRMED),
        lambda: GuideAssignment.objects.filter(pk=asked.pk).update(status=AssignmentStatus.CONFIRMED, during=None),
    ):
        with pytest.raises(IntegrityError, match="guide_one_place_at_a_time"), transaction.atomic():
            write()
    assert down_for() == [(first.pk, "confirmed"), (second.pk, "pending")]


def test_departures_that_follow_each_other_are_no_conflict(first, piet):
    after = make_schedule(start_time=dt.time(11, 30))
    assign_guides(first, guides=[piet])
    assert assign_guides(after, guides=[piet]) == [piet]


def test_cancelled_departure_frees_its_guide(first, second, piet):
    assign_guides(first, guides=[piet])
    cancel_schedule(first, reason="Storm", now=NOW)
    assert assign_guides(second, guides=[piet]) == [piet]


# Putting guides down


def test_guide_who_leads_something_else_is_refused(first, second, piet):
    assign_guides(first, guides=[piet])
    maike = GuideFactory(name="Maike")
    assign_guides(second, guides=[maike])
    with pytest.raises(AssignmentRefused) as refused:
        assign_guides(second, guides=[piet])
    assert str(refused.value) == TAKEN
    assert GuideAssignment.objects.get(schedule=second).guide == maike


def test_moving_a_departure_minds_its_guide(first, second, piet):
    moved_to(second, dt.time(15))
    assign_guides(first, guides=[piet])
    assign_guides(second, guides=[piet])
    with pytest.raises(ScheduleRefused) as refused:
        moved_to(second, dt.time(11))
    assert str(refused.value) == TAKEN
    assert Schedule.objects.get(pk=second.pk).start_time == dt.time(15)
    maike = GuideFactory(name="Maike")
    moved_to(second, dt.time(11), guides=[maike])
    assert GuideAssignment.objects.get(schedule=second).guide == maike


def test_new_departures_leave_out_a_guide_who_is_taken(first, piet):
    assign_guides(first, guides=[piet])
    made = create_schedules(
        VariantFactory(), dates=[DAY], start_times=[dt.time(9), dt.time(11), dt.time(12)], guides=[piet]
    )
    nine, eleven, twelve = made.created
    assert made.unled == [(nine, piet), (eleven, piet)]
    assert down_for() == [(first.pk, "confirmed"), (twelve.pk, "confirmed")]


# Answers


def test_confirming_once_and_again(first, piet):
    asked = ask(first, piet)
    for _turn in range(2):
        done = confirm_assignment(asked, actor=None)
        assert (done.status, done.answered_at) == (AssignmentStatus.CONFIRMED, NOW)
    assert AuditEntry.objects.filter(action="assignment.confirmed").count() == 1


def test_declining_tells_the_team_once(first, piet):
    asked = ask(first, piet)
    for reason in ("My sister marries ", "Again"):
        decline_assignment(asked, reason=reason, actor=None)
    asked.refresh_from_db()
    assert (asked.status, asked.decline_reason, asked.answered_at) == ("declined", "My sister marries", NOW)
    assert [(mail.kind, mail.recipient, mail.subject) for mail in Message.objects.all()] == [
        ("guide_declined", "hello@harbour.example", "Piet cannot lead Old town on Mon 2 Jun 2031, 10:00")
    ]
    assert "My sister marries" in Message.objects.get().text


def test_confirming_two_departures_at_once_is_refused(first, second, piet):
    confirm_assignment(ask(first, piet), actor=None)
    asked = ask(second, piet)
    with pytest.raises(AssignmentRefused) as refused:
        confirm_assignment(asked, actor=None)
    assert str(refused.value) == TAKEN


@pytest.mark.parametrize(
    "answer", [confirm_assignment, lambda one, actor: decline_assignment(one, reason="", actor=actor)]
)
def test_answers_that_nobody_waits_for_are_refused(first, piet, answer, time_machine):
    def refusal(assignment):
        with pytest.raises(AssignmentRefused) as refused:
            answer(assignment, actor=None)
        return str(refused.value)

    asked = ask(first, piet)
    time_machine.move_to(first.ends_at, tick=False)
    assert refusal(asked) == "This departure is over."
    time_machine.move_to(NOW, tick=False)
    cancel_schedule(first, reason="Storm", now=NOW)
    assert refusal(asked) == "This departure is cancelled."
    GuideAssignment.objects.all().delete()
    assert refusal(asked) == "The team has given this departure to somebody else."


def test_answer_stands(first, second, piet):
    declined, confirmed = ask(first, piet), ask(second, piet)
    decline_assignment(declined, reason="", actor=None)
    confirm_assignment(confirmed, actor=None)
    with pytest.raises(AssignmentRefused, match="declined already"):
        confirm_assignment(declined, actor=None)
    with pytest.raises(AssignmentRefused, match="accepted already"):
        decline_assignment(confirmed, reason="", actor=None)


# From many connections


@pytest.mark.django_db(transaction=True)
def test_many_sessions_give_one_guide_one_departure(harbour):
    with organization_scope(harbour.pk):
        guide = GuideFactory(name="Piet")
        schedules = [make_schedule(start_time=dt.time(10, minute)) for minute in range(6)]
        asked = [ask(schedule, guide) for schedule in schedules[3:]]

    def attack(number):
        if number < 3:
            return bool(assign_guides(schedules[number], guides=[guide]))
        return bool(confirm_assignment(asked[number - 3], actor=None))

    results = in_parallel(harbour, 6, attack)
    assert sorted(str(type(result).__name__) for result in results) == ["AssignmentRefused"] * 5 + ["bool"]
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.filter(status=AssignmentStatus.CONFIRMED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_moving_and_assigning_at_once_keep_a_guide_in_one_place(harbour):
    with organization_scope(harbour.pk):
        guide = GuideFactory(name="Piet")
        pairs = []
        for day in range(2, 6):
            led = make_schedule(date=dt.date(2031, 6, day), start_time=dt.time(10))
            assign_guides(led, guides=[guide])
            pairs.append((led, make_schedule(date=dt.date(2031, 6, day), start_time=dt.time(15))))

    def attack(number):
        led, free = pairs[number // 2]
        return moved_to(led, dt.time(15)) if number % 2 else assign_guides(free, guides=[guide])

    results = in_parallel(harbour, 8, attack)
    with organization_scope(harbour.pk):
        for number, (led, free) in enumerate(pairs):
            outcome = [type(result).__name__ for result in results[2 * number : 2 * number + 2]]
            assert outcome in (["list", "ScheduleRefused"], ["AssignmentRefused", "Schedule"])
            starts = {row.schedule.starts_at for row in GuideAssignment.objects.filter(schedule__in=[led, free])}
            assert len(starts) == GuideAssignment.objects.filter(schedule__in=[led, free]).count()


@pytest.mark.django_db(transaction=True)
def test_writers_that_ask_nobody_are_stopped_by_the_database(harbour):
    with organization_scope(harbour.pk):
        guide = GuideFactory()
        schedules = [make_schedule(start_time=dt.time(10, minute)) for minute in range(6)]
    results = in_parallel(
        harbour,
        6,
        lambda number: GuideAssignment.objects.create(
            schedule=schedules[number], guide=guide, status=AssignmentStatus.CONFIRMED
        ),
    )
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.count() == 1
    assert [isinstance(result, GuideAssignment) for result in results].count(True) == 1
