"""The servers that a run of the bench stands on, in a folder of its own, and their end."""

import os
import platform
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType, MappingProxyType

from cryptography.fernet import Fernet

from bench.load import fetch
from devtools.embedded import process
from devtools.embedded.postgres import EmbeddedPostgres
from devtools.embedded.redis import EmbeddedRedis

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
STEP_SECONDS = 600


def say(line: str = "") -> None:
    """Print a line at once."""
    print(line, flush=True)


def verdict(*, reached: bool) -> str:
    """Return the word for whether an aim was reached."""
    return "reached" if reached else "MISSED"


class Bench:
    """One run, in a folder of its own, with servers of its own. `durable` as `EmbeddedPostgres` has it."""

    def __init__(self, folder: Path, stack: ExitStack, *, durable: bool = True) -> None:
        self.folder = folder
        self.stack = stack
        self.logs = folder / "log"
        self.logs.mkdir()
        self.database_url = stack.enter_context(EmbeddedPostgres(folder / "postgres", durable=durable))
        redis_url = stack.enter_context(EmbeddedRedis(None, log=self.logs / "redis.log"))
        self.env = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "BASE_URL": "https://localhost",
            "EMAIL_URL": "smtp://localhost:25",
            "DEFAULT_FROM_EMAIL": "bookings@localhost",
            "MEDIA_ROOT": str(folder / "media"),
            "DEMO_DIR": str(folder),
            "BENCH_DIR": str(folder),
            # Nobody answers there: the bench takes no payments.
            "STRIPE_API_BASE": f"http://127.0.0.1:{process.free_port()}",
            "LOG_LEVEL": "WARNING",
        }

    def python(self, *arguments: str, settings: str = "config.settings.dev") -> str:
        """Run a Python program to its end and return what it printed."""
        env = {**self.env, "DJANGO_SETTINGS_MODULE": settings}
        done = subprocess.run(
            [sys.executable, *arguments],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def load_demo(self) -> None:
        """Make the tables and fill them with the demo."""
        self.python("manage.py", "migrate", "--no-input", "-v", "0")
        self.python("manage.py", "load_demo")

    def serve(
        self,
        application: str,
        *,
        workers: int = 2,
        env: Mapping[str, str] = MappingProxyType({}),
        settings: str = "bench.settings",
    ) -> tuple[int, int]:
        """Start gunicorn for an application, in an environment that differs by `env`; return its port and its process number."""
        port = process.free_port()
        log = self.logs / f"{application.partition(':')[0]}.log"
        server = process.start(
            [
                *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--no-control-socket"),
                *("--worker-class", "gthread", "--workers", str(workers), "--threads", "4", "--log-level", "warning"),
            ],
            log=log,
            env={**self.env, **env, "DJANGO_SETTINGS_MODULE": settings},
            cwd=ROOT,
        )
        self.stack.callback(process.stop, server)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and server.poll() is None:
            try:
                fetch(port, "localhost", "/livez", {})
            except OSError:
                time.sleep(0.05)
            else:
                return port, server.pid
        raise SystemExit(f"gunicorn did not start:\n{process.last_lines(log)}")


def _end(number: int, _frame: FrameType | None) -> None:
    # Once: what a second signal would break off is the tidying up after the first.
    for name in _ENDING:
        signal.signal(name, signal.SIG_IGN)
    raise SystemExit(128 + number)


_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def running_bench(*, durable: bool = True) -> Iterator[Bench]:
    """Start the servers of a run and, at its end, stop them and all that it started, and remove its folder.

    The end may also be Ctrl-C, SIGTERM or SIGHUP: they reach the block as `KeyboardInterrupt` or `SystemExit`.
    """
    for name in _ENDING:
        signal.signal(name, _end)
    folder = Path(tempfile.mkdtemp(prefix="waypost-bench-"))
    folder.chmod(0o755)
    try:
        with ExitStack() as stack:
            say(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
            yield Bench(folder, stack, durable=durable)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
