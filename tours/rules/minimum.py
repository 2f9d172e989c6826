"""Departures with too few participants: what is proposed about them."""

from datetime import timedelta
from typing import Final, NamedTuple

from tours.enums import Decision

# How far from a departure another one may be that its guests are offered to move to.
MERGE_WITHIN: Final = timedelta(hours=24)


class Minimum(NamedTuple):
    """A departure's own minimum: how many must come, and how many hours before the start it is decided; None is that of the variant."""

    participants: int | None = None
    hours: int | None = None


def proposal(booked: int, minimum: int, *, can_merge: bool) -> Decision:
    """Return what to do about a departure with `booked` of `minimum` participants.

    Nobody booked: cancel it. Another departure has room for the guests: move them there. At least half have booked: let it take place.
    Otherwise cancel it.
    """
    if booked == 0:
        return Decision.CANCEL
    if can_merge:
        return Decision.MERGE
    return Decision.RUN if booked * 2 >= minimum else Decision.CANCEL
