import datetime as dt

import pytest
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.tours.guide_pages.meeting_point import NOW, shown
from tours.models import TourReport


def report_url(schedule):
    return reverse("schedules:report", args=[schedule.pk])


def test_note_is_written_and_read_by_staff(harbour, client, member_client, piet, own, time_machine):
    time_machine.move_to(NOW + dt.timedelta(hours=2), tick=False)
    data = {"text": "A dog was afraid.", "actual_count": "7", "had_incident": "on"}
    for _time in range(2):
        assert client.post(report_url(own), data).status_code == 302
    with organization_scope(harbour.pk):
        reports = TourReport.objects.values_list("text", "actual_count", "had_incident", "author")
        assert list(reports) == [("A dog was afraid.", 7, True, piet.pk)]
    assert "A dog was afraid." in shown(client.get(report_url(own)))
    page = shown(member_client(harbour, Role.MANAGER).get(reverse("schedules:inspect", args=[own.pk])))
    assert "Something happened" in page
    assert "A dog was afraid." in page
    assert "7 people came." in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"had_incident": "on"}, "Please say what happened."),
        ({}, "Write a few words, or how many people came."),
        ({"text": "x", "actual_count": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"text": "kept", "actual_count": "many"}, "Enter a whole number."),
    ],
)
def test_note_that_says_nothing_is_refused(harbour, client, own, time_machine, data, message):
    time_machine.move_to(NOW + dt.timedelta(hours=2), tick=False)
    answer = client.post(report_url(own), data)
    assert message in shown(answer)
    assert data.get("text", "") in shown(answer)
    with organization_scope(harbour.pk):
        assert TourReport.objects.count() == 0


def test_note_before_the_tour_is_refused(harbour, client, own):
    assert "You can write this once the tour has begun." in shown(client.get(report_url(own)))
    assert client.post(report_url(own), {"text": "x"}).status_code == 200
    with organization_scope(harbour.pk):
        assert TourReport.objects.count() == 0
