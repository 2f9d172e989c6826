import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenancy.enums import Role
from tenancy.models import OutboxEvent
from tenancy.scope import no_scope, organization_scope
from tests.factories import (
    CustomerFactory,
    TourFactory,
    VariantFactory,
    make_schedule,
)
from tours.enums import BookingStatus
from tours.models import Schedule
from tours.operations import NewParticipant, SeatRequest, cancel_schedule, create_booking, reserve_seats

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


def book(schedule, *, last_name="Hansen", seats=2):
    reserve_seats([SeatRequest(schedule.pk, seats)], now=NOW)
    return create_booking(
        schedule,
        customer=CustomerFactory(first_name="Grete", last_name=last_name),
        seats=seats,
        participants=[NewParticipant("Adult", 1, "Grete"), NewParticipant("Child", 1)],
        status=BookingStatus.CONFIRMED,
        special_needs="Dog",
    )


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def said(response):
    return [str(message).strip() for message in response.context["messages"]]


# Who may do what


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.OWNER, [200] * 8),
        (Role.ADMIN, [200] * 8),
        (Role.MANAGER, [200] * 8),
        (Role.EDITOR, [302, 404, 302, 302, 302, 200, 302, 302]),
        (Role.GUIDE, [200, 404, 302, 302, 302, 302, 302, 302]),
    ],
)
def test_pages_by_role(harbour, member_client, role, expected):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
    client = member_client(harbour, role)
    urls = [
        reverse("schedules:index"),
        reverse("schedules:inspect", args=[schedule.pk]),
        reverse("schedules:add"),
        reverse("schedules:edit", args=[schedule.pk]),
        reverse("schedules:cancel", args=[schedule.pk]),
        reverse("tours:index"),
        reverse("tours:edit", args=[schedule.tour_id]),
        reverse("tours:import_stops", args=[schedule.tour_id]),
    ]
    assert [client.get(url).status_code for url in urls] == expected


def test_guide_changes_nothing(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
    client = member_client(harbour, Role.GUIDE)
    for verb in ("cancel", "close", "open"):
        assert client.post(reverse(f"schedules:{verb}", args=[schedule.pk]), {"reason": "x"}).status_code == 302
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
    assert schedule.status == "open"


def test_other_organizations_see_and_change_nothing(harbour, kyoto, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        booking = book(schedule)
    client = member_client(kyoto, Role.OWNER)
    urls = [
        *(
            reverse(f"schedules:{name}", args=[schedule.pk])
            for name in ("inspect", "edit", "history", "cancel", "close")
        ),
        *(reverse(f"tours:{name}", args=[schedule.tour_id]) for name in ("inspect", "edit", "delete", "import_stops")),
        reverse("bookings:inspect", args=[booking.pk]),
    ]
    assert [client.get(url).status_code for url in urls] == [404] * 10
    assert client.post(reverse("schedules:cancel", args=[schedule.pk]), {"reason": "x"}).status_code == 404
    assert schedule.tour.name not in words(client.get(reverse("tours:index")))


# The list of departures


def test_schedule_list_begins_today_in_the_organizations_zone(harbour, member_client, time_machine):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        for day in (dt.date(2031, 5, 1), dt.date(2031, 5, 2), dt.date(2031, 5, 3)):
            make_schedule(variant, date=day)
    client = member_client(harbour, Role.MANAGER)
    time_machine.move_to(dt.datetime(2031, 5, 1, 22, 30, tzinfo=dt.UTC), tick=False)  # the second of May in Berlin

    def days(**query):
        response = client.get(reverse("schedules:index"), query)
        return [str(schedule.date) for schedule in response.context["object_list"]]

    assert days() == ["2031-05-02", "2031-05-03"]
    assert days(date_from="2031-05-01", date_to="2031-05-02") == ["2031-05-01", "2031-05-02"]
    assert days(date_to="2031-05-02") == ["2031-05-02"]


def test_schedule_list_filters_and_searches(harbour, member_client):
    with organization_scope(harbour.pk):
        first = make_schedule(VariantFactory(tour=TourFactory(name="Harbour lights")))
        second = make_schedule(VariantFactory(tour=TourFactory(name="Old town")))
        cancel_schedule(second, reason="Storm", now=NOW)
    client = member_client(harbour, Role.MANAGER)

    def found(**query):
        return [schedule.pk for schedule in client.get(reverse("schedules:index"), query).context["object_list"]]

    assert found() == [first.pk, second.pk]
    assert found(tour=second.tour_id) == [second.pk]
    assert found(status=["cancelled"]) == [second.pk]
    assert found(q="lights") == [first.pk]


@pytest.mark.parametrize("view", ["schedules:index", "tours:index", "bookings:index"])
def test_lists_use_the_same_queries_for_one_and_three_rows(harbour, member_client, view):
    client = member_client(harbour, Role.MANAGER)
    counts = []
    for number in (1, 2):
        with organization_scope(harbour.pk):
            for _more in range(number):
                book(make_schedule())
        client.get(reverse(view))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(reverse(view))
        counts.append((len(response.context["object_list"]), len(queries)))
    assert counts == [(1, QUERIES[view]), (3, QUERIES[view])]


QUERIES = {"schedules:index": 11, "tours:index": 8, "bookings:index": 8}


def test_schedule_list_shows_how_full_each_is(harbour, member_client):
    with organization_scope(harbour.pk):
        book(make_schedule(capacity=5))
    page = words(member_client(harbour, Role.MANAGER).get(reverse("schedules:index")))
    assert (
        '<progress max="5" value="2" aria-hidden="true"></progress> 2 of 5' in page,
        "Mon 2 Jun 2031, 10:00" in page,
    ) == (
        True,
        True,
    )


def test_schedule_export_has_rows_and_no_formulas(harbour, member_client):
    with organization_scope(harbour.pk):
        make_schedule(VariantFactory(tour=TourFactory(name="=1+1"), name="Group"), language="de", capacity=5)
    response = member_client(harbour, Role.MANAGER).get(reverse("schedules:index"), {"export": "csv"})
    with no_scope():
        lines = response.getvalue().decode().splitlines()
    assert lines == [
        "Date,Start,Time zone,Tour,Variant,Language,Booked,Blocked,Places,Status,Note to guests,Internal note",
        "2031-06-02,10:00:00,Europe/Berlin,'=1+1,Group,de,0,0,5,open,,",
    ]


# Making and changing departures


def test_new_departures_of_a_period(harbour, member_client):
    with organization_scope(harbour.pk):
        variant = VariantFactory(tour=TourFactory(languages=["en", "de"]), capacity=8)
    client = member_client(harbour, Role.MANAGER)
    form = client.get(reverse("schedules:add"), {"tour": variant.tour_id}).context["form"]
    assert form.initial == {"variant": variant.pk}
    values = {
        "variant": variant.pk,
        "first_date": "2031-06-02",
        "last_date": "2031-06-15",
        "weekdays": ["0", "5"],
        "start_times": "14.30, 10:00",
        "language": "de",
        "internal_note": "Bring the flag",
    }
    response = client.post(reverse("schedules:add"), values, follow=True)
    assert said(response) == ["8 departures were created."]
    with organization_scope(harbour.pk):
        made = [(str(s), s.capacity, s.language, s.internal_note) for s in Schedule.objects.all()]
    assert made == [
        (f"2031-06-{day:02} {time}", 8, "de", "Bring the flag") for day in (2, 7, 9, 14) for time in ("10:00", "14:30")
    ]
    again = client.post(reverse("schedules:add"), {**values, "first_date": "2031-06-14"}, follow=True)
    assert said(again) == ["2 were there already."]


def test_new_departure_at_a_time_that_does_not_exist(harbour, member_client):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
    values = {"variant": variant.pk, "first_date": "2032-03-28", "start_times": "2:30"}
    response = member_client(harbour, Role.MANAGER).post(reverse("schedules:add"), values, follow=True)
    assert said(response) == [
        "1 departure was created.",
        "On 28 March 2032 the clocks go forward, so this time does not exist; the departure is at 03:30.",
    ]


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"first_date": "2031-04-30"}, {"first_date": ["This day has passed."]}),
        (
            {"first_date": "2031-05-01", "start_times": "1:00, 23:00"},
            {"start_times": ["This time has passed. Please choose a later one."]},
        ),
        ({"start_times": "10:00, noon"}, {"start_times": ["“noon” is not a time such as 14:30."]}),
        ({"start_times": "25:00"}, {"start_times": ["“25:00” is not a time such as 14:30."]}),
        ({"last_date": "2031-06-01"}, {"last_date": ["The last day is before the first."]}),
        ({"last_date": "2041-06-01"}, {"last_date": ["Choose a shorter period."]}),
        ({"weekdays": ["1"]}, {"weekdays": ["None of these weekdays falls in this period."]}),
        ({"language": "fr"}, {"language": ["This tour is not led in that language."]}),
        (
            {"last_date": "2032-06-01", "start_times": "10:00 11:00"},
            {"__all__": ["That would be 732 departures; up to 500 can be created at once."]},
        ),
    ],
)
def test_new_departures_refused(harbour, member_client, values, errors):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        TourFactory(languages=["fr"])
    base = {"variant": variant.pk, "first_date": "2031-06-02", "start_times": "10:00"}
    response = member_client(harbour, Role.MANAGER).post(reverse("schedules:add"), {**base, **values})
    assert response.context["form"].errors == errors
    with organization_scope(harbour.pk):
        assert Schedule.objects.count() == 0


def changed(schedule, **values):
    return {
        "date": "2031-06-02",
        "start_time": "10:00",
        "duration_minutes": 90,
        "cutoff_minutes": 60,
        "capacity": schedule.capacity,
        "language": "",
        "guest_note": "",
        "internal_note": "",
        **values,
    }


def test_edit_departure(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=5)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:edit", args=[schedule.pk])
    response = client.post(url, changed(schedule, capacity=7, start_time="11:00", guest_note="Meet at the clock"))
    assert (response.status_code, response.url) == (302, reverse("schedules:index"))
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
        assert (schedule.capacity, schedule.starts_at.hour, schedule.guest_note) == (7, 9, "Meet at the clock")
        book(schedule)
    response = client.post(url, changed(schedule, capacity=1, start_time="11:00"))
    assert response.context["form"].non_field_errors() == ["2 places are booked already."]
    history = words(client.get(reverse("schedules:history", args=[schedule.pk])))
    assert "Manager Test changed the departure" in history
    assert "The system planned the departure" in history
    assert ("<del>5</del>" in history, "<ins>7</ins>" in history) == (True, True)


def test_edit_departure_that_is_over_shows_it(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        cancel_schedule(schedule, reason="Storm", now=NOW)
    client = member_client(harbour, Role.MANAGER)
    response = client.get(reverse("schedules:edit", args=[schedule.pk]))
    assert response.url == reverse("schedules:inspect", args=[schedule.pk])
    response = client.post(reverse("schedules:edit", args=[schedule.pk]), changed(schedule))
    assert response.context["form"].non_field_errors() == [
        "A departure that took place or was cancelled cannot be changed."
    ]


def test_close_open_and_cancel_departure(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=5, internal_note="Two guides")
        booking = book(schedule)
    client = member_client(harbour, Role.MANAGER)

    def do(verb, **values):
        response = client.post(reverse(f"schedules:{verb}", args=[schedule.pk]), values, follow=True)
        with organization_scope(harbour.pk):
            schedule.refresh_from_db()
        return response, schedule.status

    assert do("close")[1] == "closed"
    assert do("open")[1] == "open"
    asked = words(client.get(reverse("schedules:cancel", args=[schedule.pk])))
    assert "A cancelled departure cannot be opened again." in asked
    response, status = do("cancel")
    assert (response.context["form"].errors, status) == ({"reason": ["This field is required."]}, "open")
    response, status = do("cancel", reason="Storm")
    assert (status, said(response)) == ("cancelled", ["The departure is cancelled."])
    with organization_scope(harbour.pk):
        booking.refresh_from_db()
        assert (booking.status, schedule.internal_note) == ("cancelled", "Two guides\nStorm")
        assert OutboxEvent.objects.filter(topic="tours.schedule_cancelled").count() == 1
    response, status = do("open")
    assert (status, said(response)) == (
        "cancelled",
        ["A departure that took place or was cancelled cannot be changed."],
    )


def test_departure_page_lists_bookings_in_a_fixed_number_of_queries(harbour, member_client, django_assert_num_queries):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        book(schedule, last_name="Zander")
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:inspect", args=[schedule.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        page = words(client.get(url))
    assert "Grete Zander" in page
    assert "Adult (Grete), Child" in page
    with organization_scope(harbour.pk):
        book(schedule, last_name="Aal")
        book(schedule, last_name="Meyer")
    with django_assert_num_queries(len(one)):
        page = words(client.get(url))
    assert [name in page for name in ("Aal", "Meyer")] == [True, True]


def test_bookings_are_looked_at_only(harbour, member_client):
    with organization_scope(harbour.pk):
        booking = book(make_schedule())
    client = member_client(harbour, Role.OWNER)
    page = client.get(reverse("bookings:inspect", args=[booking.pk]))
    assert (page.status_code, "Dog" in words(page)) == (200, True)
    assert [client.get(f"/admin/bookings/{path}").status_code for path in ("new/", f"edit/{booking.pk}/")] == [404, 404]
    found = client.get(reverse("bookings:index"), {"q": "hansen"}).context["object_list"]
    assert [row.pk for row in found] == [booking.pk]


def test_rows_that_are_equal_keep_their_order(harbour, member_client):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        keys = [make_schedule(variant, date=dt.date(2031, 6, day)).pk for day in (5, 4, 3)]
        # Where a row lies in the table is no order: one that was changed lies last.
        Schedule.objects.filter(pk=keys[0]).update(guest_note="Bring an umbrella")
    client = member_client(harbour, Role.MANAGER)
    for ordering in ("tour__name", "-tour__name", "status", "-booked_count"):
        shown = client.get(reverse("schedules:index"), {"ordering": ordering}).context["object_list"]
        assert [schedule.pk for schedule in shown] == keys
