"""When a link to another site is called broken."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Final
from urllib.parse import urlsplit

from cms.enums import LinkProblem

# An address that fails is asked again after so long, and once more; then it is broken, and asked day by day.
TRY_AGAIN: Final = (timedelta(hours=1), timedelta(hours=6))
BROKEN_AFTER: Final = len(TRY_AGAIN) + 1
EVERY: Final = timedelta(days=7)


def next_check(failures: int, *, now: datetime) -> datetime:
    """Return when an address that has failed so many times in a row (0: works) is asked again."""
    if failures == 0:
        return now + EVERY
    return now + (TRY_AGAIN[failures - 1] if failures < BROKEN_AFTER else timedelta(days=1))


def problem_of(status: int) -> LinkProblem:
    """Return what is the matter with an address that answers with an HTTP status.

    Sites that let no machine in, or want somebody to sign in first, are there for guests.
    """
    if status in (404, 410):
        return LinkProblem.GONE
    return LinkProblem.SERVER if status >= 500 else LinkProblem.NONE


def host_of(url: str) -> str:
    """Return the host of an address; an empty text for one that cannot be read."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def spread(urls: Iterable[str]) -> Iterator[str]:
    """Yield addresses so that those of one host stand as far from each other as they can."""
    hosts: dict[str, list[str]] = {}
    for url in urls:
        hosts.setdefault(host_of(url), []).append(url)
    return (url for url in chain.from_iterable(zip_longest(*hosts.values())) if url is not None)
