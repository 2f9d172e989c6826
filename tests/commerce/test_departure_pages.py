import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from commerce.enums import PaymentMethod
from commerce.models import DepartureChange, GuestChoice, PaymentSettings, Refund
from commerce.operations import begin_cancelled, begin_choices, tell_guest
from tenancy.enums import Role
from tenancy.models import OutboxEvent
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of
from tests.commerce.test_departures import TWO, paid_order, pair
from tests.factories import make_schedule
from tests.fixtures import client_for

UNTIL = "2031-01-13 18:00"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def deliver(harbour) -> None:
    """Bring what was announced to its subscribers, as the worker does."""
    with organization_scope(harbour.pk):
        for event in OutboxEvent.objects.filter(topic="tours.schedule_cancelled"):
            begin_cancelled(**event.payload)
        for event in OutboxEvent.objects.filter(topic="commerce.departure_moved"):
            begin_choices(event.payload["change_id"], booking_ids=event.payload["booking_ids"])
        for choice in GuestChoice.objects.all():
            tell_guest(choice.order_id, change_id=choice.change_id, now=NOW)


def said(response) -> list[str]:
    return [str(message).strip() for message in response.context["messages"]]


def words(response) -> str:
    from bs4 import BeautifulSoup

    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


@pytest.fixture
def booked(harbour):
    with organization_scope(harbour.pk):
        schedule, other = pair()
        order = paid_order(schedule)
        order_of(schedule, quantity=1, method=PaymentMethod.ON_ARRIVAL)
    return schedule, other, order


def test_preview_says_whom_it_concerns(harbour, member_client, booked):
    schedule, _other, _order = booked
    page = words(member_client(harbour, Role.MANAGER).get(reverse("schedules:cancel", args=[schedule.pk])))
    assert "2 bookings, 3 people" in page
    assert "Bank transfer: €50.00 ( 1 order )" in page.replace("(1 order)", "( 1 order )")
    assert "Tue 3 Jun 2031, 10:00" in page
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
    assert schedule.status == "open"


def test_cancel_with_a_choice_and_see_how_far_it_is(harbour, member_client, booked):
    schedule, other, _order = booked
    client = member_client(harbour, Role.MANAGER)
    sent = {"answer": "choose", "alternatives": [other.pk], "choose_until": UNTIL, "reason": "Storm"}
    response = client.post(reverse("schedules:cancel", args=[schedule.pk]), sent, follow=True)
    assert said(response) == ["The departure is cancelled. Its guests are being told now."]
    assert "Under way." in words(response)
    assert "0 of 2" in words(response)
    deliver(harbour)
    with organization_scope(harbour.pk):
        change = DepartureChange.objects.get()
        assert change.choose_until == dt.datetime(2031, 1, 13, 17, tzinfo=dt.UTC)
    page = words(client.get(reverse("schedules:change", args=[schedule.pk, change.pk])))
    assert "Bookings dealt with 2 of 2" in page
    assert "Still choosing 2" in page
    assert "Choose for the guest" in page
    inspected = words(client.get(reverse("schedules:inspect", args=[schedule.pk])))
    assert "Cancelled: what its guests were told and chose" in inspected


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"answer": "told"}, {"reason": ["This field is required."]}),
        (
            {"answer": "choose", "reason": "x", "choose_until": UNTIL},
            {"alternatives": ["Tick at least one departure, or pay the money back at once."]},
        ),
        (
            {"answer": "choose", "reason": "x", "alternatives": True},
            {"choose_until": ["Enter a deadline for their choice."]},
        ),
        (
            {"answer": "choose", "reason": "x", "alternatives": True, "choose_until": "2031-01-01 10:00"},
            {"choose_until": ["This time has passed."]},
        ),
        (
            {"answer": "choose", "reason": "x", "alternatives": True, "choose_until": "2031-07-01 10:00"},
            {"choose_until": ["That is too late: choose Tue 3 Jun 2031, 09:00 or earlier."]},
        ),
        (
            {"answer": "choose", "reason": "x", "alternatives": True, "choose_until": "soon"},
            {"choose_until": ["Enter a valid date/time."]},
        ),
    ],
)
def test_cancelling_wrongly_filled_in_changes_nothing(harbour, member_client, booked, sent, errors):
    schedule, other, _order = booked
    if sent.pop("alternatives", False):
        sent["alternatives"] = [other.pk]
    sent["guest_text"] = "The pier is closed."
    response = member_client(harbour, Role.MANAGER).post(reverse("schedules:cancel", args=[schedule.pk]), sent)
    assert response.context["form"].errors == errors
    assert "The pier is closed." in words(response)
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
        assert (schedule.status, DepartureChange.objects.count()) == ("open", 0)


def test_departure_that_is_over_is_not_cancelled_or_moved(harbour, member_client, booked):
    schedule, _other, _order = booked
    client = member_client(harbour, Role.MANAGER)
    client.post(reverse("schedules:cancel", args=[schedule.pk]), {"answer": "told", "reason": "x"})
    for name in ("cancel", "reschedule"):
        response = client.get(reverse(f"schedules:{name}", args=[schedule.pk]), follow=True)
        assert said(response)[-1] == "This departure is Cancelled."
    response = client.post(
        reverse("schedules:cancel", args=[schedule.pk]), {"answer": "told", "reason": "x"}, follow=True
    )
    assert response.context["form"].errors if "form" in (response.context or {}) else said(response)
    with organization_scope(harbour.pk):
        assert DepartureChange.objects.count() == 1


def test_limit_of_a_manager_waits_for_an_owner(harbour, member_client, booked):
    schedule, _other, _order = booked
    with organization_scope(harbour.pk):
        PaymentSettings.objects.update(refund_limit_minor=1000)
    manager, owner = member_client(harbour, Role.MANAGER), member_client(harbour, Role.OWNER)
    url = reverse("schedules:cancel", args=[schedule.pk])
    assert "1 refund is above your limit of €10.00 for one order." in words(manager.get(url))
    manager.post(url, {"answer": "told", "reason": "Storm"})
    deliver(harbour)
    with organization_scope(harbour.pk):
        change = reverse("schedules:change", args=[schedule.pk, DepartureChange.objects.get().pk])
        assert Refund.objects.count() == 0
    assert "Owners and admins can approve it here." in words(manager.get(change))
    assert manager.post(change, {"verb": "approve"}).status_code == 302
    assert "1 refund is above the limit" in words(owner.get(change))
    assert said(owner.post(change, {"verb": "approve"}, follow=True)) == ["The refunds are approved and on their way."]
    with organization_scope(harbour.pk):
        assert OutboxEvent.objects.filter(topic="commerce.refund_approved").count() == 1


def test_move_asks_for_the_time_then_says_whom_it_concerns(harbour, member_client, booked):
    schedule, _other, _order = booked
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:reschedule", args=[schedule.pk])
    assert "Nothing happens yet" in words(client.get(url))
    assert "Nothing happens yet" in words(client.get(url, {"date": "x", "start_time": "10:00"}))
    taken = words(client.get(url, {"date": "2031-06-03", "start_time": "10:00"}))
    assert "There is already a departure of this variant at that time." in taken
    page = words(client.get(url, {"date": "2031-06-03", "start_time": "15:00"}))
    assert "New time Tue 3 Jun 2031, 15:00" in page
    assert "2 bookings, 3 people" in page
    sent = {"date": "2031-06-03", "start_time": "15:00", "answer": "choose", "choose_until": UNTIL}
    response = client.post(url, sent, follow=True)
    assert said(response) == ["The departure is moved. Its guests are being told now."]
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
    assert (schedule.date, schedule.start_time) == (TWO, dt.time(15))


def test_guest_chooses_on_the_page(harbour, member_client, booked):
    schedule, other, order = booked
    client = member_client(harbour, Role.MANAGER)
    sent = {"answer": "choose", "alternatives": [other.pk], "choose_until": UNTIL, "reason": "Storm"}
    client.post(reverse("schedules:cancel", args=[schedule.pk]), sent)
    deliver(harbour)
    with organization_scope(harbour.pk):
        choice = GuestChoice.objects.get(order=order)
    guest = client_for(harbour)
    assert "Your departure does not take place" in words(guest.get(reverse("commerce:order", args=[order.secret])))
    url = reverse("commerce:choice", args=[order.secret, choice.public_id])
    page = words(guest.get(url))
    assert "Please choose by 13 January 2031, 18:00" in page
    assert "Tuesday, 3 June 2031, 10:00" in page
    assert "€50.00 go back the way you paid." in page
    refused = guest.post(url, {"choice": str(schedule.public_id)})
    assert (refused.status_code, "has just been booked by others" in words(refused)) == (409, True)
    done = guest.post(url, {"choice": str(other.public_id)}, follow=True)
    assert "You have a new departure" in words(done)
    again = guest.post(url, {"choice": "money"})
    assert (again.status_code, "This is settled already." in words(again)) == (409, True)
    with organization_scope(harbour.pk):
        assert order.lines.get().booking.schedule_id == other.pk


def test_guest_of_a_moved_departure_reads_both_times(harbour, member_client, booked):
    schedule, _other, order = booked
    sent = {"date": "2031-06-03", "start_time": "15:00", "answer": "choose", "choose_until": UNTIL}
    member_client(harbour, Role.MANAGER).post(reverse("schedules:reschedule", args=[schedule.pk]), sent)
    deliver(harbour)
    with organization_scope(harbour.pk):
        choice = GuestChoice.objects.get(order=order)
    guest = client_for(harbour)
    url = reverse("commerce:choice", args=[order.secret, choice.public_id])
    assert "New: Tuesday, 3 June 2031, 15:00 Before: Monday, 2 June 2031, 10:00" in words(guest.get(url))
    assert "See you at the new time" in words(guest.post(url, {"choice": "keep"}, follow=True))


def test_choice_needs_its_own_orders_secret(harbour, member_client, booked):
    schedule, _other, order = booked
    with organization_scope(harbour.pk):
        stranger = order_of(make_schedule())
    client = member_client(harbour, Role.MANAGER)
    client.post(reverse("schedules:cancel", args=[schedule.pk]), {"answer": "told", "reason": "Storm"})
    deliver(harbour)
    with organization_scope(harbour.pk):
        choice = GuestChoice.objects.get(order=order)
    guest = client_for(harbour)
    url = reverse("commerce:choice", args=[stranger.secret, choice.public_id])
    assert (guest.get(url).status_code, guest.post(url, {"choice": "money"}).status_code) == (404, 404)


@pytest.mark.parametrize("count", [1, 3])
def test_progress_has_a_fixed_number_of_queries(harbour, member_client, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        for _number in range(count):
            paid_order(schedule)
    client = member_client(harbour, Role.OWNER)
    client.post(reverse("schedules:cancel", args=[schedule.pk]), {"answer": "told", "reason": "Storm"})
    deliver(harbour)
    with organization_scope(harbour.pk):
        url = reverse("schedules:change", args=[schedule.pk, DepartureChange.objects.get().pk])
    client.get(url)
    with django_assert_num_queries(16):
        client.get(url)
