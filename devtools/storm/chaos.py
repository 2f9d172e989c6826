"""What goes wrong in a storm: processes killed, webhooks repeated and shuffled, the database restarted, Redis flushed."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import redis
import requests

from devtools.demo.stack import Part, Stack
from devtools.embedded.postgres import EmbeddedPostgres

PAUSE_SECONDS: Final = (2.0, 6.0)
MOST_COPIES: Final = 5
CALM: Final = {"copies": 1, "shuffle": False, "twins": False, "delay": 0.0}


class Chaos:
    """Kills and restarts parts of a running product. `happened` counts what it did.

    To be used from the thread that started the parts: the kernel ends them with that thread.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        restart: dict[str, Callable[[], None]],
        postgres: EmbeddedPostgres,
        redis_url: str,
        stripe_url: str,
        seed: int,
    ) -> None:
        self.happened: Counter[str] = Counter()
        self._stack = stack
        self._restart = restart
        self._postgres = postgres
        self._redis_url = redis_url
        self._stripe_url = stripe_url
        self._chance = random.Random(seed)  # noqa: S311  # the same storm again

    def pause(self) -> float:
        """Return for how many seconds nothing breaks now."""
        return self._chance.uniform(*PAUSE_SECONDS)

    def strike(self) -> None:
        """Kill something that runs, start it again, and let the webhooks to come go another way."""
        self._turn(
            {
                "copies": self._chance.randint(1, MOST_COPIES),
                "shuffle": True,
                "twins": self._chance.random() < 0.3,
                "delay": self._chance.uniform(0, 3),
            }
        )
        deeds = (self._kill_web_worker, self._kill_web, self._kill_job_worker, self._kill_beat)
        self._chance.choices(deeds, weights=(4, 2, 4, 1))[0]()

    def calm_down(self) -> None:
        """Let webhooks go straight from now on."""
        self._turn(CALM)

    def restart_database(self) -> None:
        """End the database in the middle of everything, as a crash does, and start it again."""
        self._postgres.crash()
        self._postgres.start()
        self.happened["database restarted"] += 1

    def flush_redis(self) -> None:
        """Throw away every job, cached page and counter that Redis holds."""
        with redis.Redis.from_url(self._redis_url) as client:
            client.flushall()
        self.happened["Redis flushed"] += 1

    def _turn(self, values: dict[str, object]) -> None:
        requests.post(f"{self._stripe_url}/_emulator/delivery", json=values, timeout=30).raise_for_status()

    def _part(self, name: str) -> Part:
        return next(part for part in self._stack.parts if part.name == name)

    def _kill_web_worker(self) -> None:
        children = _children(self._part("web").child.pid)
        if children:
            _kill(self._chance.choice(children))
            self.happened["web workers killed"] += 1

    def _kill_web(self) -> None:
        self._kill_part("web")

    def _kill_job_worker(self) -> None:
        self._kill_part("worker")

    def _kill_beat(self) -> None:
        self._kill_part("beat")

    def _kill_part(self, name: str) -> None:
        """Kill a part with all its processes, at once, and start it again."""
        part = self._part(name)
        self._stack.parts.remove(part)
        os.killpg(part.child.pid, signal.SIGKILL)
        part.child.wait()
        self._restart[name]()
        self.happened[f"{name} killed"] += 1


def _children(parent: int) -> list[int]:
    """Return the numbers of the processes that a process has started (Linux)."""
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(number) for number in text.split()]


def _kill(number: int) -> None:
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        pass
