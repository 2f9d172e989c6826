import datetime as dt

import pytest
from django.urls import reverse

from tenancy.enums import Role
from tenancy.models import OutboxEvent
from tenancy.scope import every_organization, organization_scope
from tests.factories import CustomerFactory, TourFactory, VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours.enums import BookingStatus, Decision, Outcome, WhoDecides
from tours.models import Booking, DepartureDecision, Schedule
from tours.operations import (
    DecisionRefused,
    NewParticipant,
    SeatRequest,
    cancel_schedule,
    create_booking,
    decide_departure,
    propose_decision,
    reserve_seats,
    set_planning,
    settle_decisions,
)
from tours.queries import short_schedules
from tours.rules import proposal

BOOKED_AT = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)
# The departure leaves on 2 June at 10:00 in Berlin, 08:00 UTC; it is decided 24 hours before.
NOW = dt.datetime(2031, 6, 1, 8, tzinfo=dt.UTC)


def book(schedule, seats=2):
    reserve_seats([SeatRequest(schedule.pk, seats)], now=BOOKED_AT)
    return create_booking(
        schedule,
        customer=CustomerFactory(),
        seats=seats,
        participants=[NewParticipant("Adult", 1)] * seats,
        status=BookingStatus.CONFIRMED,
    )


@pytest.fixture
def variant(in_harbour):
    return VariantFactory(tour=TourFactory(min_participants=4))


@pytest.fixture
def short(variant):
    schedule = make_schedule(variant)
    book(schedule)
    return schedule


def decide(decision, choice, **options):
    return decide_departure(decision, choice=choice, **{"now": NOW, "actor": None, **options})


@pytest.mark.parametrize(
    ("booked", "minimum", "can_merge", "expected"),
    [
        (0, 4, True, Decision.CANCEL),
        (1, 4, True, Decision.MERGE),
        (1, 4, False, Decision.CANCEL),
        (2, 4, False, Decision.RUN),
        (2, 5, False, Decision.CANCEL),
    ],
)
def test_proposal(booked, minimum, can_merge, expected):
    assert proposal(booked, minimum, can_merge=can_merge) == expected


def test_short_schedules_at_the_decision_time(variant, short):
    before = NOW - dt.timedelta(seconds=1)
    assert (list(short_schedules(now=before)), list(short_schedules(now=NOW))) == ([], [short])
    assert list(short_schedules(now=short.starts_at)) == []


@pytest.mark.parametrize(
    ("own", "of_variant", "found"),
    [
        ({}, {}, True),
        ({}, {"min_participants": 2}, False),
        ({"min_participants": 3}, {"min_participants": 2}, True),
        ({"min_participants": 2}, {}, False),
        ({"min_participants": 1}, {}, False),
        ({"decision_hours": 12}, {}, False),
        ({"decision_hours": 30}, {"decision_hours": 2}, True),
        ({}, {"decision_hours": 2}, False),
    ],
)
def test_minimum_of_the_departure_goes_before_those_of_variant_and_tour(variant, short, own, of_variant, found):
    Schedule.objects.filter(pk=short.pk).update(**own)
    type(variant).objects.filter(pk=variant.pk).update(**of_variant)
    assert short_schedules(now=NOW).exists() == found
    short = Schedule.objects.select_related("tour", "variant").get(pk=short.pk)
    assert short.fewest_participants == (own.get("min_participants") or of_variant.get("min_participants") or 4)


def test_propose_decision_once(short):
    decision = propose_decision(short.pk, now=NOW)
    assert (decision.proposal, decision.booked, decision.minimum, decision.outcome) == ("run", 2, 4, "")
    assert propose_decision(short.pk, now=NOW) is None
    assert DepartureDecision.objects.count() == 1


def test_departure_that_is_gone_needs_no_decision(variant):
    schedule = make_schedule(variant)
    key = schedule.pk
    schedule.delete()
    assert propose_decision(key, now=NOW) is None


def test_run_guarantees_the_departure(short):
    decision = decide(propose_decision(short.pk, now=NOW), Decision.RUN, note="They come from far")
    short.refresh_from_db()
    assert (decision.outcome, decision.decided_at, decision.note) == ("run", NOW, "They come from far")
    assert (short.guaranteed_at, short.status, propose_decision(short.pk, now=NOW)) == (NOW, "open", None)
    assert decide(decision, Decision.RUN).decided_at == NOW
    with pytest.raises(DecisionRefused, match="This was decided already: Takes place"):
        decide(decision, Decision.CANCEL)


def test_cancel_cancels_and_announces_once(short):
    decision = propose_decision(short.pk, now=NOW)
    for _time in range(2):
        decide(decision, Decision.CANCEL)
    short.refresh_from_db()
    assert (short.status, short.internal_note) == ("cancelled", "Too few participants: 2 of 4")
    assert OutboxEvent.objects.filter(topic="tours.schedule_cancelled").count() == 1


def test_merge_moves_the_guests_to_the_nearest_departure_with_room(variant, short):
    near = make_schedule(variant, start_time=dt.time(13))
    for other in (near, make_schedule(variant, start_time=dt.time(18)), make_schedule(start_time=dt.time(11))):
        book(other)
    full = make_schedule(variant, start_time=dt.time(11), capacity=3)
    book(full)
    far = make_schedule(variant, date=dt.date(2031, 6, 4))
    book(far)
    decision = propose_decision(short.pk, now=NOW)
    assert (decision.proposal, decision.merge_into) == ("merge", near)
    with pytest.raises(DecisionRefused, match="Choose a departure near in time"):
        decide(decision, Decision.MERGE, into=far)
    with pytest.raises(DecisionRefused, match="Choose a departure near in time"):
        decide(decision, Decision.MERGE)
    booking = short.bookings.get()
    decide(decision, Decision.MERGE, into=near)
    short.refresh_from_db()
    near.refresh_from_db()
    booking.refresh_from_db()
    assert (short.status, short.booked_count, near.booked_count) == ("cancelled", 0, 4)
    assert (booking.schedule, booking.status) == (near, "confirmed")
    assert [event.payload for event in OutboxEvent.objects.filter(topic="tours.booking_merged")] == [
        {"booking_id": booking.pk, "schedule_id": short.pk}
    ]


@pytest.mark.parametrize(
    ("who", "outcome", "status"), [(WhoDecides.RUN, "run", "open"), (WhoDecides.CANCEL, "cancel", "cancelled")]
)
def test_system_decides_where_the_organization_says_so(short, who, outcome, status):
    set_planning(minimum_decided_by=who, actor=None)
    decision = propose_decision(short.pk, now=NOW)
    short.refresh_from_db()
    assert (decision.outcome, decision.decided_by, decision.decided_at, short.status) == (outcome, None, NOW, status)


def test_decisions_that_are_not_needed_any_more_are_closed(variant):
    hours = (12, 9, 15, 18, 20)
    reached, left, over, open_one, in_any_case = (make_schedule(variant, start_time=dt.time(hour)) for hour in hours)
    for schedule in (reached, left, over, open_one, in_any_case):
        DepartureDecision.objects.create(schedule=schedule, booked=0, minimum=4, proposal="cancel")
    book(reached, 4)
    cancel_schedule(over, reason="Storm", now=NOW)
    Schedule.objects.filter(pk=in_any_case.pk).update(min_participants=1)
    assert settle_decisions(now=left.starts_at) == 4
    outcomes = DepartureDecision.objects.values_list("schedule", "outcome")
    assert dict(outcomes) == {
        reached.pk: Outcome.REACHED,
        left.pk: Outcome.LAPSED,
        over.pk: Outcome.OVER,
        open_one.pk: "",
        in_any_case.pk: Outcome.REACHED,
    }


@pytest.mark.django_db(transaction=True)
def test_ten_people_decide_differently_and_one_of_them_wins(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(tour=TourFactory(min_participants=4)))
        book(schedule)
    proposed = in_parallel(harbour, 5, lambda _number: propose_decision(schedule.pk, now=NOW))
    (decision,) = [found for found in proposed if found is not None]
    choices = [Decision.RUN, Decision.CANCEL]
    results = in_parallel(harbour, 10, lambda number: decide(decision, choices[number % 2]).outcome)
    outcomes = {result for result in results if isinstance(result, str)}
    refused = [result for result in results if isinstance(result, DecisionRefused)]
    with organization_scope(harbour.pk):
        decision.refresh_from_db()
        schedule.refresh_from_db()
        assert (outcomes, len(refused)) == ({decision.outcome}, 5)
        assert (schedule.status, schedule.guaranteed_at) == (
            ("open", NOW) if decision.outcome == "run" else ("cancelled", None)
        )
        assert Booking.objects.get().status == ("confirmed" if decision.outcome == "run" else "cancelled")


@pytest.mark.parametrize("count", [1, 3])
def test_sweep_finds_departures_of_all_organizations_in_one_query(harbour, kyoto, django_assert_num_queries, count):
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            variant = VariantFactory(tour=TourFactory(min_participants=4))
            for hour in range(count):
                make_schedule(variant, start_time=dt.time(17 + hour))
    with every_organization(), django_assert_num_queries(1):
        assert len(short_schedules(now=NOW + dt.timedelta(hours=12)).values_list("pk", "organization_id")) == 2 * count


# In the admin


@pytest.fixture
def _in_june(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.mark.usefixtures("_in_june")
def test_decide_in_the_admin(harbour, member_client):
    with organization_scope(harbour.pk):
        variant = VariantFactory(tour=TourFactory(min_participants=4))
        schedule, near = make_schedule(variant), make_schedule(variant, start_time=dt.time(13))
        book(schedule)
        book(near)
        decision = propose_decision(schedule.pk, now=NOW)
    client = member_client(harbour, Role.MANAGER)
    assert "Waits for you" in client.get(reverse("decisions:index")).content.decode()
    url = reverse("decisions:decide", args=[decision.pk])
    page = client.get(url)
    assert page.context["form"].initial == {"choice": "merge", "into": near.pk}
    assert [value for value, _label in page.context["form"].fields["choice"].choices] == ["run", "merge", "cancel"]
    wrong = client.post(url, {"choice": "", "note": "Keep this"})
    assert (wrong.context["form"].errors, wrong.context["form"]["note"].value()) == (
        {"choice": ["This field is required."]},
        "Keep this",
    )
    assert client.post(url, {"choice": "merge", "into": near.pk, "note": "Same boat"}).url == reverse("decisions:index")
    with organization_scope(harbour.pk):
        decision.refresh_from_db()
        near.refresh_from_db()
    assert (decision.outcome, decision.note, near.booked_count) == ("merge", "Same boat", 4)
    shown = client.get(url).content.decode()
    assert ("Guests moved to another departure" in shown, "Manager Test" in shown, "Same boat" in shown) == (True,) * 3
    again = client.post(url, {"choice": "run"})
    assert again.context["form"].non_field_errors() == ["This was decided already: Guests moved to another departure."]


def test_who_decides_is_set_and_logged(harbour, member_client):
    client = member_client(harbour, Role.MANAGER)
    url = reverse("decisions:settings")
    assert client.get(url).context["form"].initial == {"minimum_decided_by": "staff"}
    assert client.post(url, {"minimum_decided_by": "cancel"}).url == reverse("decisions:index")
    assert client.get(url).context["form"].initial == {"minimum_decided_by": "cancel"}


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_decisions_are_for_those_who_plan(harbour, member_client, role):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        decision = DepartureDecision.objects.create(schedule=schedule, booked=0, minimum=4, proposal="cancel")
    client = member_client(harbour, role)
    urls = [reverse("decisions:index"), reverse("decisions:settings"), reverse("decisions:decide", args=[decision.pk])]
    assert [client.post(url, {"choice": "cancel"}).status_code for url in urls] == [302] * 3
    with organization_scope(harbour.pk):
        schedule.refresh_from_db()
    assert schedule.status == "open"
