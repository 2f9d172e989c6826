import datetime as dt
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import reverse

from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, make_schedule
from tests.fixtures import client_for, make_member
from tests.tours.guide_pages.meeting_point import HTMX, NOW, book, check_in_url, people, shown, tap
from tours import queries
from tours.enums import AssignmentStatus, BookingStatus
from tours.models import GuideAssignment
from tours.operations import assign_guides


def test_guide_checks_a_person_in_without_javascript(client, own):
    booking = book(own, "Ida", "Ole")
    ida, _ole = people(booking)
    answer = tap(client, own, f"check_in.person.{ida.pk}")
    assert (answer.status_code, answer.url) == (302, f"{check_in_url(own)}#people")
    assert [person.checked_in_at for person in people(booking)] == [NOW, None]
    page = shown(client.get(check_in_url(own)))
    assert "1 of 2 here" in page
    assert "✓ here 09:55" in page


def test_guide_checks_a_party_in_and_undoes_it_with_htmx(client, own):
    booking = book(own, "Ida", "Ole")
    fragment = shown(tap(client, own, f"check_in.booking.{booking.pk}", **HTMX))
    assert "2 of 2 here" in fragment
    assert "<html" not in fragment
    assert f'value="undo_check_in.booking.{booking.pk}"' in fragment
    fragment = shown(tap(client, own, f"undo_check_in.booking.{booking.pk}", **HTMX))
    assert "0 of 2 here" in fragment
    fragment = shown(tap(client, own, f"no_show.booking.{booking.pk}", **HTMX))
    assert "0 of 2 here</strong>, 2 did not come" in fragment
    fragment = shown(tap(client, own, f"undo_no_show.booking.{booking.pk}", **HTMX))
    assert "did not come</span>" not in fragment


def test_double_tap_changes_nothing(client, own):
    booking = book(own, "Ida")
    page = uuid4()
    for _time in range(2):
        tap(client, own, f"check_in.booking.{booking.pk}", page=page, **HTMX)
    tap(client, own, f"undo_check_in.booking.{booking.pk}", **HTMX)
    tap(client, own, f"check_in.booking.{booking.pk}", page=page, **HTMX)
    assert [person.checked_in_at for person in people(booking)] == [None]


def test_two_guides_see_each_others_taps(harbour, client, own):
    maike_account = make_member(harbour, Role.GUIDE, "maike@harbour.example")
    with organization_scope(harbour.pk):
        maike = GuideFactory(name="Maike", user=maike_account)
        assign_guides(own, guides=[*queries.guides_of(own), maike])
    first, second = book(own, "Ida", last_name="Adam"), book(own, "Ole", last_name="Berg")
    tap(client, own, f"check_in.booking.{first.pk}", **HTMX)
    fragment = shown(tap(client_for(harbour, maike_account), own, f"check_in.booking.{second.pk}", **HTMX))
    assert "2 of 2 here" in fragment


@pytest.mark.parametrize(
    "mark", ["", "check_in", "delete.person.1", "check_in.person.x", "check_in.schedule.1", "x" * 99]
)
def test_nonsense_is_answered_with_the_page(client, own, mark):
    book(own, "Ida")
    fragment = shown(tap(client, own, mark, **HTMX))
    assert "This page was out of date. Here is the latest version." in fragment
    assert "0 of 1 here" in fragment


def test_page_without_its_id_is_answered_with_the_page(client, own):
    booking = book(own, "Ida")
    answer = client.post(check_in_url(own), {"mark": f"check_in.booking.{booking.pk}"}, follow=True)
    assert "This page was out of date. Here is the latest version." in shown(answer)


def test_people_of_other_departures_are_not_checked_in(harbour, kyoto, client, own):
    with organization_scope(harbour.pk):
        other = make_schedule(start_time=dt.time(12))
    elsewhere = book(other, "Ole")
    with organization_scope(kyoto.pk):
        foreign = make_schedule()
    abroad = book(foreign, "Yuki")
    for booking in (elsewhere, abroad):
        (person,) = people(booking)
        for mark in (f"check_in.booking.{booking.pk}", f"check_in.person.{person.pk}"):
            assert "Nobody of that name is booked here." in shown(tap(client, own, mark, **HTMX))
        assert [found.checked_in_at for found in people(booking)] == [None]


def test_refusal_is_said_and_the_buttons_are_gone(client, own, time_machine):
    booking = book(own, "Ida")
    time_machine.move_to(NOW - dt.timedelta(days=3), tick=False)
    page = shown(client.get(check_in_url(own)))
    assert "People can be checked in from 24 hours before the start." in page
    assert 'name="mark"' not in page
    fragment = shown(tap(client, own, f"check_in.booking.{booking.pk}", **HTMX))
    assert '<p class="guide__problem" role="alert">People can be checked in' in fragment
    answer = client.post(check_in_url(own), {"mark": f"check_in.booking.{booking.pk}", "page": uuid4()}, follow=True)
    assert "People can be checked in from 24 hours before the start." in shown(answer)
    assert [person.checked_in_at for person in people(booking)] == [None]


def test_who_is_still_at_the_checkout_has_no_buttons(client, own):
    book(own, "Ida", status=BookingStatus.HELD)
    page = shown(client.get(check_in_url(own)))
    assert "Held during checkout" in page
    assert 'name="mark"' not in page


def test_search_finds_names_and_numbers_without_javascript(client, own):
    book(own, "Zoë", first_name="Grete", last_name="Hansen")
    book(own, "Ole", first_name="Łukasz", last_name="Nowak")

    def found(text):
        return [party["entry"].booking.customer.last_name for party in client.get(url(text)).context["parties"]]

    def url(text):
        return f"{check_in_url(own)}?{urlencode({'q': text})}"

    assert [found(text) for text in ("zoe", "lukasz", "+4940", "nobody", "")] == [
        ["Hansen"],
        ["Nowak"],
        ["Hansen", "Nowak"],
        [],
        ["Hansen", "Nowak"],
    ]
    assert "Nobody of that name is booked here." in shown(client.get(url("nobody")))


def test_guide_calls_and_finds_the_way(client, own):
    book(own, "Ida")
    page = shown(client.get(check_in_url(own)))
    assert 'href="tel:+494012345678"' in page
    assert 'href="https://wa.me/494012345678"' in page
    assert 'href="https://www.google.com/maps/dir/?api=1&amp;destination=53.545600%2C9.966600"' in page


def test_names_cannot_break_the_page(client, own):
    book(own, '"><script>alert(1)</script>', last_name="<b>Hansen</b>")
    page = client.get(check_in_url(own)).content.decode()
    assert "<script>alert" not in page
    assert "<b>Hansen" not in page


@pytest.mark.parametrize("count", [1, 3, 60])
def test_check_in_has_a_fixed_number_of_queries(client, own, django_assert_num_queries, count):
    bookings = [book(own, "Ida") for _number in range(count)]
    client.get(check_in_url(own))
    with django_assert_num_queries(13):
        client.get(check_in_url(own))
    with django_assert_num_queries(19):
        tap(client, own, f"check_in.booking.{bookings[0].pk}", **HTMX)


# Who may


@pytest.mark.parametrize(
    ("status", "seen"),
    [(AssignmentStatus.PENDING, 404), (AssignmentStatus.CONFIRMED, 200), (AssignmentStatus.DECLINED, 404)],
)
def test_who_leads_it_checks_people_in(harbour, client, own, status, seen):
    with organization_scope(harbour.pk):
        GuideAssignment.objects.filter(schedule=own).update(status=status)
    urls = [check_in_url(own), reverse("schedules:report", args=[own.pk])]
    assert [client.get(url).status_code for url in urls] == [seen, seen]


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.MANAGER, 200), (Role.EDITOR, 302), (Role.GUIDE, 404)],
)
def test_check_in_by_role(harbour, member_client, own, role, status):
    booking = book(own, "Ida")
    other = member_client(harbour, role)
    assert other.get(check_in_url(own)).status_code == status
    assert other.get(reverse("schedules:report", args=[own.pk])).status_code == status
    answer = tap(other, own, f"check_in.booking.{booking.pk}", **HTMX)
    assert answer.status_code == status
    assert [person.checked_in_at for person in people(booking)] == [NOW if status == 200 else None]


def test_opening_the_check_in_is_written_down(harbour, client, piet, own):
    client.get(check_in_url(own))
    with organization_scope(harbour.pk):
        entry = AuditEntry.objects.get(action="manifest.viewed")
    assert (entry.actor_id, entry.subject_id) == (piet.pk, own.pk)
