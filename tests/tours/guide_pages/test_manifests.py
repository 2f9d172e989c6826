import datetime as dt
import io

import pytest
from django.urls import reverse

from commerce.enums import PaymentMethod
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.factories import TourFactory, VariantFactory, make_schedule

# As files, and of a day
from tests.tours.guide_pages.meeting_point import HTMX, NOW, book, check_in_url, shown, tap
from tours.models import Participant


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
    with django_assert_num_queries(13):
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
