"""What tasks and projects have to do with other records."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Model, Q, QuerySet

from crm.models import Customer, Project, TaskLink
from crm.queries.links import RecordUnknown, linkable_kinds, record_name, records_by_key


def record_of(key: str, *, user: Any) -> Model | None:
    """Return the record with this name (`record_key`), or None where there is none or the person may not see it."""
    try:
        return records_by_key([key], user=user)[0] if key else None
    except RecordUnknown:
        return None


def customer_of(record: Model | None) -> Customer | None:
    """Return the customer that a record is, or belongs to."""
    if record is None or isinstance(record, Customer):
        return record
    found = getattr(record, "customer", None)
    return found if isinstance(found, Customer) else None


def tasks_about(record: Model) -> Q:
    """Return what finds the tasks about a record; those of a customer or a project stand in a field of their own."""
    kind = ContentType.objects.get_for_model(record)
    found = Q(pk__in=TaskLink.objects.filter(content_type=kind, object_id=record.pk).values("task"))
    if isinstance(record, Customer):
        return found | Q(customer=record)
    return found | Q(project=record) if isinstance(record, Project) else found


def linked_records(links: QuerySet[Any], *, user: Any) -> list[tuple[Model | None, str]]:
    """Return the records of links and their names, the first linked first; of one that was deleted None and no name.

    What a person may not see is left out. One query for the links and one for each kind of record.
    """
    kinds = linkable_kinds(user)
    records = [model._default_manager.select_related(*kind.related) for model, kind in kinds.items()]
    found: list[tuple[Model | None, str]] = []
    for link in links.prefetch_related(GenericPrefetch("record", records)).order_by("pk"):
        if link.record is None:
            found.append((None, ""))
        elif type(link.record) in kinds:
            found.append((link.record, record_name(link.record)))
    return found
