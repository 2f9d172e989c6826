"""The job of an import: batch by batch, each in a transaction of its own that also says how far it has come."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from crm import queries
from crm.enums import ImportKind, ImportReason, ImportState
from crm.gateways.tables import MOST_LETTERS, Line, TableError
from crm.models import Import, ImportBatch, ImportProblem
from crm.operations.import_contacts import plan_protocols, plan_tasks, write_protocols, write_tasks
from crm.operations.import_customers import person_of, plan_customers, write_customers
from crm.operations.import_undo import undo_batch
from crm.rules import Found, Reading, Row, fields_of, own_number, read_customer, read_known_by, read_protocol, read_task
from tenancy import audit
from tenancy.jobs import enqueue
from tenancy.queries import scope_zone
from tenancy.scope import require_organization_id

# How many rows one transaction takes over, and how many batches one job does before others get their turn.
BATCH: Final = 1_000
BATCHES_AT_A_TIME: Final = 25
# How often a job begins without getting on before it is given up.
MOST_ATTEMPTS: Final = 5
_TRIES: Final = 3
# A deadlock, and an address that somebody else has taken since it was looked for.
_AGAIN: Final = frozenset({"40P01", "23505"})
# The first half of the key of the lock under which imports of an organization write, one batch after the other.
_LOCK: Final = 7_411

T = TypeVar("T")
# By what rows are known, and which row that is.
_Taken = dict[tuple[ImportReason, str], int]


class _Work(NamedTuple):
    """How rows of one kind are read, looked at beside what is there, and written.

    Of a row that has one of `known_by` the rest need not be read to say what it is known by.
    """

    read: Callable[[int, Any, Reading], Row]
    known_by: tuple[str, ...]
    same: Callable[[Row], list[tuple[ImportReason, str]]]
    plan: Callable[..., list[Any]]
    write: Callable[[list[Any], Import, ImportBatch], None]


_WORK: Final = {
    ImportKind.CUSTOMERS: _Work(read_customer, ("email", "external_id"), person_of, plan_customers, write_customers),
    ImportKind.PROTOCOLS: _Work(read_protocol, ("external_id",), own_number, plan_protocols, write_protocols),
    ImportKind.TASKS: _Work(read_task, ("external_id",), own_number, plan_tasks, write_tasks),
}


def work_on_import(import_id: int, *, now: datetime) -> None:
    """Get on with an import, wherever it stands: a check, the import itself or its undoing.

    Begins after the last batch that was committed. A second job at the same time does nothing twice. What nobody can get on with
    after `MOST_ATTEMPTS` is `failed`.
    """
    parent = Import.objects.filter(pk=import_id).first()
    if parent is None or not parent.is_at_work:
        return
    Import.objects.filter(pk=import_id).update(attempts=F("attempts") + 1, worked_at=now)
    if parent.attempts >= MOST_ATTEMPTS:
        _finish(parent, ImportState.FAILED, now=now)
    elif parent.state == ImportState.UNDOING:
        _undo(parent, now=now)
    else:
        _read_on(parent, now=now)


def _read_on(parent: Import, *, now: datetime) -> None:
    work = _WORK[ImportKind(parent.kind)]
    taken: _Taken = {}
    done = 0
    try:
        table = queries.table_of(parent)
        reading = Reading(
            fields=fields_of(parent.kind),
            columns=table.columns,
            mapping=parent.mapping,
            region=queries.phone_region(),
            zone=scope_zone(),
            now=now,
            is_month_first=parent.is_month_first,
            consent_source=parent.consent_source,
            tag=parent.tag,
            own_kinds=queries.own_kinds() if parent.kind == ImportKind.PROTOCOLS else (),
        )
        batches = 0
        left_out = queries.left_out_rows(parent)
        for lines in _batches(table.rows):
            before, done = done, done + len(lines)
            fresh = max(0, min(parent.position - before, len(lines)))
            # A job before this one looked at these.
            sound = (line for line in lines[:fresh] if line.number not in left_out)
            taken.update(_claim([_known(line, work, reading) for line in sound], work, taken))
            if done <= parent.position:
                continue
            if batches == BATCHES_AT_A_TIME:
                enqueue("crm.work_on_import", import_id=parent.pk)
                return
            rows = [_row(line, work, reading) for line in lines[fresh:]]
            known = [len(row.found) for row in rows]
            if not _undisturbed(partial(_do_batch, parent, rows, known, taken, work)):
                return
            if parent.state == ImportState.RUNNING and not batches:
                _tell_planner()
            batches += 1
            parent.position = done
    except TableError as error:
        _fail_reading(parent, error, now=now)
        return
    _finish(parent, ImportState.DONE if parent.state == ImportState.RUNNING else ImportState.CHECKED, now=now)


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _row(line: Line, work: _Work, reading: Reading) -> Row:
    if line.cells is None:
        return Row(line.number, found=[Found(ImportReason.UNREADABLE)])
    for column, cell in zip(reading.columns, line.cells, strict=False):
        if len(cell) > MOST_LETTERS:
            return Row(line.number, found=[Found(ImportReason.LONG, column)])
    return work.read(line.number, line.cells, reading)


def _known(line: Line, work: _Work, reading: Reading) -> Row:
    """Return of a row that was sound before what it is known by; reading all of it takes much longer, most of it for telephone numbers."""
    row = read_known_by(line.number, line.cells or (), reading, work.known_by)
    return row if row.values else _row(line, work, reading)


def _claim(rows: Iterable[Row], work: _Work, taken: _Taken) -> _Taken:
    """Return what rows are known by. A row of which one before it has something is left out, and has nothing itself."""
    claims: _Taken = {}
    for row in rows:
        if row.is_left_out:
            continue
        keys = work.same(row)
        twice = next((key for key in keys if key in taken or key in claims), None)
        if twice is not None:
            row.found.append(Found(twice[0], value=str(taken.get(twice) or claims[twice])))
        else:
            claims.update(dict.fromkeys(keys, row.number))
    return claims


def _plan(
    rows: list[Row], known: list[int], parent: Import, taken: _Taken, work: _Work, *, lock: bool
) -> tuple[list[Any], _Taken]:
    """Return what the rows of a batch do, and what they are known by.

    The first row about something counts, unless it is left out for a reason of its own: then the next one does.
    """
    for row, count in zip(rows, known, strict=True):
        # What an attempt before this one found goes.
        del row.found[count:]
    steps = work.plan(rows, parent, lock=lock)
    twice = False
    for row, count in zip(rows, known, strict=True):
        if row.found[count:] and row.found[-1].reason == ImportReason.PERSON_TWICE:
            # Depends on which of the rows count.
            twice = True
            del row.found[count:]
    sound = sum(not row.is_left_out for row in rows)
    claims = _claim(rows, work, taken)
    if twice or sound > sum(not row.is_left_out for row in rows):
        for row, count in zip(rows, known, strict=True):
            if not row.is_left_out:
                # Notes are written anew.
                del row.found[count:]
        steps = work.plan(rows, parent, lock=lock)
        left_out = {row.number for row in rows if row.is_left_out}
        claims = {key: number for key, number in claims.items() if number not in left_out}
    return steps, claims


def _do_batch(parent: Import, rows: list[Row], known: list[int], taken: _Taken, work: _Work) -> bool:
    """Look at the rows of a batch, or take them over; return whether it was this job that did.

    `known` is for each row the number of problems that were found in the row itself, `taken` what rows before are known by, and these
    rows too afterwards.
    """
    is_running = parent.state == ImportState.RUNNING
    with transaction.atomic():
        held = Import.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(
            pk=parent.pk, state=parent.state, position=parent.position
        )
        current = held.first()
        if current is None:
            return False
        if is_running:
            _wait_for_others()
        steps, claims = _plan(rows, known, current, taken, work, lock=is_running)
        left_out = sum(row.is_left_out for row in rows)
        acting = [step for step in steps if step.does_something]
        current.made += sum(step.is_new for step in acting)
        current.changed += sum(not step.is_new for step in acting)
        current.unchanged += len(rows) - left_out - len(acting)
        current.left_out += left_out
        if is_running:
            batch = ImportBatch.objects.create(parent=current, first_row=rows[0].number, last_row=rows[-1].number)
            work.write(acting, current, batch)
            # What is written later than this is somebody else's.
            batch.save(update_fields=["made", "updated_at"])
        ImportProblem.objects.bulk_create(_problems(current, rows))
        current.position += len(rows)
        current.rows = max(current.rows, current.position)
        current.worked_at, current.attempts = timezone.now(), 0
        current.save()
    taken.update(claims)
    return True


def _problems(parent: Import, rows: Iterable[Row]) -> Iterator[ImportProblem]:
    for row in rows:
        for found in row.found:
            yield ImportProblem(
                parent=parent,
                row=row.number,
                reason=found.reason,
                column=found.column,
                value=found.value,
                is_note=found.is_note,
            )


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, require_organization_id() % 2**31])


def _tell_planner() -> None:
    """Let PostgreSQL look at tables that were all but empty before a job's first batch, so that the next ones do not read them whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse_imported()")


def _undisturbed(call: Callable[[], T]) -> T:
    for attempt in range(_TRIES):
        try:
            return call()
        except (OperationalError, IntegrityError) as error:
            if getattr(error.__cause__, "sqlstate", "") not in _AGAIN or attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _fail_reading(parent: Import, error: TableError, *, now: datetime) -> None:
    reason = ImportReason.TOO_MANY if error.code == "rows" else ImportReason.UNREADABLE
    ImportProblem.objects.create(parent=parent, row=parent.position + 2, reason=reason)
    _finish(parent, ImportState.FAILED, now=now)


@transaction.atomic
def _finish(parent: Import, state: ImportState, *, now: datetime) -> None:
    """Say that a phase is over, unless somebody has stopped it meanwhile or another job said so."""
    finished_at = now if parent.started_at is not None else None
    if not Import.objects.filter(pk=parent.pk, state=parent.state).update(state=state, finished_at=finished_at):
        return
    if finished_at is not None:
        fresh = Import.objects.get(pk=parent.pk)
        audit.record("import.ended", fresh, made=fresh.made, changed=fresh.changed, left_out=fresh.left_out)
        enqueue("crm.find_duplicates")


def _undo(parent: Import, *, now: datetime) -> None:
    for _number in range(BATCHES_AT_A_TIME):
        if not _undisturbed(lambda: _undo_next(parent, now=now)):
            break
    else:
        enqueue("crm.work_on_import", import_id=parent.pk)
        return
    if not queries.batches_to_undo(parent).exists():
        _finish(parent, ImportState.UNDONE, now=now)


@transaction.atomic
def _undo_next(parent: Import, *, now: datetime) -> bool:
    """Take back the last batch that stands; return whether it was this job that did."""
    held = Import.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    current = held.filter(pk=parent.pk, state=ImportState.UNDOING).first()
    batch = queries.batches_to_undo(parent).first() if current is not None else None
    if current is None or batch is None:
        return False
    _wait_for_others()
    taken_back, kept = undo_batch(current, batch)
    ImportBatch.objects.filter(pk=batch.pk).update(undone_at=now)
    current.taken_back += taken_back
    current.kept += kept
    current.worked_at, current.attempts = timezone.now(), 0
    current.save()
    return True
