"""The whole product as processes, for tests that drive it from outside."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis

from devtools.demo.environment import child_environment
from devtools.demo.stack import Stack
from devtools.embedded.process import free_port
from tests.database import drop_database, fresh_database, in_database

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


@dataclass(frozen=True)
class LiveStack:
    """A running product with the demo's content: where it is, and what it has written."""

    stack: Stack
    folder: Path
    port: int
    stripe_url: str
    database_url: str

    @property
    def demo(self) -> dict[str, Any]:
        """The demo's sites, logins and password."""
        return json.loads((self.folder / "demo.json").read_text())

    def url(self, organization: str, path: str = "/") -> str:
        """The address of a path on an organization's site: `live_stack.url("harbour", "/admin/")`."""
        return f"http://{organization}.localhost:{self.port}{path}"

    def mails(self) -> list[EmailMessage]:
        """Every e-mail sent so far, the oldest first."""
        paths = sorted((self.folder / "mail").glob("*.log"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        parts = [part for path in paths for part in path.read_bytes().split(b"-" * 79 + b"\n") if part.strip()]
        return [message_from_bytes(part, policy=policy.default) for part in parts]

    def wait_for_mail(self, recipient: str, *, subject: str = "", seconds: float = 30) -> EmailMessage:
        """The newest e-mail to `recipient` whose subject holds `subject`; waits until there is one."""
        found: list[EmailMessage] = []

        def arrived() -> bool:
            found[:] = [mail for mail in self.mails() if recipient in str(mail["To"]) and subject in mail["Subject"]]
            return bool(found)

        self.stack.wait_until(arrived, f"an e-mail to {recipient}", seconds=seconds)
        return found[-1]


@pytest.fixture(scope="session")
def live_stack(chromium: str, database_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """Web server, worker, clock and Stripe emulator as processes, with the demo's content in a database of their own."""
    folder = tmp_path_factory.mktemp("live")
    database = f"waypost_live_{WORKER or 'main'}"
    fresh_database(database_template, database)
    parts = urlsplit(os.environ["REDIS_URL"])
    # The tests of this worker use the database before this one.
    redis_url = urlunsplit(parts._replace(path=f"/{int(parts.path.removeprefix('/') or 0) + 1}"))
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    port, stripe_port = free_port(), free_port()
    database_url = in_database(database)
    env = child_environment(folder, port=port, stripe_port=stripe_port, database_url=database_url, redis_url=redis_url)
    stack = Stack(env, log_dir=folder / "log")
    try:
        stack.start_stripe(stripe_port, folder / "stripe.json")
        stack.start_web(port)
        stack.start_worker()
        stack.start_beat(folder)
        stack.manage("load_demo")
        stack.wait_for_web(port)
        yield LiveStack(stack, folder, port, f"http://127.0.0.1:{stripe_port}", database_url)
        stack.check()
    finally:
        stack.stop()
        drop_database(database)
