"""For how long money can stay reserved on a card, and when it has to be decided about."""

from datetime import datetime, timedelta
from typing import Final

# Banks keep money reserved for seven days: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
KEPT_FOR: Final = timedelta(days=7)
# So long before the end it is decided, as a capture that comes too late cannot be repeated.
MARGIN: Final = timedelta(days=1)


def can_be_reserved(*, starts_at: datetime, now: datetime) -> bool:
    """Return whether money reserved now stays so until a departure begins, with some room."""
    return now < starts_at <= now + KEPT_FOR - MARGIN


def is_ending(until: datetime, *, now: datetime) -> bool:
    """Return whether it has to be decided now about money that is reserved until then."""
    return until <= decided_until(now)


def decided_until(now: datetime) -> datetime:
    """Return for which ends of a reservation it has to be decided now: those up to this moment."""
    return now + MARGIN
