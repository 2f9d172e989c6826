"""Whether what stands on a page is still right."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cms.enums import Staleness

# After so many days somebody should look again.
CONFIRM_EVERY_DAYS: Final = 180
# So many days before it ends, the one who keeps it is told.
ENDS_SOON_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Freshness:
    """When somebody last looked whether something is right, until when it is (both local days), and who keeps it (a user's key)."""

    confirmed_on: date | None = None
    valid_until: date | None = None
    owner_id: int | None = None

    def staleness(self, today: date) -> Staleness | None:
        """Return why somebody should look at it, None when nobody needs to."""
        if self.valid_until is not None and self.valid_until < today:
            return Staleness.ENDED
        if self.valid_until is not None and self.valid_until <= today + timedelta(days=ENDS_SOON_DAYS):
            return Staleness.ENDS_SOON
        if self.confirmed_on is not None and self.confirmed_on + timedelta(days=CONFIRM_EVERY_DAYS) < today:
            return Staleness.UNCONFIRMED
        return None
