"""Reads of the people of bookings."""

from collections.abc import Iterable

from django.db.models import QuerySet

from tours.models import Booking, Participant


def people_of_booking(booking_id: int) -> QuerySet[Participant]:
    """Return the people of a booking in the order they were booked, each with the booking; one query."""
    return Participant.objects.filter(booking=booking_id).select_related("booking").order_by("pk")


def people_of_bookings(bookings: Iterable[Booking]) -> list[Participant]:
    """Return the people of some bookings in the order they were booked; one query."""
    return list(Participant.objects.filter(booking__in=list(bookings)).order_by("booking", "pk"))


def people_on_schedule(schedule_id: int, participant_id: int) -> QuerySet[Participant]:
    """Return the person with this key when booked on that departure, with the booking; one query."""
    return Participant.objects.filter(pk=participant_id, booking__schedule=schedule_id).select_related("booking")


def party_on_schedule(schedule_id: int, booking_id: int) -> QuerySet[Participant]:
    """Return the people of the booking with this key when it is one of that departure; one query."""
    return people_of_booking(booking_id).filter(booking__schedule=schedule_id)


def booking_with_people(pk: int) -> Booking | None:
    """Return a booking with its customer and departure, or None; one query."""
    return Booking.objects.select_related("customer", "schedule__tour", "schedule__variant").filter(pk=pk).first()
