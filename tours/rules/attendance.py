"""When people can be checked in, and who is called when something happens."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

from tours.enums import BookingStatus, ScheduleStatus

# From when on guides mark who is there, and until when they put right what they marked.
CHECK_IN_OPENS: Final = timedelta(hours=24)
CHECK_IN_ENDS: Final = timedelta(hours=48)
# Only who has a place can come: not who is still at the checkout, and not who lost it.
ATTENDING: Final = frozenset(
    {BookingStatus.PENDING, BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW}
)


def check_in_problem(schedule_status: str, *, starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    """Return why nobody can be marked on a departure: `cancelled`, `early` or `late`; an empty text when people can."""
    if schedule_status == ScheduleStatus.CANCELLED:
        return "cancelled"
    if now < starts_at - CHECK_IN_OPENS:
        return "early"
    return "late" if now > ends_at + CHECK_IN_ENDS else ""


def attendance_problem(booking_status: str) -> str:
    """Return why the people of a booking cannot be marked: `unfinished` or `lost`; an empty text when they can."""
    if booking_status in ATTENDING:
        return ""
    return "unfinished" if booking_status == BookingStatus.HELD else "lost"


class _Person(Protocol):
    @property
    def emergency_name(self) -> str: ...
    @property
    def emergency_phone(self) -> object: ...


def emergency_contact(person: _Person, party: Iterable[_Person]) -> tuple[str, str]:
    """Return name and number (E.164) of whom to call for somebody: the person's own contact, else the first one of the party."""
    for one in (person, *party):
        if one.emergency_name or one.emergency_phone:
            return one.emergency_name, str(one.emergency_phone or "")
    return "", ""


# Letters that are no others with a mark. The guide's page has the same in its script.
_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def folded(text: str) -> str:
    """Return a text for searching: small letters without accents, so that “Zoe” finds “Zoë” and “Lukasz” “Łukasz”."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(part for part in parts if not unicodedata.combining(part))
