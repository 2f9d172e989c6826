import datetime as dt

import pytest
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours.enums import ScheduleStatus
from tours.models import Schedule
from tours.operations import (
    ScheduleChanged,
    SeatRequest,
    cancel_schedule,
    change_schedules,
    close_schedule,
    edit_schedule,
    open_schedules,
    reserve_seats,
)
from tours.queries import editable_values, guides_of
from tours.rules import Minimum

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


def changes(report):
    return [schedule.pk for schedule in report.done], [(schedule.pk, why) for schedule, why in report.left_alone]


def test_change_schedules_does_each_completely_or_leaves_it_alone(in_harbour):
    variant = VariantFactory()
    free, booked, over, same = (
        make_schedule(variant, start_time=dt.time(hour), capacity=9) for hour in (8, 11, 14, 17)
    )
    reserve_seats([SeatRequest(booked.pk, 5)], now=NOW)
    cancel_schedule(over, reason="Storm", now=NOW)
    Schedule.objects.filter(pk=same.pk).update(capacity=4, guest_note="Bring a coat")
    report = change_schedules(
        [free, booked, over, same], values={"capacity": 4, "guest_note": "Bring a coat"}, actor=None
    )
    assert changes(report) == (
        [free.pk],
        [
            (booked.pk, "5 places are booked already."),
            (over.pk, "A departure that took place or was cancelled cannot be changed."),
            (same.pk, "There was nothing to change."),
        ],
    )
    rows = list(Schedule.objects.order_by("starts_at").values_list("capacity", "guest_note", "cutoff_minutes"))
    assert rows == [(4, "Bring a coat", 60), (9, "", 60), (9, "", 60), (4, "Bring a coat", 60)]


def test_change_schedules_refuses_what_must_differ(in_harbour):
    with pytest.raises(ValueError, match="start_time"):
        change_schedules([make_schedule()], values={"start_time": dt.time(9)}, actor=None)


def test_guide_who_leads_another_departure_then_is_left_out(in_harbour):
    guide = GuideFactory()
    first, second, third = make_schedule(), make_schedule(), make_schedule(start_time=dt.time(15))
    report = change_schedules([first, second, third], values={"guides": [guide]}, actor=None)
    assert [schedule.pk for schedule in report.done] == [first.pk, third.pk]
    assert [guides_of(schedule) for schedule in (first, second, third)] == [[guide], [], [guide]]
    assert changes(change_schedules([first], values={"guides": []}, actor=None)) == ([first.pk], [])
    assert guides_of(first) == []


def test_open_schedules_says_how_the_others_are(in_harbour):
    closed, open_one = make_schedule(capacity=3), make_schedule()
    close_schedule(closed)
    closed.refresh_from_db()
    cancelled = make_schedule()
    cancel_schedule(cancelled, reason="Storm", now=NOW)
    cancelled.refresh_from_db()
    report = open_schedules([closed, cancelled, open_one], actor=None)
    assert changes(report) == (
        [closed.pk],
        [(cancelled.pk, "This departure is cancelled."), (open_one.pk, "There was nothing to change.")],
    )


def values_of(schedule, **changed):
    return {
        "date": schedule.date,
        "start_time": schedule.start_time,
        "duration_minutes": 90,
        "cutoff_minutes": 60,
        "capacity": 12,
        "language": "",
        "guest_note": "",
        "internal_note": "",
        **changed,
    }


@pytest.mark.django_db(transaction=True)
def test_ten_people_edit_one_departure_and_one_of_them_wins(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        seen = editable_values(schedule)

    def edit(number):
        values = values_of(schedule, capacity=20 + number)
        return edit_schedule(schedule, seen=seen, minimum=Minimum(), actor=None, **values).capacity

    results = in_parallel(harbour, 10, edit)
    winners = [result for result in results if isinstance(result, int)]
    lost = [result for result in results if isinstance(result, ScheduleChanged)]
    assert (len(winners), [error.now for error in lost]) == (1, [{"capacity": winners[0]}] * 9)


def form_of(schedule, **changed):
    return {
        "date": "2031-06-02",
        "start_time": "10:00",
        "duration_minutes": 90,
        "cutoff_minutes": 60,
        "capacity": schedule.capacity,
        "language": "",
        "min_participants": "",
        "decision_hours": "",
        "guest_note": "",
        "internal_note": "",
        **changed,
    }


def test_second_of_two_managers_is_shown_what_changed_and_keeps_what_was_typed(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=5)
        guide = GuideFactory(name="Ole Berg")
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:edit", args=[schedule.pk])
    seen = client.get(url).context["form"]["seen"].value()
    first = client.post(url, form_of(schedule, capacity=8, guides=[guide.pk], seen=seen))
    assert first.status_code == 302
    with organization_scope(harbour.pk):
        reserve_seats([SeatRequest(schedule.pk, 1)], now=NOW)
    second = client.post(url, form_of(schedule, guest_note="Bring a coat", seen=seen))
    form = second.context["form"]
    assert form.non_field_errors() == [
        "Somebody else has changed this departure while you were editing it.",
        "Places: now “8”",
        "Guides: now “Ole Berg”",
        "What you typed is still here. Save again to replace their version with yours.",
    ]
    assert form["guest_note"].value() == "Bring a coat"
    again = client.post(url, form_of(schedule, guest_note="Bring a coat", seen=form["seen"].value()))
    assert again.status_code == 302
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
        assert (schedule.capacity, schedule.guest_note, guides_of(schedule)) == (5, "Bring a coat", [])


def test_departure_is_not_put_into_the_past_and_what_was_typed_stays(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
    url = reverse("schedules:edit", args=[schedule.pk])
    typed = form_of(schedule, date="2031-04-30", guest_note="Bring a coat")
    form = member_client(harbour, Role.MANAGER).post(url, typed).context["form"]
    assert form.non_field_errors() == ["This time has passed. Please choose a later one."]
    assert form["guest_note"].value() == "Bring a coat"
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
        assert (str(schedule), schedule.guest_note) == ("2031-06-02 10:00", "")


def test_a_booking_meanwhile_is_no_conflict(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=5)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:edit", args=[schedule.pk])
    seen = client.get(url).context["form"]["seen"].value()
    with organization_scope(harbour.pk):
        reserve_seats([SeatRequest(schedule.pk, 1)], now=NOW)
    assert client.post(url, form_of(schedule, seen=seen, min_participants=4)).status_code == 302
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
    assert (schedule.booked_count, schedule.min_participants) == (1, 4)


@pytest.mark.parametrize("seen", ["", "[1]", "null", '{"capacity": 5}'])
def test_a_form_without_what_was_seen_is_saved(harbour, member_client, seen):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=5)
    url = reverse("schedules:edit", args=[schedule.pk])
    assert member_client(harbour, Role.MANAGER).post(url, form_of(schedule, capacity=6, seen=seen)).status_code == 302


# In the admin


def action_url(name, *schedules):
    url = reverse(f"schedules:bulk_{name}")
    return f"{url}?{'&'.join(f'id={schedule.pk}' for schedule in schedules)}&next={reverse('schedules:index')}"


def test_bulk_change_in_the_admin_reports_each_row(harbour, member_client, kyoto):
    with organization_scope(kyoto.pk):
        foreign = make_schedule()
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        free = make_schedule(variant, capacity=9, language="en", internal_note="Old")
        booked = make_schedule(variant, start_time=dt.time(14), capacity=9)
        reserve_seats([SeatRequest(booked.pk, 5)], now=NOW)
    client = member_client(harbour, Role.MANAGER)
    url = action_url("change", free, booked, foreign)
    assert [item["item"].pk for item in client.get(url).context["items"]] == [free.pk, booked.pk]
    empty = client.post(url, {})
    assert empty.context["form"].non_field_errors() == ["Fill in at least one field."]
    both = client.post(url, {"guest_note": "Bring a coat", "remove": ["guest_note"], "capacity": 4})
    assert both.context["form"].errors == {"guest_note": ["Enter something or remove it, not both."]}
    assert both.context["form"]["guest_note"].value() == "Bring a coat"
    report = client.post(url, {"capacity": 4, "guest_note": "Bring a coat", "remove": ["language", "internal_note"]})
    assert [schedule.pk for schedule, _when in report.context["done"]] == [free.pk]
    assert [(row[0].pk, row[2]) for row in report.context["left_alone"]] == [
        (booked.pk, "5 places are booked already.")
    ]
    assert "5 places are booked already." in report.content.decode()
    with organization_scope(harbour.pk):
        rows = Schedule.objects.order_by("starts_at").values_list("capacity", "language", "guest_note", "internal_note")
        assert list(rows) == [(4, "", "Bring a coat", ""), (9, "", "", "")]


def test_bulk_close_open_and_cancel_in_the_admin(harbour, member_client):
    with organization_scope(harbour.pk):
        schedules = [make_schedule(), make_schedule()]
    client = member_client(harbour, Role.MANAGER)
    for name, data, status in (
        ("close", {}, ScheduleStatus.CLOSED),
        ("open", {}, ScheduleStatus.OPEN),
        ("cancel", {}, ScheduleStatus.OPEN),
        ("cancel", {"reason": "Storm"}, ScheduleStatus.CANCELLED),
    ):
        assert client.post(action_url(name, *schedules), data).status_code == 200
        with organization_scope(harbour.pk):
            assert set(Schedule.objects.values_list("status", flat=True)) == {status}


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_bulk_actions_are_for_those_who_plan(harbour, member_client, role):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
    client = member_client(harbour, role)
    for name in ("change", "open", "close", "cancel"):
        assert client.post(action_url(name, schedule), {"capacity": 3, "reason": "x"}).status_code == 302
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
    assert (schedule.capacity, schedule.status) == (12, "open")


def test_bulk_actions_on_nothing(harbour, member_client):
    client = member_client(harbour, Role.MANAGER)
    url = reverse("schedules:bulk_change")
    for query in ("", "?id=all", "?id=x", f"?id={'9' * 40}", "?id=1"):
        assert client.get(url + query).status_code == 404


def test_list_offers_the_actions_to_those_who_plan(harbour, member_client):
    with organization_scope(harbour.pk):
        make_schedule()
    assert (
        "data-bulk-action-footer"
        in member_client(harbour, Role.MANAGER).get(reverse("schedules:index")).content.decode()
    )
    assert "data-bulk-action" not in member_client(harbour, Role.GUIDE).get(reverse("schedules:index")).content.decode()
