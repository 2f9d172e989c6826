"""What can be booked, and at which price."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery

from tours.enums import PatternKind, ScheduleStatus, TourStatus
from tours.models import AvailabilityPattern, PricingTier, Schedule, Tour, TourVariant
from tours.queries.resources import limit_by_resources, seats_by_resources, with_needs


def _open(now: datetime) -> QuerySet[Schedule]:
    found = Schedule.objects.filter(
        status=ScheduleStatus.OPEN, booking_closes_at__gt=now, starts_at__gt=now, variant__is_active=True
    )
    return with_needs(found)


def _bookable(now: datetime) -> QuerySet[Schedule]:
    return _open(now).filter(tour__status=TourStatus.ACTIVE).select_related("variant", "tour")


class AvailableSchedule(NamedTuple):
    """A departure that can be booked, as lists of many need it: no model, for making three hundred of those takes most of the time.

    Date and time are the wall clock of `time_zone`.
    """

    pk: int
    public_id: UUID
    tour_id: int
    variant_id: int
    date: date
    start_time: time
    time_zone: str
    language: str
    seats_left: int
    guaranteed_at: datetime | None
    needs_resources: bool


def available_schedules(tour: Tour, *, from_: date, to: date, now: datetime, seats: int = 1) -> list[AvailableSchedule]:
    """Return the departures of a tour that can be booked, by start; one query, one more where shared resources are needed.

    `from_` and `to` are local days, both included; `now` is aware; `seats` is how many must still be free.
    """
    # Asked here: joined, each departure would look for its tour among all of them.
    if tour.status != TourStatus.ACTIVE:
        return []
    # Seats are reckoned here, not in SQL: saying so to the ORM takes longer than three hundred subtractions.
    rows = (
        _open(now)  # type: ignore[misc]  # the annotation is not seen
        .filter(tour=tour.pk, date__range=(from_, to))
        .order_by("starts_at", "pk")
        .values_list(
            "pk", "public_id", "variant_id", "date", "start_time", "time_zone", "language",
            "capacity", "booked_count", "blocked_count", "guaranteed_at", "needs_resources",
        )
    )  # fmt: skip
    found = [
        AvailableSchedule(pk, public_id, tour.pk, variant, day, start, zone, language, left, guaranteed_at, needs)
        for (
            pk, public_id, variant, day, start, zone, language, capacity, booked, blocked, guaranteed_at, needs,
        ) in rows
        if (left := capacity - booked - blocked) >= seats
    ]  # fmt: skip
    return _within_resources(found, seats)


def full_days(tour: Tour, *, from_: date, to: date, now: datetime) -> set[date]:
    """Return the local days, of some both included, on which a departure of a tour could be booked if it were not full; one query."""
    found = Schedule.objects.filter(
        status=ScheduleStatus.FULL, tour=tour.pk, date__range=(from_, to), booking_closes_at__gt=now, starts_at__gt=now
    )
    return set(found.filter(variant__is_active=True).values_list("date", flat=True))


def _within_resources(schedules: list[AvailableSchedule], seats: int) -> list[AvailableSchedule]:
    limits = seats_by_resources(schedule.pk for schedule in schedules if schedule.needs_resources)
    if not limits:
        return schedules
    limited = (
        schedule._replace(seats_left=min(schedule.seats_left, limits.get(schedule.pk, schedule.seats_left)))
        for schedule in schedules
    )
    return [schedule for schedule in limited if schedule.seats_left >= seats]


def alternatives_to(schedule: Schedule, *, now: datetime, limit: int = 20) -> list[Schedule]:
    """Return departures of the same tour and kind that can be booked and have room, the nearest in time first; two queries."""
    others = _bookable(now).filter(
        tour=schedule.tour_id, variant__kind=schedule.variant.kind, capacity__gt=F("booked_count") + F("blocked_count")
    )
    others = others.exclude(pk=schedule.pk)
    later = others.filter(starts_at__gte=schedule.starts_at).order_by("starts_at", "pk")[:limit]
    earlier = others.filter(starts_at__lt=schedule.starts_at).order_by("-starts_at", "pk")[:limit]
    found = sorted([*earlier, *later], key=lambda other: (abs(other.starts_at - schedule.starts_at), other.starts_at))
    return found[:limit]


def schedules_with_room(schedules: QuerySet[Schedule], *, seats: int, now: datetime) -> list[Schedule]:
    """Return those of some departures that can be booked now with so many seats, by start; one query."""
    pks = schedules.values("pk")
    found = _bookable(now).filter(pk__in=pks, capacity__gte=F("booked_count") + F("blocked_count") + seats)
    return list(found.order_by("starts_at", "pk"))


def schedules_to_choose(
    tour: Tour, *, from_: date, now: datetime, limit: int, for_staff: bool = False
) -> list[Schedule]:
    """Return the first departures of a tour from a local day on to which a booking can go, by start; one query, one more where shared
    resources are needed.

    Guests get those with room that can be booked; staff also full ones, those closed for booking, and those past their cut-off.
    """
    if for_staff:
        live = (ScheduleStatus.OPEN, ScheduleStatus.FULL, ScheduleStatus.CLOSED)
        found = Schedule.objects.filter(status__in=live, starts_at__gt=now).select_related("variant", "tour")
    else:
        found = _bookable(now).filter(capacity__gt=F("booked_count") + F("blocked_count"))
    schedules = list(found.filter(tour=tour, date__gte=from_).order_by("starts_at", "pk")[:limit])
    limit_by_resources(schedules)
    return [schedule for schedule in schedules if for_staff or schedule.seats_left > 0]


class BookableDay(NamedTuple):
    """A local day, on the clock of `time_zone`, on which a variant can be booked, and when it leaves first."""

    tour_id: int
    variant_id: int
    date: date
    time_zone: str
    start_time: time
    needs_resources: bool

    @property
    def pk(self) -> int:
        """No departure's key: what is asked for a day is asked for each by itself."""
        return 0


# What a price depends on is known of all of these.
Departure = Schedule | AvailableSchedule | BookableDay


EVERY_DEPARTURE = Q()


def departure_condition(from_: date | None, to: date | None, *, language: str = "") -> Q:
    """Return the condition that a departure is on one of some local days, and in a language or in one not said yet.

    What is empty limits nothing.
    """
    condition = Q()
    if from_ is not None:
        condition &= Q(date__gte=from_)
    if to is not None:
        condition &= Q(date__lte=to)
    if language:
        condition &= Q(language__in=("", language))
    return condition


def bookable_days(tours: Iterable[int], *, now: datetime, only: Q = EVERY_DEPARTURE) -> list[BookableDay]:
    """Return the days on which variants of some tours (by primary key) have room that can be booked now, by date and time; one query.

    `only` is a condition on the departures. Shared resources are not looked at.
    """
    found = _open(now).filter(
        only, tour__status=TourStatus.ACTIVE, tour__in=list(tours), capacity__gt=F("booked_count") + F("blocked_count")
    )
    days = found.values(  # type: ignore[misc]  # the annotation is not seen
        "tour_id", "variant_id", "date", "time_zone", "needs_resources"
    ).annotate(first=Min("start_time"))
    rows = days.order_by("date", "first", "tour_id", "variant_id").values_list(
        "tour_id", "variant_id", "date", "time_zone", "first", "needs_resources"
    )
    return [BookableDay(*row) for row in rows]


class NextDeparture(NamedTuple):
    """When a tour leaves next, on the clock of the place."""

    date: date
    start_time: time


def next_departures(
    days: Iterable[BookableDay], *, now: datetime, only: Q = EVERY_DEPARTURE
) -> dict[int, NextDeparture]:
    """Return the next departure that can be booked of each tour, by its primary key, from the days of `bookable_days`; no query.

    `only` is the condition the days were asked for with.

    Where shared resources are needed it is two, and two for each step to a later departure when the next one lacks them.
    """
    found: dict[int, NextDeparture] = {}
    uncertain = set()
    for day in days:
        if day.needs_resources and day.tour_id not in found:
            uncertain.add(day.tour_id)
        found.setdefault(day.tour_id, NextDeparture(day.date, day.start_time))
    for tour_id in uncertain:
        del found[tour_id]
    return found | _with_resources(uncertain, now=now, only=only)


def _with_resources(tours: Iterable[int], *, now: datetime, only: Q) -> dict[int, NextDeparture]:
    wanted = list(tours)
    found: dict[int, NextDeparture] = {}
    later = Q()
    while wanted:
        bookable = _bookable(now).filter(
            only, later, tour__in=wanted, capacity__gt=F("booked_count") + F("blocked_count")
        )
        next_ones = list(bookable.order_by("tour_id", "starts_at").distinct("tour_id"))
        limit_by_resources(next_ones)
        found |= {one.tour_id: NextDeparture(one.date, one.start_time) for one in next_ones if one.seats_left > 0}
        lacking = [schedule for schedule in next_ones if schedule.seats_left <= 0]
        wanted = [schedule.tour_id for schedule in lacking]
        later = Q(
            *(Q(tour=schedule.tour_id, starts_at__gt=schedule.starts_at) for schedule in lacking), _connector=Q.OR
        )
    return found


def bookable_schedule(public_id: UUID | str, *, now: datetime) -> Schedule | None:
    """Return the departure with this public id when it can be booked now, else None. It may be full."""
    return bookable_schedules([public_id], now=now).get(str(public_id))


def bookable_schedules(public_ids: Iterable[UUID | str], *, now: datetime) -> dict[str, Schedule]:
    """Return those of several departures that can be booked now, by their public ids; one query. They may be full.

    Where shared resources are needed it is one query more.
    """
    found = list(_bookable(now).filter(public_id__in=list(public_ids)))
    limit_by_resources(found)
    return {str(schedule.public_id): schedule for schedule in found}


def bookable_tour(public_id: UUID | str, *, now: datetime) -> tuple[Tour, date, date] | None:
    """Return an offered tour with the first and the last local day it can be booked for; one query.

    Without any departure both days are the day that `now` is in the organization's zone. The tour says as `on_request` whether more
    is offered to guests who ask. None when there is no such tour.
    """
    asked_for = AvailabilityPattern.objects.filter(
        variant__tour=OuterRef("pk"), variant__is_active=True, kind=PatternKind.ON_REQUEST, is_active=True
    )
    # A day more, as it is still yesterday somewhere.
    asked_for = asked_for.exclude(valid_until__lt=now.date() - timedelta(days=1))
    bookable = (
        _bookable(now).filter(tour=OuterRef("pk"), capacity__gt=F("booked_count") + F("blocked_count")).values("date")
    )
    tour = (
        Tour.objects.filter(public_id=public_id, status=TourStatus.ACTIVE)
        .select_related("organization")
        .annotate(
            first_date=Subquery(bookable.order_by("date")[:1]),
            last_date=Subquery(bookable.order_by("-date")[:1]),
            on_request=Exists(asked_for),
        )
        .first()
    )
    if tour is None:
        return None
    today = now.astimezone(tour.organization.zone).date()
    return tour, tour.first_date or today, tour.last_date or today


def _valid_on(day: date) -> Q:
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_until=None) | Q(valid_until__gte=day))


def price_tiers(variant: TourVariant, *, on: date) -> list[PricingTier]:
    """Return the prices by which a variant is sold on a local day, in order; one query.

    Prices of the variant's own, else those of its tour.
    """
    return _price_tiers({(variant.pk, on): variant.tour_id})[variant.pk, on]


def price_tiers_of(schedules: Iterable[Departure]) -> dict[tuple[int, date], list[PricingTier]]:
    """Return the prices of departures, by the variant's primary key and the local day; one query."""
    return _price_tiers({(schedule.variant_id, schedule.date): schedule.tour_id for schedule in schedules})


def _price_tiers(wanted: dict[tuple[int, date], int]) -> dict[tuple[int, date], list[PricingTier]]:
    tiers: dict[int, list[PricingTier]] = {}
    for tier in PricingTier.objects.filter(tour__in=set(wanted.values())).order_by("sort_order", "pk"):
        tiers.setdefault(tier.tour_id, []).append(tier)
    found: dict[tuple[int, date], list[PricingTier]] = {}
    for (variant_id, day), tour_id in wanted.items():
        valid = [
            tier
            for tier in tiers.get(tour_id, [])
            if (tier.valid_from is None or tier.valid_from <= day)
            and (tier.valid_until is None or tier.valid_until >= day)
        ]
        own = [tier for tier in valid if tier.variant_id == variant_id]
        found[variant_id, day] = own or [tier for tier in valid if tier.variant_id is None]
    return found
