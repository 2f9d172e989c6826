import datetime as dt

import pytest
from django.urls import reverse
from wagtail.admin.menu import admin_menu

from commerce.enums import PaymentMethod
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.factories import GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import client_for, make_member
from tours.enums import AssignmentStatus, Decision
from tours.models import DepartureDecision, GuideAssignment, Participant
from tours.operations import assign_guides, cancel_schedule

HOME = "/admin/"
# Noon in Hamburg.
NOW = dt.datetime(2031, 6, 2, 10, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)
NEXT_DAY = dt.date(2031, 6, 3)


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def harbour_day(harbour, time_machine):
    """Five departures of a day, planned the day before: over, under way, two to come, one cancelled; and one of the day after."""
    time_machine.move_to(NOW - dt.timedelta(days=1), tick=False)
    with organization_scope(harbour.pk):
        variant = VariantFactory(tour=TourFactory(name="Harbour", min_participants=6))
        made = {
            name: make_schedule(variant, date=day, start_time=dt.time(hour))
            for name, day, hour in (
                ("over", DAY, 8),
                ("now", DAY, 11),
                ("next", DAY, 14),
                ("later", DAY, 18),
                ("cancelled", DAY, 19),
                ("tomorrow", NEXT_DAY, 9),
            )
        }
        cancel_schedule(made["cancelled"], reason="Storm", now=NOW)
        order_of(made["now"], method=PaymentMethod.ON_ARRIVAL, now=NOW - dt.timedelta(days=1))
        ada = GuideFactory(name="Ada", phone="+494066969120")
        assign_guides(made["now"], guides=[ada])
        GuideAssignment.objects.create(schedule=made["later"], guide=ada, status=AssignmentStatus.PENDING)
    time_machine.move_to(NOW, tick=False)
    return {**made, "ada": ada}


def today(client, day=""):
    response = client.get(HOME, {"day": day} if day else {})
    return response.context, response.content.decode()


def shown(departures):
    return [(f"{one.entry.start_time:%H:%M}", one.is_now, one.is_next) for one in departures]


def test_today_says_what_is_over_under_way_and_next(harbour, harbour_day, member_client):
    context, page = today(member_client(harbour, Role.MANAGER))
    ahead = context["ahead"]
    assert shown(ahead.over) == [("08:00", False, False)]
    assert shown(ahead.departures) == [("11:00", True, False), ("14:00", False, True), ("18:00", False, False)]
    assert [(f"{entry.start_time:%H:%M}") for entry in ahead.day_after] == ["09:00"]
    assert (page.count(">Now<"), page.count(">Next<"), page.count("1 departure has ended")) == (1, 1, 1)


def test_today_says_who_leads_what_is_owed_and_who_is_there(harbour, harbour_day, member_client):
    with organization_scope(harbour.pk):
        first = Participant.objects.order_by("pk").first()
        Participant.objects.filter(pk=first.pk).update(checked_in_at=NOW)
    context, page = today(member_client(harbour, Role.MANAGER))
    under_way, coming, later = context["ahead"].departures
    assert [[tuple(guide) for guide in one.entry.guides] for one in (under_way, coming, later)] == [
        [("Ada", False, "+494066969120")], [], [("Ada", True, "+494066969120")],
    ]  # fmt: skip
    assert (under_way.unpaid.orders, under_way.unpaid.owed_minor, coming.unpaid) == (1, 5000, None)
    assert (under_way.here, under_way.expected, coming.expected) == (1, 2, 0)
    for text in ("€50.00 to pay (1 order)", "1 of 2 here", "(asked, no answer yet)"):
        assert page.count(text) == 1
    assert page.count('href="tel:+494066969120"') == 2
    # The one after the next, the one that is over and tomorrow's.
    assert page.count("Nobody leads it yet") == 3


def test_another_day_can_be_chosen(harbour, harbour_day, member_client):
    client = member_client(harbour, Role.MANAGER)
    context, page = today(client, "2031-06-03")
    assert shown(context["ahead"].departures) == [("09:00", False, False)]
    assert (f'href="?day={DAY}"' in page, 'href="?day=2031-06-04"' in page) == (True, True)
    for nonsense in ("x", "2031-02-30", "0001-01-01", "9999-12-31"):
        assert today(client, nonsense)[0]["day"] == DAY


def test_what_must_be_decided_and_who_has_not_answered_waits(harbour, harbour_day, member_client):
    with organization_scope(harbour.pk):
        decision = DepartureDecision.objects.create(
            schedule=harbour_day["next"], booked=0, minimum=6, proposal=Decision.CANCEL
        )
    context, _page = today(member_client(harbour, Role.MANAGER))
    waiting = [(item.text, item.url, item.note) for item in context["items"]]
    assert waiting == [
        (
            "Harbour, Mon 2 Jun 2031, 14:00",
            reverse("decisions:decide", args=[decision.pk]),
            "Too few participants: 0 of at least 6",
        ),
        (
            "Harbour, Mon 2 Jun 2031, 18:00",
            reverse("schedules:guides", args=[harbour_day["later"].pk]),
            "Ada has not answered yet",
        ),
    ]


def test_guides_see_their_own_day_and_what_they_are_asked(harbour, harbour_day):
    user = make_member(harbour, Role.GUIDE)
    with organization_scope(harbour.pk):
        harbour_day["ada"].user = user
        harbour_day["ada"].save()
    context, page = today(client_for(harbour, user))
    assert shown(context["ahead"].departures) == [("11:00", True, False), ("18:00", False, True)]
    assert [one.unpaid for one in context["ahead"].departures] == [None, None]
    assert [item.note for item in context["items"]] == ["You are asked to lead it"]
    assert ("to pay" in page, "/admin/orders/" in page) == (False, False)


def test_editors_have_no_departures_on_it(harbour, harbour_day, member_client):
    context, page = today(member_client(harbour, Role.EDITOR))
    assert (context["ahead"], "Harbour · " in page) == (None, False)


@pytest.mark.parametrize("count", [1, 3])
def test_today_takes_the_same_queries_however_much_leaves(
    harbour, member_client, django_assert_num_queries, time_machine, count
):
    client = member_client(harbour, Role.MANAGER)
    time_machine.move_to(NOW - dt.timedelta(days=1), tick=False)
    with organization_scope(harbour.pk):
        for number in range(count):
            for day in (DAY, NEXT_DAY):
                schedule = make_schedule(date=day, start_time=dt.time(14 + number))
                order_of(schedule, method=PaymentMethod.ON_ARRIVAL, now=NOW - dt.timedelta(days=1))
                GuideAssignment.objects.create(schedule=schedule, guide=GuideFactory())
                DepartureDecision.objects.create(schedule=schedule, booked=2, minimum=6, proposal=Decision.RUN)
    time_machine.move_to(NOW, tick=False)
    client.get(HOME)
    with django_assert_num_queries(34):
        client.get(HOME)


@pytest.mark.parametrize(("path", "url"), [(HOME, HOME), ("/admin/guides/", f"{HOME}?")])
def test_menu_entry_of_today_begins_the_address_of_no_other_page(rf, path, url):
    (entry,) = [item for item in admin_menu.registered_menu_items if item.name == "today"]
    for _turn in range(2):
        assert entry.render_component(rf.get(path)).url == url


def test_tour_over_night_is_on_today_until_it_ends(harbour, harbour_day, member_client):
    with organization_scope(harbour.pk):
        variant = VariantFactory(tour=TourFactory(name="Night", duration_minutes=20 * 60))
        night = make_schedule(variant, date=DAY - dt.timedelta(days=1), start_time=dt.time(20))
        make_schedule(variant, date=DAY - dt.timedelta(days=1), start_time=dt.time(15))
        cancelled = make_schedule(variant, date=DAY - dt.timedelta(days=1), start_time=dt.time(21))
        cancel_schedule(cancelled, reason="Storm", now=NOW)
    client = member_client(harbour, Role.MANAGER)
    context, page = today(client)
    assert [(one.entry.pk, one.is_now) for one in context["ahead"].under_way] == [(night.pk, True)]
    assert ("On the way since an earlier day" in page, "Sun 1 Jun, 20:00" in page) == (True, True)
    assert today(client, "2031-06-03")[0]["ahead"].under_way == []


def test_manager_who_guides_sees_what_they_are_asked_once(harbour, harbour_day):
    user = make_member(harbour, Role.MANAGER)
    with organization_scope(harbour.pk):
        harbour_day["ada"].user = user
        harbour_day["ada"].save()
    context, _page = today(client_for(harbour, user))
    assert [(item.text, item.url, item.note) for item in context["items"]] == [
        ("Harbour, Mon 2 Jun 2031, 18:00", reverse("my_departures:index"), "You are asked to lead it")
    ]
