"""Real servers for the tests: one PostgreSQL and one Redis for a run, a database of its own for each worker."""

import fcntl
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

import django
import pytest

from devtools.embedded.postgres import EmbeddedPostgres
from devtools.embedded.redis import EmbeddedRedis
from tests.database import drop_database, ensure_template, fresh_database, in_database

ROOT = Path(__file__).parent.parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
# Runs at the same time that find their migrated databases again.
CACHED_RUNS = 3
_servers: list[EmbeddedPostgres | EmbeddedRedis] = []
_scratch: list[Path] = []
_lock = None


def _folder_for_servers() -> Path:
    """A folder in the checkout's cache that no other run uses now, kept from run to run."""
    global _lock
    for number in range(CACHED_RUNS):
        folder = ROOT / ".cache" / f"test-servers-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        _lock = (folder / "lock").open("w")
        try:
            fcntl.flock(_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _lock.close()
        else:
            return folder
    own = Path(tempfile.mkdtemp(prefix="waypost-tests-"))
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


# Settings read these when pytest-django loads them, which is after this file.
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
if not WORKER:
    _start_servers()
django.setup()
pytest_plugins = ["tests.fixtures", "tests.browser", "tests.live", "tests.isolation.summary"]


def pytest_unconfigure() -> None:
    for server in reversed(_servers):
        server.stop()
    for folder in _scratch:
        shutil.rmtree(folder, ignore_errors=True)
    if _lock is not None:
        _lock.close()


@pytest.fixture(scope="session")
def database_template(django_db_blocker) -> str:  # type: ignore[no-untyped-def]
    """The name of a migrated, otherwise empty database to make others from."""
    with django_db_blocker.unblock():
        return ensure_template()


class Databases:
    """A worker's databases: an empty one, and one for each set of organizations that its tests begin with, made when first asked for."""

    def __init__(self, template: str, blocker: Any) -> None:
        from django.db import connection

        self.template, self.blocker = template, blocker
        self.own = connection.settings_dict["NAME"]
        self.sources: dict[str, str] = {}

    def use(self, slugs: tuple[str, ...]) -> None:
        """Connect to the database in which these organizations are, and nothing else is."""
        from django.db import connection, connections

        name = "_".join([self.own, *slugs])
        if name not in self.sources:
            self.sources[name] = self._source(name, slugs)
            fresh_database(self.sources[name], name)
        if connection.settings_dict["NAME"] != name:
            connections.close_all()
            connection.settings_dict["NAME"] = name
        # What a test starts as a process of its own works there too.
        os.environ["DATABASE_URL"] = in_database(name)

    def start_over(self) -> None:
        """Put the database that is in use back to how a test finds it."""
        from django.db import connection, connections

        connections.close_all()
        name = connection.settings_dict["NAME"]
        fresh_database(self.sources[name], name)

    def drop(self) -> None:
        from django.db import connections

        with self.blocker.unblock():
            connections.close_all()
        for name, source in self.sources.items():
            drop_database(name)
            if source != self.template:
                drop_database(source)

    def _source(self, name: str, slugs: tuple[str, ...]) -> str:
        from django.db import connection, connections

        from tests.fixtures import make_organization

        if not slugs:
            return self.template
        source = f"{name}_source"
        fresh_database(self.template, source)
        connections.close_all()
        connection.settings_dict["NAME"] = source
        with self.blocker.unblock():
            for slug in slugs:
                make_organization(slug)
            connections.close_all()
        return source


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_blocker, database_template: str) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """The databases of this worker's own, as they were again after each test that commits."""
    from django.test import TransactionTestCase

    databases = Databases(database_template, django_db_blocker)
    # Django would truncate every table, with it the roots of the trees and the permissions that migrations made.
    TransactionTestCase._fixture_teardown = lambda self: databases.start_over()  # type: ignore[method-assign]
    databases.use(request.config.stash[_begins_with])
    request.config.stash[_in_use] = databases
    yield
    del request.config.stash[_in_use]
    databases.drop()


_begins_with = pytest.StashKey[tuple[str, ...]]()
_in_use = pytest.StashKey[Databases]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put each test before the database it begins with; a transaction is open in it when the first fixture runs."""
    from tests.fixtures import ORGANIZATIONS

    slugs = tuple(slug for slug in ORGANIZATIONS if slug in getattr(item, "fixturenames", ()))
    item.config.stash[_begins_with] = slugs
    if _in_use in item.config.stash:
        item.config.stash[_in_use].use(slugs)


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
    """Nothing outside this machine is reached, nor its name asked for."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse_others(host: object) -> None:
        if host not in ("::1", "localhost", None) and not str(host).startswith("127."):
            raise OSError(f"Tests stay on this machine, and {host} is not on it.")

    def connect_locally(self: socket.socket, address) -> None:  # type: ignore[no-untyped-def]
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse_others(address[0])
        return connect(self, address)

    def connect_ex_locally(self: socket.socket, address) -> int:  # type: ignore[no-untyped-def]
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse_others(address[0])
        return connect_ex(self, address)

    def look_up_locally(host, *args, **kwargs):  # type: ignore[no-untyped-def]
        refuse_others(host)
        return getaddrinfo(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", connect_locally)
    patch.setattr(socket.socket, "connect_ex", connect_ex_locally)
    patch.setattr(socket, "getaddrinfo", look_up_locally)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Each test begins in English: a request leaves its language active in the process."""
    from django.utils.translation import override

    with override("en"):
        yield


@pytest.fixture
def run_jobs() -> Callable[[], list[str]]:
    """A function that runs the jobs waiting in the queue, those they start included, and returns their names.

    The jobs come out of Redis as a worker would get them, and run here.
    """
    from config.celery import app
    from tenancy.jobs import ORGANIZATION_HEADER, WAITING_HEADER

    app.loader.import_default_modules()
    kept = {ORGANIZATION_HEADER, WAITING_HEADER}

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
                headers = {key: value for key, value in message.headers.items() if key in kept}
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
