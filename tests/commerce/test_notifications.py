import datetime as dt

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commerce.enums import NotificationKind, PaymentMethod
from commerce.models import Notification, Order
from commerce.operations import Contact, send_notification
from commerce.queries import due_notifications
from commerce.rules import PLACEHOLDERS, fill_text, unknown_placeholders, usual_text
from commerce.tasks import sweep_notifications
from crm.models import Customer, Message
from tenancy.enums import Role
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import order_of
from tests.factories import GuideFactory, PlaceFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import make_member
from tests.parallel import in_parallel
from tours.enums import Decision, Outcome
from tours.models import Booking, DepartureDecision, Schedule
from tours.operations import assign_guides, cancel_schedule

START = dt.datetime(2031, 6, 2, 8, tzinfo=dt.UTC)  # ten in Berlin
DAY_BEFORE = START - dt.timedelta(hours=24)
EARLY = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
REMINDER, GUIDE = NotificationKind.BOOKING_REMINDER, NotificationKind.GUIDE_REMINDER
MINIMUM, LOW = NotificationKind.MINIMUM_NOT_REACHED, NotificationKind.LOW_AVAILABILITY


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(EARLY, tick=False)


def departure(**options):
    place = PlaceFactory(name="Pier 1", street="Am Hafen 1", city="Hamburg")
    tour = TourFactory(name="Old town", name_translations={"de": "Altstadt"}, meeting_point=place)
    return make_schedule(VariantFactory(tour=tour, name="Group"), **options)


def booked(schedule, *, now=EARLY, email="grete@example.com", language="en"):
    contact = Contact("Grete", "Hansen", email, "+494012345678", language=language)
    order = order_of(schedule, contact=contact, method=PaymentMethod.ON_ARRIVAL, now=now)
    booking = Booking.objects.get(order_lines__order=order)
    Booking.objects.filter(pk=booking.pk).update(created_at=now)
    return order, booking


def due(now):
    with every_organization():
        return sorted((kind, key) for kind, key, _organization in due_notifications(now=now))


def written():
    return list(Message.objects.filter(kind__in=NotificationKind.values).order_by("pk"))


# What is due


def test_booking_is_due_24_hours_before_until_the_start(in_harbour):
    _order, booking = booked(departure())
    minute = dt.timedelta(minutes=1)
    assert [due(at) for at in (DAY_BEFORE - minute, DAY_BEFORE, START - minute, START)] == [
        [],
        [(REMINDER, booking.pk)],
        [(REMINDER, booking.pk)],
        [],
    ]


def test_who_books_later_than_that_is_not_reminded(in_harbour):
    schedule = departure()
    booked(schedule, now=DAY_BEFORE + dt.timedelta(minutes=1))
    _order, just_before = booked(schedule, now=DAY_BEFORE, email="olaf@example.com")
    assert due(START - dt.timedelta(hours=1)) == [(REMINDER, just_before.pk)]


@pytest.mark.parametrize(
    ("of_order", "of_customer", "recipients"),
    [("ida@example.com", "", ["ida@example.com"]), ("", "ida@example.com", ["ida@example.com"]), ("", "", [])],
)
def test_address_of_the_order_or_of_the_customer_is_enough(in_harbour, of_order, of_customer, recipients):
    _order, booking = booked(departure())
    Order.objects.update(email=of_order)
    Customer.objects.update(email=of_customer)
    assert due(DAY_BEFORE) == [(REMINDER, booking.pk)] * len(recipients)
    send_notification(REMINDER, booking.pk, now=DAY_BEFORE)
    assert [message.recipient for message in written()] == recipients


def test_hours_and_switch_of_an_organization_count(in_harbour):
    _order, booking = booked(departure())
    rows = Notification.objects.filter(kind=REMINDER)
    rows.update(hours=48)
    assert due(START - dt.timedelta(hours=47)) == [(REMINDER, booking.pk)]
    rows.update(is_active=False)
    assert due(START - dt.timedelta(hours=1)) == []


def test_bookings_that_do_not_take_place_are_not_due(in_harbour):
    cancelled = departure()
    booked(cancelled)
    cancel_schedule(cancelled, reason="Storm", now=EARLY)
    held = departure()
    order_of(held, method=PaymentMethod.BANK_TRANSFER, now=EARLY)
    assert due(DAY_BEFORE) == []


def test_guides_are_due_who_confirmed_and_have_an_address(harbour):
    piet = make_member(harbour, Role.GUIDE, "piet@harbour.example")
    with organization_scope(harbour.pk):
        schedule = departure()
        guides = [GuideFactory(user=piet), GuideFactory(email="ada@example.com"), GuideFactory()]
        assign_guides(schedule, guides=guides)
        led = [schedule.guide_assignments.get(guide=guide).pk for guide in guides[:2]]
    assert sorted(due(DAY_BEFORE)) == sorted((GUIDE, pk) for pk in led)


def test_guide_is_reminded_at_the_own_address(harbour):
    piet = make_member(harbour, Role.GUIDE, "piet@harbour.example")
    with organization_scope(harbour.pk):
        schedule = departure()
        assign_guides(
            schedule, guides=[GuideFactory(user=piet, email="piet@home.example"), GuideFactory(email="ada@example.com")]
        )
        for assignment in schedule.guide_assignments.all():
            send_notification(GUIDE, assignment.pk, now=DAY_BEFORE)
        assert sorted(message.recipient for message in written()) == ["ada@example.com", "piet@home.example"]


def decision(schedule, **options):
    return DepartureDecision.objects.create(schedule=schedule, booked=2, minimum=4, proposal=Decision.CANCEL, **options)


def test_decisions_are_due_at_once_unless_somebody_took_them(harbour):
    owner = make_member(harbour, Role.OWNER, "owner@harbour.example")
    with organization_scope(harbour.pk):
        waiting = decision(departure())
        by_itself = decision(departure(), decided_at=EARLY, outcome=Outcome.values[0])
        decision(departure(), decided_at=EARLY, outcome=Outcome.values[0], decided_by=owner)
    assert due(EARLY) == [(MINIMUM, waiting.pk), (MINIMUM, by_itself.pk)]
    with organization_scope(harbour.pk):
        harbour.business_email = ""
        harbour.save()
    assert due(EARLY) == []
    with organization_scope(harbour.pk):
        Notification.objects.filter(kind=MINIMUM).update(recipient="office@harbour.example")
    assert len(due(EARLY)) == 2


def test_departures_with_few_places_are_due_where_wanted(in_harbour):
    few, many = departure(capacity=5), departure(capacity=6)
    booked(few)
    booked(many)
    departure(capacity=2)  # nobody has booked it
    assert due(EARLY) == []
    Notification.objects.filter(kind=LOW).update(is_active=True)
    assert due(EARLY) == [(LOW, few.pk)]


def test_sweep_takes_as_many_queries_for_one_as_for_three(harbour, kyoto):
    counts = []
    for number in range(1, 4):
        with organization_scope(harbour.pk):
            booked(departure(), email=f"guest{number}@example.com")
        with (
            every_organization(),
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            assert len(due_notifications(now=DAY_BEFORE)) == number
        counts.append(len(queries))
    assert counts == [4, 4, 4]


def test_what_fails_each_time_does_not_stay_in_front(harbour):
    with organization_scope(harbour.pk):
        for number in range(2):
            booked(departure(), email=f"guest{number}@example.com")
    with every_organization():
        taken = {due_notifications(now=DAY_BEFORE, limit=1)[0] for _time in range(64)}
    assert len(taken) == 2


# What is written


def test_guest_reads_it_in_the_own_language_and_once(
    harbour, django_capture_on_commit_callbacks, run_jobs, time_machine
):
    with organization_scope(harbour.pk):
        order, _booking = booked(departure(guest_note="Bring an umbrella"))
        other, _booking = booked(departure(), email="klaus@example.com", language="de")
    time_machine.move_to(DAY_BEFORE, tick=False)
    mail.outbox.clear()
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            sweep_notifications.apply(throw=True)
        with django_capture_on_commit_callbacks(execute=True):
            jobs = run_jobs()
        run_jobs()
        if _time == 0:
            assert jobs == ["commerce.send_notification"] * 2
        else:
            assert jobs == []
    english, german = sorted(mail.outbox, key=lambda letter: letter.to)
    assert (english.to, english.subject) == (["grete@example.com"], "See you soon: Old town, Monday, 2 June 2031")
    assert english.body == (
        "Hello Grete,\n\nwe look forward to seeing you: Old town, Monday, 2 June 2031 at 10:00.\n\n"
        "Meeting point: Pier 1, Am Hafen 1, Hamburg\n\nBring an umbrella\n\n"
        "Your booking, with map, calendar entry and receipt: "
        f"http://harbour.localhost:8000/order/{order.secret}/\n\nHarbour Walks\n"
    )
    assert german.subject.endswith("Altstadt, Montag, 2. Juni 2031")
    assert (german.to, "Altstadt" in german.subject, other.secret in german.body) == (["klaus@example.com"], True, True)


def test_own_words_are_used(in_harbour):
    order, booking = booked(departure())
    Notification.objects.filter(kind=REMINDER).update(
        texts={"en": {"subject": "Tomorrow: { tour }", "text": "Hi {first_name} <b>&\n\n\n\n{order_number}"}}
    )
    message = send_notification(REMINDER, booking.pk, now=DAY_BEFORE)
    assert (message.subject, message.text) == ("Tomorrow: Old town", f"Hi Grete <b>&\n\n{order.number}\n")
    assert "<p>Hi Grete &lt;b&gt;&amp;</p>" in message.html


def test_departure_that_was_moved_is_reminded_of_again(in_harbour):
    schedule = departure()
    _order, booking = booked(schedule)
    assert send_notification(REMINDER, booking.pk, now=DAY_BEFORE) is not None
    later = dt.timedelta(days=1)
    Schedule.objects.filter(pk=schedule.pk).update(starts_at=START + later, ends_at=START + 2 * later)
    assert send_notification(REMINDER, booking.pk, now=DAY_BEFORE) is None
    assert send_notification(REMINDER, booking.pk, now=DAY_BEFORE + later) is not None
    assert len(written()) == 2


def test_too_few_participants_are_told_once_also_when_the_departure_is_moved(in_harbour):
    waiting = decision(departure())
    assert send_notification(MINIMUM, waiting.pk, now=EARLY) is not None
    later = dt.timedelta(days=1)
    Schedule.objects.filter(pk=waiting.schedule_id).update(starts_at=START + later, ends_at=START + 2 * later)
    assert (due(EARLY), send_notification(MINIMUM, waiting.pk, now=EARLY), len(written())) == ([], None, 1)


def test_staff_and_guides_are_told(harbour):
    piet = make_member(harbour, Role.GUIDE, "piet@harbour.example")
    with organization_scope(harbour.pk):
        schedule = departure(capacity=4)
        booked(schedule)
        assign_guides(schedule, guides=[GuideFactory(name="Piet", user=piet)])
        chosen = decision(schedule)
        Notification.objects.filter(kind=LOW).update(is_active=True, recipient="office@harbour.example")
        send_notification(GUIDE, schedule.guide_assignments.get().pk, now=DAY_BEFORE)
        send_notification(MINIMUM, chosen.pk, now=EARLY)
        send_notification(LOW, schedule.pk, now=EARLY)
        messages = {message.kind: message for message in written()}
    link = f"http://harbour.localhost:8000/admin/schedules/inspect/{schedule.pk}/"
    assert {kind: (message.recipient, message.subject) for kind, message in messages.items()} == {
        "guide_reminder": ("piet@harbour.example", "You lead: Old town, Monday, 2 June 2031 at 10:00"),
        "minimum_not_reached": ("hello@harbour.example", "Too few participants: Old town, Monday, 2 June 2031"),
        "low_availability": ("office@harbour.example", "Nearly full: Old town, Monday, 2 June 2031"),
    }
    assert messages["minimum_not_reached"].text == (
        "Old town (Group) on Monday, 2 June 2031 at 10:00 has 2 of at least 4 participants.\n\n"
        f"Proposed: Cancel it\n\nThe departure: {link}\n"
    )
    assert "places left 2, of 4." in messages["low_availability"].text


# Never twice


def test_worker_that_dies_before_it_has_committed_leaves_it_to_the_next_sweep(in_harbour, run_jobs):
    _order, booking = booked(departure())
    with transaction.atomic():
        assert send_notification(REMINDER, booking.pk, now=DAY_BEFORE) is not None
        transaction.set_rollback(True)
    assert (written(), due(DAY_BEFORE), run_jobs()) == ([], [(REMINDER, booking.pk)], [])
    send_notification(REMINDER, booking.pk, now=DAY_BEFORE)
    assert (len(written()), due(DAY_BEFORE)) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_worker_that_dies_between_writing_and_sending_sends_it_once(harbour, run_jobs, time_machine):
    with organization_scope(harbour.pk):
        _order, booking = booked(departure())
    run_jobs()
    mail.outbox.clear()
    time_machine.move_to(DAY_BEFORE, tick=False)
    with organization_scope(harbour.pk):
        send_notification(REMINDER, booking.pk, now=DAY_BEFORE)
    # The job of the message is lost with its worker; the sweep of messages finds the row.
    from config.celery import app
    from crm.tasks import sweep_messages

    with app.connection_for_write() as broker:
        broker.SimpleQueue(app.conf.task_default_queue).clear()
    time_machine.move_to(DAY_BEFORE + dt.timedelta(minutes=5), tick=False)
    for _time in range(2):
        sweep_notifications.apply(throw=True)
        sweep_messages.apply(throw=True)
        run_jobs()
    assert [message.to for message in mail.outbox] == [["grete@example.com"]]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_write_it_once(harbour, run_jobs):
    with organization_scope(harbour.pk):
        _order, booking = booked(departure())
    results = in_parallel(harbour, 8, lambda _number: send_notification(REMINDER, booking.pk, now=DAY_BEFORE))
    assert [result for result in results if isinstance(result, Exception)] == []
    with organization_scope(harbour.pk):
        assert len(written()) == 1


# Words


def test_usual_words_use_known_placeholders_only():
    for kind in NotificationKind:
        for text in usual_text(kind):
            assert unknown_placeholders(text, kind) == []
        assert "tour" in PLACEHOLDERS[kind]


def test_placeholders_are_filled_once():
    assert fill_text("{a} { b } {c} {}", {"a": "{b}", "b": "2"}) == "{b} 2 {c} {}"


# In the admin


def form_of(client, row):
    form = client.get(reverse("notifications:edit", args=[row.pk])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}


@pytest.fixture
def client(harbour, member_client):
    return member_client(harbour, Role.ADMIN)


def test_words_are_changed_in_each_language_and_given_back(client, in_harbour):
    row = Notification.objects.get(kind=REMINDER)
    url = reverse("notifications:edit", args=[row.pk])
    usual = form_of(client, row)
    assert set(usual) == {"is_active", "hours", "subject_en", "text_en", "subject_de", "text_de"}
    assert client.post(url, {**usual, "hours": "36", "subject_de": "Bis morgen: {tour}"}).status_code == 302
    row.refresh_from_db()
    assert (row.hours, row.texts) == (36, {"de": {"subject": "Bis morgen: {tour}"}})
    client.post(url, {**form_of(client, row), "subject_de": ""})
    row.refresh_from_db()
    assert row.texts == {}


def test_unknown_placeholder_is_refused_and_nothing_lost(client, in_harbour):
    row = Notification.objects.get(kind=LOW)
    form = {**form_of(client, row), "text_en": "Dear {guest_name}", "subject_en": "Mine {tour}"}
    answer = client.post(reverse("notifications:edit", args=[row.pk]), form)
    known = "{organization}, {tour}, {variant}, {day}, {time}, {meeting_point}, {left}, {capacity}, {link}"
    assert answer.context["form"].errors == {"text_en": [f"{{guest_name}} is not known here. You can use {known}."]}
    assert answer.context["form"]["text_en"].value() == "Dear {guest_name}"
    row.refresh_from_db()
    assert row.texts == {}


@pytest.mark.parametrize("kind", NotificationKind)
def test_preview_shows_an_example_and_saves_nothing(client, in_harbour, kind):
    row = Notification.objects.get(kind=kind)
    form = {**form_of(client, row), "subject_en": "<i>{tour}</i>", "preview": "1"}
    page = client.post(reverse("notifications:edit", args=[row.pk]), form)
    assert page.context["previews"][0][1].subject == "<i>Old town on foot</i>"
    assert b"&lt;i&gt;Old town on foot&lt;/i&gt;" in page.content
    row.refresh_from_db()
    assert (row.texts, Message.objects.count()) == ({}, 0)


def test_list_says_when_and_to_whom(client, in_harbour):
    Notification.objects.filter(kind=LOW).update(recipient="office@harbour.example")
    page = client.get(reverse("notifications:index")).content.decode()
    for text in ("24 hours before the start", "3 places left, or fewer", "hello@harbour.example", "office@harbour"):
        assert text in page
    assert reverse("notifications:index") in client.get("/admin/").content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.MANAGER, 302), (Role.GUIDE, 302)])
def test_pages_by_role(harbour, member_client, role, status):
    with organization_scope(harbour.pk):
        row = Notification.objects.get(kind=LOW)
    client = member_client(harbour, role)
    urls = [reverse("notifications:index"), reverse("notifications:edit", args=[row.pk])]
    assert [client.get(url).status_code for url in urls] == [status] * 2


def test_other_organizations_rows_are_not_found(harbour, kyoto, member_client):
    with organization_scope(harbour.pk):
        row = Notification.objects.get(kind=LOW)
    client = member_client(kyoto, Role.OWNER)
    urls = [reverse(f"notifications:{name}", args=[row.pk]) for name in ("edit", "history")]
    assert [client.get(url).status_code for url in urls] == [404, 404]
