"""The product's processes: started together, watched, and stopped in order."""

import http.client
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from devtools.demo.checks import Refusal
from devtools.embedded import process

ROOT = Path(__file__).parent.parent.parent
PYTHON = sys.executable
READY_SECONDS = 120
STEP_SECONDS = 600


class Stopped(Exception):
    """Somebody asked us to stop."""


@dataclass
class Part:
    """A process that runs for as long as the demo does."""

    name: str
    log: Path
    child: subprocess.Popen[bytes]


class Stack:
    """Runs the product's processes with one environment, logging to one folder.

    `should_stop` is asked while waiting; when it says so, the wait ends with `Stopped`.
    """

    def __init__(
        self, env: Mapping[str, str], *, log_dir: Path, should_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self.env = env
        self.log_dir = log_dir
        self.should_stop = should_stop
        self.parts: list[Part] = []
        log_dir.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *command: str) -> Part:
        """Start a part of the product; its output goes to a log of that name."""
        log = self.log_dir / f"{name}.log"
        log.unlink(missing_ok=True)
        part = Part(name, log, process.start(command, log=log, env=self.env, cwd=ROOT))
        self.parts.append(part)
        return part

    def run(self, name: str, *command: str) -> None:
        """Run a command to its end. Raises `Refusal` with the end of its log when it fails."""
        log = self.log_dir / f"{name}.log"
        log.unlink(missing_ok=True)
        child = process.start(command, log=log, env=self.env, cwd=ROOT)
        try:
            self.wait_until(lambda: child.poll() is not None, f"{name} to finish", seconds=STEP_SECONDS)
        finally:
            process.stop(child)
        if child.returncode != 0:
            raise Refusal(ended(name, child.returncode, log))

    def manage(self, *arguments: str) -> None:
        """Run a management command to its end."""
        self.run(arguments[0], PYTHON, "manage.py", *arguments)

    def start_stripe(self, port: int, state_file: Path | None) -> None:
        """Start the Stripe emulator and wait until it listens; without a `state_file` it forgets everything with its end."""
        kept = ("--state-file", str(state_file)) if state_file is not None else ()
        part = self.start("stripe", PYTHON, "-m", "devtools.stripe_emulator", "--port", str(port), *kept)
        self.wait_until(lambda: "ready" in process.last_lines(part.log), "the Stripe emulator")

    def start_web(self, port: int) -> None:
        """Start the web server; `wait_for_web` says when it answers."""
        self.start(
            *("web", PYTHON, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"),
            *("--graceful-timeout", "5", "--access-logfile", "-"),
        )

    def wait_for_web(self, port: int) -> None:
        """Return when the web server answers."""
        self.wait_until(lambda: _answers(port), "the web server")

    def start_worker(self) -> None:
        """Start a worker that runs the jobs."""
        self.start(
            *("worker", PYTHON, "-m", "celery", "-A", "config", "worker", "--concurrency", "2"),
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        )

    def start_beat(self, folder: Path) -> None:
        """Start the clock that enqueues the jobs that come round."""
        schedule = folder / "beat-schedule"
        self.start("beat", PYTHON, "-m", "celery", "-A", "config", "beat", "--schedule", str(schedule), "--pidfile", "")

    def check(self) -> None:
        """Raise `Refusal` when a part has ended by itself."""
        for part in self.parts:
            code = part.child.poll()
            if code is not None:
                raise Refusal(ended(part.name, code, part.log))

    def wait_until(self, done: Callable[[], bool], what: str, *, seconds: float = READY_SECONDS) -> None:
        """Wait for `done`, watching the parts. Raises `Refusal` when one ends or the time is up, `Stopped` when asked to."""
        deadline = time.monotonic() + seconds
        while not done():
            self.check()
            if self.should_stop():
                raise Stopped
            if time.monotonic() > deadline:
                raise Refusal(f"Waited {seconds:.0f} s for {what}, in vain. The logs are in {self.log_dir}.")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop every part, the last one started first."""
        for part in reversed(self.parts):
            process.stop(part.child)
        self.parts.clear()


def ended(name: str, code: int, log: Path) -> str:
    """Return what to tell somebody about a process that has ended: how, and the end of its log."""
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    lines = process.last_lines(log)
    full = "\nThe disk is full." if "No space left on device" in lines else ""
    return f"{name} {how}.{full}\nThe end of {log}:\n{lines}"


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
