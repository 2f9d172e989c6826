"""Reads of the crm app."""

import re
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import phonenumbers
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, DateTimeField, F, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Lower
from wagtail import hooks

from crm.enums import MessageStatus
from crm.models import Activity, Consent, Customer, Message, Protocol
from tenancy.fields import plain_text
from tenancy.queries import current_organization


def customer_by_email(email: str) -> Customer | None:
    """Return the customer with this e-mail address, in any case, or None; nobody has the empty one."""
    email = email.strip()
    if not email:
        return None
    # Folded by the database on both sides.
    # Not `first()`: by its order PostgreSQL would rather read all customers in the order of their keys.
    found = Customer.objects.filter(email_folded=Lower(Value(email)))
    return next(iter(found), None)


def phone_region() -> str | None:
    """Return the country in which the organization telephones, such as “DE”, to read numbers typed without one."""
    phone = current_organization().business_phone
    return phonenumbers.region_code_for_number(phone) if phone else None


_PHONE: Final = re.compile(r"[+\d][\d\s()/.-]*")


def _phone_like(text: str) -> Q:
    """What finds a telephone number typed in any format, also a part of at least four digits; nothing for other texts."""
    found = Q(pk__in=[])
    if not _PHONE.fullmatch(text):
        return found
    digits = "".join(filter(str.isdigit, text)).lstrip("0")
    if len(digits) >= 4:
        found |= Q(phone__contains=digits)
    try:
        number = phonenumbers.parse(text, phone_region())
    except phonenumbers.NumberParseException:
        return found
    return found | Q(phone=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def search_customers(text: str) -> QuerySet[Customer]:
    """Return the customers that fit what was typed; all of them for nothing.

    Names fit in any order, without their accents too, and so do parts of an e-mail address and a telephone number in any format.
    Other apps find more through the hook `customer_search`: a function of the text that returns a `Q` or a query of customers' keys.
    """
    words = plain_text(text).split()
    if not words:
        return Customer.objects.all()
    found = Q()
    for word in words:
        found &= Q(search_text__contains=word)
    found |= _phone_like(text.strip())
    for search in hooks.get_hooks("customer_search"):
        result = search(text.strip())
        found |= result if isinstance(result, Q) else Q(pk__in=result)
    return Customer.objects.filter(found)


class TimelineEntry(NamedTuple):
    """One line of a customer's timeline: `kind` is `protocol`, `activity` or `message`, `entry` the row itself."""

    kind: str
    at: datetime
    entry: Protocol | Activity | Message


def timeline(customer: Customer, *, skip: int = 0, limit: int = 20) -> list[TimelineEntry]:
    """Return what happened with a customer, newest first: `limit` entries after the first `skip`.

    The rows come with the records they are about, in a number of queries that does not grow with them.
    """

    def part(queryset: Any, kind: str, at: str) -> Any:
        return (
            queryset.filter(customer=customer)
            .order_by()
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
        .order_by("-entry_at", "entry_kind", "-pk")[skip : skip + limit]
    )
    rows: dict[tuple[str, int], Protocol | Activity | Message] = {}
    sources: dict[str, QuerySet[Any]] = {
        "protocol": Protocol.objects.select_related("author").prefetch_related("links__record"),
        "activity": Activity.objects.select_related("actor").prefetch_related("record"),
        "message": Message.objects.defer("text", "html"),
    }
    for kind, source in sources.items():
        pks = [pk for entry_kind, _at, pk in keys if entry_kind == kind]
        if pks:
            rows.update({(kind, row.pk): row for row in source.filter(pk__in=pks)})
    return [TimelineEntry(kind, at, rows[kind, pk]) for kind, at, pk in keys]


def protocols_about(record: Model) -> QuerySet[Protocol]:
    """Return the protocols linked to a record, newest first."""
    return Protocol.objects.filter(
        links__content_type=ContentType.objects.get_for_model(record), links__object_id=record.pk
    ).order_by("-happened_at")


def messages_about(record: Model, customer: Customer) -> QuerySet[Message]:
    """Return the messages to a customer that are about a record, the oldest first."""
    about = ContentType.objects.get_for_model(record)
    return Message.objects.filter(customer=customer, content_type=about, object_id=record.pk).order_by("created_at")


def follow_ups(*, until: date) -> QuerySet[Protocol]:
    """Return the protocols whose follow-up is due on or before a day, the most overdue first."""
    return Protocol.objects.filter(follow_up_on__lte=until).select_related("customer").order_by("follow_up_on", "pk")


def follow_ups_with(customer: Customer, *, limit: int = 10) -> list[Protocol]:
    """Return the protocols with a customer that still want a follow-up, the one due first at the top."""
    return list(customer.protocols.filter(follow_up_on__isnull=False).order_by("follow_up_on", "pk")[:limit])


def latest_consents(customer: Customer) -> list[Consent]:
    """Return the newest consent of a customer for each purpose; one query."""
    return list(customer.consents.order_by("purpose", "-given_at", "-pk").distinct("purpose"))


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
