"""Reads of notifications: which are due, and what they tell."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import (
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from commerce.enums import TO_STAFF, NotificationKind
from commerce.models import Notification, Order, OrderLine
from commerce.queries.orders import order_url
from crm.models import Message
from tenancy.fields import translated
from tenancy.models import Membership, Organization
from tenancy.queries import absolute_url
from tours.enums import AssignmentStatus, BookingStatus, ScheduleStatus
from tours.models import Booking, DepartureDecision, GuideAssignment, Schedule

# Nobody is reminded longer ahead; see the limit of `Notification.hours`.
LONGEST_AHEAD: Final = timedelta(hours=168)
TAKING_PLACE: Final = (ScheduleStatus.OPEN, ScheduleStatus.FULL, ScheduleStatus.CLOSED)


def notification_of(kind: NotificationKind) -> Notification:
    """Return how the organization in scope writes about a kind of thing."""
    return Notification.objects.get(kind=kind)


def due_notifications(*, now: datetime, limit: int = 500) -> list[tuple[NotificationKind, int, int]]:
    """Return kind, key of the record and of its organization for what is due and not written yet; one query for each kind.

    At most `limit` of each kind, in any order: what fails each time never keeps the rest from being written. Needs `every_organization`.
    """
    return [
        (kind, record_id, organization_id)
        for kind in NotificationKind
        for record_id, organization_id in due_records(kind, now=now)
        .values_list("pk", "organization_id")
        .order_by("?")[:limit]
    ]


def due_records(kind: NotificationKind, *, now: datetime) -> QuerySet[Any]:
    """Return the bookings, assignments, decisions or departures about which a notification of a kind is due, each with its `key`.

    The key is that of the message: what has one is not due any more. A departure that is moved gets another, but a decision about it
    has one message whenever it leaves.
    """
    found = {
        NotificationKind.BOOKING_REMINDER: _bookings,
        NotificationKind.GUIDE_REMINDER: _assignments,
        NotificationKind.MINIMUM_NOT_REACHED: _decisions,
        NotificationKind.LOW_AVAILABILITY: _departures,
    }[kind](now)
    written = Message.objects.filter(
        organization=OuterRef("organization_id"), kind=kind.value, dedupe_key=OuterRef("key")
    )
    return found.filter(~Exists(written))


def _active(kind: NotificationKind) -> QuerySet[Notification]:
    rows = Notification.objects.filter(organization=OuterRef("organization_id"), kind=kind, is_active=True)
    if kind in TO_STAFF:
        rows = rows.exclude(recipient="", organization__business_email="")
    return rows


def _key(start: str) -> Concat:
    """The record's own key, and the start of its departure to the minute."""
    minute = Func(F(start), template="to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYYMMDDHH24MI')")
    return Concat(Cast("pk", CharField()), Value("-"), minute, output_field=CharField())


def _soon(records: QuerySet[Any], kind: NotificationKind, now: datetime) -> QuerySet[Any]:
    """Records whose departure begins within the hours of the notification, with the moment when these begin as `due_at`."""
    ahead = Func(
        Subquery(_active(kind).values("hours")[:1]),
        template="make_interval(hours => %(expressions)s)",
        output_field=DurationField(),
    )
    due_at = ExpressionWrapper(F("schedule__starts_at") - ahead, output_field=DateTimeField())
    return records.filter(
        schedule__starts_at__gt=now, schedule__starts_at__lte=now + LONGEST_AHEAD, schedule__status__in=TAKING_PLACE
    ).annotate(due_at=due_at, key=_key("schedule__starts_at"))


def _bookings(now: datetime) -> QuerySet[Booking]:
    # Staff may have taken an address down for the order only, or for the customer later.
    lines = OrderLine.objects.filter(booking=OuterRef("pk")).exclude(order__email="")
    confirmed = Booking.objects.filter(~Q(customer__email="") | Exists(lines), status=BookingStatus.CONFIRMED)
    soon = _soon(confirmed, NotificationKind.BOOKING_REMINDER, now)
    # Who books later knows.
    return soon.filter(due_at__lte=now, created_at__lte=F("due_at"))


def _assignments(now: datetime) -> QuerySet[GuideAssignment]:
    members = Membership.objects.filter(
        organization=OuterRef("organization_id"), user=OuterRef("guide__user"), user__is_active=True
    )
    reached = ~Q(guide__email="") | Exists(members)
    led = GuideAssignment.objects.filter(reached, status=AssignmentStatus.CONFIRMED, guide__is_active=True)
    return _soon(led, NotificationKind.GUIDE_REMINDER, now).filter(due_at__lte=now)


def _decisions(now: datetime) -> QuerySet[DepartureDecision]:
    # Those of somebody in the team are known there.
    news = Q(decided_at=None) | Q(decided_by=None)
    return DepartureDecision.objects.filter(
        news, Exists(_active(NotificationKind.MINIMUM_NOT_REACHED)), schedule__starts_at__gt=now
    ).annotate(key=Cast("pk", CharField()))


def _departures(now: datetime) -> QuerySet[Schedule]:
    places = Subquery(_active(NotificationKind.LOW_AVAILABILITY).values("places")[:1])
    return Schedule.objects.filter(
        starts_at__gt=now,
        status__in=(ScheduleStatus.OPEN, ScheduleStatus.FULL),
        booked_count__gt=0,
        capacity__lte=F("booked_count") + F("blocked_count") + places,
    ).annotate(key=_key("starts_at"))


def _day(moment: datetime) -> str:
    return f"{date_format(moment, 'l')}, {date_format(moment)}"


def schedule_values(schedule: Schedule, organization: Organization) -> dict[str, str]:
    """Return what placeholders say of a departure, in the active language."""
    place = schedule.tour.meeting_point
    return {
        "organization": organization.name,
        "tour": translated(schedule.tour, "name"),
        "variant": translated(schedule.variant, "name"),
        "day": _day(schedule.local_start),
        "time": date_format(schedule.local_start, "TIME_FORMAT"),
        "meeting_point": ", ".join(filter(None, [translated(place, "name"), place.address])) if place else "–",
        "note": schedule.guest_note,
        "places": str(schedule.booked_count),
        "left": str(schedule.seats_left),
        "capacity": str(schedule.capacity),
        "link": absolute_url(organization, reverse("schedules:inspect", args=[schedule.pk])),
    }


def order_values(order: Order | None, organization: Organization) -> dict[str, str]:
    """Return what placeholders say of an order; nothing for a booking without one."""
    if order is None:
        return {"order_number": "", "order_link": ""}
    return {"order_number": order.number, "order_link": order_url(order, organization)}


def example_values(kind: NotificationKind, organization: Organization) -> dict[str, str]:
    """Return what the placeholders of a preview say: a booking of nobody's, in the active language."""
    day = datetime(2031, 6, 2, 10, tzinfo=organization.zone)
    admin = absolute_url(organization, "/admin/schedules/inspect/1/")
    return {
        "organization": organization.name,
        "first_name": "Grete",
        "guide": "Piet Hansen",
        "tour": _("Old town on foot"),
        "variant": _("Small group"),
        "day": _day(day),
        "time": date_format(day, "TIME_FORMAT"),
        "meeting_point": _("Town hall, main entrance"),
        "note": _("Please bring an umbrella."),
        "places": "2",
        "minimum": "4",
        "left": "3",
        "capacity": "12",
        "proposal": _("Proposed: %(what)s") % {"what": _("Cancel it")},
        "order_number": f"{organization.order_prefix}-2031-000123",
        "order_link": absolute_url(organization, "/order/…/"),
        "link": admin,
    }


def record_of(kind: NotificationKind, record_id: int, *, now: datetime) -> Model | None:
    """Return a record about which a notification is due now, with what its words need, else None."""
    wanted = {
        NotificationKind.BOOKING_REMINDER: (
            "customer",
            "schedule__variant",
            "schedule__tour__meeting_point",
        ),
        NotificationKind.GUIDE_REMINDER: ("guide__user", "schedule__variant", "schedule__tour__meeting_point"),
        NotificationKind.MINIMUM_NOT_REACHED: ("schedule__variant", "schedule__tour__meeting_point"),
        NotificationKind.LOW_AVAILABILITY: ("variant", "tour__meeting_point"),
    }[kind]
    found: Model | None = due_records(kind, now=now).select_related(*wanted).filter(pk=record_id).first()
    return found
