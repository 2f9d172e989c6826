import datetime as dt

import pytest
from django.urls import reverse

from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.operations import remove_member
from tenancy.scope import organization_scope
from tests.factories import CustomerFactory, GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import client_for, make_member
from tours import queries
from tours.enums import AssignmentStatus, BookingStatus
from tours.models import Guide, GuideAssignment, Schedule
from tours.operations import (
    NewParticipant,
    SeatRequest,
    assign_guides,
    cancel_schedule,
    create_booking,
    create_schedules,
    reserve_seats,
)

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def own(harbour, guide):
    """A departure that Piet leads, with a booking of three."""
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(tour=TourFactory(name="Old town")), internal_note="Key at the kiosk")
        assign_guides(schedule, guides=[guide])
        book(schedule, first_name="Grete", last_name="Hansen")
    return schedule


@pytest.fixture
def foreign(harbour):
    """A departure that somebody else leads."""
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(tour=TourFactory(name="Secret cellars")), start_time=dt.time(14))
        assign_guides(schedule, guides=[GuideFactory(name="Maike Kröger")])
        book(schedule, first_name="Olaf", last_name="Petersen")
    return schedule


def book(schedule, *, status=BookingStatus.CONFIRMED, **customer):
    reserve_seats([SeatRequest(schedule.pk, 3)], now=NOW)
    return create_booking(
        schedule,
        customer=CustomerFactory(phone="+494012345678", language="de", **customer),
        seats=3,
        participants=[
            NewParticipant("Adult", 1),
            NewParticipant("Adult", 1, "Hinnerk"),
            NewParticipant("Child", 1),
        ],
        status=status,
        special_needs="Comes with a dog",
    )


def again(schedule):
    with organization_scope(schedule.organization_id):
        return Schedule.objects.get(pk=schedule.pk)


def urls_of(schedule):
    return {
        name: reverse(f"schedules:{name}", args=[schedule.pk])
        for name in ("inspect", "manifest", "edit", "history", "open", "close", "cancel")
    }


# What a guide sees


def test_guide_sees_own_departures_only(harbour, piet, own, foreign):
    page = client_for(harbour, piet).get(reverse("schedules:index"))
    assert [schedule.pk for schedule in page.context["object_list"]] == [own.pk]
    text = page.content.decode()
    assert "My departures" in text
    assert "Secret cellars" not in text
    assert reverse("schedules:manifest", args=[own.pk]) in text
    assert reverse("schedules:edit", args=[own.pk]) not in text
    assert reverse("schedules:add") not in text


def test_guide_looks_at_own_departure_and_nothing_of_others(harbour, piet, own, foreign):
    client = client_for(harbour, piet)
    assert {name: client.get(url).status_code for name, url in urls_of(own).items()} == {
        "inspect": 200,
        "manifest": 200,
        "edit": 302,
        "history": 302,
        "open": 302,
        "close": 302,
        "cancel": 302,
    }
    assert {name: client.get(url).status_code for name, url in urls_of(foreign).items()} == {
        "inspect": 404,
        "manifest": 404,
        "edit": 302,
        "history": 302,
        "open": 302,
        "close": 302,
        "cancel": 302,
    }


def test_guide_changes_nothing(harbour, piet, own):
    client = client_for(harbour, piet)
    answers = [client.post(url, {"reason": "x", "capacity": "99"}).status_code for url in urls_of(own).values()]
    assert answers == [405, 405, 302, 302, 302, 302, 302]
    assert (again(own).status, again(own).capacity, again(own).updated_at) == ("open", 12, own_updated(own))


def own_updated(schedule):
    with organization_scope(schedule.organization_id):
        return Schedule.objects.values_list("updated_at", flat=True).get(pk=schedule.pk)


def test_guide_cannot_export_search_or_filter_what_others_lead(harbour, piet, own, foreign):
    client, url = client_for(harbour, piet), reverse("schedules:index")
    rows = b"".join(client.get(url, {"export": "csv"})).decode().splitlines()
    assert [row.split(",")[:4] for row in rows[1:]] == [["2031-06-02", "10:00:00", "Europe/Berlin", "Old town"]]
    assert list(client.get(url, {"q": "cellars"}).context["object_list"]) == []
    filtered = client.get(url, {"tour": foreign.tour_id})
    assert "Secret cellars" not in filtered.content.decode()


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        (AssignmentStatus.PENDING, (200, 404, 404, 404, 404)),
        (AssignmentStatus.CONFIRMED, (200, 200, 200, 200, 200)),
        (AssignmentStatus.DECLINED, (404, 404, 404, 404, 404)),
    ],
)
def test_who_comes_is_seen_once_the_guide_has_confirmed(harbour, piet, own, status, seen):
    with organization_scope(harbour.pk):
        GuideAssignment.objects.filter(schedule=own).update(status=status)
    client = client_for(harbour, piet)
    names = ("inspect", "manifest", "manifest_pdf", "manifest_csv", "check_in")
    pages = [client.get(reverse(f"schedules:{name}", args=[own.pk])) for name in names]
    assert tuple(page.status_code for page in pages) == seen


def test_guide_who_was_only_asked_sees_nothing_about_the_guests(harbour, piet, own):
    with organization_scope(harbour.pk):
        GuideAssignment.objects.filter(schedule=own).update(status=AssignmentStatus.PENDING)
        Schedule.objects.filter(pk=own.pk).update(internal_note="Mrs Petersen walks slowly")
    client, url = client_for(harbour, piet), reverse("schedules:day_manifest")
    pages = [
        client.get(reverse("schedules:index")),
        client.get(urls_of(own)["inspect"]),
        client.get(f"{url}?date={own.date}"),
        client.get(f"/admin/?day={own.date}"),
    ]
    said = "".join(page.content.decode() for page in pages)
    assert [text in said for text in (urls_of(own)["manifest"], "Petersen")] == [False, False]
    with organization_scope(harbour.pk):
        GuideAssignment.objects.filter(schedule=own).update(status=AssignmentStatus.CONFIRMED)
    said = (
        client.get(reverse("schedules:index")).content.decode() + client.get(urls_of(own)["inspect"]).content.decode()
    )
    assert (said.count(urls_of(own)["manifest"]), "Petersen" in said) == (2, True)


def test_guide_who_stopped_sees_nothing(harbour, piet, guide, own):
    with organization_scope(harbour.pk):
        Guide.objects.filter(pk=guide.pk).update(is_active=False)
    client = client_for(harbour, piet)
    assert client.get(urls_of(own)["inspect"]).status_code == 404
    assert list(client.get(reverse("schedules:index")).context["object_list"]) == []


def test_member_who_is_removed_sees_nothing_at_once(harbour, piet, own):
    client = client_for(harbour, piet)
    assert client.get(urls_of(own)["manifest"]).status_code == 200
    with organization_scope(harbour.pk):
        remove_member(piet.memberships.get())
    assert client.get(urls_of(own)["manifest"]).status_code == 302


def test_guide_without_departures_is_told_why(harbour, piet):
    page = client_for(harbour, piet).get("/admin/").content.decode()
    assert "Your account does not belong to a guide yet." in page


def test_home_of_a_guide_shows_the_own_day(harbour, piet, own, foreign, time_machine):
    time_machine.move_to(dt.datetime(2031, 6, 1, 12, tzinfo=dt.UTC), tick=False)
    page = client_for(harbour, piet).get("/admin/").content.decode()
    assert "Old town" in page
    assert urls_of(own)["inspect"] in page
    assert "Secret cellars" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_a_guide_has_a_fixed_number_of_queries(harbour, piet, guide, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for hour in range(count):
            assign_guides(make_schedule(start_time=dt.time(10 + 2 * hour)), guides=[guide])
    client = client_for(harbour, piet)
    client.get(reverse("schedules:index"))
    with django_assert_num_queries(11):
        client.get(reverse("schedules:index"))


# The manifest


def test_manifest_shows_who_comes(harbour, member_client, own):
    page = member_client(harbour, Role.MANAGER).get(urls_of(own)["manifest"])
    text = " ".join(page.content.decode().split())
    for part in (
        "Grete Hansen",
        "tel:+494012345678",
        "2 × Adult, 1 × Child",
        "Hinnerk",
        "German",
        "Comes with a dog",
        "Confirmed",
        "3 of 12 places booked",
        "Piet Hansen",
        "Key at the kiosk",
    ):
        assert part in text
    manifest = page.context["manifest"]
    assert manifest.people == {"Adult": 2, "Child": 1}
    assert [entry.people for entry in manifest.entries] == [{"Adult": 2, "Child": 1}]


def test_manifest_counts_everybody_who_has_a_place(in_harbour):
    schedule = make_schedule()
    book(schedule, last_name="Adam")
    waiting = book(schedule, last_name="Berg", status=BookingStatus.PENDING)
    book(schedule, last_name="Carl")
    cancel = make_schedule(start_time=dt.time(15))
    book(cancel)
    cancel_schedule(cancel, reason="Storm", now=NOW)
    manifest = queries.manifest_of(schedule)
    assert [entry.booking.customer.last_name for entry in manifest.entries] == ["Adam", "Berg", "Carl"]
    assert manifest.entries[1].booking == waiting
    assert manifest.people == {"Adult": 6, "Child": 3}
    assert queries.manifest_of(cancel).entries == []


@pytest.mark.parametrize("count", [1, 3])
def test_manifest_takes_three_queries(in_harbour, django_assert_num_queries, count):
    schedule = make_schedule(capacity=20)
    for _number in range(count):
        book(schedule)
    with django_assert_num_queries(3):
        queries.manifest_of(schedule)


def test_looking_at_a_manifest_is_written_down(harbour, piet, own):
    client_for(harbour, piet).get(urls_of(own)["manifest"])
    with organization_scope(harbour.pk):
        entry = AuditEntry.objects.get(action="manifest.viewed")
    assert (entry.actor_id, entry.subject_type, entry.subject_id, entry.details) == (
        piet.pk,
        "tours.schedule",
        own.pk,
        {},
    )
    history = client_for(harbour, make_member(harbour, Role.MANAGER)).get(urls_of(own)["history"])
    assert "looked at who comes on the departure" in history.content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.MANAGER, 200), (Role.EDITOR, 302)]
)
def test_manifests_by_role(harbour, member_client, own, role, status):
    assert member_client(harbour, role).get(urls_of(own)["manifest"]).status_code == status


def test_manifest_of_another_organization_does_not_exist(kyoto, member_client, own):
    assert member_client(kyoto, Role.OWNER).get(urls_of(own)["manifest"]).status_code == 404


# Guides and who is down for what


ROWS = ("qualifications", "certifications", "availabilities", "times_off", "feeds")


def guide_form(**values):
    """What the form of a guide sends, with `rows` of what belongs to them by name."""
    rows = {name: values.pop(name, []) for name in ROWS}
    data = {"is_active": "on", **values}
    for name, made in rows.items():
        data |= {f"{name}-TOTAL_FORMS": len(made), f"{name}-INITIAL_FORMS": 0}
        data |= {f"{name}-MIN_NUM_FORMS": 0, f"{name}-MAX_NUM_FORMS": 1000}
        for number, row in enumerate(made):
            data |= {f"{name}-{number}-{field}": value for field, value in {"id": "", "DELETE": "", **row}.items()}
    return data


def test_manager_adds_a_guide_with_an_account_of_the_team(harbour, kyoto, member_client, piet):
    stranger = make_member(kyoto, Role.GUIDE)
    manager = member_client(harbour, Role.MANAGER)
    form = manager.get(reverse("guides:add")).context["form"]
    with organization_scope(harbour.pk):
        offered = [label for value, label in form.fields["user"].choices if value]
    assert offered == ["Guide Test (piet@harbour.example)", "Manager Test (manager@harbour.example)"]
    data = guide_form(name="Piet", user=piet.pk)
    assert manager.post(reverse("guides:add"), {**data, "user": stranger.pk}).status_code == 200
    assert manager.post(reverse("guides:add"), data).status_code == 302
    with organization_scope(harbour.pk):
        assert list(Guide.objects.values_list("name", "user", "is_active")) == [("Piet", piet.pk, True)]
    twice = manager.post(reverse("guides:add"), {**data, "name": "Another"})
    assert "This account belongs to another guide already." in twice.content.decode()


def test_guide_who_led_something_cannot_be_deleted(harbour, member_client, guide, own):
    manager = member_client(harbour, Role.MANAGER)
    answer = manager.post(reverse("guides:delete", args=[guide.pk]), follow=True)
    assert "is down for departures and stays on record" in answer.content.decode()
    with organization_scope(harbour.pk):
        assert Guide.objects.filter(pk=guide.pk).exists()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_guides_are_kept_by_managers(harbour, member_client, guide, role):
    client = member_client(harbour, role)
    urls = [reverse("guides:index"), reverse("guides:add"), reverse("guides:edit", args=[guide.pk])]
    assert [client.get(url).status_code for url in urls] == [302, 302, 302]


def form_of(schedule, **changes):
    return {
        "date": schedule.date.isoformat(),
        "start_time": schedule.start_time.isoformat(),
        "duration_minutes": schedule.duration_minutes,
        "cutoff_minutes": schedule.cutoff_minutes,
        "capacity": schedule.capacity,
        "language": schedule.language,
        "guest_note": "",
        "internal_note": "",
        **changes,
    }


def test_guides_are_put_down_on_the_form_of_a_departure(harbour, member_client, guide):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        maike = GuideFactory(name="Maike")
        GuideFactory(name="Stopped", is_active=False)
    manager = member_client(harbour, Role.MANAGER)
    url = urls_of(schedule)["edit"]
    form = manager.get(url).context["form"]
    with organization_scope(harbour.pk):
        offered = [str(label) for _value, label in form.fields["guides"].choices]
    assert offered == ["Maike", "Piet Hansen"]
    assert manager.post(url, form_of(schedule, guides=[guide.pk, maike.pk])).status_code == 302
    with organization_scope(harbour.pk):
        assert [found.name for found in queries.guides_of(schedule)] == ["Maike", "Piet Hansen"]
    assert manager.get(url).context["form"].initial["guides"] == [maike, guide]
    manager.post(url, form_of(schedule, guides=[maike.pk]))
    with organization_scope(harbour.pk):
        assert [found.name for found in queries.guides_of(schedule)] == ["Maike"]
        details = (
            AuditEntry.objects.filter(action="schedule.guides_set").order_by("pk").values_list("details", flat=True)
        )
        assert list(details) == [{"guide_ids": sorted([guide.pk, maike.pk])}, {"guide_ids": [maike.pk]}]
    assert "Maike" in manager.get(reverse("schedules:index")).content.decode()


def test_new_departures_have_the_guides_chosen(harbour, member_client, guide):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
    data = {"variant": variant.pk, "first_date": "2031-06-02", "start_times": "10:00, 14:00", "guides": [guide.pk]}
    assert member_client(harbour, Role.MANAGER).post(reverse("schedules:add"), data).status_code == 302
    with organization_scope(harbour.pk):
        down = GuideAssignment.objects.order_by("schedule__starts_at").values_list("schedule__start_time", "status")
        assert list(down) == [(dt.time(10), "confirmed"), (dt.time(14), "confirmed")]


def test_assigning_again_changes_nothing(in_harbour):
    guide = GuideFactory()
    (schedule,) = create_schedules(VariantFactory(), dates=[DAY], start_times=[dt.time(10)], guides=[guide]).created
    before = list(GuideAssignment.objects.values())
    assert assign_guides(schedule, guides=[guide]) == [guide]
    assert list(GuideAssignment.objects.values()) == before
    assert AuditEntry.objects.filter(action="schedule.guides_set").count() == 0


def test_who_declined_and_is_put_down_again_is_confirmed(in_harbour):
    guide, schedule = GuideFactory(), make_schedule()
    GuideAssignment.objects.create(schedule=schedule, guide=guide, status=AssignmentStatus.DECLINED)
    assert queries.guides_of(schedule) == []
    assert assign_guides(schedule, guides=[guide]) == [guide]
    assert GuideAssignment.objects.get().status == AssignmentStatus.CONFIRMED


def test_export_of_guides_names_the_accounts_there_are(harbour, member_client, piet, guide):
    with organization_scope(harbour.pk):
        GuideFactory(name="Wiebke")
    response = member_client(harbour, Role.OWNER).get(reverse("guides:index"), {"export": "csv"})
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[1:] == [f"{guide.name},{piet.email},,,,Yes", "Wiebke,,,,,Yes"]
