"""What a message is, and when one that could not be sent is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MAX_ATTEMPTS: Final = 6


@dataclass(frozen=True, slots=True)
class Email:
    """A message ready to be sent."""

    recipient: str
    language: str
    subject: str
    text: str
    html: str


def next_attempt(attempts: int, *, now: datetime) -> datetime | None:
    """Return when a message that failed `attempts` times is tried again, or None when it is given up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return now + timedelta(seconds=30 * 2**attempts)
