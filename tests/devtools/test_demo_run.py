import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.demo.stack import ROOT
from devtools.embedded.process import command_of, free_port
from devtools.embedded.redis import EmbeddedRedis
from tests.database import drop_database, fresh_database, in_database

DEADLINE = 120


@pytest.fixture
def demo_environment(database_template: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Somebody's own servers, so that the run is short: a migrated database, and a Redis."""
    database = f"waypost_demo_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    fresh_database(database_template, database)
    with EmbeddedRedis(None, log=tmp_path / "redis.log") as redis_url:
        yield {
            **os.environ,
            "DATABASE_URL": in_database(database),
            "REDIS_URL": redis_url,
            "PORT": str(free_port()),
            "DEMO_DIR": str(tmp_path / "demo"),
        }
    drop_database(database)


def start_demo(env: dict[str, str]) -> subprocess.Popen[str]:
    """A demo that has said it is ready."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "devtools.demo"],
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    for line in demo.stdout:
        if line.startswith("Ctrl-C stops everything"):
            return demo
    raise AssertionError(demo.communicate()[1])


def processes_of(env: dict[str, str]) -> dict[int, str]:
    """The running processes that were started for a demo's folder."""
    mark = f"DEMO_DIR={env['DEMO_DIR']}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = command_of(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="needs what Linux knows of processes")
def test_demo_runs_stops_when_a_part_ends_and_finds_its_data_again(demo_environment: dict[str, str]) -> None:
    env = demo_environment
    demo = start_demo(env)
    with urllib.request.urlopen(f"http://127.0.0.1:{env['PORT']}/livez", timeout=DEADLINE) as answer:
        assert answer.read() == b"ok"
    clock = next(pid for pid, command in processes_of(env).items() if " beat " in command)
    os.kill(clock, signal.SIGKILL)
    said, complaint = demo.communicate(timeout=DEADLINE)
    assert (demo.returncode, said) == (1, "Stopping …\n")
    assert complaint.startswith(f"beat was killed by signal 9.\nThe end of {env['DEMO_DIR']}/log/beat.log:\n")
    assert processes_of(env) == {}

    content = (Path(env["DEMO_DIR"]) / "demo.json").read_text()
    demo = start_demo(env)
    demo.terminate()
    assert demo.communicate(timeout=DEADLINE) == ("Stopping …\n", "")
    assert demo.returncode == 0
    assert processes_of(env) == {}
    assert (Path(env["DEMO_DIR"]) / "demo.json").read_text() == content
