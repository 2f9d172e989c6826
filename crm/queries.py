"""Reads of the crm app."""

from datetime import date, datetime
from typing import Any, NamedTuple

import phonenumbers
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, DateTimeField, F, Model, Q, QuerySet, Value
from django.db.models.functions import Cast
from wagtail import hooks

from crm.enums import MessageStatus
from crm.models import Activity, Customer, Message, Protocol
from tenancy.queries import current_organization


def customer_by_email(email: str) -> Customer | None:
    """Return the customer with this e-mail address, in any case, or None."""
    return Customer.objects.filter(email__iexact=email.strip()).first()


def phone_region() -> str | None:
    """Return the country in which the organization telephones, such as “DE”, to read numbers typed without one."""
    phone = current_organization().business_phone
    return phonenumbers.region_code_for_number(phone) if phone else None


def search_customers(text: str) -> QuerySet[Customer]:
    """Return the customers that fit what was typed: names in any order, e-mail, phone in any format, or what other apps find."""
    words = text.split()
    found = Q()
    for word in words:
        found &= Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
    try:
        number = phonenumbers.parse(text, phone_region())
    except phonenumbers.NumberParseException:
        pass
    else:
        found |= Q(phone=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    digits = "".join(filter(str.isdigit, text))
    if len(digits) >= 4:
        found |= Q(phone__contains=digits.lstrip("0"))
    for search in hooks.get_hooks("customer_search"):
        found |= Q(pk__in=search(text))
    return Customer.objects.filter(found) if words else Customer.objects.all()


class TimelineEntry(NamedTuple):
    """One line of a customer's timeline: `kind` is `protocol`, `activity` or `message`, `entry` the row itself."""

    kind: str
    at: datetime
    entry: Protocol | Activity | Message


def timeline(customer: Customer, *, before: datetime | None = None, limit: int = 20) -> list[TimelineEntry]:
    """Return what happened with a customer, newest first, at most `limit` entries earlier than `before`; a fixed number of queries."""

    def part(queryset: Any, kind: str, at: str) -> Any:
        rows = queryset.filter(customer=customer)
        if before is not None:
            rows = rows.filter(**{f"{at}__lt": before})
        return (
            rows.order_by()
            .annotate(entry_kind=Value(kind, CharField()), entry_at=Cast(F(at), DateTimeField()))
            .values_list("entry_kind", "entry_at", "pk")
        )

    keys = list(
        part(Protocol.objects.all(), "protocol", "happened_at")
        .union(
            part(Activity.objects.all(), "activity", "at"),
            part(Message.objects.all(), "message", "created_at"),
            all=True,
        )
        .order_by("-entry_at", "-pk")[:limit]
    )
    rows: dict[tuple[str, int], Protocol | Activity | Message] = {}
    sources: dict[str, QuerySet[Model]] = {
        "protocol": Protocol.objects.select_related("author").prefetch_related("links__content_type"),
        "activity": Activity.objects.select_related("actor", "content_type"),
        "message": Message.objects.all(),
    }
    for kind, source in sources.items():
        pks = [pk for entry_kind, _at, pk in keys if entry_kind == kind]
        if pks:
            rows.update({(kind, row.pk): row for row in source.filter(pk__in=pks)})  # type: ignore[misc]
    return [TimelineEntry(kind, at, rows[kind, pk]) for kind, at, pk in keys]


def protocols_about(record: Model) -> QuerySet[Protocol]:
    """Return the protocols linked to a record, newest first."""
    return Protocol.objects.filter(
        links__content_type=ContentType.objects.get_for_model(record), links__object_id=record.pk
    ).order_by("-happened_at")


def follow_ups(*, until: date) -> QuerySet[Protocol]:
    """Return the protocols whose follow-up is due on or before a day, the most overdue first."""
    return Protocol.objects.filter(follow_up_on__lte=until).select_related("customer").order_by("follow_up_on", "pk")


def failed_messages() -> QuerySet[Message]:
    """Return the messages that were given up, newest first."""
    return Message.objects.filter(status=MessageStatus.FAILED).order_by("-created_at")


def due_messages(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of messages to send now and of their organizations; for sweeps over all organizations."""
    return list(
        Message.objects.filter(status=MessageStatus.PENDING, next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "organization_id")[:limit]
    )
