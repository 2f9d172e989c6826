import datetime as dt

import pytest
from django.urls import reverse

from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, VariantFactory, make_schedule
from tests.fixtures import client_for
from tests.tours.guide_planning.planning import DAY
from tours import operations
from tours.models import (
    Guide,
    GuideAssignment,
    GuideSettings,
    GuideTimeOff,
)


def test_page_of_a_departure_suggests_asks_and_puts_down(harbour, manager, schedule, piet):
    client, url = client_for(harbour, manager), reverse("schedules:guides", args=[schedule.pk])
    page = client.get(url)
    assert [one.guide for one in page.context["possible"]] == [piet]
    assert page.context["assignments"] == []
    assert "leads nothing yet this month" in page.content.decode()
    data = {"guide": piet.pk, "role": "assistant", "reason": ""}
    assert "Piet is asked." in client.post(url, {**data, "verb": "ask"}, follow=True).content.decode()
    with organization_scope(harbour.pk):
        row = GuideAssignment.objects.get()
    assert (row.status, row.role, row.asked_by_id) == ("pending", "assistant", manager.pk)
    client.post(url, {"verb": "confirm", "assignment": row.pk})
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get().status == "confirmed"
    client.post(url, {"verb": "release", "assignment": row.pk})
    with organization_scope(harbour.pk):
        assert not GuideAssignment.objects.exists()
        told = AuditEntry.objects.filter(subject_id=schedule.pk, subject_type="tours.schedule").order_by("pk")
        assert list(told.values_list("action", flat=True))[-3:] == [
            "schedule.guide_asked",
            "assignment.confirmed",
            "schedule.guide_released",
        ]


def test_refusal_on_the_page_loses_nothing(harbour, manager, schedule, piet):
    with organization_scope(harbour.pk):
        Guide.objects.filter(pk=piet.pk).update(max_hours_per_day=1)
        busy = make_schedule(start_time=dt.time(11))
    client, url = client_for(harbour, manager), reverse("schedules:guides", args=[schedule.pk])
    assert "would lead 1.5 hours that day" in client.get(url).content.decode()
    with organization_scope(harbour.pk):
        operations.assign_guides(busy, guides=[piet])
    data = {"guide": piet.pk, "role": "lead", "reason": "He knows the mayor", "verb": "assign"}
    page = client.post(url, data)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Piet leads another departure at that time" in text
    assert [one.guide for one in page.context["impossible"]] == [piet]
    assert page.context["typed"]["reason"] == "He knows the mayor"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_pages_of_planning_are_for_managers(harbour, member_client, schedule, role):
    client = member_client(harbour, role)
    urls = [
        reverse("schedules:guides", args=[schedule.pk]),
        reverse("guides:week"),
        reverse("guide_settings:index"),
        reverse("certifications:index"),
    ]
    assert [client.get(url).status_code for url in urls] == [302] * 4
    assert client.post(urls[0], {"verb": "release", "assignment": "1"}).status_code == 302


def test_page_of_a_foreign_departure_does_not_exist(kyoto, member_client, schedule):
    url = reverse("schedules:guides", args=[schedule.pk])
    assert member_client(kyoto, Role.OWNER).get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_week_shows_who_leads_what_and_what_nobody_leads(harbour, manager, tour, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for number in range(count):
            guide = GuideFactory(name=f"Guide {number}")
            led = make_schedule(VariantFactory(tour=tour), start_time=dt.time(10))
            operations.assign_guides(led, guides=[guide])
            make_schedule(start_time=dt.time(15))
            GuideTimeOff.objects.create(guide=guide, first_day=dt.date(2031, 6, 7), last_day=dt.date(2031, 6, 20))
    client, url = client_for(harbour, manager), reverse("guides:week")
    client.get(url)
    with django_assert_num_queries(11):
        week = client.get(url, {"day": "2031-06-04"}).context["week"]
    assert (week.days[0], week.gap_count) == (DAY, count)
    assert [(row.hours, [day.is_off for day in row.days]) for row in week.rows] == [
        (1.5, [False] * 5 + [True] * 2)
    ] * count
    assert client.get(url, {"day": "nonsense"}).context["week"].days[0] == dt.date(2031, 4, 28)


def test_settings_of_planning_are_kept(harbour, manager):
    client, url = client_for(harbour, manager), reverse("guide_settings:index")
    assert client.get(url).context["form"].initial["reminder_hours"] == 24
    data = {"ask_first": "on", "reminder_hours": 6, "travel_minutes": 20, "travel_kmh": 4, "rest_hours": 10}
    for _turn in range(2):
        assert client.post(url, data).status_code == 302
    with organization_scope(harbour.pk):
        row = GuideSettings.objects.get()
    assert (row.ask_first, row.reminder_hours, row.swap_needs_consent, row.travel_kmh) == (True, 6, False, 4)
    assert client.post(url, {**data, "travel_kmh": 0}).status_code == 200
