"""What a batch of an import did is taken back, except for what has become of it since."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, OuterRef, Q, Subquery
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.functions import Greatest

from crm import queries
from crm.enums import ImportKind
from crm.models import (
    Activity,
    Consent,
    Customer,
    CustomerMerge,
    CustomerTag,
    ExternalId,
    Import,
    ImportBatch,
    ImportChange,
    Protocol,
    Task,
)
from crm.operations.import_customers import FIELDS

# What an import puts beside a customer; made later it is somebody else's.
_BESIDE: Final = (CustomerTag, ExternalId, Consent)


def undo_batch(parent: Import, batch: ImportBatch) -> tuple[int, int]:
    """Take back what a batch did; return how many records are as before, and how many were kept because something came since.

    Runs in the transaction of the caller, who holds the import.
    """
    changes = list(queries.changes_of_batch(batch))
    removed = _UNDO[ImportKind(parent.kind)](batch.made, batch.updated_at)
    left = _put_back(changes, parent, batch.updated_at) if changes else 0
    ImportChange.objects.filter(batch=batch).delete()
    return removed + len(changes) - left, len(batch.made) - removed + left


def _remove_customers(pks: Collection[int], written_at: datetime) -> int:
    """Remove the customers whom nobody changed and nothing leads to but what came with them; return how many."""
    held = Customer.every.select_for_update().filter(pk__in=pks).order_by("pk")
    # Never whole customers: reading their telephone numbers would take a good part of the time.
    known = held.values_list("pk", "merged_into_id", "updated_at")
    untouched = {pk for pk, merged_into, updated_at in known if merged_into is None and updated_at <= written_at}
    untouched -= _led_to(untouched, written_at)
    if untouched:
        Customer.every.filter(pk__in=untouched).only("pk").delete()
    return len(untouched)


def _remove_records(model: type[Protocol] | type[Task], pks: Collection[int], written_at: datetime) -> int:
    """Remove the protocols or tasks that nobody changed, and to which nothing was put since; return how many."""
    held = model._base_manager.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    untouched = {one.pk for one in held if one.updated_at <= written_at}
    for relation in model._meta.get_fields(include_hidden=True):
        if (
            isinstance(relation, ForeignObjectRel)
            and not relation.many_to_many
            and relation.related_model is not ExternalId
        ):
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{f"{name}__in": untouched})  # type: ignore[union-attr]
            untouched -= set(rows.values_list(name, flat=True))
    content_type = ContentType.objects.get_for_model(model)
    for link in queries.customer_links():
        if link.type_column:
            rows = link.model._base_manager.filter(**{f"{link.column}__in": untouched, link.type_column: content_type})
            untouched -= set(rows.values_list(link.column, flat=True))
    if untouched:
        gone = model._base_manager.filter(pk__in=untouched)
        last = dict(gone.order_by().values_list("customer").annotate(Max("happened_at"))) if model is Protocol else {}
        gone.delete()
        _look_back(last)
    return len(untouched)


def _look_back(last: Mapping[int, datetime]) -> None:
    """Set the last activity of customers back to what is left, where it was that of a protocol that is gone."""
    customers = Customer.objects.filter(pk__in=last, last_activity_at__in=set(last.values()))
    latest = [
        Subquery(rows.filter(customer=OuterRef("pk")).order_by(f"-{time}").values(time)[:1])
        for rows, time in ((Protocol.objects.all(), "happened_at"), (Activity.objects.all(), "at"))
    ]
    # GREATEST passes over NULL in PostgreSQL.
    customers.update(last_activity_at=Greatest(*latest))


def _led_to(pks: Collection[int], written_at: datetime) -> set[int]:
    merges = CustomerMerge.objects.filter(Q(kept__in=pks) | Q(gone__in=pks))
    found = {pk for pair in merges.values_list("kept_id", "gone_id") for pk in pair}
    for link in queries.customer_links():
        rows = link.model._base_manager.filter(**{f"{link.column}__in": pks})
        if link.type_column:
            rows = rows.filter(**{link.type_column: ContentType.objects.get_for_model(Customer)})
        if link.model in _BESIDE:
            # A consent that was withdrawn tells what must not be forgotten.
            time = "updated_at" if link.model is Consent else "created_at"
            rows = rows.filter(**{f"{time}__gt": written_at})
        found |= set(rows.values_list(link.column, flat=True))
    return found


def _put_back(rows: Iterable[ImportChange], parent: Import, written_at: datetime) -> int:
    """Give customers the values they had, unless those were changed since; return for how many something stays.

    Of somebody whom nobody has changed since nothing tells of the import any more, so that an earlier one can be undone as well.
    """
    by_customer = {row.record_id: row for row in rows}
    held = Customer.every.select_for_update().filter(pk__in=by_customer).order_by("pk")
    there = {one.pk: one for one in held}
    known = list(by_customer.values())
    taken = queries.customers_by_email(row.before["email"] for row in known if row.before.get("email"))
    left, changed = len(by_customer.keys() - there.keys()), []
    as_before: list[tuple[Customer, datetime]] = []
    for pk, customer in there.items():
        row, stays, is_put_back = by_customer[pk], False, False
        for name, value in row.before.items():
            is_free = name != "email" or not value or value.lower() not in taken
            if str(getattr(customer, name)) == row.after[name] and is_free:
                setattr(customer, name, value)
                is_put_back = True
            else:
                stays = True
        left += stays
        if is_put_back:
            changed.append(customer)
            if not stays and row.changed_before is not None and customer.updated_at <= written_at:
                as_before.append((customer, row.changed_before))
    if changed:
        Customer.every.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=[*FIELDS, "updated_at"]
        )
    for customer, changed_before in as_before:
        customer.updated_at = changed_before
    Customer.every.bulk_update([customer for customer, _changed_before in as_before], ["updated_at"])
    _take_away(known, parent)
    return left


def _take_away(rows: Iterable[ImportChange], parent: Import) -> None:
    added: list[tuple[int, Mapping[str, Any]]] = [(row.record_id, row.added) for row in rows if row.added]
    tags = {(pk, name) for pk, one in added for name in one.get("tags", ())}
    if tags:
        found = CustomerTag.objects.filter(customer__in={pk for pk, _name in tags})
        CustomerTag.objects.filter(pk__in=[tag.pk for tag in found if (tag.customer_id, tag.name) in tags]).delete()
    numbers = [one["number"] for _pk, one in added if "number" in one]
    if numbers:
        ExternalId.objects.filter(kind=ImportKind.CUSTOMERS, source=parent.origin, value__in=numbers).delete()
    consents = [one["consent"] for _pk, one in added if "consent" in one]
    if consents:
        Consent.objects.filter(pk__in=consents, withdrawn_at=None).delete()


_UNDO: Final[Mapping[ImportKind, Callable[[Collection[int], datetime], int]]] = {
    ImportKind.CUSTOMERS: _remove_customers,
    ImportKind.PROTOCOLS: partial(_remove_records, Protocol),
    ImportKind.TASKS: partial(_remove_records, Task),
}
