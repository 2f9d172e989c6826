"""Databases made from one migrated template, which is kept from run to run."""

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from devtools.migrations import migrations_key

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
        _run_sql(admin, "CREATE DATABASE {}", unfinished)
        own = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = unfinished
        try:
            call_command("migrate", verbosity=0)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own
        _run_sql(admin, "ALTER DATABASE {} RENAME TO {}", unfinished, template)
        rows = admin.execute(
            r"SELECT datname FROM pg_database WHERE datname LIKE 'waypost\_template\_%' ORDER BY oid DESC"
        ).fetchall()
        for (outdated,) in rows[KEPT_TEMPLATES:]:
            _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", outdated)
    return template


def fresh_database(template: str, name: str) -> None:
    """Put a copy of the template in the place of a database."""
    with _admin() as admin:
        _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _run_sql(admin, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)


def drop_database(name: str) -> None:
    """Drop a database, whoever is connected to it."""
    with _admin() as admin:
        _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
