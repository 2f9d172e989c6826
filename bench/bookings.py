"""Bookings a second: over HTTP, through the product's operation, and the same rows in plain SQL by pgbench."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from devtools.embedded.postgres import binaries

PROCESSES = 8
SCRIPT = Path(__file__).parent / "booking.sql"
TABLES = (
    "crm_customer", "commerce_order", "tours_booking", "tours_participant", "commerce_orderline", "commerce_payment",
    "tenancy_auditentry", "tenancy_outboxevent", "tenancy_outboxdelivery",
)  # fmt: skip


class Bookers:
    """Clients that place orders when told to: `PROCESSES` processes of `module`, each with as many threads as it takes."""

    def __init__(self, module: str, env: Mapping[str, str], known: Mapping[str, Any], *, root: Path) -> None:
        command = [sys.executable, "-m", module]
        env = {**env, "BENCH_KNOWN": json.dumps(known)}
        self.processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=root, text=True)
            for _number in range(PROCESSES)
        ]
        for process in self.processes:
            self._answer(process)

    @staticmethod
    def _answer(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"A booking process ended with code {process.wait(30)}.")
        return line.strip()

    def rate(self, schedules: Sequence[str], *, clients: int, seconds: float) -> float:
        """Return how many orders a second so many clients together place on departures, by their public ids."""
        booking = self.processes[:clients]
        wish = json.dumps({"schedules": list(schedules), "seconds": seconds, "threads": clients // len(booking)})
        for process in booking:
            assert process.stdin is not None
            process.stdin.write(f"{wish}\n")
            process.stdin.flush()
        return sum(int(self._answer(process)) for process in booking) / seconds

    def stop(self) -> None:
        """End the processes."""
        for process in self.processes:
            process.kill()
            process.communicate()


def plain_sql_rate(
    database_url: str, known: Mapping[str, Any], schedules: range, *, clients: int, seconds: int
) -> float:
    """Return how many times a second pgbench books in plain SQL on the departures at these places of the list."""
    output = _pgbench(
        database_url, known, schedules, "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds)
    )
    found = re.search(r"tps = ([\d.]+)", output)
    assert found is not None, output
    return float(found[1])


def _pgbench(database_url: str, known: Mapping[str, Any], schedules: range, *options: str) -> str:
    url = urlsplit(database_url)
    command = [
        str(binaries() / "pgbench"), "-n", "-f", str(SCRIPT), *options,
        "-D", f"org={known['organization']}", "-D", f"first={known['first_schedule'] + schedules.start}",
        "-D", f"count={len(schedules)}",
        "-h", str(url.hostname), "-p", str(url.port), "-U", str(url.username), url.path.removeprefix("/"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0 or "aborted" in done.stderr:
        raise RuntimeError(f"pgbench: {done.stderr}")
    return done.stdout


def _counts(database_url: str) -> list[int]:
    with psycopg.connect(database_url) as connection:
        return [
            connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0]  # type: ignore[index]
            for table in TABLES
        ]


def _difference(before: Sequence[int], after: Sequence[int]) -> dict[str, int]:
    return {table: now - then for table, then, now in zip(TABLES, before, after, strict=True)}


def rows_of_a_booking(database_url: str, known: Mapping[str, Any], bookers: Bookers) -> tuple[Any, Any]:
    """Return how many rows one booking adds to each table: through the product, and in plain SQL."""
    before = _counts(database_url)
    # Each process books at least once, however short the time.
    placed = bookers.rate(known["schedules"][:1], clients=PROCESSES, seconds=0.001) * 0.001
    between = _counts(database_url)
    _pgbench(database_url, known, range(1), "-t", "1")
    after = _counts(database_url)
    ours = {table: rows // round(placed) for table, rows in _difference(before, between).items()}
    return ours, _difference(between, after)
