"""The kinds of records that protocols and tasks may be about: finding some, and reading those that were chosen."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.text import capfirst
from wagtail import hooks

from crm.models import RecordLink

MOST_FOUND: Final = 5


class LinkableKind(NamedTuple):
    """A kind of record that others can be linked to; apps register theirs by the hook `linkable_records`.

    `search` returns those that fit what was typed, the best first. `permission` is needed to see one, written `app.codename`.
    `name` says what one is called where its kind is named beside it, for which it needs the `related` records too. Of a kind whose
    records are not all for everybody with the permission, `seen_by` returns those that a person may see.
    """

    model: type[Model]
    permission: str
    search: Callable[[str], QuerySet[Any]]
    name: Callable[[Any], str] = str
    related: tuple[str, ...] = ()
    seen_by: Callable[[Any], QuerySet[Any]] | None = None

    def narrowed(self, records: QuerySet[Any], user: Any) -> QuerySet[Any]:
        """Return those of some records that a person may see."""
        return records if self.seen_by is None else records.filter(pk__in=self.seen_by(user).values("pk"))


class RecordUnknown(Exception):
    """There is no such record, or the person may not see it."""


def linkable_kinds(user: Any = None) -> dict[type[Model], LinkableKind]:
    """Return the kinds of records that a person may see and link, by their models; all of them without a person."""
    kinds = [kind for offer in hooks.get_hooks("linkable_records") for kind in offer()]
    return {kind.model: kind for kind in kinds if user is None or user.has_perm(kind.permission)}


def record_key(record: Model) -> str:
    """Return the name of a record in forms and addresses: its kind and its key, such as `41-7`."""
    return f"{ContentType.objects.get_for_model(record).pk}-{record.pk}"


def record_name(record: Model) -> str:
    """Return what a record is called where records of all kinds stand together, such as “Order HW-0001”."""
    kind = linkable_kinds().get(type(record))
    return f"{capfirst(record._meta.verbose_name)} {kind.name(record) if kind else record}"


def find_records(text: str, *, user: Any) -> list[Model]:
    """Return records of all kinds that fit what was typed and that a person may see: at most `MOST_FOUND` of each kind."""
    text = text.strip()
    if not text:
        return []
    kinds = linkable_kinds(user).values()
    return [record for kind in kinds for record in kind.narrowed(kind.search(text), user)[:MOST_FOUND]]


def records_by_key(keys: Iterable[str], *, user: Any) -> list[Model]:
    """Return the records with these names (`record_key`), in their order; one query for each kind.

    Raises `RecordUnknown` where the organization has no such record, nobody can link to its kind, or the person may not see it.
    """
    keys = list(dict.fromkeys(keys))
    kinds = linkable_kinds(user)
    types = {content_type.pk: model for model, content_type in ContentType.objects.get_for_models(*kinds).items()}
    wanted: dict[type[Model], set[int]] = {}
    for key in keys:
        type_pk, _dash, pk = key.partition("-")
        model = types.get(int(type_pk)) if type_pk.isdecimal() and pk.isdecimal() else None
        if model is None or len(pk) > 18:
            raise RecordUnknown(key)
        wanted.setdefault(model, set()).add(int(pk))
    found: Mapping[str, Model] = {
        record_key(record): record
        for model, pks in wanted.items()
        for record in kinds[model].narrowed(
            model._default_manager.select_related(*kinds[model].related).filter(pk__in=pks), user
        )
    }
    try:
        return [found[key] for key in keys]
    except KeyError as missing:
        raise RecordUnknown(str(missing)) from missing


def records_of(links: Iterable[RecordLink]) -> list[Model]:
    """Return the records that links point at, without those that are gone. Prefetch `record` where there are many links."""
    return [link.record for link in links if link.record is not None]


def seen_links(record: Any, *, user: Any) -> list[Model]:
    """Return the records that a task, a protocol or the like is about (`record.links`) and that a person may see."""
    return seen_records(records_of(record.links.prefetch_related("record")), user=user)


def seen_records(records: Iterable[Model], *, user: Any) -> list[Model]:
    """Return those of some records that a person may see, in their order; a query for each kind that is not all for everybody."""
    records, kinds, every = list(records), linkable_kinds(user), linkable_kinds()
    seen: dict[type[Model], set[int]] = {model: set() for model in every if model not in kinds}
    for model, kind in kinds.items():
        pks = {record.pk for record in records if type(record) is model}
        if kind.seen_by is not None and pks:
            seen[model] = set(kind.seen_by(user).filter(pk__in=pks).values_list("pk", flat=True))
    return [record for record in records if type(record) not in seen or record.pk in seen[type(record)]]
