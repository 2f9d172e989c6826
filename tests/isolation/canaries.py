"""Words that tell whose a text is: each text in an organization's rows holds its name, which stands nowhere else.

`WORD` stands in the texts of every organization, so a search for it finds all that it can reach.
"""

import itertools
import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection, models
from phonenumber_field.modelfields import PhoneNumberField

from tenancy.fields import EncryptedTextField, TranslationsField
from tests.isolation.exceptions import NOT_WORDS

WORD = "moonquail"
# Telephone numbers hold no words: one prefix each.
PHONES = {"harbour": "+4940", "kyoto": "+8175"}
TEXT_TYPES = ("text", "character varying", "character", "jsonb", "json", "ARRAY", "tsvector", "bytea")


class Canaries:
    """Makes the words of one organization, each with a number of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._numbers = itertools.count(100)

    def text(self, limit: int | None = None) -> str:
        """A new text, of at most `limit` characters."""
        word = f"{self.name}canary{next(self._numbers)}"
        full = f"{WORD} {word}"
        return full if limit is None or len(full) <= limit else word

    def slug(self, limit: int | None = None) -> str:
        """A new text for an address."""
        return self.text(limit).replace(" ", "-")

    def email(self) -> str:
        """A new e-mail address."""
        return f"{self.text().replace(' ', '.')}@{self.name}.example"

    def phone(self) -> str:
        """A new telephone number."""
        return f"{PHONES[self.name]}{next(self._numbers):07}"

    def value_for(self, field: models.Field) -> Any:  # type: ignore[type-arg]
        """A valid value of a text field with the word in it."""
        match field:
            case models.EmailField():
                return self.email()
            case models.SlugField():
                return self.slug(field.max_length)
            case models.URLField():
                return f"https://{self.slug()}.example/"
            case PhoneNumberField():
                return self.phone()
            case TranslationsField():
                return {"de": self.text()}
            case models.BinaryField():
                return self.text().encode()
            case models.JSONField():
                return {WORD: self.text()}
            case _ if field.name.endswith("_key"):
                return self.slug(field.max_length)
            case _ if field.name.endswith("_json"):
                return json.dumps(self.text())
            case _:
                return self.text(field.max_length)

    def stands_in(self, field: models.Field, value: object) -> bool:  # type: ignore[type-arg]
        """Whether what the database holds in a field says whose it is."""
        if isinstance(field, EncryptedTextField):
            value = field.from_db_value(value, None, connection)  # type: ignore[arg-type]
        text = bytes(value).decode(errors="replace") if isinstance(value, (bytes, memoryview)) else str(value)
        return self.name in text.lower() or PHONES[self.name] in text


def text_columns(*, but: Iterable[str] = NOT_WORDS) -> dict[str, list[str]]:
    """The columns of each protected table that hold text, but for choices and those of `but`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN pg_class t ON t.oid = to_regclass(quote_ident(c.table_name))"
            " WHERE c.table_schema = 'public' AND t.relrowsecurity AND c.data_type = ANY (%s)"
            " AND (c.data_type <> 'ARRAY' OR c.udt_name IN ('_text', '_varchar')) ORDER BY 1, 2",
            [list(TEXT_TYPES)],
        )
        found: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            if f"{table}.{column}" not in but and not _has_choices(table, column):
                found.setdefault(table, []).append(column)
    return found


def own_rows(table: str, organization_id: int) -> str:
    """The condition, as SQL, of an organization's rows of a table."""
    if table == "tenancy_organization":
        return f"id = {int(organization_id)}"
    if table == "tenancy_user":
        return f"id IN (SELECT user_id FROM tenancy_membership WHERE organization_id = {int(organization_id)})"  # noqa: S608
    return f"organization_id = {int(organization_id)}"


def _fields() -> dict[tuple[str, str], models.Field]:  # type: ignore[type-arg]
    return {
        (model._meta.db_table, field.column): field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
    }


def _has_choices(table: str, column: str) -> bool:
    field = _fields().get((table, column))
    return field is not None and bool(field.choices)


def _rows(table: str, columns: list[str], organization_id: int) -> list[tuple[Any, ...]]:
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    names = ", ".join(f'"{column}"' for column in [model._meta.pk.column, *columns])
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {names} FROM "{table}" WHERE {own_rows(table, organization_id)}')  # noqa: S608
        return cursor.fetchall()


def fill_texts(canaries: Canaries, organization_id: int) -> None:
    """Put a word of its own into each text of an organization's rows that has none yet; the owner of the tables does it."""
    fields = _fields()
    with connection.cursor() as cursor:
        # What was done can never be changed, in the product.
        cursor.execute("SET session_replication_role = replica")
    for table, columns in text_columns().items():
        own = [fields[table, column] for column in columns]
        for pk, *values in _rows(table, columns, organization_id):
            changes = {
                field.attname: _with_word(canaries, field, value)
                for field, value in zip(own, values, strict=True)
                if not canaries.stands_in(field, value)
            }
            if changes:
                own[0].model._base_manager.filter(pk=pk).update(**changes)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")


def _with_word(canaries: Canaries, field: models.Field, value: Any) -> Any:  # type: ignore[type-arg]
    new = canaries.value_for(field)
    if isinstance(new, dict) and value:
        # The code reads what else stands there.
        stored = json.loads(value)
        return [*stored, canaries.text()] if isinstance(stored, list) else {**stored, **new}
    return new


def texts_without_word(canaries: Canaries, organization_id: int) -> dict[str, int]:
    """How many rows of an organization have no word of its own in a text, by table and column."""
    fields = _fields()
    missing = {}
    for table, columns in text_columns().items():
        rows = _rows(table, columns, organization_id)
        for number, column in enumerate(columns, start=1):
            if count := sum(not canaries.stands_in(fields[table, column], row[number]) for row in rows):
                missing[f"{table}.{column}"] = count
    return missing
