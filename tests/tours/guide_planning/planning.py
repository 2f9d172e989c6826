"""Bookings with a language, guides put down and what was written to them."""

import datetime as dt

from crm.models import Message
from tests.factories import CustomerFactory
from tours import operations
from tours.enums import BookingStatus
from tours.operations import NewParticipant, SeatRequest

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2031, 6, 2)


def book(schedule, language, seats):
    operations.reserve_seats([SeatRequest(schedule.pk, seats)], now=NOW)
    operations.create_booking(
        schedule,
        customer=CustomerFactory(language=language),
        seats=seats,
        participants=[NewParticipant("Adult", 1)] * seats,
        status=BookingStatus.CONFIRMED,
    )


def put(verb, schedule, guide, **options):
    return getattr(operations, verb)(schedule, guide=guide, now=NOW, actor=None, **options)


def sent():
    return list(Message.objects.order_by("pk").values_list("kind", "recipient", "subject"))
