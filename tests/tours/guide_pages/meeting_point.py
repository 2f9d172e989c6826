"""Who is booked on a departure, taps on the page of its guide, and what the page shows."""

import datetime as dt
from uuid import uuid4

from django.urls import reverse

from tenancy.scope import organization_scope
from tests.factories import CustomerFactory
from tours import queries
from tours.enums import BookingStatus
from tours.operations import NewParticipant, SeatRequest, create_booking, reserve_seats

# Five minutes before the start: 2 June 2031, 10:00 in Berlin.
NOW = dt.datetime(2031, 6, 2, 7, 55, tzinfo=dt.UTC)
HTMX = {"hx-request": "true"}


def book(schedule, *names, status=BookingStatus.CONFIRMED, **customer):
    with organization_scope(schedule.organization_id):
        before = NOW - dt.timedelta(days=30)
        reserve_seats([SeatRequest(schedule.pk, len(names))], now=before)
        return create_booking(
            schedule,
            customer=CustomerFactory(phone="+494012345678", **customer),
            seats=len(names),
            participants=[NewParticipant("Adult", 1, name) for name in names],
            status=status,
        )


def people(booking):
    with organization_scope(booking.organization_id):
        return list(queries.people_of_booking(booking.pk))


def check_in_url(schedule):
    return reverse("schedules:check_in", args=[schedule.pk])


def tap(client, schedule, mark, *, page=None, **headers):
    return client.post(check_in_url(schedule), {"mark": mark, "page": page or uuid4()}, headers=headers)


def shown(response):
    return " ".join(response.content.decode().split())
