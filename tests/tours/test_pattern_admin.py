import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.factories import PatternFactory, TourFactory, VariantFactory, make_schedule
from tours.documents import pattern_calendar
from tours.enums import PatternKind
from tours.models import AvailabilityPattern, Schedule
from tours.operations import SeatRequest, close_schedule, generate_schedules, reserve_seats
from tours.rules import occurrences_of, read_calendar

NOW = dt.datetime(2031, 5, 10, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def client(harbour, member_client):
    return member_client(harbour, Role.MANAGER)


@pytest.fixture
def variant(harbour):
    with organization_scope(harbour.pk):
        return VariantFactory(name="Group", tour=TourFactory(name="Old town", languages=["en", "de"]))


def typed(variant, **values):
    """What a browser sends for a pattern on Mondays at ten in June 2031."""
    return {
        "variant": variant.pk,
        "kind": "recurring",
        "weekdays": ["0"],
        "every_weeks": "1",
        "rule": "",
        "start_times": "10:00",
        "valid_from": "2031-06-01",
        "valid_until": "2031-06-30",
        "dates": "",
        "excluded_dates": "",
        "language": "",
        "capacity": "",
        "months_ahead": "6",
        "is_active": "on",
        **values,
    }


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def said(response):
    return [str(message).strip() for message in response.context["messages"]]


def errors(response):
    return response.context["form"].errors


def days(pattern=None):
    found = Schedule.objects.filter(**({"pattern": pattern} if pattern else {})).order_by("starts_at")
    return [schedule.date.day for schedule in found]


def test_new_pattern_shows_its_plan_and_makes_departures_once_somebody_says_so(client, in_harbour, variant):
    url = reverse("patterns:add")
    shown = client.post(url, typed(variant))
    text = words(shown)
    assert "5 departures are added" in text
    assert "Mon 2 June 2031, 10:00" in text
    assert (AvailabilityPattern.objects.count(), Schedule.objects.count()) == (0, 0)
    done = client.post(url, {**typed(variant), "digest": shown.context["plan"].digest}, follow=True)
    assert [message.split("\n")[0] for message in said(done)] == [
        "5 departures were created.",
        "The pattern is saved.",
    ]
    assert days() == [2, 9, 16, 23, 30]
    actions = list(AuditEntry.objects.filter(action__contains="pattern").values_list("action", flat=True))
    assert actions == ["pattern.applied"]


def test_back_to_the_form_loses_nothing(client, variant):
    answer = client.post(reverse("patterns:add"), {**typed(variant, start_times="9:30"), "digest": "x", "back": "1"})
    assert answer.context["form"]["start_times"].value() == "9:30"


def test_plan_that_is_out_of_date_is_shown_anew(client, in_harbour, variant):
    url = reverse("patterns:add")
    shown = client.post(url, typed(variant))
    make_schedule(variant, date=dt.date(2031, 6, 2))
    again = client.post(url, {**typed(variant), "digest": shown.context["plan"].digest})
    assert said(again) == [
        "Something has changed since you saw this plan. Here is the new one; nothing has been done yet."
    ]
    assert "4 departures are added" in words(again)
    assert (AvailabilityPattern.objects.count(), Schedule.objects.count()) == (0, 1)
    client.post(url, {**typed(variant), "digest": again.context["plan"].digest})
    assert (AvailabilityPattern.objects.count(), Schedule.objects.count()) == (1, 5)


def test_edited_pattern_names_what_stays_and_why(client, in_harbour, variant):
    pattern = PatternFactory(variant=variant, valid_until=dt.date(2031, 6, 30))
    generate_schedules(pattern, now=NOW)
    booked, closed, *free = Schedule.objects.order_by("starts_at")
    reserve_seats([SeatRequest(booked.pk, 2)], now=NOW)
    close_schedule(closed)
    url = reverse("patterns:edit", args=[pattern.pk])
    form = typed(variant, weekdays=["1"], version=client.get(url).context["form"].initial["version"])
    shown = client.post(url, form)
    text = words(shown)
    assert "4 departures are added" in text
    assert "3 departures are not in the pattern any more Nobody has booked them." in text
    assert "2 departures stay although they are not in the pattern any more" in text
    assert "Mon 2 June 2031, 10:00 : people have booked it" in text
    assert "Mon 9 June 2031, 10:00 : somebody changed it by hand" in text
    assert days() == [2, 9, 16, 23, 30]
    client.post(url, {**form, "digest": shown.context["plan"].digest, "orphans": "remove"})
    assert days(pattern) == [2, 3, 9, 10, 17, 24]
    entry = AuditEntry.objects.get(action="pattern.applied", actor__isnull=False)
    assert entry.details == {"added": 4, "moved": 0, "adjusted": 0, "closed": 0, "removed": 3}
    changes = AuditEntry.objects.get(action="wagtail.edit").details["changes"]
    assert {"field": "weekdays", "before": [0], "after": [1]} in changes
    assert Schedule.objects.filter(pk__in=[one.pk for one in free]).count() == 0


def test_two_people_who_edit_one_pattern(client, in_harbour, variant, time_machine):
    pattern = PatternFactory(variant=variant)
    url = reverse("patterns:edit", args=[pattern.pk])
    version = client.get(url).context["form"].initial["version"]
    time_machine.shift(60)
    pattern.capacity = 5
    pattern.save()
    answer = client.post(url, typed(variant, version=version))
    assert errors(answer) == {
        "version": [
            "Somebody else has changed this pattern in the meantime. Please open it again and repeat your change."
        ]
    }
    pattern.refresh_from_db()
    assert pattern.valid_until is None


def test_button_makes_the_departures_of_a_pattern(client, in_harbour, variant):
    pattern = PatternFactory(variant=variant, valid_until=dt.date(2031, 6, 15))
    url = reverse("patterns:plan", args=[pattern.pk])
    shown = client.get(url)
    assert "2 departures are added" in words(shown)
    assert client.post(url, {"digest": "old"}).status_code == 200
    assert days() == []
    client.post(url, {"digest": shown.context["plan"].digest})
    assert days() == [2, 9]
    assert "There is nothing to do" in words(client.get(url))


def test_plan_tells_of_times_that_the_clock_change_leaves_out(client, variant):
    form = typed(
        variant,
        weekdays=["6"],
        start_times="2:30",
        valid_from="2032-03-28",
        valid_until="2032-03-28",
        months_ahead="12",
    )
    text = words(client.post(reverse("patterns:add"), form))
    assert "On 28 March 2032 the clocks go forward and there is no 02:30: the departure is at 03:30." in text


NEVER = "This would never run: none of these days falls between the first and the last day."


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"valid_until": "2031-05-31"}, {"valid_until": ["The last day is before the first."]}),
        ({"valid_from": "2031-06-03", "valid_until": "2031-06-08"}, {"__all__": [NEVER]}),
        ({"weekdays": [], "rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "valid_until": ""}, {"__all__": [NEVER]}),
        ({"excluded_dates": "2031-06-01 – 2031-06-30"}, {"__all__": [NEVER]}),
        ({"valid_from": "2031-01-01", "valid_until": "2031-02-01"}, {"__all__": ["All of these days have passed."]}),
        ({"weekdays": []}, {"weekdays": ["Tick at least one weekday."]}),
        ({"start_times": ""}, {"start_times": ["Enter at least one start time."]}),
        ({"start_times": "25:00"}, {"start_times": ["“25:00” is not a time such as 14:30."]}),
        ({"valid_from": ""}, {"valid_from": ["Enter a first day."]}),
        ({"rule": "FREQ=DAILY"}, {"rule": ["Tick weekdays or enter another rule, not both."]}),
        ({"kind": "dates"}, {"dates": ["Enter at least one day."]}),
        ({"excluded_dates": "soon"}, {"excluded_dates": ["“soon” is not a day such as 24/12/2031."]}),
        ({"dates": "2031-06-09 – 2031-06-01"}, {"dates": ["“2031-06-09 – 2031-06-01” is not a range of days."]}),
        ({"dates": "2031-01-01 – 2039-01-01"}, {"dates": ["“2031-01-01 – 2039-01-01” is not a range of days."]}),
        ({"language": "xx"}, {"language": ["Select a valid choice. xx is not one of the available choices."]}),
        ({"every_weeks": "0"}, {"every_weeks": ["Ensure this value is greater than or equal to 1."]}),
        ({"months_ahead": "36"}, {"months_ahead": ["Ensure this value is less than or equal to 24."]}),
        ({"kind": "sometimes"}, {"kind": ["Select a valid choice. sometimes is not one of the available choices."]}),
    ],
)
def test_patterns_that_make_no_sense_say_why(client, in_harbour, variant, values, expected):
    answer = client.post(reverse("patterns:add"), typed(variant, **values))
    assert errors(answer) == expected
    assert AvailabilityPattern.objects.count() == 0


def test_pattern_of_too_many_departures_is_refused(client, variant):
    times = ", ".join(f"{hour}:{minute:02}" for hour in range(8, 20) for minute in (0, 15, 30))
    form = typed(variant, weekdays=list("0123456"), valid_until="", months_ahead="24", start_times=times)
    answer = client.post(reverse("patterns:add"), form)
    assert errors(answer) == {
        "__all__": ["That would be 25560 departures; a pattern can make up to 8000. Choose fewer times or months."]
    }


def test_certain_days_are_typed_in_lines_and_spans(client, in_harbour, variant):
    form = typed(variant, kind="dates", dates="2031-06-05\n12/06/2031, 2031-06-20 – 2031-06-22", valid_from="nonsense")
    shown = client.post(reverse("patterns:add"), {**form, "valid_from": ""})
    client.post(reverse("patterns:add"), {**form, "valid_from": "", "digest": shown.context["plan"].digest})
    assert days() == [5, 12, 20, 21, 22]
    pattern = AvailabilityPattern.objects.get()
    assert (pattern.weekdays, pattern.valid_from, pattern.valid_until) == ([], dt.date(2031, 6, 5), None)
    edit = client.get(reverse("patterns:edit", args=[pattern.pk])).context["form"]
    assert edit["dates"].value() == "05/06/2031\n12/06/2031\n20/06/2031\n21/06/2031\n22/06/2031"


def test_on_request_is_saved_without_a_plan(client, in_harbour, variant):
    client.post(reverse("patterns:add"), typed(variant, kind="on_request", start_times=""))
    pattern = AvailabilityPattern.objects.get()
    assert (pattern.kind, pattern.weekdays, pattern.start_times) == (PatternKind.ON_REQUEST, [], [])
    assert Schedule.objects.count() == 0


def test_list_shows_patterns_of_a_tour_with_the_same_queries_for_one_and_three(client, in_harbour, variant):
    client.get(reverse("patterns:index"))
    counts = []
    for more in (1, 2):
        for _number in range(more):
            PatternFactory(variant=VariantFactory(tour=variant.tour))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(reverse("patterns:index"), {"tour": variant.tour_id})
        counts.append(len(queries))
    PatternFactory()
    assert len(client.get(reverse("patterns:index"), {"tour": variant.tour_id}).context["object_list"]) == 3
    assert "Mon at 10:00" in words(page)
    assert counts == [9, 9]


def test_deleting_a_pattern_leaves_its_departures(client, in_harbour, variant):
    pattern = PatternFactory(variant=variant, valid_until=dt.date(2031, 6, 15))
    generate_schedules(pattern, now=NOW)
    url = reverse("patterns:delete", args=[pattern.pk])
    assert "Departures that it has made stay as they are" in words(client.get(url))
    client.post(url)
    assert (AvailabilityPattern.objects.count(), days()) == (0, [2, 9])


def test_export_of_the_list(client, in_harbour, variant):
    PatternFactory(variant=variant)
    answer = client.get(reverse("patterns:index"), {"export": "csv"})
    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert [row.split(",")[:6] for row in rows[1:]] == [["Old town: Group", "recurring", "Mon", "1", "", "10:00:00"]]


# Calendar files


@pytest.mark.parametrize(
    "options",
    [
        {"weekdays": [0, 4], "every_weeks": 2, "start_times": [dt.time(10), dt.time(14, 30)]},
        {"weekdays": [0], "valid_until": dt.date(2031, 8, 4), "excluded_dates": [dt.date(2031, 6, 2)]},
        {"weekdays": [2], "dates": [dt.date(2031, 6, 3), dt.date(2031, 7, 1)]},
        {"weekdays": [], "rule": "FREQ=MONTHLY;BYDAY=-1SU"},
        {"weekdays": [], "rule": "FREQ=DAILY;COUNT=9", "valid_until": dt.date(2031, 6, 6)},
        {"weekdays": [], "kind": PatternKind.DATES, "dates": [dt.date(2031, 6, 2), dt.date(2031, 6, 20)]},
    ],
)
def test_what_goes_out_as_a_calendar_comes_back_the_same(in_harbour, options):
    pattern = PatternFactory(**options)
    read = read_calendar(pattern_calendar(pattern, now=NOW), zone=ZoneInfo("Europe/Berlin"), today=dt.date(2031, 5, 10))
    span = {"first": dt.date(2031, 5, 1), "last": dt.date(2032, 5, 1)}
    back = sorted({one for found in read.patterns for one in occurrences_of(found, **span)})
    assert (back, read.skipped) == (occurrences_of(pattern, **span), [])


def test_calendar_files_are_downloaded(client, in_harbour, variant):
    pattern = PatternFactory(variant=variant, valid_until=dt.date(2031, 6, 15))
    answer = client.get(reverse("patterns:calendar", args=[pattern.pk]))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "text/calendar; charset=utf-8",
        'attachment; filename="old-town-group.ics"',
    )
    assert "RRULE:FREQ=WEEKLY;UNTIL=20310615T215959Z;INTERVAL=1;BYDAY=MO;WKST=MO" in answer.content.decode()
    generate_schedules(pattern, now=NOW)
    listed = client.get(reverse("patterns:departures", args=[variant.pk])).content.decode()
    assert re.findall(r"DTSTART;TZID=Europe/Berlin:(\S+)", listed) == ["20310602T100000", "20310609T100000"]


def upload(client, variant, raw, **values):
    return client.post(
        reverse("patterns:import_calendar"),
        {"variant": variant.pk, "language": "", "file": SimpleUploadedFile("tours.ics", raw), **values},
        follow=True,
    )


ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Test//EN\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:Morning\r
DTSTART;TZID=Europe/Berlin:20310602T100000\r
RRULE:FREQ=WEEKLY;BYDAY=MO\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
SUMMARY:Day off\r
DTSTART;VALUE=DATE:20310603\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_imported_calendar_waits_switched_off(client, in_harbour, variant):
    answer = upload(client, variant, ICS, language="de")
    assert said(answer) == [
        "1 pattern was imported. It is switched off: open it, look at the plan, and switch it on.",
        "Left out: Day off. It has no time of day.",
    ]
    pattern = AvailabilityPattern.objects.get()
    assert (pattern.weekdays, pattern.start_times, pattern.language, pattern.is_active) == (
        [0],
        [dt.time(10)],
        "de",
        False,
    )
    assert Schedule.objects.count() == 0


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"nonsense", "This file cannot be read as a calendar (.ics)."),
        (b"", "The submitted file is empty."),
        (
            ICS.replace(b"RRULE:FREQ=WEEKLY;BYDAY=MO", b"RRULE:FREQ=SOMETIMES"),
            "None of the events can be used. Morning: Its time cannot be read (RRULE).; Day off: It has no time of day.",
        ),
    ],
)
def test_calendar_with_nonsense_says_why(client, in_harbour, variant, raw, message):
    answer = upload(client, variant, raw)
    assert errors(answer) == {"file": [message]}
    assert AvailabilityPattern.objects.count() == 0


# Who may


@pytest.mark.parametrize(
    ("role", "expected"),
    [(Role.MANAGER, [200] * 7), (Role.EDITOR, [302] * 7), (Role.GUIDE, [302] * 7)],
)
def test_pages_by_role(harbour, member_client, variant, role, expected):
    with organization_scope(harbour.pk):
        pattern = PatternFactory(variant=variant)
    client = member_client(harbour, role)
    urls = [
        reverse("patterns:index"),
        reverse("patterns:add"),
        reverse("patterns:import_calendar"),
        *(reverse(f"patterns:{name}", args=[pattern.pk]) for name in ("edit", "plan", "calendar")),
        reverse("patterns:departures", args=[variant.pk]),
    ]
    assert [client.get(url).status_code for url in urls] == expected


def test_other_organizations_find_nothing(harbour, kyoto, member_client, variant):
    with organization_scope(harbour.pk):
        pattern = PatternFactory(variant=variant)
    client = member_client(kyoto, Role.OWNER)
    urls = [
        *(reverse(f"patterns:{name}", args=[pattern.pk]) for name in ("edit", "plan", "calendar", "delete", "history")),
        reverse("patterns:departures", args=[variant.pk]),
    ]
    assert [client.get(url).status_code for url in urls] == [404] * 6
    assert client.post(reverse("patterns:plan", args=[pattern.pk]), {"digest": "x"}).status_code == 404


def test_tour_and_departures_lead_to_the_patterns(client, harbour, variant):
    assert (
        f"{reverse('patterns:index')}?tour={variant.tour_id}"
        in client.get(reverse("tours:edit", args=[variant.tour_id])).content.decode()
    )
    assert reverse("patterns:index") in client.get(reverse("schedules:index")).content.decode()
