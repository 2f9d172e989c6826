"""What the processes that book have in common: threads that book for some seconds, as lines of JSON ask for."""

import json
import random
import sys
import threading
import time
from collections.abc import Callable


def serve(book: Callable[[str], None], *, warm_up: str, at_end: Callable[[], object] = lambda: None) -> None:
    """Book once, say “ready”, and answer each line with how many orders all threads placed. `at_end` ends each thread."""
    book(warm_up)
    _say("ready")
    for line in sys.stdin:
        wish = json.loads(line)
        placed: list[int] = []
        problems: list[BaseException] = []

        def work(number: int, wish: dict[str, list[str]] = wish) -> None:
            chance = random.Random(number)  # noqa: S311  # the same departures in each run
            count, end = 0, time.perf_counter() + float(wish["seconds"])  # type: ignore[arg-type]
            try:
                # At least once, however short the time.
                while not count or time.perf_counter() < end:
                    book(chance.choice(wish["schedules"]))
                    count += 1
            except BaseException as error:  # noqa: BLE001  # raised where it is seen
                problems.append(error)
            finally:
                at_end()
                placed.append(count)

        threads = [threading.Thread(target=work, args=[number]) for number in range(wish["threads"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]
        _say(str(sum(placed)))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
