import datetime as dt

from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, VariantFactory, make_schedule
from tests.fixtures import client_for, make_member
from tests.tours.guide_planning.planning import NOW, put
from tours import operations
from tours.enums import FeedProblem
from tours.models import (
    Certification,
    GuideAssignment,
    GuideCertification,
    GuideFeed,
)


def waiting(client):
    return [
        (item.text, item.note, item.url)
        for item in client.get("/admin/").context["items"]
        if item.order in (44, 46, 47, 48)
    ]


def test_today_tells_what_guides_need_from_the_team(harbour, manager, schedule, piet):
    client = client_for(harbour, manager)
    assert waiting(client) == []
    with organization_scope(harbour.pk):
        operations.decline_assignment(put("ask_guide", schedule, piet), reason="", actor=None)
        licence = Certification.objects.create(name="City licence")
        GuideCertification.objects.create(guide=piet, certification=licence, expires_on=dt.date(2031, 5, 31))
        GuideFeed.objects.create(guide=piet, url="https://calendar.example/x", problem=FeedProblem.NO_CALENDAR)
        maike = GuideFactory(name="Maike", email="maike@example.com")
        led = make_schedule(VariantFactory(tour=schedule.tour), start_time=dt.time(15))
        operations.assign_guides(led, guides=[maike])
        swap = operations.offer_swap(GuideAssignment.objects.get(guide=maike), now=NOW, actor=None)
        operations.take_swap(swap, guide=piet, now=NOW, actor=None)
    edit = reverse("guides:edit", args=[piet.pk])
    assert waiting(client) == [
        ("Old town, Mon 2 Jun 2031, 10:00", "Piet has declined", reverse("schedules:guides", args=[schedule.pk])),
        ("Old town, Mon 2 Jun 2031, 15:00", "Piet would take over from Maike", reverse("swaps:index")),
        ("Piet", "City licence until 31 May 2031", edit),
        ("Piet", "What is at the address is no calendar.", edit),
    ]


def test_today_tells_a_guide_what_others_hand_over(harbour, schedule):
    account = make_member(harbour, Role.GUIDE)
    with organization_scope(harbour.pk):
        GuideFactory(name="Piet", user=account)
        maike = GuideFactory(name="Maike")
        operations.assign_guides(schedule, guides=[maike])
        operations.offer_swap(GuideAssignment.objects.get(guide=maike), now=NOW, actor=None)
    assert waiting(client_for(harbour, account)) == [
        ("Old town, Mon 2 Jun 2031, 10:00", "Maike would like to hand it over", reverse("swaps:index"))
    ]
