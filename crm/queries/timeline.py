"""Everything that happened with a customer, in order."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    F,
    Model,
    OuterRef,
    QuerySet,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Cast, JSONObject

from crm.models import (
    Activity,
    Customer,
    Document,
    DocumentLink,
    Message,
    Protocol,
    ProtocolFile,
    ProtocolLink,
    TimelinePin,
)
from crm.queries.documents import readable_documents
from crm.queries.protocols import readable_protocols, with_follow_up

Entry = Protocol | Activity | Message | Document

# The kinds of entries, where each is stored, and when it was.
_MODELS: Final[dict[str, type[Entry]]] = {
    "protocol": Protocol,
    "activity": Activity,
    "message": Message,
    "document": Document,
}
_TIMES: Final = {"protocol": "happened_at", "activity": "at", "message": "created_at", "document": "created_at"}


class TimelineEntry(NamedTuple):
    """One line of a customer's timeline: `kind` is `protocol`, `activity`, `message` or `document`, `entry` the row itself.

    `about` are the records that a protocol or an activity is about.
    """

    kind: str
    at: datetime
    entry: Entry
    about: list[Model]


class Timeline(NamedTuple):
    """A part of a customer's timeline, newest first, and the entries that are pinned."""

    entries: list[TimelineEntry]
    pinned: list[TimelineEntry]


def timeline(
    customer: Customer,
    *,
    user: Any = None,
    only: str = "",
    activities: Collection[str] | None = None,
    skip: int = 0,
    limit: int = 20,
) -> Timeline:
    """Return what happened with a customer, newest first: `limit` entries after the first `skip`; and what is pinned.

    `only` leaves one kind of entries, `activities` those kinds of activities. A protocol stands with each customer it is about. The rows
    come with the records they are about and without what `user` may not read, in a number of queries that does not grow with them.
    """
    kinds = [only] if only else list(_MODELS)
    parts = [part for kind in kinds for part in _parts(kind, customer, user, activities)]
    entries = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    entries = entries.order_by("-entry_at", "entry_kind", "-pk")[skip : skip + limit]
    # One statement for both; what is pinned stands on the first page only.
    found = list(entries if skip else entries.union(_pins(customer), all=True))
    rows = _rows({(kind, pk) for kind, _at, pk, _pin in found}, user)
    lines = [(TimelineEntry(kind, at, *rows[kind, pk]), pin) for kind, at, pk, pin in found if (kind, pk) in rows]
    pins = sorted(((line, pin) for line, pin in lines if pin), key=lambda pair: pair[1], reverse=True)
    return Timeline(
        [line for line, pin in lines if not pin],
        [line._replace(at=getattr(line.entry, _TIMES[line.kind])) for line, _pin in pins],
    )


def timeline_entry(customer: Customer, kind: str, pk: int, *, user: Any = None) -> Entry | None:
    """Return an entry of a customer's timeline that a person may read, or None."""
    found = [entries.filter(pk=pk).first() for entries in _of(kind, customer, user)] if kind in _MODELS else []
    return next(filter(None, found), None)


def _of(kind: str, customer: Customer, user: Any) -> list[QuerySet[Any]]:
    """The entries of a kind in parts that have none in common, each found by an index."""
    if kind not in ("protocol", "document"):
        model: Any = _MODELS[kind]
        return [model._default_manager.filter(customer=customer)]
    about = {"content_type": ContentType.objects.get_for_model(Customer), "object_id": customer.pk}
    if kind == "document":
        return [readable_documents(user).filter(pk__in=DocumentLink.objects.filter(**about).values("document"))]
    links = ProtocolLink.objects.filter(**about).values("protocol")
    protocols = readable_protocols(user)
    # Not one OR, for which PostgreSQL reads all protocols.
    return [protocols.filter(customer=customer), protocols.filter(pk__in=links).exclude(customer=customer)]


def _parts(kind: str, customer: Customer, user: Any, activities: Collection[str] | None) -> Iterator[Any]:
    for entries in _of(kind, customer, user):
        narrowed = entries.filter(kind__in=activities) if kind == "activity" and activities is not None else entries
        yield (
            narrowed.order_by()
            .annotate(
                entry_kind=Value(kind, CharField()),
                entry_at=Cast(F(_TIMES[kind]), DateTimeField()),
                pin=Value(0, BigIntegerField()),
            )
            .values_list("entry_kind", "entry_at", "pk", "pin")
        )


def _pins(customer: Customer) -> Any:
    kinds = [
        When(content_type=ContentType.objects.get_for_model(model), then=Value(kind)) for kind, model in _MODELS.items()
    ]
    pins = TimelinePin.objects.filter(customer=customer).order_by()
    return pins.annotate(entry_kind=Case(*kinds, output_field=CharField())).values_list(
        "entry_kind", "created_at", "object_id", "pk"
    )


def _rows(keys: Iterable[tuple[str, int]], user: Any) -> dict[tuple[str, int], tuple[Entry, list[Model]]]:
    """The entries with these keys that a person may read, each with the records it is about."""
    files = ProtocolFile.objects.filter(protocol=OuterRef("pk")).order_by("pk")
    links = ProtocolLink.objects.filter(protocol=OuterRef("pk")).order_by("pk")
    sources: dict[str, QuerySet[Any]] = {
        "protocol": with_follow_up(readable_protocols(user))
        .select_related("author", "customer", "follow_up")
        .annotate(
            files_kept=ArraySubquery(files.values(file=JSONObject(pk="pk", name="name"))),
            links_kept=ArraySubquery(
                links.values(link=JSONObject(content_type_id="content_type_id", object_id="object_id"))
            ),
        ),
        "activity": Activity.objects.select_related("actor"),
        "message": Message.objects.defer("text", "html"),
        "document": readable_documents(user).select_related("author"),
    }
    rows: dict[tuple[str, int], Entry] = {}
    for kind, source in sources.items():
        pks = [pk for entry_kind, pk in keys if entry_kind == kind]
        if pks:
            rows.update({(kind, row.pk): row for row in source.filter(pk__in=pks)})
    links_of: dict[tuple[str, int], list[ProtocolLink | Activity]] = {
        key: [row] if isinstance(row, Activity) else [ProtocolLink(**link) for link in getattr(row, "links_kept", [])]
        for key, row in rows.items()
    }
    # Of all at once, so that each kind of record is read once.
    prefetch_related_objects([link for some in links_of.values() for link in some], "record")
    return {key: (row, [link.record for link in links_of[key] if link.record is not None]) for key, row in rows.items()}
