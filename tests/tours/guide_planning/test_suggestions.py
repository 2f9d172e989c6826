import datetime as dt

import pytest

from tests.factories import GuideFactory, make_schedule
from tests.tours.guide_planning.planning import DAY, book
from tours import operations, queries
from tours.models import (
    GuideTimeOff,
    TourGuide,
)


def test_best_guide_comes_first_with_the_reasons(in_harbour, schedule, tour):
    book(schedule, "de", 3)
    book(schedule, "fr", 1)
    able = GuideFactory(name="Able", languages=["de", "fr"])
    TourGuide.objects.create(guide=able, tour=tour)
    other = GuideFactory(name="Other", languages=["de"])
    TourGuide.objects.create(guide=other, tour=tour)
    GuideFactory(name="Newcomer", languages=["fr"])
    away = GuideFactory(name="Away")
    GuideTimeOff.objects.create(guide=away, first_day=DAY, last_day=DAY)
    GuideFactory(name="Stopped", is_active=False)
    found = queries.suggestions_for(queries.schedule_to_lead(schedule.pk))
    assert [(one.guide.name, one.opinion.is_refused) for one in found] == [
        ("Able", False),
        ("Other", False),
        ("Newcomer", False),
        ("Away", True),
    ]
    assert found[0].opinion.reasons == [
        "speaks the language of 4 of 4 guests",
        "is qualified for this tour",
        "leads nothing yet this month",
        "is free on the days around it",
    ]
    assert [one.text for one in found[2].opinion.conflicts] == ["is not qualified for this tour"]


@pytest.mark.parametrize("count", [1, 3])
def test_suggestions_take_a_fixed_number_of_queries(in_harbour, schedule, tour, django_assert_num_queries, count):
    for number in range(count):
        guide = GuideFactory()
        TourGuide.objects.create(guide=guide, tour=tour)
        operations.assign_guides(make_schedule(start_time=dt.time(14 + 2 * number)), guides=[guide])
        book(schedule, "de", 1)
    led = queries.schedule_to_lead(schedule.pk)
    with django_assert_num_queries(10):
        queries.suggestions_for(led)
