import datetime as dt
import io
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import reverse

from commerce.enums import PaymentMethod
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.factories import CustomerFactory, GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import client_for, make_member
from tours import queries
from tours.enums import AssignmentStatus, BookingStatus
from tours.models import GuideAssignment, Participant, TourReport
from tours.operations import NewParticipant, SeatRequest, assign_guides, create_booking, reserve_seats

# Five minutes before the start: 2 June 2031, 10:00 in Berlin.
NOW = dt.datetime(2031, 6, 2, 7, 55, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _at_the_meeting_point(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def piet(harbour):
    return make_member(harbour, Role.GUIDE, "piet@harbour.example")


@pytest.fixture
def guide(harbour, piet):
    with organization_scope(harbour.pk):
        return GuideFactory(name="Piet Hansen", user=piet)


@pytest.fixture
def client(harbour, piet, guide):
    return client_for(harbour, piet)


@pytest.fixture
def own(harbour, guide):
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(tour=TourFactory(name="Old town")), capacity=60)
        assign_guides(schedule, guides=[guide])
    return schedule


def book(schedule, *names, status=BookingStatus.CONFIRMED, **customer):
    with organization_scope(schedule.organization_id):
        before = NOW - dt.timedelta(days=30)
        reserve_seats([SeatRequest(schedule.pk, len(names))], now=before)
        return create_booking(
            schedule,
            customer=CustomerFactory(phone="+494012345678", **customer),
            seats=len(names),
            participants=[NewParticipant("Adult", 1, name) for name in names],
            status=status,
        )


def people(booking):
    with organization_scope(booking.organization_id):
        return list(queries.people_of_booking(booking.pk))


def check_in_url(schedule):
    return reverse("schedules:check_in", args=[schedule.pk])


def tap(client, schedule, mark, *, page=None, **headers):
    return client.post(check_in_url(schedule), {"mark": mark, "page": page or uuid4()}, headers=headers)


HTMX = {"hx-request": "true"}


def shown(response):
    return " ".join(response.content.decode().split())


# Checking in


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
    with django_assert_num_queries(16):
        client.get(check_in_url(own))
    with django_assert_num_queries(21):
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


# My departures


def at(hour, *, day=2, **options):
    return make_schedule(date=dt.date(2031, 6, day), start_time=dt.time(hour), **options)


def test_own_departures_by_day(harbour, client, guide, own):
    with organization_scope(harbour.pk):
        asked, tomorrow, past, declined, foreign = at(14), at(10, day=3), at(10, day=1), at(16), at(18)
        assign_guides(tomorrow, guides=[guide])
        assign_guides(past, guides=[guide])
        assign_guides(foreign, guides=[GuideFactory()])
        for schedule, status in ((asked, AssignmentStatus.PENDING), (declined, AssignmentStatus.DECLINED)):
            GuideAssignment.objects.create(schedule=schedule, guide=guide, status=status)
    context = client.get(reverse("my_departures:index")).context
    assert [card["schedule"] for card in context["asked"]] == [asked]
    sections = [(title, [card["schedule"] for card in cards]) for title, cards, _nothing in context["sections"]]
    assert sections == [("Today", [own]), ("Next", [tomorrow]), ("Past", [past])]


def test_card_of_today_shows_who_is_here(client, own):
    booking = book(own, "Ida", "Ole", "Tom")
    tap(client, own, f"check_in.person.{people(booking)[0].pk}")
    assert "1 of 3 here" in shown(client.get(reverse("my_departures:index")))


def test_guide_accepts_and_declines(harbour, client, guide):
    with organization_scope(harbour.pk):
        yes, no = (
            GuideAssignment.objects.create(schedule=at(hour), guide=guide, status=AssignmentStatus.PENDING)
            for hour in (12, 16)
        )
    page = shown(client.get(reverse("my_departures:index")))
    assert "Can you lead these?" in page
    for _time in range(2):
        client.post(reverse("my_departures:accept", args=[yes.pk]))
        client.post(reverse("my_departures:decline", args=[no.pk]), {"reason": "Dentist"})
    with organization_scope(harbour.pk):
        found = GuideAssignment.objects.filter(pk__in=[yes.pk, no.pk]).order_by("pk")
        assert list(found.values_list("status", "decline_reason")) == [("confirmed", ""), ("declined", "Dentist")]
    page = shown(client.get(reverse("my_departures:index")))
    assert "Can you lead these?" not in page


def test_request_that_clashes_is_refused_with_the_reason(harbour, client, guide, own):
    with organization_scope(harbour.pk):
        clash = GuideAssignment.objects.create(schedule=at(10), guide=guide, status=AssignmentStatus.PENDING)
    answer = client.post(reverse("my_departures:accept", args=[clash.pk]), follow=True)
    assert "leads" in shown(answer)
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get(pk=clash.pk).status == AssignmentStatus.PENDING


def test_reason_that_is_too_long_is_refused(harbour, client, guide):
    with organization_scope(harbour.pk):
        asked = GuideAssignment.objects.create(schedule=at(12), guide=guide, status=AssignmentStatus.PENDING)
    answer = client.post(reverse("my_departures:decline", args=[asked.pk]), {"reason": "x" * 301}, follow=True)
    assert "at most 300 characters" in shown(answer)
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get(pk=asked.pk).status == AssignmentStatus.PENDING


def test_requests_to_others_do_not_exist(harbour, client, guide):
    with organization_scope(harbour.pk):
        other = GuideAssignment.objects.create(schedule=at(12), guide=GuideFactory(), status=AssignmentStatus.PENDING)
    urls = [reverse(f"my_departures:{verb}", args=[other.pk]) for verb in ("accept", "decline")]
    assert [client.post(url).status_code for url in urls] == [404, 404]
    assert [client.get(url).status_code for url in urls] == [405, 405]


def test_account_without_a_guide_is_told(harbour, piet):
    page = shown(client_for(harbour, piet).get(reverse("my_departures:index")))
    assert "Your account does not belong to a guide yet." in page


@pytest.mark.parametrize("count", [1, 3])
def test_own_departures_have_a_fixed_number_of_queries(harbour, client, guide, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for number in range(count):
            for day in (1, 2, 3):
                assign_guides(at(8 + 3 * number, day=day), guides=[guide])
            GuideAssignment.objects.create(
                schedule=at(9 + 3 * number, day=4), guide=guide, status=AssignmentStatus.PENDING
            )
    url = reverse("my_departures:index")
    client.get(url)
    with django_assert_num_queries(11):
        client.get(url)


# The note after the tour


def report_url(schedule):
    return reverse("schedules:report", args=[schedule.pk])


def test_note_is_written_and_read_by_staff(harbour, client, member_client, piet, own, time_machine):
    time_machine.move_to(NOW + dt.timedelta(hours=2), tick=False)
    data = {"text": "A dog was afraid.", "actual_count": "7", "had_incident": "on"}
    for _time in range(2):
        assert client.post(report_url(own), data).status_code == 302
    with organization_scope(harbour.pk):
        reports = TourReport.objects.values_list("text", "actual_count", "had_incident", "author")
        assert list(reports) == [("A dog was afraid.", 7, True, piet.pk)]
    assert "A dog was afraid." in shown(client.get(report_url(own)))
    page = shown(member_client(harbour, Role.MANAGER).get(reverse("schedules:inspect", args=[own.pk])))
    assert "Something happened" in page
    assert "A dog was afraid." in page
    assert "7 people came." in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"had_incident": "on"}, "Please say what happened."),
        ({}, "Write a few words, or how many people came."),
        ({"text": "x", "actual_count": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"text": "kept", "actual_count": "many"}, "Enter a whole number."),
    ],
)
def test_note_that_says_nothing_is_refused(harbour, client, own, time_machine, data, message):
    time_machine.move_to(NOW + dt.timedelta(hours=2), tick=False)
    answer = client.post(report_url(own), data)
    assert message in shown(answer)
    assert data.get("text", "") in shown(answer)
    with organization_scope(harbour.pk):
        assert TourReport.objects.count() == 0


def test_note_before_the_tour_is_refused(harbour, client, own):
    assert "You can write this once the tour has begun." in shown(client.get(report_url(own)))
    assert client.post(report_url(own), {"text": "x"}).status_code == 200
    with organization_scope(harbour.pk):
        assert TourReport.objects.count() == 0


# Manifests as files, and of a day


def files(schedule):
    return {name: reverse(f"schedules:manifest_{name}", args=[schedule.pk]) for name in ("pdf", "csv")}


def rows_of(answer):
    import csv

    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_csv_has_a_line_for_each_person_and_no_formulas(harbour, client, own):
    booking = book(own, "=HYPERLINK(1)", "Ole", first_name="@SUM", last_name="Hansen", language="de")
    with organization_scope(harbour.pk):
        Participant.objects.filter(booking=booking, name="Ole").update(
            needs="Wheelchair", diet="+nuts", emergency_name="-Ida", emergency_phone="+494087654321"
        )
    answer = client.get(files(own)["csv"])
    assert answer["Content-Disposition"] == 'attachment; filename="manifest-2031-06-02-1000.csv"'
    start = ["Old town", str(own.variant.name), "2031-06-02", "10:00", "'@SUM Hansen", "'+49 40 12345678"]
    contact = ["'-Ida", "'+494087654321", "", "Confirmed"]
    assert rows_of(answer)[1:] == [
        [*start, "'=HYPERLINK(1)", "Adult", "German", "", "", "", "", *contact],
        [*start, "Ole", "Adult", "German", "Wheelchair", "'+nuts", "", "", *contact],
    ]


def test_pdf_is_one_and_prints_names_of_many_scripts(client, own):
    book(own, "Łukasz Żółw", "Ольга", "東京 太郎", "홍길동", "נועה", "李雷", "Zoë 🙂", last_name="Ørsted & <Co>")
    answer = client.get(files(own)["pdf"])
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"] == 'inline; filename="manifest-2031-06-02-1000.pdf"'
    assert "no-store" in answer["Cache-Control"]


def test_pdf_of_sixty_people_and_of_nobody(client, own):
    assert client.get(files(own)["pdf"]).content[:5] == b"%PDF-"
    for _number in range(15):
        book(own, "Ida", "Ole", "Tom", "Ann")
    assert client.get(files(own)["pdf"]).content[:5] == b"%PDF-"


def test_files_are_written_down(harbour, client, piet, own):
    for url in files(own).values():
        client.get(url)
    with organization_scope(harbour.pk):
        entries = AuditEntry.objects.filter(action="manifest.exported").order_by("pk")
        assert [(entry.actor_id, entry.subject_id, entry.details) for entry in entries] == [
            (piet.pk, own.pk, {"format": "pdf"}),
            (piet.pk, own.pk, {"format": "csv"}),
        ]


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.MANAGER, 200), (Role.EDITOR, 302), (Role.GUIDE, 404)],
)
def test_files_by_role(harbour, member_client, own, role, status):
    other = member_client(harbour, role)
    assert [other.get(url).status_code for url in files(own).values()] == [status, status]


def day_urls(day):
    return [
        f"{reverse(f'schedules:{name}')}?date={day}"
        for name in ("day_manifest", "day_manifest_pdf", "day_manifest_csv")
    ]


def test_day_has_all_departures_for_staff_and_the_own_ones_for_guides(harbour, client, member_client, own):
    with organization_scope(harbour.pk):
        other = make_schedule(VariantFactory(tour=TourFactory(name="Secret cellars")), start_time=dt.time(14))
        make_schedule(date=dt.date(2031, 6, 3))
    book(own, "Ida")
    book(other, "Ole")
    page, _pdf, csv = day_urls("2031-06-02")
    manager = member_client(harbour, Role.MANAGER)
    assert [one["schedule"] for one in manager.get(page).context["shown"]] == [own, other]
    assert [one["schedule"] for one in client.get(page).context["shown"]] == [own]
    assert [row[0] for row in rows_of(manager.get(csv))[1:]] == ["Old town", "Secret cellars"]
    assert [row[0] for row in rows_of(client.get(csv))[1:]] == ["Old town"]
    with organization_scope(harbour.pk):
        viewed = AuditEntry.objects.filter(action="manifest.viewed").order_by("pk")
        assert list(viewed.values_list("subject_id", flat=True)) == [own.pk, other.pk, own.pk]


@pytest.mark.parametrize("day", ["", "nonsense", "2031-02-30", "2031-06-02"])
def test_day_is_today_unless_another_is_asked_for(client, own, day):
    assert client.get(day_urls(day)[0]).context["day"] == dt.date(2031, 6, 2)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_first_and_last_day_of_the_calendar_are_shown(client, day):
    assert [client.get(url).status_code for url in day_urls(day)] == [200, 200, 200]


@pytest.mark.parametrize("count", [1, 3, 60])
def test_manifest_page_has_a_fixed_number_of_queries(client, own, django_assert_num_queries, count):
    for _number in range(count):
        book(own, "Ida")
    url = reverse("schedules:manifest", args=[own.pk])
    client.get(url)
    with django_assert_num_queries(16):
        client.get(url)


# What is owed


def test_manifest_says_what_is_still_to_be_paid(harbour, client, own, time_machine):
    time_machine.move_to(dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC), tick=False)
    with organization_scope(harbour.pk):
        now = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
        owed = order_of(own, quantity=2, now=now, method=PaymentMethod.ON_ARRIVAL)
        booking = owed.lines.get().booking
    time_machine.move_to(NOW, tick=False)
    for url in (check_in_url(own), reverse("schedules:manifest", args=[own.pk])):
        assert "still to pay: €50.00" in shown(client.get(url))
    rows = rows_of(client.get(files(own)["csv"]))
    assert [row[12] for row in rows[1:]] == ["€50.00", ""]
    assert "still to pay: €50.00" in shown(tap(client, own, f"check_in.booking.{booking.pk}", **HTMX))


# The people of a booking, as staff write them down


def people_form(booking, **changes):
    found = people(booking)
    data = {f"person-{person.pk}-name": person.name for person in found}
    first = {f"person-{found[0].pk}-{name}": value for name, value in changes.items()}
    return {"special_needs": "A dog", **data, **first}


def test_staff_write_down_who_comes(harbour, member_client, own):
    booking = book(own, "", "")
    url = reverse("bookings:people", args=[booking.pk])
    manager = member_client(harbour, Role.MANAGER)
    changes = {
        "name": "Zoë",
        "needs": "Wheelchair",
        "diet": "Vegan",
        "emergency_name": "Ole",
        "emergency_phone": "+49 40 12345678",
    }
    assert manager.post(url, people_form(booking, **changes)).status_code == 302
    assert [(p.name, p.needs, p.diet, p.emergency_name, str(p.emergency_phone)) for p in people(booking)] == [
        ("Zoë", "Wheelchair", "Vegan", "Ole", "+494012345678"),
        ("", "", "", "", ""),
    ]
    page = shown(manager.get(reverse("bookings:inspect", args=[booking.pk])))
    for part in ("Zoë (Adult)", "Wheelchair", "Vegan", "Ole +494012345678", "A dog", url):
        assert part in page


def test_wrong_number_is_said_and_nothing_is_lost(harbour, member_client, own):
    booking = book(own, "")
    url = reverse("bookings:people", args=[booking.pk])
    changes = {"name": "Zoë", "emergency_phone": "12"}
    answer = member_client(harbour, Role.MANAGER).post(url, people_form(booking, **changes))
    assert "Enter a valid phone number" in shown(answer)
    assert 'value="Zoë"' in shown(answer)
    assert [person.name for person in people(booking)] == [""]


def test_people_of_another_booking_are_not_written(harbour, member_client, own):
    booking, other = book(own, "Ida"), book(own, "Ole")
    url = reverse("bookings:people", args=[booking.pk])
    assert member_client(harbour, Role.MANAGER).post(url, people_form(other, name="Mine")).status_code == 302
    assert [person.name for person in [*people(booking), *people(other)]] == ["Ida", "Ole"]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_people_are_written_down_by_managers(harbour, member_client, own, role):
    booking = book(own, "Ida")
    other = member_client(harbour, role)
    url = reverse("bookings:people", args=[booking.pk])
    assert [other.get(url).status_code, other.post(url, people_form(booking)).status_code] == [302, 302]
