import datetime as dt

import pytest
from django.urls import reverse

from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.fixtures import client_for
from tests.tours.test_guides import guide_form
from tours import queries
from tours.models import (
    Certification,
    Guide,
    GuideCertification,
)


def test_guide_is_kept_with_all_that_planning_asks(harbour, manager, tour):
    with organization_scope(harbour.pk):
        licence = Certification.objects.create(name="City licence")
    data = guide_form(
        name="Maike",
        email="maike@example.com",
        phone="+49 40 1234567",
        languages="DE, en,de",
        max_hours_per_day=8,
        qualifications=[{"tour": tour.pk}],
        certifications=[{"certification": licence.pk, "number": "A 1", "expires_on": "2031-05-20"}],
        availabilities=[{"weekday": 0, "start_time": "09:00", "end_time": "18:00"}],
        times_off=[{"first_day": "2031-07-01", "last_day": "2031-07-14", "reason": "Sweden"}],
        feeds=[{"url": "webcal://calendar.example/maike.ics"}],
    )
    client = client_for(harbour, manager)
    answer = client.post(reverse("guides:add"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    with organization_scope(harbour.pk):
        guide = Guide.objects.get(name="Maike")
        assert (guide.languages, str(guide.phone)) == (["de", "en"], "+49401234567")
        assert [row.tour for row in guide.qualifications.all()] == [tour]
        assert [feed.url for feed in guide.feeds.all()] == ["https://calendar.example/maike.ics"]
        details = AuditEntry.objects.order_by("pk").last()
    assert "Sweden" not in str(details.details)
    assert "City licence until 20 May 2031" in client.get(reverse("guides:index")).content.decode()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"times_off": [{"first_day": "2031-07-14", "last_day": "2031-07-01"}]}, "The last day is before the first."),
        (
            {"availabilities": [{"weekday": 0, "start_time": "18:00", "end_time": "09:00"}]},
            "It ends before it begins. For a night, give two days.",
        ),
        (
            {
                "availabilities": [
                    {"weekday": 0, "start_time": "09:00", "end_time": "12:00"},
                    {"weekday": 0, "start_time": "11:00", "end_time": "14:00"},
                ]
            },
            "Hours of one weekday overlap.",
        ),
        ({"feeds": [{"url": "my calendar"}]}, "Enter a valid URL."),
        ({"feeds": [{"url": "ftp://calendar.example/x.ics"}]}, "Enter a valid URL."),
        ({"languages": "klingon!"}, "“klingon!” is not a language code such as en."),
    ],
)
def test_nonsense_in_the_form_of_a_guide_is_told(harbour, manager, rows, message):
    page = client_for(harbour, manager).post(reverse("guides:add"), guide_form(name="Maike", **rows))
    assert page.status_code == 200
    assert message in page.content.decode()
    assert 'value="Maike"' in page.content.decode()


def test_tour_is_on_the_list_of_a_guide_once(harbour, manager, tour):
    twice = guide_form(name="Maike", qualifications=[{"tour": tour.pk}, {"tour": tour.pk}])
    page = client_for(harbour, manager).post(reverse("guides:add"), twice)
    assert "A tour is on the list twice." in page.content.decode()


def test_renewed_certificate_does_not_warn(in_harbour, piet):
    licence = Certification.objects.create(name="City licence")
    today = dt.date(2031, 5, 1)
    GuideCertification.objects.create(guide=piet, certification=licence, expires_on=today)
    assert [(one.days, one.certification.guide) for one in queries.certificate_warnings(today=today)] == [(7, piet)]
    GuideCertification.objects.create(guide=piet, certification=licence, expires_on=today + dt.timedelta(days=365))
    assert queries.certificate_warnings(today=today) == []


def test_certificate_that_is_needed_cannot_be_deleted(harbour, manager, tour):
    with organization_scope(harbour.pk):
        licence = Certification.objects.create(name="City licence")
        tour.required_certification = licence
        tour.save()
    answer = client_for(harbour, manager).post(reverse("certifications:delete", args=[licence.pk]), follow=True)
    assert "is held by guides or required by tours and cannot be deleted" in answer.content.decode()
