"""One departure of a variant at a time, also when several people want the same time at once."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import PatternFactory, VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours import operations
from tours.models import AvailabilityPattern, Schedule
from tours.operations import ScheduleRefused
from tours.queries import schedule_for_update

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)
WANTED = dt.time(18)
TAKEN = "There is already a departure of this variant at that time."


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["move_schedule", "reschedule"])
def test_one_of_many_moves_to_the_same_time_succeeds(harbour, way):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        schedules = [make_schedule(variant, start_time=dt.time(8 + number)) for number in range(6)]

    def move(number):
        getattr(operations, way)(schedules[number], date=DAY, start_time=WANTED, now=NOW)

    results = in_parallel(harbour, 6, move)
    refused = [str(one) for one in results if isinstance(one, ScheduleRefused)]
    assert (results.count(None), refused) == (1, [TAKEN] * 5)


@pytest.mark.django_db(transaction=True)
def test_departure_made_while_another_moves_there_is_refused_in_words(harbour):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        schedule = make_schedule(variant)

    def act(number):
        if number:
            operations.create_schedule(variant, date=DAY, start_time=WANTED)
        else:
            operations.move_schedule(schedule, date=DAY, start_time=WANTED, now=NOW)

    for _turn in range(5):
        results = in_parallel(harbour, 2, act)
        assert sorted(str(one) for one in results) == ["None", TAKEN]
        with organization_scope(harbour.pk):
            Schedule.objects.exclude(pk=schedule.pk).delete()
            schedule.save()


@pytest.mark.django_db(transaction=True)
def test_pattern_counts_as_it_is_saved_when_its_turn_comes(harbour):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        pattern = PatternFactory(variant=variant, kind="dates", dates=[DAY], start_times=[dt.time(9)])
        stale = AvailabilityPattern.objects.get(pk=pattern.pk)
        pattern.start_times = [WANTED]
        pattern.save()
        plan = operations.generate_schedules(stale, now=NOW)
        assert [planned.time for planned in plan.added] == [WANTED]
        AvailabilityPattern.objects.filter(pk=pattern.pk).delete()
        assert operations.generate_schedules(stale, now=NOW).added == []
        assert [one.start_time for one in Schedule.objects.all()] == [WANTED]


def test_form_of_new_departures_says_what_the_database_refuses(harbour, member_client, in_harbour):
    variant = VariantFactory()
    schedule = make_schedule(variant, start_time=WANTED)
    # Made when the organization was in another zone: the same wall time, an hour later.
    later = {name: getattr(schedule, name) + dt.timedelta(hours=1) for name in ("starts_at", "ends_at")}
    Schedule.objects.filter(pk=schedule.pk).update(time_zone="Europe/London", **later)
    page = member_client(harbour, Role.MANAGER).post(
        reverse("schedules:add"), {"variant": variant.pk, "first_date": DAY.isoformat(), "start_times": "18:00"}
    )
    assert (page.status_code, TAKEN in page.content.decode()) == (200, True)


def test_language_must_be_one_the_tour_is_led_in(in_harbour):
    schedule = make_schedule()
    schedule.tour.languages = ["en"]
    schedule.tour.save()
    report = operations.change_schedules([schedule], values={"language": "fr"}, actor=None)
    assert [why for _schedule, why in report.left_alone] == ["This tour is not led in that language."]
    assert operations.change_schedules([schedule], values={"language": "en"}, actor=None).done == [schedule]
    # What it was given before the tour changed stays.
    schedule.tour.languages = ["de"]
    schedule.tour.save()
    assert operations.change_schedules([schedule], values={"capacity": 30}, actor=None).done == [schedule]
    with transaction.atomic():
        assert schedule_for_update(schedule.pk).language == "en"
