"""When somebody is written to about what needs attention, and until when something is put off."""

from datetime import date, datetime, time, timedelta
from typing import Final

from crm.enums import DigestFrequency

DIGEST_FROM: Final = time(7)
# By which name something is put off, and for how many days.
SNOOZES: Final = {"day": 1, "week": 7}


def digest_is_due(frequency: str, *, last: date | None, now: datetime) -> bool:
    """Return whether a digest is due by the local time `now`: from seven in the morning, once a day, or once a week from Monday on."""
    if frequency == DigestFrequency.NEVER or now.time() < DIGEST_FROM:
        return False
    today = now.date()
    first = today if frequency == DigestFrequency.DAILY else today - timedelta(days=today.weekday())
    return last is None or last < first
