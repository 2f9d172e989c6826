"""Rows of a file become protocols and tasks of the customers that there are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from crm import queries
from crm.enums import (
    UNFINISHED,
    Direction,
    ImportKind,
    ImportReason,
    ProtocolKind,
    TaskPriority,
    TaskReminder,
    TaskState,
)
from crm.models import Customer, ExternalId, Import, ImportBatch, Protocol, Task
from crm.rules import Found, Row, reminder_instant, rich_of_either
from tenancy.queries import members, scope_zone
from tenancy.rules import person_name


@dataclass(slots=True)
class ContactStep:
    """What a row does: a protocol or a task, unless its number says that it is there already."""

    row: Row
    record: Protocol | Task
    is_new: bool

    @property
    def does_something(self) -> bool:
        """Whether anything is new after it."""
        return self.is_new


def plan_protocols(rows: Iterable[Row], parent: Import, *, lock: bool) -> list[ContactStep]:
    """Return the protocols of a batch; whose customer is not there is put down at the rows themselves. `lock` needs no lock here."""
    rows = [row for row in rows if not row.is_left_out]
    known, whose = _known(rows, parent), _whose(rows, parent)
    steps = []
    for row in rows:
        customer_id = whose.get(row.number)
        if customer_id is None:
            continue
        kind, own_kind = row.values.get("kind", (ProtocolKind.NOTE, ""))
        record = Protocol(
            customer_id=customer_id,
            kind=kind,
            own_kind=own_kind,
            direction=row.values.get("direction", Direction.INBOUND),
            subject=row.values["subject"],
            body=rich_of_either(row.values.get("body", "")),
            happened_at=row.values["happened_at"],
            duration_minutes=row.values.get("duration_minutes"),
            outcome=row.values.get("outcome", ""),
            author_id=parent.author_id,
        )
        steps.append(ContactStep(row, record, is_new=row.values.get("external_id") not in known))
    return _without(steps, queries.same_protocols)


def plan_tasks(rows: Iterable[Row], parent: Import, *, lock: bool) -> list[ContactStep]:
    """Return the tasks of a batch, as `plan_protocols` does. Who is to do one is known by e-mail address or name."""
    rows = [row for row in rows if not row.is_left_out]
    known, whose = _known(rows, parent), _whose(rows, parent)
    people = _people() if any("assignee" in row.values for row in rows) else {}
    zone, now = scope_zone(), timezone.now()
    steps = []
    for row in rows:
        if row.is_left_out:
            continue
        name, assignee_id = row.values.get("assignee", ""), None
        if name:
            assignee_id = people.get(name.lower())
            if assignee_id is None:
                row.found.append(Found(ImportReason.NO_PERSON, value=name, is_note=True))
        record = Task(
            customer_id=whose.get(row.number),
            title=row.values["title"],
            notes=row.values.get("notes", ""),
            state=row.values.get("state", TaskState.OPEN),
            priority=row.values.get("priority", TaskPriority.NORMAL),
            due_on=row.values.get("due_on"),
            due_time=row.values.get("due_time"),
            assignee_id=assignee_id,
            created_by_id=parent.author_id,
        )
        if record.state in UNFINISHED:
            record.remind_at = reminder_instant(
                TaskReminder(record.remind), due_on=record.due_on, due_time=record.due_time, zone=zone, now=now
            )
        else:
            record.completed_at = now
        steps.append(ContactStep(row, record, is_new=row.values.get("external_id") not in known))
    return _without(steps, queries.same_tasks)


def _without(steps: list[ContactStep], same: Callable[[list[Any]], list[bool]]) -> list[ContactStep]:
    """Leave out rows without a number whose like is there, as when a file is imported again."""
    unnumbered = [step for step in steps if "external_id" not in step.row.values]
    for step, is_there in zip(unnumbered, same([step.record for step in unnumbered]), strict=True):
        if is_there:
            step.row.found.append(Found(ImportReason.THERE))
    return [step for step in steps if not step.row.is_left_out]


def _known(rows: Iterable[Row], parent: Import) -> set[str]:
    numbers = [row.values["external_id"] for row in rows if "external_id" in row.values]
    return queries.records_by_number(parent.kind, parent.origin, numbers)


def _whose(rows: list[Row], parent: Import) -> dict[int, int]:
    """Return the keys of the customers by the numbers of rows; rows about somebody who is not there get a problem."""
    numbers = queries.customers_by_number(
        parent.origin, [row.values["customer_number"] for row in rows if "customer_number" in row.values]
    )
    emails = queries.customers_by_email(row.values["email"] for row in rows if "email" in row.values)
    found = {}
    for row in rows:
        number, email = row.values.get("customer_number", ""), row.values.get("email", "")
        holder = emails.get(email.lower())
        customer_id = numbers.get(number) or (holder.customer_id if holder is not None else None)
        if customer_id is not None:
            found[row.number] = customer_id
        elif number or email:
            row.found.append(Found(ImportReason.NO_CUSTOMER, value=(email or number)[:200]))
    return found


def _people() -> dict[str, int]:
    people = list(members())
    # Of two with one name neither is meant for sure.
    names = [person_name(one).lower() for one in people]
    by_name = {name: one.pk for name, one in zip(names, people, strict=True) if names.count(name) == 1}
    return by_name | {one.email.lower(): one.pk for one in people}


def write_protocols(steps: list[ContactStep], parent: Import, batch: ImportBatch) -> None:
    """Write protocols, and move their customers' last activity forward."""
    written = Protocol.objects.bulk_create(step.record for step in steps if isinstance(step.record, Protocol))
    latest = Protocol.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    # GREATEST passes over NULL in PostgreSQL.
    Customer.objects.filter(pk__in={one.customer_id for one in written}).update(
        last_activity_at=Greatest(F("last_activity_at"), Subquery(latest.annotate(at=Max("happened_at")).values("at")))
    )
    _remember(steps, parent, batch)


def write_tasks(steps: list[ContactStep], parent: Import, batch: ImportBatch) -> None:
    """Write tasks. Nobody gets an e-mail for each that is given to them."""
    Task.objects.bulk_create(step.record for step in steps if isinstance(step.record, Task))
    _remember(steps, parent, batch)


def _remember(steps: list[ContactStep], parent: Import, batch: ImportBatch) -> None:
    ExternalId.objects.bulk_create(
        ExternalId(
            kind=parent.kind,
            source=parent.origin,
            value=step.row.values["external_id"],
            protocol_id=step.record.pk if parent.kind == ImportKind.PROTOCOLS else None,
            task_id=step.record.pk if parent.kind == ImportKind.TASKS else None,
        )
        for step in steps
        if "external_id" in step.row.values
    )
    batch.made = [step.record.pk for step in steps]
