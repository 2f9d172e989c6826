"""What an edit changed: the fields of a record, and of the rows that are edited with it, before and after."""

import datetime as dt
from typing import Any, Final, NamedTuple

from django.db import models
from modelcluster.models import get_all_child_relations

from tenancy.fields import EncryptedTextField

# Longer texts are cut: the log says what changed, it is no archive of texts.
LONGEST: Final = 2000
SECRET_NAMES: Final = ("password", "secret", "token", "hash")


class Change(NamedTuple):
    """One field that has another value, or one row (a price, a stop) that came, went or changed.

    `relation`, `row` and `name` say which row of a record's it was. Secrets have no values.
    """

    field: str = ""
    before: Any = None
    after: Any = None
    relation: str = ""
    name: str = ""
    happened: str = ""
    is_personal: bool = False
    is_secret: bool = False


class Snapshot(NamedTuple):
    """A record as the database has it, with its rows by relation and key."""

    record: models.Model | None
    rows: dict[str, dict[int, models.Model]]
    chosen: dict[str, list[str]]


def snapshot(record: models.Model) -> Snapshot:
    """Read a record as the database has it now, whatever was done to the object in memory."""
    model = type(record)
    stored = model._base_manager.filter(pk=record.pk).first()
    rows = {
        relation.get_accessor_name(): {
            row.pk: row
            for row in relation.related_model._base_manager.filter(**{relation.field.attname: record.pk}).order_by("pk")
        }
        for relation in (get_all_child_relations(model) if hasattr(model, "copy_cluster") else [])
    }
    chosen = {
        field.name: sorted(str(value) for value in getattr(stored, field.name).all())
        for field in model._meta.many_to_many
        if stored is not None and field.editable
    }
    return Snapshot(stored, rows, chosen)


def changes_since(before: Snapshot, record: models.Model) -> list[Change]:
    """Return what changed of a record since `before`, by the order of its fields; nothing when there was none before."""
    now = snapshot(record)
    if before.record is None or now.record is None:
        return []
    found = _fields(before.record, now.record)
    personal = getattr(record, "personal_fields", ())
    for name, chosen in now.chosen.items():
        if chosen != before.chosen[name]:
            found.append(Change(field=name, before=before.chosen[name], after=chosen, is_personal=name in personal))
    for relation, rows in now.rows.items():
        found += _rows(relation, before.rows[relation], rows)
    return found


def _rows(relation: str, before: dict[int, models.Model], after: dict[int, models.Model]) -> list[Change]:
    found = []
    for key, row in before.items():
        if key not in after:
            found.append(_row(relation, row, "removed"))
    for key, row in after.items():
        if key not in before:
            found.append(_row(relation, row, "added"))
        else:
            found += [
                change._replace(relation=relation, name=str(row)[:200])
                for change in _fields(before[key], row)
                if change.field != "sort_order"
            ]
    return found


def _row(relation: str, row: models.Model, happened: str) -> Change:
    return Change(
        relation=relation,
        name=str(row)[:200],
        happened=happened,
        is_personal="__str__" in getattr(row, "personal_fields", ()),
    )


def _fields(before: models.Model, after: models.Model) -> list[Change]:
    found = []
    personal = getattr(after, "personal_fields", ())
    for field in after._meta.concrete_fields:
        if not field.editable or field.primary_key or field.name == "organization":
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old == new:
            continue
        if isinstance(field, EncryptedTextField) or any(word in field.name for word in SECRET_NAMES):
            found.append(Change(field=field.name, is_secret=True))
            continue
        found.append(
            Change(
                field=field.name,
                before=_plain(field, old),
                after=_plain(field, new),
                is_personal=field.name in personal,
            )
        )
    return found


def _plain(field: Any, value: Any) -> Any:
    """A value as JSON; of another record its name, unless that is a person's."""
    if value is None:
        return None
    if field.is_relation:
        if "__str__" in getattr(field.related_model, "personal_fields", ()):
            return f"#{value}"
        return str(field.related_model._base_manager.filter(pk=value).first() or f"#{value}")[:200]
    if isinstance(value, list):
        return [_plain(field, one) for one in value]
    if isinstance(value, bool | int | float | dict):
        return value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)[:LONGEST]
