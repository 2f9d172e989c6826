"""When and from where a session was last used: noted on Redis, since it changes with each request."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache


class Presence(NamedTuple):
    """The last use of a session."""

    at: datetime
    address: str


def note_presence(session_key: str, *, at: datetime, address: str) -> None:
    """Remember that a session of the organization in scope was used, for as long as a session may last."""
    cache.set(_key(session_key), (at, address), timeout=settings.SESSION_COOKIE_AGE)


def last_presence(session_key: str) -> Presence | None:
    """Return the last use of a session of the organization in scope, or None when nothing is known of it."""
    seen = cache.get(_key(session_key))
    return Presence(*seen) if seen else None


def _key(session_key: str) -> str:
    return f"presence:{session_key}"
