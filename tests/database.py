"""Databases made from one migrated template, which is kept from run to run."""

import json
import os
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from devtools.migrations import migration_hashes, migrations_key

# Templates of this many states of the migrations are kept: switching between branches stays quick.
KEPT_TEMPLATES = 3
# Held while a template is made, so that parallel workers make it once.
MAKING_TEMPLATE = 20261120


def template_name() -> str:
    """The name of the template for the migrations as they are now."""
    return f"waypost_template_{migrations_key()}"


def in_database(name: str) -> str:
    """The URL of another database of the test run's server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def _admin() -> psycopg.Connection:
    return psycopg.connect(in_database("postgres"), autocommit=True)


def _run_sql(connection: psycopg.Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def ensure_template() -> str:
    """Make the migrated template unless it is there; return its name."""
    from django.core.management import call_command
    from django.db import connection

    template = template_name()
    with _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [MAKING_TEMPLATE])
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            return template
        unfinished = "waypost_template_making"
        _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
        hashes = migration_hashes()
        before = _template_before(admin, hashes)
        _run_sql(admin, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", unfinished, before or "template1")
        own = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = unfinished
        try:
            call_command("migrate", verbosity=0)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own
        _run_sql(admin, "ALTER DATABASE {} RENAME TO {}", unfinished, template)
        admin.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(template), sql.Literal(json.dumps(hashes)))
        )
        for outdated, _hashes in _templates(admin)[KEPT_TEMPLATES:]:
            _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", outdated)
    return template


def _templates(admin: psycopg.Connection) -> list[tuple[str, dict[str, str]]]:
    """The templates that there are, the newest first, and by what each was migrated."""
    rows = admin.execute(
        r"""
        SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database
        WHERE datname LIKE 'waypost\_template\_%' ORDER BY oid DESC
        """
    )
    return [(name, json.loads(comment or "{}")) for name, comment in rows]


def _template_before(admin: psycopg.Connection, hashes: dict[str, str]) -> str | None:
    """The newest template that lacks migrations at most: migrating it is sooner done than beginning from nothing."""
    return next((name for name, before in _templates(admin) if before and before.items() <= hashes.items()), None)


def fresh_database(template: str, name: str) -> None:
    """Put a copy of the template in the place of a database."""
    with _admin() as admin:
        _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _run_sql(admin, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)


def drop_database(name: str) -> None:
    """Drop a database, whoever is connected to it."""
    with _admin() as admin:
        _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
