"""Imports: what they find of what is there already, and which of them wait for a job."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from crm.enums import IMPORT_AT_WORK, ImportKind, ImportState
from crm.models import Customer, ExternalId, Import, ImportBatch, ImportChange, ImportProblem, Protocol, Task
from crm.models.imports import IMPORT_KEPT_FOR

# After this long without progress a job is taken for lost.
_LOST_AFTER: Final = timedelta(minutes=1)


class Holder(NamedTuple):
    """Whose an e-mail address is. `is_own` is false where it came with somebody who was merged into them."""

    customer_id: int
    is_own: bool


def known_mapping(kind: str, columns: Sequence[str]) -> list[str] | None:
    """Return how the columns of the last file with the same names, in any order, were read; None when there was none."""
    earlier = Import.objects.filter(kind=kind, columns__contains=list(set(columns))).exclude(state=ImportState.MAPPING)
    for one in earlier.order_by("-pk")[:20]:
        if sorted(one.columns) == sorted(columns):
            if one.columns == columns:
                return list(one.mapping)
            # Of columns with one name the first is the one that counts.
            fields = dict(zip(reversed(one.columns), reversed(one.mapping), strict=False))
            return [fields.get(column, "") for column in columns]
    return None


def customers_by_number(origin: str, numbers: Collection[str]) -> dict[str, int]:
    """Return for each number that another system gives to customers the key of the one it leads to."""
    found = ExternalId.objects.filter(kind=ImportKind.CUSTOMERS, source=origin, value__in=numbers)
    return dict(found.values_list("value", "customer_id")) if numbers else {}  # type: ignore[arg-type]


def records_by_number(kind: str, origin: str, numbers: Collection[str]) -> set[str]:
    """Return those numbers of another system that lead to a protocol or a task already."""
    found = ExternalId.objects.filter(kind=kind, source=origin, value__in=numbers)
    return set(found.values_list("value", flat=True)) if numbers else set()


def customers_by_email(emails: Iterable[str]) -> dict[str, Holder]:
    """Return for each e-mail address, in small letters, whose it is; addresses of nobody are not there."""
    folded = [email.lower() for email in emails]
    if not folded:
        return {}
    rows = Customer.every.filter(email_folded__in=folded).values_list("email_folded", "pk", "merged_into_id")
    return {str(email): Holder(kept or pk, is_own=kept is None) for email, pk, kept in rows}


def customers_by_phone(phones: Collection[str]) -> dict[tuple[str, str], int]:
    """Return the customers with these phone numbers by number and whole name in small letters."""
    if not phones:
        return {}
    rows = Customer.objects.filter(phone__in=phones).order_by("-pk")
    return {(str(row.phone), row.full_name.lower()): row.pk for row in rows.only("phone", "first_name", "last_name")}


def imports_to_go_on(*, now: datetime) -> list[tuple[int, int]]:
    """Return import and organization of those whose job was lost. Across the organizations in scope."""
    lost = Import.objects.filter(state__in=IMPORT_AT_WORK, worked_at__lt=now - _LOST_AFTER)
    return list(lost.order_by("worked_at").values_list("pk", F("organization_id"))[:100])


def imports_to_forget(*, now: datetime) -> QuerySet[Import]:
    """Return the imports that hold a file still: those begun more than 30 days ago, or uploaded then and never begun.

    Across the organizations in scope.
    """
    old = Import.objects.annotate(since=Coalesce("started_at", "created_at")).filter(since__lt=now - IMPORT_KEPT_FOR)
    return old.exclude(file="").exclude(state__in=IMPORT_AT_WORK).order_by("pk")


def problems_of(parent: Import) -> QuerySet[ImportProblem]:
    """Return what is wrong with rows of a file, in its order."""
    return ImportProblem.objects.filter(parent=parent).order_by("row", "pk")


def left_out_rows(parent: Import) -> set[int]:
    """Return the numbers of the rows of a file that were left out so far."""
    problems = ImportProblem.objects.filter(parent=parent, is_note=False)
    return set(problems.values_list("row", flat=True))


def same_protocols(protocols: Collection[Protocol]) -> list[bool]:
    """Return for each protocol that is not stored whether one says the same: of whom, of what kind, when, and what was said."""
    names = ("customer_id", "kind", "own_kind", "direction", "happened_at", "subject", "body")
    there = Protocol.objects.filter(
        customer__in={one.customer_id for one in protocols}, happened_at__in={one.happened_at for one in protocols}
    )
    return _are_there(protocols, there, names)


def same_tasks(tasks: Collection[Task]) -> list[bool]:
    """Return for each task that is not stored whether one says the same: about whom, what is to be done, and by when."""
    names = ("customer_id", "title", "notes", "due_on", "due_time")
    whose = Q(customer__in={one.customer_id for one in tasks if one.customer_id}) | Q(customer=None)
    there = Task.objects.filter(whose, title__in={one.title for one in tasks})
    return _are_there(tasks, there, names)


def _are_there(records: Collection[Any], there: QuerySet[Any], names: Sequence[str]) -> list[bool]:
    known = set(there.values_list(*names)) if records else set()
    return [tuple(getattr(one, name) for name in names) in known for one in records]


def batches_to_undo(parent: Import) -> QuerySet[ImportBatch]:
    """Return the batches of an import that still stand, the last first."""
    return ImportBatch.objects.filter(parent=parent, undone_at=None).order_by("-first_row")


def changes_of_batch(batch: ImportBatch) -> QuerySet[ImportChange]:
    """Return what a batch changed of customers who were there, in the order of the file."""
    return ImportChange.objects.filter(batch=batch).order_by("row")


def undone_share(parent: Import) -> tuple[int, int]:
    """Return how many batches of an import are undone, and how many there are."""
    batches = ImportBatch.objects.filter(parent=parent)
    return batches.exclude(undone_at=None).count(), batches.count()
