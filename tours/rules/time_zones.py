"""Time zones that calendar files bring along."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from icalendar.timezone import tzp

_ONE_AT_A_TIME: Final = Lock()


@contextmanager
def zones_of_one_file() -> Iterator[None]:
    """Run a block that parses a calendar file; the time zones which the file defines count in it alone.

    The library keeps them by name for the whole process: the next file, whoever sent it, would be read by them.
    """
    with _ONE_AT_A_TIME:
        tzp.use_zoneinfo()
        try:
            yield
        finally:
            tzp.use_zoneinfo()
