"""What tasks and projects have to do with other records."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Model, Q, QuerySet

from crm.models import Customer, Milestone, Project, TaskLink
from crm.queries.links import RecordUnknown, linkable_kinds, record_name, records_by_key, seen_records


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


def customers_of(record: Model) -> list[Customer]:
    """Return the customers that a task, a project, a milestone's project or a document is linked with, the first linked first."""
    links = getattr(record.project if isinstance(record, Milestone) else record, "links", None)
    if links is None:
        return []
    kind = ContentType.objects.get_for_model(Customer)
    pks = list(links.filter(content_type=kind).order_by("pk").values_list("object_id", flat=True))
    found = Customer.objects.in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


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
    related = [model._default_manager.select_related(*kind.related) for model, kind in linkable_kinds(user).items()]
    records = [link.record for link in links.prefetch_related(GenericPrefetch("record", related)).order_by("pk")]
    seen = seen_records([record for record in records if record is not None], user=user)
    return [
        (record, "" if record is None else record_name(record))
        for record in records
        if record is None or record in seen
    ]
