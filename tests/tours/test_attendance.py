import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from tenancy.audit import entries_about, erase_personal_data, say, told
from tenancy.enums import Role
from tenancy.models import AuditEntry, User
from tests.factories import CustomerFactory, make_schedule
from tests.fixtures import make_member
from tests.parallel import in_parallel
from tours import operations, queries
from tours.enums import BookingStatus
from tours.models import AttendanceMark, Booking, Participant
from tours.operations import NewParticipant, ParticipantDetails, SeatRequest, create_booking, reserve_seats
from tours.rules import emergency_contact, folded

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
# Make_schedule: 2 June 2031, 10:00 in Berlin, 90 minutes.
START = dt.datetime(2031, 6, 2, 8, tzinfo=dt.UTC)
AT_START = START - dt.timedelta(minutes=5)


def book(schedule, *, people=3, status=BookingStatus.CONFIRMED, **customer):
    reserve_seats([SeatRequest(schedule.pk, people)], now=NOW)
    return create_booking(
        schedule,
        customer=CustomerFactory(**customer),
        seats=people,
        participants=[NewParticipant("Adult", 1, f"Person {number}") for number in range(people)],
        status=status,
    )


def party(booking):
    return list(queries.people_of_booking(booking.pk))


def here(booking):
    return [person.checked_in_at for person in party(booking)]


@pytest.fixture
def guide(harbour):
    return make_member(harbour, Role.GUIDE)


@pytest.fixture
def booking(in_harbour):
    return book(make_schedule())


# One person and a whole party


def test_one_person_is_checked_in_and_it_is_undone(booking, guide):
    first, *_others = party(booking)
    assert operations.check_in([first], now=AT_START, actor=guide) == [first]
    assert here(booking) == [AT_START, None, None]
    assert party(booking)[0].checked_in_by == guide
    assert operations.undo_check_in([first], now=START, actor=guide) == [first]
    assert here(booking) == [None, None, None]
    assert party(booking)[0].checked_in_by is None


def test_party_is_checked_in_by_one_call_and_who_was_there_keeps_the_time(booking, guide):
    first, *others = party(booking)
    operations.check_in([first], now=AT_START, actor=guide)
    assert operations.check_in(party(booking), now=START, actor=guide) == others
    assert here(booking) == [AT_START, START, START]
    assert operations.undo_check_in(party(booking), now=START, actor=guide) == [first, *others]
    assert here(booking) == [None, None, None]


def test_repeats_change_nothing_and_are_not_written_down(booking, guide):
    people = party(booking)
    for _time in range(2):
        operations.check_in(people, now=AT_START, actor=guide)
    for _time in range(2):
        operations.undo_check_in(people, now=AT_START, actor=guide)
    for _time in range(2):
        operations.mark_no_show(people, now=START, actor=guide)
    for _time in range(2):
        operations.undo_no_show(people, now=START, actor=guide)
    written = AuditEntry.objects.filter(action__startswith="booking.").order_by("pk")
    keys = [person.pk for person in people]
    assert [(entry.action, entry.details) for entry in written] == [
        ("booking.checked_in", {"participants": keys}),
        ("booking.check_in_undone", {"participants": keys}),
        ("booking.no_show", {"participants": keys}),
        ("booking.no_show_undone", {"participants": keys}),
    ]
    assert say(written[0]).startswith("Guide Test checked people in: ")


def test_rest_of_a_party_that_did_not_come_is_missed(booking, guide):
    first, second, third = party(booking)
    operations.check_in([first], now=AT_START, actor=guide)
    assert operations.mark_no_show(party(booking), now=START, actor=guide) == [second, third]
    assert [(p.checked_in_at, p.no_show_at) for p in party(booking)] == [(AT_START, None), (None, START), (None, START)]


def test_who_was_missed_and_is_moved_to_another_departure_can_come_there(booking, guide):
    people = party(booking)
    operations.check_in(people[:1], now=AT_START, actor=guide)
    operations.mark_no_show(people[1:], now=AT_START, actor=guide)
    operations.move_booking(booking, to=make_schedule(date=dt.date(2031, 6, 3)), now=AT_START, actor=None)
    assert [(one.checked_in_at, one.no_show_at) for one in party(booking)] == [(None, None)] * 3


def test_who_was_moved_meanwhile_is_not_checked_in(booking, guide):
    people = party(booking)
    operations.move_booking(booking, to=make_schedule(date=dt.date(2031, 6, 3)), now=AT_START, actor=None)
    with pytest.raises(operations.AttendanceRefused) as refused:
        operations.check_in(people, now=AT_START, actor=guide)
    assert refused.value.code == "unknown"
    assert here(booking) == [None, None, None]


def test_who_was_missed_and_comes_late_is_there(booking, guide):
    first, *_others = party(booking)
    operations.mark_no_show([first], now=START, actor=guide)
    assert operations.check_in([first], now=START, actor=guide) == [first]
    found = party(booking)[0]
    assert (found.checked_in_at, found.no_show_at) == (START, None)


def test_tap_that_arrives_again_later_has_no_effect(booking, guide):
    people = party(booking)
    operations.check_in(people, now=AT_START, actor=guide, key="tap-1")
    operations.undo_check_in(people, now=AT_START, actor=guide, key="tap-2")
    assert operations.check_in(people, now=START, actor=guide, key="tap-1") == []
    assert here(booking) == [None, None, None]
    assert list(AttendanceMark.objects.order_by("pk").values_list("key", "kind", "booking")) == [
        ("tap-1", "check_in", booking.pk),
        ("tap-2", "undo_check_in", booking.pk),
    ]


def test_nobody_is_here_and_missed_at_once(booking):
    with pytest.raises(IntegrityError, match="participant_here_or_absent"), transaction.atomic():
        Participant.objects.filter(booking=booking).update(checked_in_at=NOW, no_show_at=NOW)


# What is refused


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (BookingStatus.HELD, "unfinished"),
        (BookingStatus.CANCELLED, "lost"),
        (BookingStatus.EXPIRED, "lost"),
        (BookingStatus.PENDING, ""),
        (BookingStatus.CONFIRMED, ""),
        (BookingStatus.COMPLETED, ""),
    ],
)
def test_only_who_has_a_place_is_checked_in(booking, guide, status, code):
    Booking.objects.filter(pk=booking.pk).update(status=status)
    if code:
        with pytest.raises(operations.AttendanceRefused) as refused:
            operations.check_in(party(booking), now=AT_START, actor=guide)
        assert refused.value.code == code
        assert here(booking) == [None, None, None]
    else:
        assert len(operations.check_in(party(booking), now=AT_START, actor=guide)) == 3


END = START + dt.timedelta(minutes=90)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (START - dt.timedelta(hours=24, seconds=1), "early"),
        (START - dt.timedelta(hours=24), ""),
        (END + dt.timedelta(hours=48), ""),
        (END + dt.timedelta(hours=48, seconds=1), "late"),
    ],
)
def test_people_are_checked_in_around_the_departure_only(booking, guide, now, code):
    calls = [operations.check_in, operations.undo_check_in, operations.mark_no_show, operations.undo_no_show]
    for call in calls:
        if code:
            with pytest.raises(operations.AttendanceRefused) as refused:
                call(party(booking), now=now, actor=guide)
            assert refused.value.code == code
        else:
            assert len(call(party(booking), now=now, actor=guide)) == 3


def test_refusals_say_when(booking, guide):
    with pytest.raises(operations.AttendanceRefused) as early:
        operations.check_in(party(booking), now=NOW, actor=guide)
    with pytest.raises(operations.AttendanceRefused) as late:
        operations.check_in(party(booking), now=END + dt.timedelta(days=9), actor=guide)
    assert [str(early.value), str(late.value)] == [
        "People can be checked in from 24 hours before the start.",
        "This tour was over more than 48 hours ago.",
    ]


def test_nobody_is_checked_in_on_a_cancelled_departure(booking, guide):
    operations.cancel_schedule(booking.schedule, reason="Storm", now=NOW, actor=None)
    with pytest.raises(operations.AttendanceRefused) as refused:
        operations.check_in(party(booking), now=AT_START, actor=guide)
    assert refused.value.code == "cancelled"


def test_nobody_at_all_is_refused(booking, guide):
    with pytest.raises(operations.AttendanceRefused) as refused:
        operations.check_in([], now=AT_START, actor=guide)
    assert str(refused.value) == "Nobody of that name is booked here."


# Once the tour is over


def test_departure_that_ends_knows_who_did_not_come(in_harbour, guide):
    schedule = make_schedule()
    nobody, some, unmarked, empty = (book(schedule) for _number in range(4))
    empty.participants.all().delete()
    operations.mark_no_show(party(nobody), now=START, actor=guide)
    operations.mark_no_show(party(some)[:2], now=START, actor=guide)
    operations.complete_departed(now=END)
    states = [Booking.objects.get(pk=one.pk).status for one in (nobody, some, unmarked, empty)]
    assert states == ["no_show", "completed", "completed", "completed"]


def test_late_check_in_puts_the_booking_right(booking, guide):
    operations.complete_departed(now=END)
    states = []
    for call in (operations.mark_no_show, operations.undo_no_show, operations.mark_no_show, operations.check_in):
        call(party(booking), now=END, actor=guide)
        states.append(Booking.objects.get(pk=booking.pk).status)
    assert states == ["no_show", "completed", "no_show", "completed"]


@pytest.mark.django_db(transaction=True)
def test_two_guides_tap_at_once(harbour, in_harbour):
    booking = book(make_schedule(), people=4)
    guides = [make_member(harbour, Role.GUIDE, f"guide{number}@harbour.example") for number in range(2)]
    keys = [guide.pk for guide in guides]

    def tap(number):
        guide = User.objects.get(pk=keys[number % 2])
        return len(operations.check_in(party(booking), now=AT_START, actor=guide, key=f"tap-{number % 4}"))

    results = in_parallel(harbour, 8, tap)
    assert sorted(results) == [0] * 7 + [4]
    assert here(booking) == [AT_START] * 4
    assert AuditEntry.objects.filter(action="booking.checked_in").count() == 1


@pytest.mark.django_db(transaction=True)
def test_check_in_and_cancelling_do_not_wait_for_each_other(harbour, in_harbour, guide):
    schedule = make_schedule()
    booking = book(schedule, people=2)

    def act(number):
        if number % 2:
            return operations.cancel_schedule(schedule, reason="Storm", now=AT_START, actor=None).status
        return len(operations.check_in(party(booking), now=AT_START, actor=guide))

    results = in_parallel(harbour, 6, act)
    assert list(results[1::2]) == ["cancelled"] * 3
    for result in results[::2]:
        assert result in (0, 2) or isinstance(result, operations.AttendanceRefused)


# What is known of people


def test_details_are_written_down_once_and_kept_apart(booking):
    first, second, _third = party(booking)
    details = {
        first.pk: ParticipantDetails("Zoë", 61, "Wheelchair", "Vegan, no nuts", "Ole", "+494012345678"),
        second.pk: ParticipantDetails("Person 1"),
    }
    for _time in range(2):
        operations.describe_participants(booking, details, special_needs="With a dog")
    found = party(booking)
    assert [(p.name, p.age, p.needs, p.diet, p.emergency_name, str(p.emergency_phone or "")) for p in found] == [
        ("Zoë", 61, "Wheelchair", "Vegan, no nuts", "Ole", "+494012345678"),
        ("Person 1", None, "", "", "", ""),
        ("Person 2", None, "", "", "", ""),
    ]
    assert Booking.objects.get(pk=booking.pk).special_needs == "With a dog"
    entry = AuditEntry.objects.get(action="booking.people_described")
    assert "Zoë" not in str(entry.details)
    assert "Vegan" not in str(entry.details)
    assert [(one.before, one.after) for one in told(entry)] == [
        ("Person 0", "Zoë"),
        ("–", "61"),
        ("–", "Wheelchair"),
        ("–", "Vegan, no nuts"),
        ("–", "Ole"),
        ("–", "+494012345678"),
        ("–", "With a dog"),
    ]
    erase_personal_data(booking.customer)
    entry = entries_about(booking).get(action="booking.people_described")
    assert {(one.before, one.after) for one in told(entry)} == {("erased", "erased")}


def test_people_of_other_bookings_are_left_alone(booking):
    other = book(booking.schedule)
    operations.describe_participants(booking, {party(other)[0].pk: ParticipantDetails("Somebody else")})
    assert party(other)[0].name == "Person 0"
    assert AuditEntry.objects.filter(action="booking.people_described").count() == 0


def test_own_emergency_contact_counts_before_that_of_the_party():
    nobody = Participant(tier_name="Adult")
    ole = Participant(tier_name="Adult", emergency_name="Ole", emergency_phone="+494012345678")
    ida = Participant(tier_name="Child", emergency_name="Ida")
    assert emergency_contact(nobody, [nobody, ole, ida]) == ("Ole", "+494012345678")
    assert emergency_contact(ida, [nobody, ole, ida]) == ("Ida", "")
    assert emergency_contact(nobody, [nobody]) == ("", "")


def test_search_forgives_accents_and_capitals():
    assert [folded(text) for text in ("Zoë", "ŁUKASZ", "Straße", "東京")] == ["zoe", "lukasz", "strasse", "東京"]


# The note after the tour


def test_note_after_the_tour_is_one_for_each_author(booking, guide, harbour):
    maike = make_member(harbour, Role.GUIDE, "maike@harbour.example")
    schedule = booking.schedule
    for _time in range(2):
        operations.write_tour_report(schedule, text="Rain", had_incident=False, actual_count=3, actor=guide)
    operations.write_tour_report(schedule, text="Somebody fell", had_incident=True, actual_count=None, actor=maike)
    operations.write_tour_report(schedule, text="Rain, then sun", had_incident=False, actual_count=3, actor=guide)
    assert [(r.author, r.text, r.had_incident, r.actual_count) for r in queries.reports_of(schedule)] == [
        (guide, "Rain, then sun", False, 3),
        (maike, "Somebody fell", True, None),
    ]
    written = AuditEntry.objects.filter(action="tour_report.written").order_by("pk").values_list("details", flat=True)
    assert list(written) == [
        {"had_incident": False, "actual_count": 3},
        {"had_incident": True, "actual_count": None},
        {"had_incident": False, "actual_count": 3},
    ]


# Manifests


@pytest.mark.parametrize("count", [1, 3, 20])
def test_manifests_of_a_day_take_three_queries(in_harbour, django_assert_num_queries, count):
    schedules = [make_schedule(start_time=dt.time(hour), capacity=60) for hour in (9, 12)]
    for schedule in schedules:
        for _number in range(count):
            book(schedule)
    with django_assert_num_queries(3):
        manifests = queries.manifests_of(schedules)
    assert [manifest.expected for manifest in manifests] == [3 * count] * 2


def test_attendance_counts_heads(in_harbour, guide, django_assert_num_queries):
    schedule, empty = make_schedule(), make_schedule(start_time=dt.time(15))
    booking, other = book(schedule), book(schedule)
    Participant.objects.filter(pk=party(booking)[0].pk).update(seats=4)
    Participant.objects.filter(pk=party(booking)[1].pk).update(seats=F("seats") * 0)
    operations.check_in(party(booking), now=START, actor=guide)
    operations.mark_no_show(party(other)[:1], now=START, actor=guide)
    with django_assert_num_queries(1):
        assert queries.attendance_of([schedule, empty]) == {schedule.pk: (6, 1, 9)}
    manifest = queries.manifest_of(schedule)
    assert (manifest.here, manifest.absent, manifest.expected) == (6, 1, 9)
    assert [(entry.here, entry.absent, entry.open) for entry in manifest.entries] == [(6, 0, 0), (0, 1, 2)]
