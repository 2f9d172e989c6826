"""Whole copies of an organization: every row of every tenant table, as often as wanted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from psycopg import sql

# The rows of a copy have the keys of the model's rows and so much more for each copy. Integer keys have room for 2,000 copies.
STEP = 1_000_000
# Where the paths of the copies' own trees begin, in the digits of the tree; a database made by hand has few children of the root.
FIRST_PATH = 0x1000


class Column(NamedTuple):
    """A column of a table: what it refers to, and whether a unique index makes its values differ everywhere.

    An index that has the organization too, or a row of one, does not.
    """

    name: str
    type: str
    refers_to: str | None
    must_differ: bool


_COLUMNS = """
    SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod),
           (SELECT f.confrelid::regclass::text FROM pg_constraint f
            WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum] LIMIT 1),
           EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisunique AND a.attnum = ANY (i.indkey)
                   AND NOT EXISTS (SELECT 1 FROM pg_attribute o WHERE o.attrelid = t.oid AND o.attnum = ANY (i.indkey)
                                   AND (o.attname = 'organization_id' OR EXISTS (
                                       SELECT 1 FROM pg_constraint f
                                       JOIN pg_attribute r ON r.attrelid = f.confrelid AND r.attname = 'organization_id'
                                       WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.conkey = ARRAY[o.attnum]))))
    FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND a.attgenerated = ''
    ORDER BY t.relname, a.attnum
"""
# Accounts belong to no organization; those of its members come along.
_OWN_ROWS = {
    "tenancy_organization": "id = %(model)s",
    "tenancy_user": "id IN (SELECT user_id FROM tenancy_membership WHERE organization_id = %(model)s)",
}
# Sessions belong to people's browsers; the database writes the keys of customers by itself, and the words of pages are written from them.
_NOT_COPIED = {"django_session", "crm_customerkey", "cms_searchword"}


@contextmanager
def unchecked(connection: psycopg.Connection) -> Iterator[None]:
    """Run the block without foreign keys being checked and triggers fired, where the connection is that of a superuser."""
    found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if found != (True,):
        yield
        return
    connection.execute("SET session_replication_role = replica")
    yield
    connection.execute("SET session_replication_role = origin")


def _tables(connection: psycopg.Connection) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for table, *column in connection.execute(_COLUMNS).fetchall():
        found.setdefault(table, []).append(Column(*column))
    return {
        table: columns
        for table, columns in found.items()
        if table in _OWN_ROWS or any(column.name == "organization_id" for column in columns)
    }


def _rows_of(table: str) -> str:
    return _OWN_ROWS.get(table, "organization_id = %(model)s")


def _copied(column: Column, tenant_tables: Sequence[str]) -> sql.Composable:
    """What stands in a column of copy number `k`."""
    name = sql.Identifier(column.name)
    if column.name == "path" and column.must_differ:
        digits = "upper(lpad(to_hex({first} + k), 4, '0'))"
        return sql.SQL("substr({name}, 1, 4) || " + digits + " || substr({name}, 9)").format(
            name=name, first=sql.Literal(FIRST_PATH)
        )
    if column.type == "uuid":
        # The same in every table, so that what belongs together still does.
        return sql.SQL("md5({}::text || k)::uuid").format(name)
    is_key = column.name == "id" or column.refers_to in tenant_tables or column.name in ("object_id", "subject_id")
    if is_key and column.type in ("integer", "bigint"):
        return sql.SQL("{} + k * {}").format(name, sql.Literal(STEP))
    if column.name.endswith("object_id"):
        return sql.SQL("CASE WHEN {name} ~ '^[0-9]+$' THEN ({name}::bigint + k * {step})::text ELSE {name} END").format(
            name=name, step=sql.Literal(STEP)
        )
    if column.must_differ and column.type.startswith(("character varying", "text")):
        return sql.SQL("{} || '-' || k").format(name)
    return name


def copy_organization(connection: psycopg.Connection, model: int, *, first: int = 1, last: int) -> list[int]:
    """Copy the organization with the key `model` with all its rows, as copies number `first` to `last`; return their keys.

    The rows of a table are written in the order of the model's, so those of one organization lie between those of all others, as
    they do where many work at the same time. The connection is that of the tables' owner.
    """
    tables = _tables(connection)
    for table, columns in tables.items():
        if table in _NOT_COPIED:
            continue
        statement = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {values} FROM (SELECT * FROM {table} WHERE {rows}) AS model"
            " CROSS JOIN generate_series(%(first)s::int, %(last)s::int) AS k"
        ).format(
            table=sql.Identifier(table),
            names=sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
            values=sql.SQL(", ").join(_copied(column, list(tables)) for column in columns),
            rows=sql.SQL(_rows_of(table)),  # type: ignore[arg-type]
        )
        with unchecked(connection):
            connection.execute(statement, {"model": model, "first": first, "last": last})
    return [model + number * STEP for number in range(first, last + 1)]


def remove_organization(connection: psycopg.Connection, key: int) -> None:
    """Remove an organization with all its rows, the append-only ones too. The connection is that of a superuser."""
    # Memberships say whose accounts go, and are gone after those.
    tables = sorted(_tables(connection), key=lambda table: table != "tenancy_user")
    with unchecked(connection):
        for table in tables:
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE {}").format(sql.Identifier(table), sql.SQL(_rows_of(table))),  # type: ignore[arg-type]
                {"model": key},
            )
