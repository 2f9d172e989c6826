"""Reads of the tours app."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery

from tenancy.models import User
from tours.enums import LEADING, SEAT_TAKING, ScheduleStatus, TourStatus
from tours.models import Booking, Guide, GuideAssignment, Participant, PricingTier, Schedule, Stop, Tour, TourVariant


def _bookable(now: datetime) -> QuerySet[Schedule]:
    return Schedule.objects.filter(
        status=ScheduleStatus.OPEN,
        booking_closes_at__gt=now,
        starts_at__gt=now,
        tour__status=TourStatus.ACTIVE,
        variant__is_active=True,
    ).select_related("variant", "tour")


def available_schedules(tour: Tour, *, from_: date, to: date, now: datetime, seats: int = 1) -> list[Schedule]:
    """Return the departures of a tour that can be booked, by start; one query.

    `from_` and `to` are local days, both included; `now` is aware; `seats` is how many must still be free.
    """
    return list(
        _bookable(now)
        .filter(tour=tour, date__range=(from_, to), capacity__gte=F("booked_count") + seats)
        .order_by("starts_at", "pk")
    )


def next_departures(tours: Iterable[Tour], *, now: datetime) -> dict[int, Schedule]:
    """Return the next departure that can be booked of each tour, by the tour's primary key; one query."""
    found = (
        _bookable(now)
        .filter(tour__in=list(tours), capacity__gt=F("booked_count"))
        .order_by("tour_id", "starts_at")
        .distinct("tour_id")
    )
    return {schedule.tour_id: schedule for schedule in found}


def lowest_prices(tours: Iterable[Tour], *, on: date) -> dict[int, int]:
    """Return the lowest full price of each tour in minor units, by the tour's primary key; one query. Free places do not count."""
    prices: dict[int, int] = {}
    for tier in PricingTier.objects.filter(_valid_on(on), tour__in=list(tours), price_minor__gt=0, is_default=True):
        prices[tier.tour_id] = min(tier.price_minor, prices.get(tier.tour_id, tier.price_minor))
    return prices


def bookable_schedule(public_id: UUID | str, *, now: datetime) -> Schedule | None:
    """Return the departure with this public id when it can be booked now, else None. It may be full."""
    return _bookable(now).filter(public_id=public_id).first()


def bookable_schedules(public_ids: Iterable[UUID | str], *, now: datetime) -> dict[str, Schedule]:
    """Return those of several departures that can be booked now, by their public ids; one query. They may be full."""
    found = _bookable(now).filter(public_id__in=list(public_ids))
    return {str(schedule.public_id): schedule for schedule in found}


def bookable_tour(public_id: UUID | str, *, now: datetime) -> tuple[Tour, date, date] | None:
    """Return an offered tour with the first and the last local day it can be booked for; one query.

    Without any departure both days are the day that `now` is in the organization's zone. None when there is no such tour.
    """
    bookable = _bookable(now).filter(tour=OuterRef("pk"), capacity__gt=F("booked_count")).values("date")
    tour = (
        Tour.objects.filter(public_id=public_id, status=TourStatus.ACTIVE)
        .select_related("organization")
        .annotate(
            first_date=Subquery(bookable.order_by("date")[:1]), last_date=Subquery(bookable.order_by("-date")[:1])
        )
        .first()
    )
    if tour is None:
        return None
    today = now.astimezone(tour.organization.zone).date()
    return tour, tour.first_date or today, tour.last_date or today


def schedules_by_public_id(public_ids: Iterable[UUID | str]) -> dict[str, Schedule]:
    """Return departures by their public ids, bookable or not; one query."""
    found = Schedule.objects.filter(public_id__in=list(public_ids)).select_related("variant", "tour")
    return {str(schedule.public_id): schedule for schedule in found}


def _valid_on(day: date) -> Q:
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_until=None) | Q(valid_until__gte=day))


def price_tiers(variant: TourVariant, *, on: date) -> list[PricingTier]:
    """Return the prices by which a variant is sold on a local day, in order; one query.

    Prices of the variant's own, else those of its tour.
    """
    return price_tiers_of([(variant, on)])[variant.pk, on]


def price_tiers_of(days: Iterable[tuple[TourVariant, date]]) -> dict[tuple[int, date], list[PricingTier]]:
    """Return the prices of variants on local days, by the variant's primary key and the day; one query."""
    wanted = {(variant.pk, day): variant.tour_id for variant, day in days}
    tiers = list(PricingTier.objects.filter(tour__in=set(wanted.values())).order_by("sort_order", "pk"))
    found: dict[tuple[int, date], list[PricingTier]] = {}
    for (variant_id, day), tour_id in wanted.items():
        valid = [
            tier
            for tier in tiers
            if tier.tour_id == tour_id
            and (tier.valid_from is None or tier.valid_from <= day)
            and (tier.valid_until is None or tier.valid_until >= day)
        ]
        own = [tier for tier in valid if tier.variant_id == variant_id]
        found[variant_id, day] = own or [tier for tier in valid if tier.variant_id is None]
    return found


def stops_of(tour: Tour) -> list[Stop]:
    """Return the stops of a tour in order with their places; one query."""
    return list(Stop.objects.filter(tour=tour).select_related("place").order_by("sort_order", "pk"))


def languages_of_tours() -> list[str]:
    """Return the codes of all languages in which tours that are not archived are led, in order; one query."""
    lists = Tour.objects.exclude(status=TourStatus.ARCHIVED).values_list("languages", flat=True)
    return sorted({code for codes in lists for code in codes})


def tours_with_next_departure(*, now: datetime) -> QuerySet[Tour]:
    """Return all tours, each with `next_start`, the instant of its next departure that is not cancelled, or None."""
    coming = Schedule.objects.filter(tour=OuterRef("pk"), starts_at__gt=now).exclude(status=ScheduleStatus.CANCELLED)
    return Tour.objects.annotate(next_start=Subquery(coming.order_by("starts_at").values("starts_at")[:1]))


def bookings_of(schedule: Schedule) -> list[Booking]:
    """Return the bookings that take seats on a departure, by the customer's name, with their people; two queries."""
    return list(
        Booking.objects.filter(schedule=schedule, status__in=SEAT_TAKING)
        .select_related("customer")
        .prefetch_related(Prefetch("participants", Participant.objects.order_by("pk")))
        .order_by("customer__last_name", "customer__first_name", "pk")
    )


def guide_of(user: User) -> Guide | None:
    """Return the guide that an account belongs to, or None when there is none or the guide leads no tours any more."""
    return Guide.objects.filter(user=user.pk, is_active=True).first()


def schedules_led_by(user: User) -> QuerySet[Schedule]:
    """Return the departures that the guide with this account leads or is asked to lead."""
    own = GuideAssignment.objects.filter(guide__user=user.pk, guide__is_active=True, status__in=LEADING)
    return Schedule.objects.filter(pk__in=own.values("schedule"))


def guides_to_choose(schedule: Schedule | None = None) -> QuerySet[Guide]:
    """Return the guides who can be put down for a departure: those who lead tours, and those who are down for it already."""
    is_down = Q(assignments__schedule=schedule, assignments__status__in=LEADING) if schedule else Q(pk__in=[])
    return Guide.objects.filter(Q(is_active=True) | is_down).distinct()


def guides_of(schedule: Schedule) -> list[Guide]:
    """Return the guides who lead a departure or are asked to, by name; one query."""
    return list(Guide.objects.filter(assignments__schedule=schedule, assignments__status__in=LEADING))


def with_guides(schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Return departures each with `leading`, the assignments of guides who lead it or are asked to; one query more."""
    leading = GuideAssignment.objects.filter(status__in=LEADING).select_related("guide")
    return schedules.prefetch_related(Prefetch("guide_assignments", leading, to_attr="leading"))


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One booking on a manifest; `people` is how many of each kind of place, in the order they were booked."""

    booking: Booking
    people: dict[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who comes on a departure, by the name of who booked, and how many of each kind in all."""

    schedule: Schedule
    guides: list[Guide]
    entries: list[ManifestEntry]
    people: dict[str, int]


def manifest_of(schedule: Schedule) -> Manifest:
    """Return who comes on a departure: every booking that takes seats, those not paid yet too; three queries."""
    entries = [
        ManifestEntry(booking, dict(Counter(person.tier_name for person in booking.participants.all())))
        for booking in bookings_of(schedule)
    ]
    people: Counter[str] = Counter()
    for entry in entries:
        people.update(entry.people)
    return Manifest(schedule, guides_of(schedule), entries, dict(people))


def tour_for_update(pk: int) -> Tour:
    """Return a tour locked until the end of the transaction."""
    return Tour.objects.select_for_update(no_key=True).get(pk=pk)


def bookings_for_update(bookings: Iterable[Booking]) -> list[Booking]:
    """Return bookings locked until the end of the transaction, in the order of their keys."""
    pks = [booking.pk for booking in bookings]
    return list(Booking.objects.select_for_update().filter(pk__in=pks).order_by("pk"))


def schedules_for_update(bookings: Iterable[Booking]) -> list[int]:
    """Return the keys of the departures of bookings, locked until the end of the transaction in the order of their keys.

    A departure is locked before its bookings everywhere, so that giving seats back and cancelling a departure never wait for each
    other.
    """
    pks = {booking.schedule_id for booking in bookings}
    locked = Schedule.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def schedule_for_update(pk: int) -> Schedule:
    """Return a schedule locked until the end of the transaction."""
    return Schedule.objects.select_for_update(of=("self",), no_key=True).select_related("tour", "variant").get(pk=pk)
