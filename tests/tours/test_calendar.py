import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import client_for, make_member
from tours.enums import AssignmentStatus, CalendarGrouping, CalendarView, Fullness, ScheduleStatus
from tours.models import GuideAssignment, Schedule
from tours.operations import (
    ScheduleRefused,
    SeatRequest,
    assign_guides,
    block_seats,
    cancel_schedule,
    create_schedules,
    move_schedule,
    reserve_seats,
)
from tours.queries import (
    NOBODY,
    Figures,
    calendar_entries,
    calendar_figures,
    schedules_of_calendar,
    variants_of_schedules,
)
from tours.rules import calendar_period, clock_change, fullness, local_start

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)
JUNE = {"first": dt.date(2031, 6, 1), "last": dt.date(2031, 6, 30)}
CALENDAR = "/admin/schedules/calendar/"


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


def cells(response):
    """What stands on each day that has something: the times of departures, and how many more there are."""
    return {
        cell.date: ([f"{entry.start_time:%H:%M}" for entry in cell.entries], cell.more)
        for week in response.context["weeks"]
        for cell in week
        if cell.figures
    }


def rows(response):
    return {
        name: [(cell.date.day, [f"{entry.start_time:%H:%M}" for entry in cell.entries]) for cell in row if cell.figures]
        for name, row in response.context["rows"]
    }


# Rules


def test_a_month_is_drawn_in_whole_weeks():
    june = calendar_period(CalendarView.MONTH, DAY, first_weekday=0)
    assert (june.first, june.last, june.previous, june.next) == (
        dt.date(2031, 6, 1), dt.date(2031, 6, 30), dt.date(2031, 5, 31), dt.date(2031, 7, 1),
    )  # fmt: skip
    assert [len(week) for week in june.weeks] == [7] * 6
    assert (june.weeks[0][0], june.weeks[-1][-1]) == (dt.date(2031, 5, 26), dt.date(2031, 7, 6))
    sundays = calendar_period(CalendarView.MONTH, DAY, first_weekday=6)
    assert (sundays.weeks[0][0], sundays.weeks[-1][-1]) == (dt.date(2031, 6, 1), dt.date(2031, 7, 5))


def test_a_week_and_a_day_of_the_calendar():
    week = calendar_period(CalendarView.WEEK, DAY, first_weekday=6)
    assert (week.first, week.last, [len(days) for days in week.weeks]) == (
        dt.date(2031, 6, 1), dt.date(2031, 6, 7), [7],
    )  # fmt: skip
    day = calendar_period(CalendarView.DAY, DAY, first_weekday=0)
    assert (day.first, day.last, day.weeks) == (DAY, DAY, ((DAY,),))


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
@pytest.mark.parametrize("view", CalendarView)
def test_the_calendar_has_a_first_and_a_last_day(view, day):
    period = calendar_period(view, day, first_weekday=0)
    assert 2000 <= period.previous.year <= period.next.year <= 2200


def test_how_full_is_how_full():
    assert [fullness(taken, 10) for taken in (0, 1, 4, 5, 9, 10)] == [
        Fullness.EMPTY, Fullness.SOME, Fullness.SOME, Fullness.MANY, Fullness.MANY, Fullness.FULL,
    ]  # fmt: skip


def test_days_on_which_clocks_change():
    berlin, hour = ZoneInfo("Europe/Berlin"), dt.timedelta(hours=1)
    assert clock_change(dt.date(2031, 3, 30), berlin) == hour
    assert clock_change(dt.date(2031, 10, 26), berlin) == -hour
    assert clock_change(DAY, berlin) == clock_change(dt.date(2031, 3, 30), ZoneInfo("Asia/Tokyo")) == dt.timedelta()


# Reads


@pytest.fixture
def june(in_harbour):
    """Two tours on one day and a third departure on the next; one has two guides, one is booked, one is blocked in part."""
    harbour_tour, bridges = VariantFactory(tour__name="Harbour"), VariantFactory(tour__name="Bridges")
    first = make_schedule(harbour_tour, date=DAY, start_time=dt.time(9), capacity=10)
    second = make_schedule(bridges, date=DAY, start_time=dt.time(11), capacity=4, language="en")
    third = make_schedule(harbour_tour, date=DAY + dt.timedelta(days=1), start_time=dt.time(9), capacity=10)
    ada, bo = GuideFactory(name="Ada"), GuideFactory(name="Bo")
    assign_guides(first, guides=[ada, bo])
    GuideAssignment.objects.create(schedule=second, guide=ada, status=AssignmentStatus.DECLINED)
    reserve_seats([SeatRequest(first.pk, 3)], now=NOW)
    reserve_seats([SeatRequest(second.pk, 4)], now=NOW)
    block_seats(third, seats=6, reason="Crew", now=NOW, actor=None)
    cancel_schedule(make_schedule(bridges, date=DAY, start_time=dt.time(13)), reason="Storm", now=NOW)
    return {"first": first, "second": second, "third": third, "ada": ada, "bo": bo}


def test_figures_of_days(june, django_assert_num_queries):
    found = schedules_of_calendar(Schedule.objects.all(), **JUNE)
    with django_assert_num_queries(1):
        figures = calendar_figures(found)
    assert figures == {
        (DAY, None): Figures(departures=2, booked=7, blocked=0, places=14, unled=1),
        (DAY + dt.timedelta(days=1), None): Figures(departures=1, booked=0, blocked=6, places=10, unled=1),
    }
    assert [one.fullness for one in figures.values()] == [Fullness.MANY, Fullness.MANY]


def test_figures_by_guide_count_a_departure_under_each_and_what_nobody_leads(june):
    found = schedules_of_calendar(Schedule.objects.all(), **JUNE)
    figures = calendar_figures(found, by=CalendarGrouping.GUIDE)
    assert {(day.day, key): (one.departures, one.unled) for (day, key), one in figures.items()} == {
        (2, june["ada"].pk): (1, 0),
        (2, june["bo"].pk): (1, 0),
        (2, None): (1, 1),
        (3, None): (1, 1),
    }


def test_entries_stop_at_the_limit_of_each_day(in_harbour, django_assert_num_queries):
    create_schedules(
        VariantFactory(), dates=[DAY, DAY + dt.timedelta(days=1)], start_times=[dt.time(8 + n) for n in range(5)]
    )
    found = schedules_of_calendar(Schedule.objects.all(), **JUNE)
    variants = variants_of_schedules()
    with django_assert_num_queries(2):
        entries, figures = calendar_entries(found, limit=2, variants=variants)
    assert figures == calendar_figures(found)
    assert [(entry.date.day, entry.start_time.hour) for entry in entries] == [(2, 8), (2, 9), (3, 8), (3, 9)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["first", "second", "third"]),
        ({"status": ScheduleStatus.FULL}, ["second"]),
        ({"language": "en"}, ["second"]),
        ({"guide": NOBODY}, ["second", "third"]),
    ],
)
def test_filters_of_the_calendar(june, filters, expected):
    found = schedules_of_calendar(Schedule.objects.all(), **JUNE, **filters)
    assert list(found) == [june[name] for name in expected]


def test_filters_by_tour_variant_and_guide(june):
    shown = [
        list(schedules_of_calendar(Schedule.objects.all(), **JUNE, **chosen))
        for chosen in (
            {"tour": june["first"].tour_id},
            {"variant": june["second"].variant_id},
            {"guide": june["ada"].pk},
        )
    ]
    assert shown == [[june["first"], june["third"]], [june["second"]], [june["first"]]]


# Pages


def test_month_shows_departures_of_each_day_and_keeps_filters_in_the_address(harbour, june, member_client):
    client = member_client(harbour, Role.MANAGER)
    month = client.get(CALENDAR, {"day": "2031-06-17", "tour": june["first"].tour_id})
    assert cells(month) == {DAY: (["09:00"], 0), DAY + dt.timedelta(days=1): (["09:00"], 0)}
    assert month.context["next_url"] == f"{CALENDAR}?day=2031-07-01&view=month&tour={june['first'].tour_id}"
    assert cells(client.get(month.context["next_url"])) == {}
    back = client.get(client.get(month.context["next_url"]).context["previous_url"])
    assert cells(back) == cells(month)


def test_month_by_tour_and_by_guide_counts(harbour, june, member_client):
    client = member_client(harbour, Role.MANAGER)

    def groups(by):
        response = client.get(CALENDAR, {"day": "2031-06-01", "by": by})
        return {
            cell.date.day: [(name, figures.departures, figures.booked) for name, figures in cell.groups]
            for week in response.context["weeks"]
            for cell in week
            if cell.groups
        }

    assert groups("tour") == {2: [("Bridges", 1, 4), ("Harbour", 1, 3)], 3: [("Harbour", 1, 0)]}
    assert groups("guide") == {2: [("Nobody yet", 1, 4), ("Ada", 1, 3), ("Bo", 1, 3)], 3: [("Nobody yet", 1, 0)]}


@pytest.mark.parametrize("view", ["week", "day"])
def test_week_and_day_by_guide_have_a_row_for_each(harbour, june, member_client, view):
    response = member_client(harbour, Role.MANAGER).get(CALENDAR, {"view": view, "day": f"{DAY}", "by": "guide"})
    nobody = [(2, ["11:00"]), (3, ["09:00"])] if view == "week" else [(2, ["11:00"])]
    assert rows(response) == {"Nobody yet": nobody, "Ada": [(2, ["09:00"])], "Bo": [(2, ["09:00"])]}


def test_what_the_address_says_wrongly_is_told_and_left_out(harbour, june, member_client):
    nonsense = {"view": "year", "day": "2031-02-30", "by": "x", "tour": "abc", "guide": "999999", "status": "x"}
    response = member_client(harbour, Role.MANAGER).get(CALENDAR, nonsense)
    assert (response.status_code, response.context["title"]) == (200, "May 2031")
    assert sorted(response.context["form"].errors) == ["by", "day", "guide", "status", "tour", "view"]


def test_calendar_of_another_organization_stays_closed(harbour, kyoto, june, member_client):
    with organization_scope(kyoto.pk):
        foreign = make_schedule(date=DAY)
    client = member_client(harbour, Role.MANAGER)
    response = client.get(CALENDAR, {"day": f"{DAY}", "tour": foreign.tour_id})
    assert list(response.context["form"].errors) == ["tour"]
    assert client.get(reverse("schedules:move", args=[foreign.pk])).status_code == 404


def test_guides_see_what_they_lead_and_move_nothing(harbour, june):
    user = make_member(harbour, Role.GUIDE)
    june["bo"].user = user
    june["bo"].save()
    client = client_for(harbour, user)
    response = client.get(CALENDAR, {"day": f"{DAY}"})
    assert cells(response) == {DAY: (["09:00"], 0)}
    assert ("data-move" in response.content.decode(), "guide" in response.context["form"].fields) == (False, False)
    assert client.get(reverse("schedules:move", args=[june["first"].pk])).url == "/admin/"
    assert client.post(reverse("schedules:move", args=[june["third"].pk]), {}).url == "/admin/"


def test_days_on_which_clocks_change_say_so(harbour, member_client):
    client = member_client(harbour, Role.MANAGER)
    october = client.get(CALENDAR, {"day": "2031-10-01"})
    assert [cell.date.day for week in october.context["weeks"] for cell in week if cell.clocks] == [26]
    assert "Clocks go back" in october.content.decode()


def fill_month(count: int) -> None:
    """So many departures in June 2031, written at once: three tours, a guide for every second one."""
    variants = [VariantFactory() for _number in range(3)]
    zone = ZoneInfo("Europe/Berlin")
    made = []
    for number in range(count):
        start = local_start(
            dt.date(2031, 6, 1 + number % 30), dt.time(number // 30 // 60 % 24, number // 30 % 60), zone
        )
        variant = variants[number % 3]
        made.append(
            Schedule(
                variant=variant,
                tour=variant.tour,
                date=start.date,
                start_time=start.start_time,
                time_zone=zone.key,
                starts_at=start.starts_at,
                ends_at=start.starts_at + dt.timedelta(minutes=90),
                booking_closes_at=start.starts_at,
                duration_minutes=90,
                cutoff_minutes=0,
                capacity=10,
                booked_count=number % 11,
            )
        )
    Schedule.objects.bulk_create(made, batch_size=1000)


@pytest.mark.parametrize("count", [1, 90, 5000])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 9),
        ({"by": "tour"}, 8),
        ({"by": "guide"}, 9),
        ({"view": "week", "by": "guide"}, 9),
        ({"view": "day"}, 9),
    ],
)
def test_calendar_takes_the_same_queries_however_many_departures(
    harbour, member_client, django_assert_num_queries, count, query, expected
):
    client = member_client(harbour, Role.MANAGER)
    with organization_scope(harbour.pk):
        fill_month(count)
        GuideFactory()
    query = {"day": "2031-06-01", **query}
    client.get(CALENDAR, query)
    with django_assert_num_queries(expected):
        response = client.get(CALENDAR, query)
    assert len(response.content) < 250_000


# Moving


def test_move_keeps_the_wall_time_across_a_change_of_clocks(in_harbour):
    schedule = make_schedule(date=dt.date(2031, 10, 25), start_time=dt.time(10))
    moved = move_schedule(schedule, date=dt.date(2031, 10, 26), start_time=dt.time(10), now=NOW)
    assert (moved.starts_at, moved.ends_at) == (
        dt.datetime(2031, 10, 26, 9, tzinfo=dt.UTC),
        dt.datetime(2031, 10, 26, 10, 30, tzinfo=dt.UTC),
    )


def test_move_to_where_it_is_changes_nothing(in_harbour):
    schedule = make_schedule(date=DAY)
    stale = schedule.starts_at - dt.timedelta(days=3)
    moved = move_schedule(schedule, date=DAY, start_time=dt.time(10), expected=stale, now=NOW)
    assert moved.updated_at == schedule.updated_at


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"date": dt.date(2031, 4, 30)}, "This time has passed. Please choose a later one."),
        ({"date": dt.date(2031, 6, 3)}, "There is already a departure of this variant at that time."),
        (
            {"expected": NOW},
            "Somebody else has moved this departure in the meantime. Look at where it is now.",
        ),
    ],
)
def test_move_refused(in_harbour, options, message):
    schedule = make_schedule(date=DAY)
    make_schedule(schedule.variant, date=dt.date(2031, 6, 3))
    with pytest.raises(ScheduleRefused) as refused:
        move_schedule(schedule, **{"date": dt.date(2031, 6, 4), "start_time": dt.time(10), "now": NOW, **options})
    assert str(refused.value) == message
    schedule.refresh_from_db()
    assert schedule.date == DAY


def test_move_and_undo(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(tour=TourFactory(name="Harbour")), date=DAY)
    client = member_client(harbour, Role.MANAGER)
    url, back = reverse("schedules:move", args=[schedule.pk]), f"{CALENDAR}?day=2031-06-01"
    form = client.get(url, {"next": back}).context["form"]
    assert (form.initial["date"], form.initial["start_time"]) == (DAY, dt.time(10))
    moved = client.post(
        url,
        {"date": "2031-06-05", "start_time": "11:30", "expected": form.initial["expected"], "next": back},
        follow=True,
    )
    assert moved.redirect_chain == [(back, 302)]
    assert cells(moved) == {dt.date(2031, 6, 5): (["11:30"], 0)}
    undo = moved.context["moved"]
    assert (undo["tour"], undo["date"], undo["start_time"]) == ("Harbour", "2031-06-02", "10:00")
    # It is offered once.
    assert client.get(back).context["moved"] is None
    fields = {name: undo[name] for name in ("date", "start_time", "expected")}
    assert cells(client.post(url, {**fields, "next": back}, follow=True)) == {DAY: (["10:00"], 0)}


def test_move_that_is_refused_keeps_what_was_typed(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(date=DAY)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:move", args=[schedule.pk])
    page = client.post(url, {"date": "2031-04-05", "start_time": "11:30"})
    assert page.context["form"].non_field_errors() == ["This time has passed. Please choose a later one."]
    assert 'value="2031-04-05"' in page.content.decode()
    typed = client.post(url, {"date": "soon", "start_time": "25:00"})
    assert sorted(typed.context["form"].errors) == ["date", "start_time"]


def test_move_leads_back_into_the_admin_only(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(date=DAY)
    data = {"date": "2031-06-05", "start_time": "10:00", "next": "https://elsewhere.example/admin/"}
    answer = member_client(harbour, Role.MANAGER).post(reverse("schedules:move", args=[schedule.pk]), data)
    assert answer.url == f"{CALENDAR}?view=week&day=2031-06-05"


def test_move_to_where_the_guide_is_elsewhere_is_refused(harbour, june, member_client):
    with organization_scope(harbour.pk):
        assign_guides(june["third"], guides=[june["ada"]])
        mine = make_schedule(date=dt.date(2031, 6, 10))
        assign_guides(mine, guides=[june["ada"]])
    page = member_client(harbour, Role.MANAGER).post(
        reverse("schedules:move", args=[mine.pk]), {"date": "2031-06-03", "start_time": "09:30"}
    )
    assert page.context["form"].non_field_errors() == [
        "Ada leads another departure at that time: Harbour, Tue 3 Jun 2031, 09:00."
    ]


def test_what_has_bookings_is_not_just_moved(harbour, june, member_client):
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:move", args=[june["first"].pk])
    wanted = {"date": "2031-06-05", "start_time": "10:00"}
    reschedule = f"/admin/schedules/{june['first'].pk}/reschedule/?date=2031-06-05&start_time=10%3A00"
    for answer in (client.get(url, wanted), client.post(url, wanted)):
        assert (answer.status_code, answer.url) == (302, reschedule)
    assert client.get(reschedule).status_code == 200
    june["first"].refresh_from_db()
    assert june["first"].date == DAY


def test_what_is_over_is_not_moved(harbour, in_harbour, member_client):
    schedule = make_schedule(date=DAY)
    cancel_schedule(schedule, reason="Storm", now=NOW)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:move", args=[schedule.pk])
    assert client.get(url).url == reverse("schedules:inspect", args=[schedule.pk])
    page = client.post(url, {"date": "2031-06-05", "start_time": "10:00"})
    assert page.context["form"].non_field_errors() == [
        "A departure that took place or was cancelled cannot be changed."
    ]
