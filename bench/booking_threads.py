"""What the processes that book have in common: threads that book for some seconds, as lines of JSON ask for."""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor


def serve(book: Callable[[str], None], *, warm_up: str, close: Callable[[], object] = lambda: None) -> None:
    """Book once, say “ready”, and answer each line with how many orders all threads placed. `close` is called at the end of each."""
    book(warm_up)
    _say("ready")
    for line in sys.stdin:
        wish = json.loads(line)

        def work(number: int, schedules: Sequence[str] = wish["schedules"], seconds: float = wish["seconds"]) -> int:
            try:
                return _book_on(book, schedules, chance=random.Random(number), seconds=seconds)
            finally:
                close()

        with ThreadPoolExecutor(wish["threads"]) as pool:
            _say(str(sum(pool.map(work, range(wish["threads"])))))


def _book_on(book: Callable[[str], None], schedules: Sequence[str], *, chance: random.Random, seconds: float) -> int:
    placed, end = 0, time.perf_counter() + seconds
    # At least once, however short the time.
    while not placed or time.perf_counter() < end:
        book(chance.choice(schedules))
        placed += 1
    return placed


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
