import datetime as dt

from django.urls import reverse

from crm.models import Message
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import VariantFactory
from tests.fixtures import client_for
from tests.tours.guide_planning.planning import DAY, NOW, put, sent
from tours import operations, queries
from tours.models import (
    GuideAssignment,
    GuideTimeOff,
)


def page_of(harbour, assignment):
    with organization_scope(harbour.pk):
        return client_for(harbour), reverse("guide_answer", args=[queries.answer_token(assignment)])


def test_making_departures_says_why_a_guide_cannot_lead_them(harbour, member_client, schedule, piet):
    with organization_scope(harbour.pk):
        operations.assign_guides(schedule, guides=[piet])
        day_off = DAY + dt.timedelta(days=1)
        GuideTimeOff.objects.create(guide=piet, first_day=day_off, last_day=day_off)
        variant = VariantFactory()
        values = {"first_date": DAY, "last_date": day_off, "start_times": f"{schedule.start_time:%H:%M}"}
    client = member_client(harbour, Role.MANAGER)
    answer = client.post(reverse("schedules:add"), {**values, "variant": variant.pk, "guides": [piet.pk]}, follow=True)
    at = f"{schedule.start_time:%H:%M}"
    assert [str(message).strip() for message in answer.context["messages"]] == [
        "2 departures were created.",
        f"Piet could not be put down for Mon 2 Jun 2031, {at}: they lead another departure at that time.",
        f"Tue 3 Jun 2031, {at}, Piet: has time off.",
    ]


def test_guide_answers_by_the_link_of_the_e_mail(harbour, schedule, piet):
    with organization_scope(harbour.pk):
        asked = put("ask_guide", schedule, piet)
    client, url = page_of(harbour, asked)
    with organization_scope(harbour.pk):
        assert f"Accept or decline:\nhttp://harbour.localhost:8000{url}" in Message.objects.get().text
    page = client.get(url)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "Hello Piet, can you lead it?" in page.content.decode()
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get().status == "pending"
    assert (
        "Thank you, Piet: you lead this departure."
        in client.post(url, {"answer": "accept"}, follow=True).content.decode()
    )
    late = client.post(url, {"answer": "decline", "reason": "Changed my mind"})
    assert late.status_code == 409
    assert "This was accepted already. Find somebody to take over, or call the team." in late.content.decode()
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get().status == "confirmed"


def test_guide_declines_by_the_link_and_the_team_reads_why(harbour, schedule, piet, manager):
    with organization_scope(harbour.pk):
        asked = operations.ask_guide(schedule, guide=piet, now=NOW, actor=manager)
    client, url = page_of(harbour, asked)
    page = client.post(url, {"answer": "decline", "reason": "My sister marries"}, follow=True)
    assert "You have declined this departure." in page.content.decode()
    with organization_scope(harbour.pk):
        assert sent()[1:] == [("guide_declined", manager.email, "Piet cannot lead Old town on Mon 2 Jun 2031, 10:00")]
        assert queries.declined_requests(now=NOW) == [asked]


def test_links_that_are_wrong_or_of_another_organization_lead_nowhere(harbour, kyoto, schedule, piet):
    with organization_scope(harbour.pk):
        asked = put("ask_guide", schedule, piet)
    client, url = page_of(harbour, asked)
    assert client_for(kyoto).get(url).status_code == 404
    assert client.get(f"{url[:-2]}x/").status_code == 404
    with organization_scope(harbour.pk):
        operations.release_guide(asked, now=NOW, actor=None)
    assert client.post(url, {"answer": "accept"}).status_code == 404
