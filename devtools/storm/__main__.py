"""`make storm`: the whole product under fire, and a reckoning. Ends with 1 when anything does not add up."""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from devtools.demo.environment import child_environment
from devtools.demo.stack import PYTHON, ROOT, Stack
from devtools.embedded.postgres import EmbeddedPostgres
from devtools.embedded.process import free_port
from devtools.embedded.redis import EmbeddedRedis
from devtools.storm.chaos import Chaos

HOLD_MINUTES: Final = 3
# How long after the last guest everything must have come to an end.
CALM_SECONDS: Final = 1200
# When each of these happens once, as a share of the guests who have left.
DATABASE_AT, CANCELLATION_AT, REDIS_AT = 0.3, 0.5, 0.7


def say(line: str = "") -> None:
    """Print a line at once."""
    print(line, flush=True)


class Storm:
    """One storm on servers of its own, in a folder of its own."""

    def __init__(self, folder: Path, wanted: argparse.Namespace, exits: ExitStack) -> None:
        self.folder = folder
        self.wanted = wanted
        self.port, self.stripe_port = free_port(), free_port()
        self.stripe_url = f"http://127.0.0.1:{self.stripe_port}"
        self.postgres = EmbeddedPostgres(folder / "postgres", durable=True)
        database_url = exits.enter_context(self.postgres)
        self.redis_url = exits.enter_context(EmbeddedRedis(folder / "redis", log=folder / "redis.log"))
        self.env = child_environment(
            folder, port=self.port, stripe_port=self.stripe_port, database_url=database_url, redis_url=self.redis_url
        ) | {"DJANGO_SETTINGS_MODULE": "devtools.storm.settings", "HOLD_MINUTES": str(HOLD_MINUTES)}
        self.stack = Stack(self.env, log_dir=folder / "log")
        exits.callback(self.stack.stop)
        self.told: dict[str, Any] = {"done": 0, "outcomes": {}, "repeats": 0}

    def start(self) -> None:
        """Start everything and make what is sold."""
        self.stack.start_stripe(self.stripe_port, None)
        self.stack.manage("migrate", "--no-input", "-v", "0")
        self.stack.start_web(self.port)
        self.stack.start_worker()
        self.stack.start_beat(self.folder)
        self.stack.wait_for_web(self.port)
        sold = [str(number) for number in (self.port, self.wanted.departures, self.wanted.capacity)]
        self.known = self._ask("prepare", *sold)

    def rage(self) -> Counter[str]:
        """Let the guests come and the processes die; return what happened when the last guest has left."""
        chaos = Chaos(
            self.stack,
            restart={
                "web": lambda: self.stack.start_web(self.port),
                "worker": self.stack.start_worker,
                "beat": lambda: self.stack.start_beat(self.folder),
            },
            postgres=self.postgres,
            redis_url=self.redis_url,
            stripe_url=self.stripe_url,
            seed=self.wanted.seed,
        )
        once = [
            (DATABASE_AT, chaos.restart_database),
            (CANCELLATION_AT, lambda: self._cancel(chaos)),
            (REDIS_AT, chaos.flush_redis),
        ]
        guests = self._let_guests_in()
        shown = time.monotonic()
        while guests.poll() is None:
            time.sleep(chaos.pause())
            while once and self.told["done"] >= once[0][0] * self.wanted.guests:
                once.pop(0)[1]()
            chaos.strike()
            if time.monotonic() > shown + 20:
                shown = time.monotonic()
                say(f"  {self.told['done']} of {self.wanted.guests} guests; {dict(chaos.happened)}")
        for _when, deed in once:
            deed()
        chaos.calm_down()
        if guests.returncode != 0:
            raise SystemExit(f"The guests ended with code {guests.returncode}.")
        return chaos.happened

    def wait_for_calm(self) -> None:
        """Return when nothing is on its way any more, or when that has taken too long, which the reckoning then tells."""
        deadline = time.monotonic() + CALM_SECONDS
        calm = 0
        while calm < 2 and time.monotonic() < deadline:
            time.sleep(10)
            waiting = self._ask("reckoning", "waiting")
            # Twice, for one job may just be about to start another.
            calm = 0 if waiting else calm + 1
            if waiting:
                say(f"  waiting for {waiting}")

    def reckon(self) -> dict[str, Any]:
        """Return what there is and what does not add up."""
        return self._ask("reckoning", "verify")

    def _cancel(self, chaos: Chaos) -> None:
        self._run("cancel", self.known["schedules"][-1])
        chaos.happened["departures cancelled by staff"] += 1

    def _let_guests_in(self) -> subprocess.Popen[str]:
        guests = subprocess.Popen(
            [PYTHON, "-m", "devtools.storm.guests"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.env,
            cwd=ROOT,
            text=True,
        )
        assert guests.stdin is not None
        wanted = {name: getattr(self.wanted, name) for name in ("guests", "at_once", "seed")}
        json.dump({"port": self.port, "stripe_url": self.stripe_url, **self.known, **wanted}, guests.stdin)
        guests.stdin.close()
        threading.Thread(target=self._listen, args=[guests], daemon=True).start()
        return guests

    def _listen(self, guests: subprocess.Popen[str]) -> None:
        assert guests.stdout is not None
        for line in guests.stdout:
            self.told = json.loads(line)

    def _run(self, module: str, *arguments: str) -> str:
        command = [PYTHON, "-m", f"devtools.storm.{module}", *arguments]
        done = subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
        return done.stdout

    def _ask(self, module: str, *arguments: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._run(module, *arguments))
        return answer


def arguments() -> argparse.Namespace:
    """Return what the storm is to be like."""
    parser = argparse.ArgumentParser(prog="python -m devtools.storm", description=__doc__)
    parser.add_argument("--guests", type=int, default=5000)
    parser.add_argument("--departures", type=int, default=30)
    parser.add_argument("--capacity", type=int, default=350, help="places on each departure")
    parser.add_argument("--at-once", type=int, default=24, help="guests at a time")
    parser.add_argument("--seed", type=int, default=1, help="decides what guests and chaos do")
    parser.add_argument("--keep", type=Path, help="a folder to leave everything in, logs and database included")
    return parser.parse_args()


def main() -> int:
    """Raise a storm; return 0 when everything adds up afterwards."""
    wanted = arguments()
    started = time.monotonic()
    with ExitStack() as exits:
        folder = wanted.keep or Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="storm-")))
        folder.mkdir(parents=True, exist_ok=True)
        # The database's account must be able to enter.
        folder.chmod(0o711)
        storm = Storm(folder, wanted, exits)
        storm.start()
        say(f"Ready after {time.monotonic() - started:.0f} s. {wanted.guests} guests, {wanted.departures} departures.")
        raging = time.monotonic()
        happened = storm.rage()
        say(f"The last guest left after {time.monotonic() - raging:.0f} s.")
        storm.wait_for_calm()
        found = storm.reckon()
        say(f"\nWhat guests met with: {storm.told['outcomes']}; they tried again {storm.told['repeats']} times.")
        say(f"What happened: {dict(happened)}")
        for name, value in found["counts"].items():
            say(f"{name:64}{value}")
        for problem in found["problems"]:
            say(f"WRONG: {problem}")
        say(f"\n{len(found['problems'])} things do not add up. Took {time.monotonic() - started:.0f} s.")
        return 1 if found["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
