"""Putting guides down, asking them, and the pages for it."""

import datetime as dt

import pytest
from django.urls import reverse

from crm.models import Message
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import every_organization, organization_scope
from tests.factories import CustomerFactory, GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import client_for, make_member
from tests.tours.test_guides import guide_form
from tours import operations, queries
from tours.enums import BookingStatus, FeedProblem
from tours.models import (
    Certification,
    Guide,
    GuideAssignment,
    GuideCertification,
    GuideFeed,
    GuideSettings,
    GuideTimeOff,
    TourGuide,
)
from tours.operations import AssignmentRefused, NewParticipant, SeatRequest

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def manager(harbour):
    return make_member(harbour, Role.MANAGER)


@pytest.fixture
def tour(harbour):
    with organization_scope(harbour.pk):
        return TourFactory(name="Old town")


@pytest.fixture
def schedule(harbour, tour):
    with organization_scope(harbour.pk):
        return make_schedule(VariantFactory(tour=tour))


@pytest.fixture
def piet(harbour):
    with organization_scope(harbour.pk):
        return GuideFactory(name="Piet", email="piet@example.com", languages=["de"])


def book(schedule, language, seats):
    operations.reserve_seats([SeatRequest(schedule.pk, seats)], now=NOW)
    operations.create_booking(
        schedule,
        customer=CustomerFactory(language=language),
        seats=seats,
        participants=[NewParticipant("Adult", 1)] * seats,
        status=BookingStatus.CONFIRMED,
    )


def put(verb, schedule, guide, **options):
    return getattr(operations, verb)(schedule, guide=guide, now=NOW, actor=None, **options)


def sent():
    return list(Message.objects.order_by("pk").values_list("kind", "recipient", "subject"))


# Suggestions


def test_best_guide_comes_first_with_the_reasons(in_harbour, schedule, tour):
    book(schedule, "de", 3)
    book(schedule, "fr", 1)
    able = GuideFactory(name="Able", languages=["de", "fr"])
    TourGuide.objects.create(guide=able, tour=tour)
    other = GuideFactory(name="Other", languages=["de"])
    TourGuide.objects.create(guide=other, tour=tour)
    GuideFactory(name="Newcomer", languages=["fr"])
    away = GuideFactory(name="Away")
    GuideTimeOff.objects.create(guide=away, first_day=DAY, last_day=DAY)
    GuideFactory(name="Stopped", is_active=False)
    found = queries.suggestions_for(queries.schedule_to_lead(schedule.pk))
    assert [(one.guide.name, one.opinion.is_refused) for one in found] == [
        ("Able", False),
        ("Other", False),
        ("Newcomer", False),
        ("Away", True),
    ]
    assert found[0].opinion.reasons == [
        "speaks the language of 4 of 4 guests",
        "is qualified for this tour",
        "leads nothing yet this month",
        "is free on the days around it",
    ]
    assert [one.text for one in found[2].opinion.conflicts] == ["is not qualified for this tour"]


@pytest.mark.parametrize("count", [1, 3])
def test_suggestions_take_a_fixed_number_of_queries(in_harbour, schedule, tour, django_assert_num_queries, count):
    for number in range(count):
        guide = GuideFactory()
        TourGuide.objects.create(guide=guide, tour=tour)
        operations.assign_guides(make_schedule(start_time=dt.time(14 + 2 * number)), guides=[guide])
        book(schedule, "de", 1)
    led = queries.schedule_to_lead(schedule.pk)
    with django_assert_num_queries(10):
        queries.suggestions_for(led)


# Putting down and asking


def test_asking_writes_to_the_guide_and_reminds_once(in_harbour, schedule, piet, manager):
    asked = operations.ask_guide(schedule, guide=piet, now=NOW, actor=manager)
    put("ask_guide", schedule, piet)
    assert (asked.status, asked.asked_at, asked.asked_by) == ("pending", NOW, manager)
    with every_organization():
        assert queries.due_reminders(now=NOW + dt.timedelta(hours=23)) == []
        assert queries.due_reminders(now=NOW + dt.timedelta(hours=24)) == [(asked.pk, in_harbour.pk)]
    later = NOW + dt.timedelta(hours=25)
    for _turn in range(2):
        operations.remind_guide(asked.pk, now=later)
    with every_organization():
        assert queries.due_reminders(now=later) == []
    assert sent() == [
        ("guide_asked", "piet@example.com", "Can you lead Old town on Mon 2 Jun 2031, 10:00?"),
        ("guide_asked_again", "piet@example.com", "Please answer: can you lead Old town on Mon 2 Jun 2031, 10:00?"),
    ]


def test_sweep_minds_the_hours_of_each_organization(in_harbour, schedule, piet):
    GuideSettings.objects.create(reminder_hours=2)
    asked = put("ask_guide", schedule, piet)
    with every_organization():
        assert queries.due_reminders(now=NOW + dt.timedelta(hours=2)) == [(asked.pk, in_harbour.pk)]


def test_reminder_that_comes_too_late_says_nothing(in_harbour, schedule, piet):
    asked = put("ask_guide", schedule, piet)
    operations.confirm_assignment(asked, actor=None)
    operations.remind_guide(asked.pk, now=NOW + dt.timedelta(days=2))
    assert [kind for kind, _to, _subject in sent()] == ["guide_asked"]


def test_guide_without_any_address_cannot_be_asked_but_put_down(in_harbour, schedule):
    nobody = GuideFactory(name="Nobody")
    with pytest.raises(AssignmentRefused) as refused:
        put("ask_guide", schedule, nobody)
    assert str(refused.value) == "Nobody has neither an e-mail address nor an account, and cannot be asked."
    assert put("assign_guide", schedule, nobody).status == "confirmed"
    assert sent() == []


def test_what_warns_needs_a_reason(in_harbour, schedule, piet):
    piet.max_hours_per_day = 1
    piet.save()
    with pytest.raises(AssignmentRefused) as refused:
        put("assign_guide", schedule, piet, override_reason="  ")
    assert str(refused.value) == (
        "Piet would lead 1.5 hours that day; the limit is 1. Give a reason to decide otherwise."
    )
    assert put("assign_guide", schedule, piet, override_reason="Only today").override_reason == "Only today"


@pytest.mark.parametrize("verb", ["ask_guide", "assign_guide"])
def test_what_nobody_can_change_is_refused_whatever_the_reason(in_harbour, schedule, piet, tour, verb):
    licence = Certification.objects.create(name="City licence")
    tour.required_certification = licence
    tour.save()
    held = GuideCertification.objects.create(guide=piet, certification=licence, expires_on=dt.date(2031, 6, 1))

    def refusal(act):
        with pytest.raises(AssignmentRefused) as refused:
            act()
        return str(refused.value)

    text = "Piet: the certificate “City licence” holds until 1 June 2031 only."
    assert refusal(lambda: put(verb, schedule, piet, override_reason="Please")) == text
    assert refusal(lambda: operations.assign_guides(schedule, guides=[piet])) == text
    made = operations.create_schedules(
        schedule.variant, dates=[dt.date(2031, 6, 1), DAY], start_times=[dt.time(16)], guides=[piet]
    )
    assert made.unled == [(made.created[1], piet)]
    held.expires_on = None
    held.save()
    GuideTimeOff.objects.create(guide=piet, first_day=DAY, last_day=DAY)
    assert refusal(lambda: put(verb, schedule, piet)) == "Piet: has time off."
    operations.cancel_schedule(schedule, reason="Storm", now=NOW)
    assert refusal(lambda: put(verb, schedule, piet)) == "This departure is cancelled."


def test_declined_guide_is_asked_again_with_a_new_link(in_harbour, schedule, piet, time_machine):
    asked = put("ask_guide", schedule, piet)
    old = queries.answer_token(asked)
    operations.decline_assignment(asked, reason="Ill", actor=None)
    again = operations.ask_guide(schedule, guide=piet, now=NOW + dt.timedelta(hours=1), actor=None)
    assert (again.pk, again.status, again.decline_reason) == (asked.pk, "pending", "")
    assert queries.assignment_by_token(old) is None
    assert queries.assignment_by_token(queries.answer_token(again)) == again
    time_machine.move_to(NOW + dt.timedelta(days=31), tick=False)
    assert queries.assignment_by_token(queries.answer_token(again)) == again
    time_machine.move_to(NOW + dt.timedelta(days=62), tick=False)
    Guide.objects.update(is_active=False)
    assert queries.assignment_by_token(queries.answer_token(again)) is None
    Guide.objects.update(is_active=True)
    token = queries.answer_token(again)
    time_machine.move_to(NOW + dt.timedelta(days=93), tick=False)
    assert queries.assignment_by_token(token) is None


def test_guide_who_is_taken_off_is_told(in_harbour, schedule, piet):
    operations.release_guide(put("assign_guide", schedule, piet), now=NOW, actor=None)
    assert sent() == [
        ("guide_assigned", "piet@example.com", "You lead Old town on Mon 2 Jun 2031, 10:00"),
        ("guide_released", "piet@example.com", "You do not lead Old town on Mon 2 Jun 2031, 10:00"),
    ]
    assert not GuideAssignment.objects.exists()


# The page behind the link


def page_of(harbour, assignment):
    with organization_scope(harbour.pk):
        return client_for(harbour), reverse("guide_answer", args=[queries.answer_token(assignment)])


def test_making_departures_says_why_a_guide_cannot_lead_them(harbour, member_client, schedule, piet):
    with organization_scope(harbour.pk):
        operations.assign_guides(schedule, guides=[piet])
        day_off = DAY + dt.timedelta(days=1)
        GuideTimeOff.objects.create(guide=piet, first_day=day_off, last_day=day_off)
        variant = VariantFactory()
        values = {"first_date": DAY, "last_date": day_off, "start_times": f"{schedule.start_time:%H:%M}"}
    client = member_client(harbour, Role.MANAGER)
    answer = client.post(reverse("schedules:add"), {**values, "variant": variant.pk, "guides": [piet.pk]}, follow=True)
    at = f"{schedule.start_time:%H:%M}"
    assert [str(message).strip() for message in answer.context["messages"]] == [
        "2 departures were created.",
        f"Piet could not be put down for Mon 2 Jun 2031, {at}: they lead another departure at that time.",
        f"Tue 3 Jun 2031, {at}, Piet: has time off.",
    ]


def test_guide_answers_by_the_link_of_the_e_mail(harbour, schedule, piet):
    with organization_scope(harbour.pk):
        asked = put("ask_guide", schedule, piet)
    client, url = page_of(harbour, asked)
    with organization_scope(harbour.pk):
        assert f"Accept or decline:\nhttp://harbour.localhost:8000{url}" in Message.objects.get().text
    page = client.get(url)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "Hello Piet, can you lead it?" in page.content.decode()
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get().status == "pending"
    assert (
        "Thank you, Piet: you lead this departure."
        in client.post(url, {"answer": "accept"}, follow=True).content.decode()
    )
    late = client.post(url, {"answer": "decline", "reason": "Changed my mind"})
    assert late.status_code == 409
    assert "This was accepted already. Find somebody to take over, or call the team." in late.content.decode()
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get().status == "confirmed"


def test_guide_declines_by_the_link_and_the_team_reads_why(harbour, schedule, piet, manager):
    with organization_scope(harbour.pk):
        asked = operations.ask_guide(schedule, guide=piet, now=NOW, actor=manager)
    client, url = page_of(harbour, asked)
    page = client.post(url, {"answer": "decline", "reason": "My sister marries"}, follow=True)
    assert "You have declined this departure." in page.content.decode()
    with organization_scope(harbour.pk):
        assert sent()[1:] == [("guide_declined", manager.email, "Piet cannot lead Old town on Mon 2 Jun 2031, 10:00")]
        assert queries.declined_requests(now=NOW) == [asked]


def test_links_that_are_wrong_or_of_another_organization_lead_nowhere(harbour, kyoto, schedule, piet):
    with organization_scope(harbour.pk):
        asked = put("ask_guide", schedule, piet)
    client, url = page_of(harbour, asked)
    assert client_for(kyoto).get(url).status_code == 404
    assert client.get(f"{url[:-2]}x/").status_code == 404
    with organization_scope(harbour.pk):
        operations.release_guide(asked, now=NOW, actor=None)
    assert client.post(url, {"answer": "accept"}).status_code == 404


# The pages of the team


def test_page_of_a_departure_suggests_asks_and_puts_down(harbour, manager, schedule, piet):
    client, url = client_for(harbour, manager), reverse("schedules:guides", args=[schedule.pk])
    page = client.get(url)
    assert [one.guide for one in page.context["possible"]] == [piet]
    assert page.context["assignments"] == []
    assert "leads nothing yet this month" in page.content.decode()
    data = {"guide": piet.pk, "role": "assistant", "reason": ""}
    assert "Piet is asked." in client.post(url, {**data, "verb": "ask"}, follow=True).content.decode()
    with organization_scope(harbour.pk):
        row = GuideAssignment.objects.get()
    assert (row.status, row.role, row.asked_by_id) == ("pending", "assistant", manager.pk)
    client.post(url, {"verb": "confirm", "assignment": row.pk})
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.get().status == "confirmed"
    client.post(url, {"verb": "release", "assignment": row.pk})
    with organization_scope(harbour.pk):
        assert not GuideAssignment.objects.exists()
        told = AuditEntry.objects.filter(subject_id=schedule.pk, subject_type="tours.schedule").order_by("pk")
        assert list(told.values_list("action", flat=True))[-3:] == [
            "schedule.guide_asked",
            "assignment.confirmed",
            "schedule.guide_released",
        ]


def test_refusal_on_the_page_loses_nothing(harbour, manager, schedule, piet):
    with organization_scope(harbour.pk):
        Guide.objects.filter(pk=piet.pk).update(max_hours_per_day=1)
        busy = make_schedule(start_time=dt.time(11))
    client, url = client_for(harbour, manager), reverse("schedules:guides", args=[schedule.pk])
    assert "would lead 1.5 hours that day" in client.get(url).content.decode()
    with organization_scope(harbour.pk):
        operations.assign_guides(busy, guides=[piet])
    data = {"guide": piet.pk, "role": "lead", "reason": "He knows the mayor", "verb": "assign"}
    page = client.post(url, data)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Piet leads another departure at that time" in text
    assert [one.guide for one in page.context["impossible"]] == [piet]
    assert page.context["typed"]["reason"] == "He knows the mayor"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_pages_of_planning_are_for_managers(harbour, member_client, schedule, role):
    client = member_client(harbour, role)
    urls = [
        reverse("schedules:guides", args=[schedule.pk]),
        reverse("guides:week"),
        reverse("guide_settings:index"),
        reverse("certifications:index"),
    ]
    assert [client.get(url).status_code for url in urls] == [302] * 4
    assert client.post(urls[0], {"verb": "release", "assignment": "1"}).status_code == 302


def test_page_of_a_foreign_departure_does_not_exist(kyoto, member_client, schedule):
    url = reverse("schedules:guides", args=[schedule.pk])
    assert member_client(kyoto, Role.OWNER).get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_week_shows_who_leads_what_and_what_nobody_leads(harbour, manager, tour, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for number in range(count):
            guide = GuideFactory(name=f"Guide {number}")
            led = make_schedule(VariantFactory(tour=tour), start_time=dt.time(10))
            operations.assign_guides(led, guides=[guide])
            make_schedule(start_time=dt.time(15))
            GuideTimeOff.objects.create(guide=guide, first_day=dt.date(2031, 6, 7), last_day=dt.date(2031, 6, 20))
    client, url = client_for(harbour, manager), reverse("guides:week")
    client.get(url)
    with django_assert_num_queries(14):
        week = client.get(url, {"day": "2031-06-04"}).context["week"]
    assert (week.days[0], week.gap_count) == (DAY, count)
    assert [(row.hours, [day.is_off for day in row.days]) for row in week.rows] == [
        (1.5, [False] * 5 + [True] * 2)
    ] * count
    assert client.get(url, {"day": "nonsense"}).context["week"].days[0] == dt.date(2031, 4, 28)


def test_settings_of_planning_are_kept(harbour, manager):
    client, url = client_for(harbour, manager), reverse("guide_settings:index")
    assert client.get(url).context["form"].initial["reminder_hours"] == 24
    data = {"ask_first": "on", "reminder_hours": 6, "travel_minutes": 20, "travel_kmh": 4, "rest_hours": 10}
    for _turn in range(2):
        assert client.post(url, data).status_code == 302
    with organization_scope(harbour.pk):
        row = GuideSettings.objects.get()
    assert (row.ask_first, row.reminder_hours, row.swap_needs_consent, row.travel_kmh) == (True, 6, False, 4)
    assert client.post(url, {**data, "travel_kmh": 0}).status_code == 200


# The form of a guide


def test_guide_is_kept_with_all_that_planning_asks(harbour, manager, tour):
    with organization_scope(harbour.pk):
        licence = Certification.objects.create(name="City licence")
    data = guide_form(
        name="Maike",
        email="maike@example.com",
        phone="+49 40 1234567",
        languages="DE, en,de",
        max_hours_per_day=8,
        qualifications=[{"tour": tour.pk}],
        certifications=[{"certification": licence.pk, "number": "A 1", "expires_on": "2031-05-20"}],
        availabilities=[{"weekday": 0, "start_time": "09:00", "end_time": "18:00"}],
        times_off=[{"first_day": "2031-07-01", "last_day": "2031-07-14", "reason": "Sweden"}],
        feeds=[{"url": "webcal://calendar.example/maike.ics"}],
    )
    client = client_for(harbour, manager)
    answer = client.post(reverse("guides:add"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    with organization_scope(harbour.pk):
        guide = Guide.objects.get(name="Maike")
        assert (guide.languages, str(guide.phone)) == (["de", "en"], "+49401234567")
        assert [row.tour for row in guide.qualifications.all()] == [tour]
        assert [feed.url for feed in guide.feeds.all()] == ["https://calendar.example/maike.ics"]
        details = AuditEntry.objects.order_by("pk").last()
    assert "Sweden" not in str(details.details)
    assert "City licence until 20 May 2031" in client.get(reverse("guides:index")).content.decode()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"times_off": [{"first_day": "2031-07-14", "last_day": "2031-07-01"}]}, "The last day is before the first."),
        (
            {"availabilities": [{"weekday": 0, "start_time": "18:00", "end_time": "09:00"}]},
            "It ends before it begins. For a night, give two days.",
        ),
        (
            {
                "availabilities": [
                    {"weekday": 0, "start_time": "09:00", "end_time": "12:00"},
                    {"weekday": 0, "start_time": "11:00", "end_time": "14:00"},
                ]
            },
            "Hours of one weekday overlap.",
        ),
        ({"feeds": [{"url": "my calendar"}]}, "Enter a valid URL."),
        ({"feeds": [{"url": "ftp://calendar.example/x.ics"}]}, "Enter a valid URL."),
        ({"languages": "klingon!"}, "“klingon!” is not a language code such as en."),
    ],
)
def test_nonsense_in_the_form_of_a_guide_is_told(harbour, manager, rows, message):
    page = client_for(harbour, manager).post(reverse("guides:add"), guide_form(name="Maike", **rows))
    assert page.status_code == 200
    assert message in page.content.decode()
    assert 'value="Maike"' in page.content.decode()


def test_tour_is_on_the_list_of_a_guide_once(harbour, manager, tour):
    twice = guide_form(name="Maike", qualifications=[{"tour": tour.pk}, {"tour": tour.pk}])
    page = client_for(harbour, manager).post(reverse("guides:add"), twice)
    assert "A tour is on the list twice." in page.content.decode()


def test_renewed_certificate_does_not_warn(in_harbour, piet):
    licence = Certification.objects.create(name="City licence")
    today = dt.date(2031, 5, 1)
    GuideCertification.objects.create(guide=piet, certification=licence, expires_on=today)
    assert [(one.days, one.certification.guide) for one in queries.certificate_warnings(today=today)] == [(7, piet)]
    GuideCertification.objects.create(guide=piet, certification=licence, expires_on=today + dt.timedelta(days=365))
    assert queries.certificate_warnings(today=today) == []


def test_certificate_that_is_needed_cannot_be_deleted(harbour, manager, tour):
    with organization_scope(harbour.pk):
        licence = Certification.objects.create(name="City licence")
        tour.required_certification = licence
        tour.save()
    answer = client_for(harbour, manager).post(reverse("certifications:delete", args=[licence.pk]), follow=True)
    assert "is held by guides or required by tours and cannot be deleted" in answer.content.decode()


# What Today says


def waiting(client):
    return [
        (item.text, item.note, item.url)
        for item in client.get("/admin/").context["items"]
        if item.order in (44, 46, 47, 48)
    ]


def test_today_tells_what_guides_need_from_the_team(harbour, manager, schedule, piet):
    client = client_for(harbour, manager)
    assert waiting(client) == []
    with organization_scope(harbour.pk):
        operations.decline_assignment(put("ask_guide", schedule, piet), reason="", actor=None)
        licence = Certification.objects.create(name="City licence")
        GuideCertification.objects.create(guide=piet, certification=licence, expires_on=dt.date(2031, 5, 31))
        GuideFeed.objects.create(guide=piet, url="https://calendar.example/x", problem=FeedProblem.NO_CALENDAR)
        maike = GuideFactory(name="Maike", email="maike@example.com")
        led = make_schedule(VariantFactory(tour=schedule.tour), start_time=dt.time(15))
        operations.assign_guides(led, guides=[maike])
        swap = operations.offer_swap(GuideAssignment.objects.get(guide=maike), now=NOW, actor=None)
        operations.take_swap(swap, guide=piet, now=NOW, actor=None)
    edit = reverse("guides:edit", args=[piet.pk])
    assert waiting(client) == [
        ("Old town, Mon 2 Jun 2031, 10:00", "Piet has declined", reverse("schedules:guides", args=[schedule.pk])),
        ("Old town, Mon 2 Jun 2031, 15:00", "Piet would take over from Maike", reverse("swaps:index")),
        ("Piet", "City licence until 31 May 2031", edit),
        ("Piet", "What is at the address is no calendar.", edit),
    ]


def test_today_tells_a_guide_what_others_hand_over(harbour, schedule):
    account = make_member(harbour, Role.GUIDE)
    with organization_scope(harbour.pk):
        GuideFactory(name="Piet", user=account)
        maike = GuideFactory(name="Maike")
        operations.assign_guides(schedule, guides=[maike])
        operations.offer_swap(GuideAssignment.objects.get(guide=maike), now=NOW, actor=None)
    assert waiting(client_for(harbour, account)) == [
        ("Old town, Mon 2 Jun 2031, 10:00", "Maike would like to hand it over", reverse("swaps:index"))
    ]
