"""Files are uploaded to be imported, read as somebody says, started, stopped, undone and forgotten."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import Any, Final

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm import queries
from crm.enums import IMPORT_UNDOABLE, ImportKind, ImportMode, ImportState
from crm.gateways.tables import guess_layout, open_table
from crm.models import Import, ImportBatch, ImportChange, ImportProblem
from crm.rules import guess_mapping
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tenancy.models import User


class ImportRefused(Exception):
    """What was asked of an import cannot be done; its text says why, for people. Nothing was done."""


def upload_import(file: "File[Any]", *, kind: str, actor: User | None) -> Import:
    """Keep a file to be imported, with its columns and what they seem to be; return the import. Raises `TableError` for no table."""
    name = PurePath(file.name or "").name
    file.seek(0)
    content = file.read()
    layout = guess_layout(content, PurePath(name).suffix.lower().removeprefix("."))
    columns = open_table(content, layout).columns
    last = Import.objects.filter(kind=kind).exclude(origin="").order_by("-pk").first()
    mapping = queries.known_mapping(kind, columns)
    with transaction.atomic():
        parent = Import.objects.create(
            kind=kind,
            name=name[-200:],
            # Under a name that is ours: what somebody calls a file says nothing of what it is.
            file=ContentFile(content, name=f"import.{layout.format}"),
            encoding=layout.encoding,
            separator=layout.separator,
            columns=columns,
            mapping=mapping or guess_mapping(kind, columns),
            origin=last.origin if last is not None and mapping else "",
            author=actor,
        )
        audit.record("import.uploaded", parent, actor=actor)
    return parent


@transaction.atomic
def reread_import(parent: Import, *, encoding: str, separator: str) -> Import:
    """Read a CSV file again in other letters or with another separator; return the import. Raises `TableError`, `ImportRefused`."""
    parent = _not_started(parent)
    if not parent.separator:
        raise ImportRefused(_("Only a CSV file can be read in another way."))
    parent.encoding, parent.separator = encoding, separator
    parent.columns = queries.table_of(parent).columns
    parent.mapping = queries.known_mapping(parent.kind, parent.columns) or guess_mapping(parent.kind, parent.columns)
    parent.state = ImportState.MAPPING
    parent.save()
    return parent


@transaction.atomic
def check_import(
    parent: Import,
    *,
    mapping: Sequence[str],
    mode: ImportMode,
    origin: str = "",
    tag: str = "",
    consent_source: str = "",
    is_month_first: bool = False,
    now: datetime,
) -> Import:
    """Say how the columns are read, and let a job look at each row without taking any over; return the import.

    `mapping` has the name of a field or nothing for each column. Raises `ImportRefused` once the import was started.
    """
    parent = _not_started(parent)
    parent.rows = 0
    parent.mapping, parent.mode, parent.origin, parent.tag = list(mapping), mode, origin, tag
    parent.consent_source, parent.is_month_first = consent_source, is_month_first
    _begin(parent, ImportState.CHECKING, now=now)
    return parent


@transaction.atomic
def start_import(parent: Import, *, now: datetime, actor: Actor) -> Import:
    """Let a job take the rows over; return the import. Raises `ImportRefused` for one that is not checked, or started already."""
    parent = _held(parent, ImportState.CHECKED)
    parent.started_at = now
    _begin(parent, ImportState.RUNNING, now=now)
    audit.record("import.started", parent, actor=actor, rows=parent.rows)
    return parent


@transaction.atomic
def stop_import(parent: Import, *, now: datetime, actor: Actor) -> Import | None:
    """Stop an import; return it. What was taken over stays and can be undone; before the start it goes with its file, and None is returned.

    Raises `ImportRefused` for one that is over or being undone.
    """
    parent = _held(parent, *_BEFORE, ImportState.CHECKING, ImportState.RUNNING)
    if parent.started_at is None:
        audit.record("import.dropped", parent, actor=actor)
        parent.delete()
        return None
    if parent.state != ImportState.RUNNING:
        raise ImportRefused(_too_late())
    parent.state, parent.finished_at = ImportState.STOPPED, now
    parent.save()
    audit.record("import.stopped", parent, actor=actor, made=parent.made, changed=parent.changed)
    return parent


@transaction.atomic
def undo_import(parent: Import, *, now: datetime, actor: Actor) -> Import:
    """Let a job take back what an import did; return the import. Raises `ImportRefused`, 30 days after the start too."""
    parent = _held(parent, *IMPORT_UNDOABLE)
    if parent.undoable_until is None or now > parent.undoable_until:
        raise ImportRefused(_("An import can be undone for 30 days; these are over."))
    parent.state, parent.worked_at, parent.attempts = ImportState.UNDOING, now, 0
    parent.save()
    audit.record("import.undone", parent, actor=actor, made=parent.made, changed=parent.changed)
    enqueue("crm.work_on_import", import_id=parent.pk)
    return parent


def forget_imports(*, now: datetime) -> int:
    """Remove files of imports begun more than 30 days ago, and what they remember of rows; return how many.

    Those that were never started go altogether. Across the organizations in scope.
    """
    old = queries.imports_to_forget(now=now)
    return sum(_forget(pk, old) for pk in list(old.values_list("pk", flat=True)))


@transaction.atomic
def _forget(pk: int, old: QuerySet[Import]) -> bool:
    # One that somebody starts or undoes just now is left to them, and looked at again the next time.
    parent = old.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if parent is None:
        return False
    if parent.started_at is None:
        parent.delete()
        return True
    ImportBatch.objects.filter(parent=parent).update(made=[])
    ImportChange.objects.filter(batch__parent=parent).delete()
    ImportProblem.objects.filter(parent=parent).update(value="")
    Import.objects.filter(pk=parent.pk).update(file="")
    transaction.on_commit(partial(parent.file.storage.delete, str(parent.file.name)))
    return True


def forget_imported(customer_pk: int) -> None:
    """Empty what imports remember of a customer who was deleted."""
    rows = ImportChange.objects.filter(record_id=customer_pk, batch__parent__kind=ImportKind.CUSTOMERS)
    rows.update(before={}, after={}, added={})


# Those in which its columns can be chosen; `failed` only where it was not started.
_BEFORE: Final = (ImportState.MAPPING, ImportState.CHECKED, ImportState.FAILED)


def _too_late() -> str:
    return _("This import has gone on meanwhile. Look at it again.")


def _not_started(parent: Import) -> Import:
    held = _held(parent, *_BEFORE)
    if not held.is_open:
        raise ImportRefused(_too_late())
    return held


def _held(parent: Import, *states: ImportState) -> Import:
    held = Import.objects.select_for_update(no_key=True, of=("self",)).filter(pk=parent.pk).first()
    if held is None or held.state not in states:
        raise ImportRefused(_too_late())
    return held


def _begin(parent: Import, state: ImportState, *, now: datetime) -> None:
    ImportProblem.objects.filter(parent=parent).delete()
    parent.state, parent.worked_at, parent.attempts, parent.position = state, now, 0, 0
    parent.made = parent.changed = parent.unchanged = parent.left_out = 0
    parent.save()
    enqueue("crm.work_on_import", import_id=parent.pk)
