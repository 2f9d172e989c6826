import datetime as dt

import pytest
from django.urls import reverse

from tenancy.scope import organization_scope
from tests.factories import GuideFactory, make_schedule
from tests.fixtures import client_for
from tests.tours.guide_pages.meeting_point import book, people, shown, tap
from tours.enums import AssignmentStatus
from tours.models import GuideAssignment
from tours.operations import assign_guides


def at(hour, *, day=2, **options):
    return make_schedule(date=dt.date(2031, 6, day), start_time=dt.time(hour), **options)


def test_own_departures_by_day(harbour, client, guide, own):
    with organization_scope(harbour.pk):
        asked, tomorrow, past, declined, foreign = at(14), at(10, day=3), at(10, day=1), at(16), at(18)
        assign_guides(tomorrow, guides=[guide])
        assign_guides(past, guides=[guide])
        assign_guides(foreign, guides=[GuideFactory()])
        for schedule, status in ((asked, AssignmentStatus.PENDING), (declined, AssignmentStatus.DECLINED)):
            GuideAssignment.objects.create(schedule=schedule, guide=guide, status=status)
    context = client.get(reverse("my_departures:index")).context
    assert [card["schedule"] for card in context["asked"]] == [asked]
    sections = [(title, [card["schedule"] for card in cards]) for title, cards, _nothing in context["sections"]]
    assert sections == [("Today", [own]), ("Next", [tomorrow]), ("Past", [past])]


def test_card_of_today_shows_who_is_here(client, own):
    booking = book(own, "Ida", "Ole", "Tom")
    tap(client, own, f"check_in.person.{people(booking)[0].pk}")
    assert "1 of 3 here" in shown(client.get(reverse("my_departures:index")))


def test_guide_accepts_and_declines(harbour, client, guide):
    with organization_scope(harbour.pk):
        yes, no = (
            GuideAssignment.objects.create(schedule=at(hour), guide=guide, status=AssignmentStatus.PENDING)
            for hour in (12, 16)
        )
    page = shown(client.get(reverse("my_departures:index")))
    assert "Can you lead these?" in page
    for _time in range(2):
        client.post(reverse("my_departures:accept", args=[yes.pk]))
        client.post(reverse("my_departures:decline", args=[no.pk]), {"reason": "Dentist"})
    with organization_scope(harbour.pk):
        found = GuideAssignment.objects.filter(pk__in=[yes.pk, no.pk]).order_by("pk")
        assert list(found.values_list("status", "decline_reason")) == [("confirmed", ""), ("declined", "Dentist")]
    page = shown(client.get(reverse("my_departures:index")))
    assert "Can you lead these?" not in page


def test_request_that_clashes_is_refused_with_the_reason(harbour, client, guide, own):
    with organization_scope(harbour.pk):
        clash = GuideAssignment.objects.create(schedule=at(10), guide=guide, status=AssignmentStatus.PENDING)
    answer = client.post(reverse("my_departures:accept", args=[clash.pk]), follow=True)
    assert "leads" in shown(answer)
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get(pk=clash.pk).status == AssignmentStatus.PENDING


def test_reason_that_is_too_long_is_refused(harbour, client, guide):
    with organization_scope(harbour.pk):
        asked = GuideAssignment.objects.create(schedule=at(12), guide=guide, status=AssignmentStatus.PENDING)
    answer = client.post(reverse("my_departures:decline", args=[asked.pk]), {"reason": "x" * 301}, follow=True)
    assert "at most 300 characters" in shown(answer)
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get(pk=asked.pk).status == AssignmentStatus.PENDING


def test_requests_to_others_do_not_exist(harbour, client, guide):
    with organization_scope(harbour.pk):
        other = GuideAssignment.objects.create(schedule=at(12), guide=GuideFactory(), status=AssignmentStatus.PENDING)
    urls = [reverse(f"my_departures:{verb}", args=[other.pk]) for verb in ("accept", "decline")]
    assert [client.post(url).status_code for url in urls] == [404, 404]
    assert [client.get(url).status_code for url in urls] == [405, 405]


def test_account_without_a_guide_is_told(harbour, piet):
    page = shown(client_for(harbour, piet).get(reverse("my_departures:index")))
    assert "Your account does not belong to a guide yet." in page


@pytest.mark.parametrize("count", [1, 3])
def test_own_departures_have_a_fixed_number_of_queries(harbour, client, guide, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for number in range(count):
            for day in (1, 2, 3):
                assign_guides(at(8 + 3 * number, day=day), guides=[guide])
            GuideAssignment.objects.create(
                schedule=at(9 + 3 * number, day=4), guide=guide, status=AssignmentStatus.PENDING
            )
    url = reverse("my_departures:index")
    client.get(url)
    with django_assert_num_queries(8):
        client.get(url)
