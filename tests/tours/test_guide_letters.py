"""What guides are told about departures they lead or are asked to lead."""

import datetime as dt

import pytest
from django.urls import reverse

from crm.filters import MessageFilterSet
from crm.models import Message
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import make_member
from tests.tours.test_seats import book
from tours import operations, queries
from tours.enums import Decision, GuideLetter
from tours.models import GuideAssignment, TourGuide
from tours.rules import Minimum

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def variant(in_harbour):
    return VariantFactory(tour=TourFactory(name="Old town"), name="Group")


@pytest.fixture
def piet(in_harbour):
    # Without an account.
    return GuideFactory(name="Piet", email="piet@example.com")


@pytest.fixture
def asked(in_harbour):
    return GuideFactory(name="Ada", email="ada@example.com")


@pytest.fixture
def led(in_harbour, variant, piet, asked):
    """A departure that one guide leads and another is asked to lead; they know of it."""
    schedule = make_schedule(variant)
    operations.assign_guide(schedule, guide=piet, now=NOW, actor=None)
    operations.ask_guide(schedule, guide=asked, override_reason="Second guide", now=NOW, actor=None)
    Message.objects.all().delete()
    schedule.refresh_from_db()
    return schedule


def sent():
    return list(Message.objects.order_by("recipient", "pk").values_list("kind", "recipient", "subject"))


def move_by_form(schedule):
    values = {name: getattr(schedule, name) for name in operations.IN_BULK - {"guides"}}
    operations.change_schedule(
        schedule, **values, date=DAY, start_time=dt.time(15), duration_minutes=schedule.duration_minutes
    )


def move_in_calendar(schedule):
    operations.move_schedule(schedule, date=DAY, start_time=dt.time(15), now=NOW)


def move_with_guests(schedule):
    operations.reschedule(schedule, date=DAY, start_time=dt.time(15), now=NOW)


@pytest.mark.parametrize("move", [move_by_form, move_in_calendar, move_with_guests])
def test_guides_are_told_of_a_new_time(led, move):
    move(led)
    assert sent() == [
        ("guide_moved", "ada@example.com", "New time: Old town on Mon 2 Jun 2031, 15:00"),
        ("guide_moved", "piet@example.com", "New time: Old town on Mon 2 Jun 2031, 15:00"),
    ]
    to_ada, to_piet = Message.objects.order_by("recipient")
    before = "This departure has a new time. It was planned for Monday 2 June 2031, 10:00."
    assert f"{before} Please tell us whether you can lead it at the new time." in to_ada.text
    row = GuideAssignment.objects.get(guide__name="Ada")
    assert reverse("guide_answer", args=[queries.answer_token(row)]) in to_ada.text
    assert f"{before} You are still down for it. If the new time does not suit you, please let us know." in to_piet.text
    assert "http" not in to_piet.text


def test_what_does_not_change_the_time_tells_guides_nothing(led):
    operations.change_schedules([led], values={"capacity": 30, "internal_note": "Bus"}, actor=None)
    operations.close_schedule(led)
    assert sent() == []


def test_guides_are_told_once_that_a_departure_is_cancelled(led):
    for _turn in range(2):
        operations.cancel_schedule(led, reason="Storm", now=NOW)
    assert sent() == [
        ("guide_cancelled", "ada@example.com", "Cancelled: Old town on Mon 2 Jun 2031, 10:00"),
        ("guide_cancelled", "piet@example.com", "Cancelled: Old town on Mon 2 Jun 2031, 10:00"),
    ]


def test_guides_are_told_that_a_departure_is_merged_away(led, variant):
    variant.tour.min_participants = 4
    variant.tour.save()
    other = make_schedule(variant, start_time=dt.time(14))
    operations.change_schedules([other], values={"capacity": 30}, actor=None)
    book(led, 2)
    book(other, 4)
    soon = led.starts_at - dt.timedelta(hours=1)
    decision = operations.propose_decision(led.pk, now=soon)
    operations.decide_departure(decision, choice=Decision.MERGE, into=other, now=soon, actor=None)
    assert [(kind, to) for kind, to, _subject in sent()] == [
        ("guide_cancelled", "ada@example.com"),
        ("guide_cancelled", "piet@example.com"),
    ]


def test_departure_that_is_over_is_no_news(led, time_machine):
    time_machine.move_to(led.ends_at, tick=False)
    operations.cancel_schedule(led, reason="Wrong day", now=led.ends_at)
    assert sent() == []


def test_guides_ticked_and_unticked_in_the_form_are_told(led, piet, asked, in_harbour):
    maike = GuideFactory(name="Maike", user=make_member(in_harbour, Role.GUIDE, "maike@example.com"))
    GuideFactory(name="Nobody")
    values = {name: getattr(led, name) for name in operations.IN_BULK - {"guides"}}
    operations.edit_schedule(
        led,
        seen=None,
        minimum=Minimum(),
        date=led.date,
        start_time=led.start_time,
        duration_minutes=90,
        guides=[piet, maike],
        actor=None,
        **values,
    )
    assert sent() == [
        ("guide_released", "ada@example.com", "You do not lead Old town on Mon 2 Jun 2031, 10:00"),
        ("guide_assigned", "maike@example.com", "You lead Old town on Mon 2 Jun 2031, 10:00"),
    ]
    link = reverse("schedules:inspect", args=[led.pk])
    assert link in Message.objects.get(kind="guide_assigned").text


def test_guide_of_many_departures_gets_one_letter(variant, piet, in_harbour):
    made = operations.create_schedules(
        variant, dates=[DAY, DAY + dt.timedelta(days=1)], start_times=[dt.time(9), dt.time(12)], guides=[piet]
    )
    operations.change_schedules(made.created[:3], values={"guides": []}, actor=None)
    operations.cancel_schedules(made.created, reason="Storm", now=NOW, actor=None)
    assert sent() == [
        ("guide_assigned", "piet@example.com", "You lead 4 departures"),
        ("guide_released", "piet@example.com", "You no longer lead 3 departures"),
        ("guide_cancelled", "piet@example.com", "Cancelled: Old town on Tue 3 Jun 2031, 12:00"),
    ]
    assert Message.objects.get(kind="guide_assigned").text == (
        "Hello Piet,\n\nYou are down for these departures.\n\n"
        "Old town, Group\nMonday 2 June 2031, 09:00\n\n"
        "Old town, Group\nMonday 2 June 2031, 12:00\n\n"
        "Old town, Group\nTuesday 3 June 2031, 09:00\n\n"
        "Old town, Group\nTuesday 3 June 2031, 12:00\n\n"
        f"{in_harbour.name}\n"
    )


def test_departure_left_alone_in_bulk_is_no_news(variant, piet):
    TourGuide.objects.create(guide=piet, tour=variant.tour)
    first, clash = make_schedule(variant), make_schedule()
    operations.change_schedules([first, clash], values={"guides": [piet]}, actor=None)
    assert sent() == [("guide_assigned", "piet@example.com", "You lead Old town on Mon 2 Jun 2031, 10:00")]


def test_letters_have_names_in_the_list_of_messages(led):
    operations.cancel_schedule(led, reason="Storm", now=NOW)
    choices = MessageFilterSet(queryset=Message.objects.all()).filters["kind"].extra["choices"]
    assert choices == [(GuideLetter.CANCELLED.value, "Guide told of a cancellation")]


def test_moving_page_says_who_is_told(harbour, led, member_client):
    page = member_client(harbour, Role.MANAGER).get(reverse("schedules:move", args=[led.pk])).content.decode()
    assert "Its guides get an e-mail with the new time: Ada, Piet." in page
    with organization_scope(harbour.pk):
        GuideAssignment.objects.all().delete()
    page = member_client(harbour, Role.ADMIN).get(reverse("schedules:move", args=[led.pk])).content.decode()
    assert "Its guides" not in page
