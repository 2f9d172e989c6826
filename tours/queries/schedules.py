"""Reads of departures and their bookings."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch

from tours.enums import SEAT_TAKING
from tours.models import Booking, Participant, Schedule


def schedules_by_public_id(public_ids: Iterable[UUID | str]) -> dict[str, Schedule]:
    """Return departures by their public ids, bookable or not; one query."""
    found = Schedule.objects.filter(public_id__in=list(public_ids)).select_related("variant", "tour")
    return {str(schedule.public_id): schedule for schedule in found}


def bookings_of(schedule: Schedule) -> list[Booking]:
    """Return the bookings that take seats on a departure, by the customer's name, with their people; two queries."""
    return list(
        Booking.objects.filter(schedule=schedule, status__in=SEAT_TAKING)
        .select_related("customer")
        .prefetch_related(Prefetch("participants", Participant.objects.order_by("pk")))
        .order_by("customer__last_name", "customer__first_name", "pk")
    )


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


def schedules_by_key_for_update(pks: Iterable[int]) -> dict[int, Schedule]:
    """Return departures by their keys, locked until the end of the transaction in the order of their keys."""
    locked = Schedule.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(pks)).order_by("pk")
    return {schedule.pk: schedule for schedule in locked}


def schedule_for_update(pk: int) -> Schedule:
    """Return a schedule locked until the end of the transaction."""
    return Schedule.objects.select_for_update(of=("self",), no_key=True).select_related("tour", "variant").get(pk=pk)
