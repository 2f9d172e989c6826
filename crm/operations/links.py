"""Linking a record of this app with others."""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Manager, Model

from crm.queries import seen_records


class LinkRefused(Exception):
    """Nothing can be linked with this record: the organization has no such record."""


@transaction.atomic
def set_links(links: Manager[Any], records: Iterable[Model], *, user: Any = None) -> None:
    """Make the links of a record (`protocol.links`, `task.links`) lead to these records and no others.

    Where a person chose them, links to what `user` may not see stay as they are. Raises `LinkRefused` for a record that the
    organization does not have; then nothing is changed.
    """
    wanted = {}
    for record in records:
        # Keys of records are guessable; the scope knows which of them are the organization's.
        if not type(record)._default_manager.filter(pk=record.pk).exists():
            raise LinkRefused(f"{record._meta.label} {record.pk}")
        wanted[ContentType.objects.get_for_model(record).pk, record.pk] = record
    there = list(links.prefetch_related("record"))
    records = [link.record for link in there if link.record is not None]
    seen = records if user is None else seen_records(records, user=user)
    for link in there:
        is_wanted = wanted.pop((link.content_type_id, link.object_id), None) is not None
        if not is_wanted and (link.record is None or link.record in seen):
            link.delete()
    for content_type_id, object_id in wanted:
        links.create(content_type_id=content_type_id, object_id=object_id)  # type: ignore[attr-defined]  # a manager of related rows
