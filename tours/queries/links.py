"""Tours, departures and bookings that somebody looks for to link a protocol or a task with."""

from datetime import date

from django.db.models import Q, QuerySet

from crm.queries import search_customers
from tours.models import Booking, Schedule, Tour


def search_tours(text: str) -> QuerySet[Tour]:
    """Return the tours whose names hold all the words that were typed, in any order."""
    found = Q()
    for word in text.split():
        found &= Q(name__icontains=word)
    return Tour.objects.filter(found).order_by("name", "pk")


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def search_schedules(text: str) -> QuerySet[Schedule]:
    """Return the departures that fit words of the tour's name and a day such as 2031-01-10; the latest first."""
    found = Q()
    for word in text.split():
        day = _day(word)
        found &= Q(date=day) if day else Q(tour__name__icontains=word)
    return Schedule.objects.filter(found).select_related("tour").order_by("-starts_at", "-pk")


def search_bookings(text: str) -> QuerySet[Booking]:
    """Return the bookings of the customers who fit what was typed, the latest first."""
    customers = search_customers(text).values("pk")
    found = Booking.objects.filter(customer__in=customers)
    return found.select_related("customer", "schedule__tour").order_by("-pk")


def schedule_name(schedule: Schedule) -> str:
    """Return what a departure is called beside its kind: its tour and when it leaves."""
    return f"{schedule.tour}, {schedule}"


def booking_name(booking: Booking) -> str:
    """Return what a booking is called beside its kind: who, and for which departure."""
    return f"{booking.customer}, {schedule_name(booking.schedule)}"
