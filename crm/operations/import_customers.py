"""Rows of a file become customers, or change those that there are: a batch in a handful of statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models.functions import Greatest

from crm import queries
from crm.enums import ConsentPurpose, CustomerSource, ImportKind, ImportMode, ImportReason
from crm.models import Consent, Customer, CustomerTag, Import, ImportBatch, ImportChange
from crm.rules import Found, Row
from tenancy.queries import scope_organization
from tenancy.scope import require_organization_id

# What a row says of a person; the rest stands beside.
FIELDS: Final = ("first_name", "last_name", "email", "phone", "language", "note")

# Two or three rows for each customer: made as objects they would take a sixth of the time of an import.
_TAGS: Final = """
INSERT INTO crm_customertag (organization_id, customer_id, name, created_at, updated_at)
SELECT %s, customer_id, name, now(), now() FROM unnest(%s::bigint[], %s::text[]) AS new (customer_id, name)
ON CONFLICT DO NOTHING
"""
_NUMBERS: Final = """
INSERT INTO crm_externalid (organization_id, kind, source, customer_id, value, created_at, updated_at)
SELECT %s, %s, %s, customer_id, value, now(), now() FROM unnest(%s::bigint[], %s::text[]) AS new (customer_id, value)
"""


@dataclass(slots=True)
class CustomerStep:
    """What a row does to a customer: one who is made, or one who is there with the fields that change."""

    row: Row
    customer: Customer
    is_new: bool
    after: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    added: dict[str, Any] = field(default_factory=dict)
    number: str = ""
    tags: list[str] = field(default_factory=list)
    consent: tuple[datetime, str] | None = None
    changed_before: datetime | None = None

    @property
    def does_something(self) -> bool:
        """Whether anything is new after it."""
        return bool(self.is_new or self.after or self.tags or self.number or self.consent)


def plan_customers(rows: Iterable[Row], parent: Import, *, lock: bool) -> list[CustomerStep]:
    """Return what the rows of a batch do, with problems that only show beside what is there put down at the rows themselves.

    The first row about somebody counts. `lock` holds the customers who may change, in the order of their keys.
    """
    rows = [row for row in rows if not row.is_left_out]
    numbers = queries.customers_by_number(
        parent.origin, [row.values["external_id"] for row in rows if "external_id" in row.values]
    )
    emails = queries.customers_by_email(row.values["email"] for row in rows if "email" in row.values)
    phones = queries.customers_by_phone([str(row.values["phone"]) for row in rows if _is_known_by_phone(row)])
    whose: list[tuple[Row, int | None]] = []
    first_rows: dict[int, int] = {}
    for row in rows:
        number, email = row.values.get("external_id", ""), row.values.get("email", "").lower()
        by_number, holder = numbers.get(number), emails.get(email)
        if by_number is not None and holder is not None and by_number != holder.customer_id:
            row.found.append(Found(ImportReason.EMAIL_TAKEN))
            continue
        pk = by_number or (holder.customer_id if holder is not None else None)
        if pk is None and _is_known_by_phone(row):
            pk = phones.get((str(row.values["phone"]), _whole_name(row).lower()))
        if pk is not None and first_rows.setdefault(pk, row.number) != row.number:
            row.found.append(Found(ImportReason.PERSON_TWICE, value=str(first_rows[pk])))
            continue
        whose.append((row, pk))
    there = Customer.every.filter(pk__in=list(first_rows)).order_by("pk")
    customers = {one.pk: one for one in (there.select_for_update(no_key=True, of=("self",)) if lock else there)}
    steps = [
        _change(row, customers[pk], parent, is_held=row.values.get("email", "").lower() in emails)
        if pk in customers
        else _make(row)
        for row, pk in whose
    ]
    _leave_out_what_is_there(steps, numbers)
    return steps


def _is_known_by_phone(row: Row) -> bool:
    return "phone" in row.values and not row.values.keys() & {"email", "external_id"}


def _whole_name(row: Row) -> str:
    return f"{row.values.get('first_name', '')} {row.values.get('last_name', '')}".strip()


def person_of(row: Row) -> list[tuple[ImportReason, str]]:
    """Return by what the rows of one file are known to be about the same customer."""
    values = row.values
    keys = []
    if "email" in values:
        keys.append((ImportReason.EMAIL_TWICE, values["email"].lower()))
    if "external_id" in values:
        keys.append((ImportReason.ID_TWICE, values["external_id"]))
    if _is_known_by_phone(row):
        keys.append((ImportReason.PERSON_TWICE, f"{values['phone']} {_whole_name(row).lower()}"))
    return keys


def _beside(row: Row) -> dict[str, Any]:
    values = row.values
    return {
        "number": values.get("external_id", ""),
        "tags": list(values.get("tags", ())),
        "consent": values.get("consent"),
    }


def _make(row: Row) -> CustomerStep:
    values = {name: row.values[name] for name in FIELDS if name in row.values}
    return CustomerStep(row, Customer(source=CustomerSource.IMPORT, **values), is_new=True, after={}, **_beside(row))


def _change(row: Row, customer: Customer, parent: Import, *, is_held: bool) -> CustomerStep:
    if parent.mode == ImportMode.ADD:
        return CustomerStep(row, customer, is_new=False, after={})
    step = CustomerStep(row, customer, is_new=False, after={}, **_beside(row))
    for name in FIELDS:
        new, old = row.values.get(name), getattr(customer, name)
        # An address by which somebody was found stays as it is written, or with the one who was merged.
        if not new or str(new) == str(old) or (name == "email" and is_held):
            continue
        if old and parent.mode == ImportMode.FILL:
            continue
        step.before[name], step.after[name] = str(old), str(new)
        setattr(customer, name, new)
        step.changed_before = customer.updated_at
    return step


def _leave_out_what_is_there(steps: list[CustomerStep], numbers: Mapping[str, int]) -> None:
    pks = [step.customer.pk for step in steps if not step.is_new]
    tags = set(CustomerTag.objects.filter(customer__in=pks).values_list("customer_id", "name")) if pks else set()
    consents: dict[int, datetime] = {}
    if any(step.consent for step in steps if not step.is_new):
        given = Consent.objects.filter(customer__in=pks, purpose=ConsentPurpose.NEWSLETTER).order_by("given_at")
        # One that was withdrawn since is no more, whatever an older file says.
        consents = dict(given.values_list("customer_id", Greatest("given_at", "withdrawn_at")))
    for step in steps:
        if step.number in numbers:
            step.number = ""
        if not step.is_new:
            step.tags = [tag for tag in step.tags if (step.customer.pk, tag) not in tags]
            latest = consents.get(step.customer.pk)
            if step.consent is not None and latest is not None and latest >= step.consent[0]:
                step.consent = None


def write_customers(steps: list[CustomerStep], parent: Import, batch: ImportBatch) -> None:
    """Write what `plan_customers` returned, and what takes it back."""
    steps = [step for step in steps if step.does_something]
    Customer.objects.bulk_create([step.customer for step in steps if step.is_new])
    changed = [step.customer for step in steps if step.after]
    if changed:
        # One statement for all; the rows are there, and held.
        Customer.every.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=[*FIELDS, "updated_at"]
        )
    _write_tags_and_numbers(steps, parent)
    _write_consents([step for step in steps if step.consent is not None])
    # Of somebody new nothing needs to be put back: they go as a whole.
    batch.made = [step.customer.pk for step in steps if step.is_new]
    ImportChange.objects.bulk_create(_remembered(step, batch) for step in steps if not step.is_new)


def _write_tags_and_numbers(steps: list[CustomerStep], parent: Import) -> None:
    organization = require_organization_id()
    tags = [(step.customer.pk, tag) for step in steps for tag in step.tags]
    numbers = [(step.customer.pk, step.number) for step in steps if step.number]
    with connection.cursor() as cursor:
        if tags:
            cursor.execute(_TAGS, [organization, *map(list, zip(*tags, strict=True))])
        if numbers:
            whose = map(list, zip(*numbers, strict=True))
            cursor.execute(_NUMBERS, [organization, ImportKind.CUSTOMERS, parent.origin, *whose])


def _write_consents(steps: list[CustomerStep]) -> None:
    language = scope_organization().default_language
    written = Consent.objects.bulk_create(
        Consent(
            customer_id=step.customer.pk,
            purpose=ConsentPurpose.NEWSLETTER,
            wording=step.consent[1],
            language=step.customer.language or language,
            source=CustomerSource.IMPORT,
            given_at=step.consent[0],
        )
        for step in steps
        if step.consent is not None
    )
    for step, consent in zip(steps, written, strict=True):
        step.added["consent"] = consent.pk


def _remembered(step: CustomerStep, batch: ImportBatch) -> ImportChange:
    if step.tags:
        step.added["tags"] = step.tags
    if step.number:
        step.added["number"] = step.number
    return ImportChange(
        batch=batch,
        row=step.row.number,
        record_id=step.customer.pk,
        before=step.before,
        after=step.after,
        added=step.added,
        changed_before=step.changed_before,
    )
