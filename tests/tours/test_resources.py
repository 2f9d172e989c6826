import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import TourFactory, VariantFactory, make_schedule
from tests.parallel import in_parallel
from tours.enums import NeedBasis
from tours.models import Resource, ResourceNeed, Schedule
from tours.operations import (
    ScheduleRefused,
    SeatRequest,
    SeatsUnavailable,
    block_seats,
    cancel_schedule,
    change_schedule,
    reschedule,
    reserve_seats,
)
from tours.queries import available_schedules, bookable_days, bookable_schedule, next_departures, variant_for_update

NOW = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)
JUNE = {"from_": dt.date(2031, 6, 1), "to": dt.date(2031, 6, 30), "now": NOW}


def needing(resource, *, quantity=1, basis=NeedBasis.SEAT):
    """A variant whose departures need so much of a resource."""
    variant = VariantFactory()
    ResourceNeed.objects.create(resource=resource, variant=variant, quantity=quantity, basis=basis)
    return variant


def kayaks(stock, **options):
    return Resource.objects.create(name="Kayak", stock=stock, **options)


def take(schedule, seats=1):
    with transaction.atomic():
        reserve_seats([SeatRequest(schedule.pk, seats)], now=NOW)


def booked(*schedules):
    return [Schedule.objects.get(pk=schedule.pk).booked_count for schedule in schedules]


def left(variant):
    return [schedule.seats_left for schedule in available_schedules(variant.tour, **JUNE)]


def moved(schedule, start_time, duration=90):
    return change_schedule(
        schedule,
        date=schedule.date,
        start_time=start_time,
        duration_minutes=duration,
        cutoff_minutes=60,
        capacity=schedule.capacity,
        language="",
        guest_note="",
        internal_note="",
    )


def test_kayaks_are_shared_by_departures_that_overlap(in_harbour):
    resource = kayaks(6, turnaround_minutes=30)
    pairs, singles = needing(resource, quantity=2), needing(resource)
    first, second = make_schedule(pairs), make_schedule(singles, start_time=dt.time(11))
    # 10:00 to 11:30, and half an hour until they are dry.
    later, tight = make_schedule(singles, start_time=dt.time(12)), make_schedule(pairs, start_time=dt.time(11, 59))
    take(first, 2)
    take(second, 2)
    with pytest.raises(SeatsUnavailable) as refused:
        take(second)
    assert (refused.value.code, refused.value.seats_left) == ("too_few", 0)
    assert refused.value.message == "This departure is fully booked."
    assert refused.value.shortage.message == "Kayak: not enough are free at this time (2)."
    with pytest.raises(SeatsUnavailable):
        take(tight)
    assert (left(pairs), left(singles)) == ([], [4])
    assert booked(first, second, later, tight) == [2, 2, 0, 0]


def test_the_most_used_at_one_time_counts_not_the_sum_of_all_that_overlap(in_harbour):
    resource = kayaks(4)
    variant = needing(resource)
    early, late = make_schedule(variant), make_schedule(variant, start_time=dt.time(11, 30))
    all_day = make_schedule(needing(resource))
    moved(all_day, dt.time(10), duration=300)
    take(early, 3)
    take(late, 3)
    take(all_day)
    with pytest.raises(SeatsUnavailable) as refused:
        take(all_day)
    assert refused.value.shortage.free == 1


def test_refusal_says_how_many_places_are_left(in_harbour):
    schedule = make_schedule(needing(kayaks(5)))
    take(schedule, 3)
    with pytest.raises(SeatsUnavailable) as refused:
        take(schedule, 3)
    assert (refused.value.seats_left, refused.value.message) == (2, "Only 2 places are left on this departure.")


def test_bus_goes_with_the_first_departure_that_is_booked(in_harbour):
    bus = Resource.objects.create(name="Bus", stock=1)
    one, two = needing(bus, basis=NeedBasis.DEPARTURE), needing(bus, basis=NeedBasis.DEPARTURE)
    first, second = make_schedule(one), make_schedule(two)
    assert (left(one), left(two)) == ([12], [12])
    take(first, 5)
    take(first, 5)
    with pytest.raises(SeatsUnavailable):
        take(second)
    assert (left(one), left(two)) == ([2], [])
    assert bookable_schedule(second.public_id, now=NOW).seats_left == 0
    cancel_schedule(first, reason="Storm", now=NOW)
    take(second)
    assert booked(second) == [1]


def test_next_departure_is_one_that_has_its_resources(in_harbour):
    bus = Resource.objects.create(name="Bus", stock=1)
    variant, other = needing(bus, basis=NeedBasis.DEPARTURE), VariantFactory()
    lacking = make_schedule(variant)
    free = make_schedule(variant, date=dt.date(2031, 6, 3))
    plain = make_schedule(other)
    take(make_schedule(needing(bus, basis=NeedBasis.DEPARTURE)))
    days = bookable_days([variant.tour_id, other.tour_id], now=NOW)
    assert next_departures(days, now=NOW) == {
        variant.tour_id: (free.date, free.start_time),
        other.tour_id: (plain.date, plain.start_time),
    }
    assert lacking.starts_at < free.starts_at


def test_what_is_out_of_service_is_not_booked(in_harbour):
    resource = kayaks(6)
    schedule = make_schedule(needing(resource))
    take(schedule, 2)
    Resource.objects.update(is_active=False)
    with pytest.raises(SeatsUnavailable):
        take(schedule)
    assert (left(schedule.variant), booked(schedule)) == ([], [2])


def test_blocks_and_moved_departures_find_enough_too(in_harbour):
    resource = kayaks(3)
    first, second = make_schedule(needing(resource)), make_schedule(needing(resource), start_time=dt.time(12))
    take(first, 2)
    block_seats(second, seats=2, reason="Kept", now=NOW, actor=None)
    with pytest.raises(ScheduleRefused, match="Kayak: not enough are free at this time"), transaction.atomic():
        moved(second, dt.time(11))
    other = make_schedule(needing(resource))
    with pytest.raises(ScheduleRefused, match="Kayak: not enough are free at this time"), transaction.atomic():
        block_seats(other, seats=2, reason="Kept", now=NOW, actor=None)
    second.refresh_from_db()
    other.refresh_from_db()
    assert (second.start_time, second.blocked_count, other.blocked_count) == (dt.time(12), 2, 0)


def test_departure_with_guests_is_not_moved_to_where_its_resource_is_short(in_harbour):
    resource = kayaks(3)
    first, second = make_schedule(needing(resource)), make_schedule(needing(resource), start_time=dt.time(14))
    take(first, 2)
    take(second, 2)
    with pytest.raises(ScheduleRefused, match="Kayak: not enough are free at this time"), transaction.atomic():
        reschedule(second, date=second.date, start_time=dt.time(11), now=NOW)
    assert reschedule(second, date=second.date, start_time=dt.time(15), now=NOW).schedule.start_time == dt.time(15)


def test_stock_and_needs_cannot_contradict_what_is_booked(in_harbour):
    resource = kayaks(3)
    variant, other = needing(resource), VariantFactory()
    take(make_schedule(variant), 3)
    take(make_schedule(other), 1)
    for change in (
        lambda: Resource.objects.update(stock=2),
        lambda: ResourceNeed.objects.update(quantity=2),
        lambda: ResourceNeed.objects.create(resource=resource, variant=other),
        lambda: Schedule.objects.filter(variant=variant).update(booked_count=4),
    ):
        with pytest.raises(IntegrityError, match="of a resource"), transaction.atomic():
            change()
    Resource.objects.update(stock=4)
    ResourceNeed.objects.create(resource=resource, variant=other)


@pytest.mark.parametrize("count", [1, 3])
def test_departures_with_resources_cost_one_query_more(in_harbour, django_assert_num_queries, count):
    variant = needing(kayaks(5))
    for hour in range(count):
        make_schedule(variant, start_time=dt.time(8 + 3 * hour))
    with django_assert_num_queries(2):
        assert left(variant) == [5] * count


def test_booking_with_resources_is_one_statement(in_harbour, django_assert_num_queries):
    schedule = make_schedule(needing(kayaks(5)))
    with django_assert_num_queries(1):
        reserve_seats([SeatRequest(schedule.pk, 2)], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_forty_connections_take_the_last_ten_kayaks_on_four_departures(harbour):
    with organization_scope(harbour.pk):
        resource = kayaks(10)
        tour = TourFactory(capacity=40)
        variants = [VariantFactory(tour=tour) for _number in range(4)]
        for variant in variants:
            ResourceNeed.objects.create(resource=resource, variant=variant, basis=NeedBasis.SEAT)
        schedules = [make_schedule(variant) for variant in variants]
    results = in_parallel(harbour, 40, lambda number: take(schedules[number % 4]))
    assert (results.count(None), sum(isinstance(result, SeatsUnavailable) for result in results)) == (10, 30)
    with organization_scope(harbour.pk):
        assert sum(booked(*schedules)) == 10


@pytest.mark.django_db(transaction=True)
def test_carts_of_several_departures_do_not_wait_for_each_other_for_ever(harbour):
    with organization_scope(harbour.pk):
        boats, bikes = kayaks(20), Resource.objects.create(name="Bike", stock=20)
        schedules = [make_schedule(needing(resource)) for resource in (boats, bikes, boats, bikes)]

    def take_some(number):
        chosen = [schedules[(number + step) % 4] for step in range(1 + number % 3)]
        with transaction.atomic():
            reserve_seats([SeatRequest(schedule.pk, 1) for schedule in chosen], now=NOW)
        return len(chosen)

    results = in_parallel(harbour, 30, take_some)
    strangers = [result for result in results if not isinstance(result, int | SeatsUnavailable)]
    with organization_scope(harbour.pk):
        assert (strangers, sum(r for r in results if isinstance(r, int))) == ([], sum(booked(*schedules)))
        assert (
            max(booked(schedules[0])[0] + booked(schedules[2])[0], booked(schedules[1])[0] + booked(schedules[3])[0])
            <= 20
        )


@pytest.mark.django_db(transaction=True)
def test_stock_falls_and_needs_come_while_places_are_booked(harbour):
    with organization_scope(harbour.pk):
        resource = kayaks(12)
        schedule, other = make_schedule(needing(resource)), make_schedule(VariantFactory())

    def attack(number):
        if number == 0:
            Resource.objects.update(stock=6)
        elif number == 1:
            with transaction.atomic():
                ResourceNeed.objects.create(resource=resource, variant=other.variant, basis=NeedBasis.SEAT)
        else:
            take(schedule if number % 2 else other)

    in_parallel(harbour, 24, attack)
    with organization_scope(harbour.pk):
        resource.refresh_from_db()
        needs = set(ResourceNeed.objects.values_list("variant", flat=True))
        used = sum(
            count
            for count, row in zip(booked(schedule, other), (schedule, other), strict=True)
            if row.variant_id in needs
        )
        assert used <= resource.stock


# In the admin


def resource_form(needs=(), **values):
    rows = {
        f"needs-{number}-{name}": value
        for number, need in enumerate(needs)
        for name, value in {"id": "", "ORDER": "", "DELETE": "", **need}.items()
    }
    initial = sum(bool(need.get("id")) for need in needs)
    return {
        "name": "Kayak",
        "stock": 6,
        "turnaround_minutes": 0,
        "is_active": "on",
        "needs-TOTAL_FORMS": len(needs),
        "needs-INITIAL_FORMS": initial,
        "needs-MIN_NUM_FORMS": 0,
        "needs-MAX_NUM_FORMS": 1000,
        **rows,
        **values,
    }


def test_resource_is_made_and_changed_in_the_admin(harbour, member_client):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        schedule = make_schedule(variant)
    client = member_client(harbour, Role.MANAGER)
    need = {"variant": variant.pk, "quantity": 2, "basis": "seat"}
    made = client.post(reverse("resources:add"), resource_form([need]))
    assert (made.status_code, made.get("Location")) == (302, reverse("resources:index"))
    with organization_scope(harbour.pk):
        (row,) = ResourceNeed.objects.all()
        take(schedule, 3)
    url = reverse("resources:edit", args=[row.resource_id])
    fewer = client.post(url, resource_form([{**need, "id": row.pk}], stock=5))
    assert fewer.context["form"].non_field_errors() == [
        "6 are in use on Mon 2 Jun 2031, 10:00 already. Change those departures first, or give a higher number."
    ]
    assert fewer.context["form"]["stock"].value() == "5"
    assert client.post(url, resource_form([{**need, "id": row.pk}], stock=8)).status_code == 302
    with organization_scope(harbour.pk):
        assert list(Resource.objects.values_list("stock", "needs__quantity")) == [(8, 2)]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_resources_are_for_those_who_plan(harbour, member_client, role):
    with organization_scope(harbour.pk):
        resource = kayaks(3)
    client = member_client(harbour, role)
    urls = [reverse("resources:index"), reverse("resources:add"), reverse("resources:edit", args=[resource.pk])]
    assert [client.post(url, resource_form()).status_code for url in urls] == [302] * 3


@pytest.mark.django_db(transaction=True)
def test_need_is_written_while_a_pattern_of_its_variant_is_followed(harbour):
    # Who follows a pattern has the variant and waits for its departures; who writes a need has those and points at the variant.
    with organization_scope(harbour.pk):
        variant, kayak = VariantFactory(), kayaks(3)
    locked, written = threading.Event(), threading.Event()

    def run(number):
        with transaction.atomic():
            if number == 0:
                variant_for_update(variant.pk)
                locked.set()
                return written.wait(30)
            locked.wait(30)
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '5s'")
                return ResourceNeed.objects.create(resource=kayak, variant=variant).quantity
            finally:
                written.set()

    assert in_parallel(harbour, 2, run) == [True, 1]
