"""Real servers for the tests: one PostgreSQL and one Redis for a run, a database of its own for each worker."""

import fcntl
import hashlib
import json
import os
import shutil
import socket
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
import pytest
from psycopg import sql

from devtools.chromium import HOW_TO_GET_ONE, find_chromium
from devtools.embedded.postgres import EmbeddedPostgres
from devtools.embedded.redis import EmbeddedRedis

ROOT = Path(__file__).parent.parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_servers: list[EmbeddedPostgres | EmbeddedRedis] = []
_scratch: list[Path] = []
_lock = None


def _folder_for_servers() -> Path:
    """The checkout's cache, kept from run to run; another run at the same time gets a folder of its own."""
    global _lock
    folder = ROOT / ".cache" / "test-servers"
    reachable = os.geteuid() != 0 or (
        all(parent.stat().st_mode & 0o001 for parent in ROOT.parents) and ROOT.stat().st_mode & 1
    )
    if reachable:
        folder.mkdir(parents=True, exist_ok=True)
        _lock = (folder / "lock").open("w")
        try:
            fcntl.flock(_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return folder
    own = Path(tempfile.mkdtemp(prefix="waypost-tests-"))
    own.chmod(0o755)
    _scratch.append(own)
    return own


def _start_servers() -> None:
    folder = _folder_for_servers() if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys() else ROOT
    if "DATABASE_URL" not in os.environ:
        postgres = EmbeddedPostgres(folder / "postgres", durable=False)
        os.environ["DATABASE_URL"] = postgres.start()
        _servers.append(postgres)
    if "REDIS_URL" not in os.environ:
        redis = EmbeddedRedis(None, log=folder / "redis.log")
        os.environ["REDIS_URL"] = redis.start()
        _servers.append(redis)


def _in_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


# Settings read these when pytest-django loads them, which is after this file.
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
if not WORKER:
    _start_servers()
django.setup()
_server_url = os.environ["DATABASE_URL"]
_database = urlsplit(_server_url).path.removeprefix("/")
pytest_plugins = ["tests.fixtures"]


def pytest_unconfigure() -> None:
    for server in reversed(_servers):
        server.stop()
    for folder in _scratch:
        shutil.rmtree(folder, ignore_errors=True)
    if _lock is not None:
        _lock.close()


def _migrations_key() -> str:
    """A hash of everything that shapes a fresh database: our migrations and the versions of the packages."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for path in sorted([*ROOT.glob("*/migrations/*.py"), ROOT / "tenancy/rls.py", ROOT / "config/settings/base.py"]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _admin() -> psycopg.Connection:
    return psycopg.connect(_in_database(_server_url, "postgres"), autocommit=True)


def _run_sql(connection: psycopg.Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _ensure_template(template: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    with _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(20261120)")
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            return
        unfinished = f"{template}_making"
        _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
        _run_sql(admin, "CREATE DATABASE {}", unfinished)
        connection.close()
        connection.settings_dict["NAME"] = unfinished
        call_command("migrate", verbosity=0)
        connection.close()
        connection.settings_dict["NAME"] = _database
        _run_sql(admin, "ALTER DATABASE {} RENAME TO {}", unfinished, template)


def _fresh_database(template: str, name: str) -> None:
    with _admin() as admin:
        _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _run_sql(admin, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)


@pytest.fixture(scope="session")
def database_template() -> str:
    """The name of a migrated, otherwise empty database to make others from."""
    return f"waypost_template_{_migrations_key()}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, database_template: str) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """A database of this worker's own, and the same again after each test that commits."""
    from django.db import connections
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        _ensure_template(database_template)
        _fresh_database(database_template, _database)

    def start_over(self: TransactionTestCase) -> None:
        connections.close_all()
        _fresh_database(database_template, _database)

    # Django would truncate every table, with it the roots of the trees and the permissions that migrations made.
    TransactionTestCase._fixture_teardown = start_over  # type: ignore[method-assign]
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    with _admin() as admin:
        _run_sql(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", _database)


@pytest.fixture(autouse=True)
def _clean_redis() -> None:
    import redis

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.flushdb()
    client.close()


@pytest.fixture(autouse=True)
def _media_in_scratch(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Nothing outside this machine is reached."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address) -> None:  # type: ignore[no-untyped-def]
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"Tests stay on this machine, and {address[0]} is not on it.")
        return connect(self, address)

    socket.socket.connect = connect_locally  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture
def run_jobs() -> Callable[[], list[str]]:
    """A function that runs the jobs waiting in the queue, those they start included, and returns their names.

    The jobs come out of Redis as a worker would get them, and run here.
    """
    from config.celery import app

    app.loader.import_default_modules()

    def run() -> list[str]:
        done = []
        with app.connection_for_read() as connection, connection.SimpleQueue(app.conf.task_default_queue) as queue:
            while True:
                try:
                    message = queue.get(block=False)
                except queue.Empty:
                    return done
                message.ack()
                name = message.headers["task"]
                _args, kwargs, _embed = message.payload
                headers = {"organization_id": message.headers["organization_id"]}
                app.tasks[name].apply(kwargs=kwargs, headers=headers, throw=True)
                done.append(name)

    return run


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[str]:
    """The Stripe emulator, running for this worker."""
    from devtools.stripe_emulator.server import running_emulator

    with running_emulator() as url:
        yield url


@pytest.fixture
def stripe_emulator(stripe_server: str, settings) -> Iterator["Emulator"]:  # type: ignore[no-untyped-def]
    """An empty Stripe to which the product talks over HTTP, and its knobs."""
    emulator = Emulator(stripe_server)
    emulator.turn("reset")
    settings.STRIPE_API_BASE = stripe_server
    yield emulator
    emulator.turn("reset")


class Emulator:
    """The knobs of the Stripe emulator."""

    def __init__(self, url: str) -> None:
        self.url = url

    def turn(self, knob: str, **values: object) -> dict[str, Any]:
        """Turn a knob and return what the emulator answers; a declined card is an answer too."""
        request = urllib.request.Request(f"{self.url}/_emulator/{knob}", json.dumps(values).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def pay(self, reference: str, *, account: str = "harbour", card: str = "pm_card_visa") -> dict[str, Any]:
        """Confirm a PaymentIntent with a test card, as the guest's browser does."""
        return self.turn("confirm", account=account, payment_intent=reference, payment_method=card)


_chromium: str | None = None


def pytest_collection_modifyitems(config, items) -> None:  # type: ignore[no-untyped-def]
    global _chromium
    browser_tests = [item for item in items if item.get_closest_marker("e2e")]
    if not browser_tests:
        return
    _chromium = find_chromium()
    if _chromium is None:
        config.stash[_not_run] = len(browser_tests)
        for item in browser_tests:
            item.add_marker(pytest.mark.skip(reason="no Chromium"))


_not_run = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter, config) -> None:  # type: ignore[no-untyped-def]
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests that need a browser were NOT run. {HOW_TO_GET_ONE}", red=True)


def pytest_sessionfinish(session, exitstatus) -> None:  # type: ignore[no-untyped-def]
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("CI"):
        return
    if any("no Chromium" in str(report.longrepr) for report in reporter.stats.get("skipped", [])):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = _chromium or find_chromium()
    assert path is not None
    return path
