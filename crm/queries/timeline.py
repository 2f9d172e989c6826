"""Everything that happened with a customer, in order."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import CharField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast

from crm.models import Activity, Customer, Message, Protocol


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
