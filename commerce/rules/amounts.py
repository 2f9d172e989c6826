"""Limits and shares of amounts, in minor units."""


def within_refund_limit(amount_minor: int, *, given_back_minor: int, limit_minor: int | None) -> bool:
    """Return whether so much more may go back of an order, of which `given_back_minor` has already; `None` is no limit.

    The limit is for the order as a whole, so that nobody gets past it in steps. Nothing may always go back.
    """
    return limit_minor is None or amount_minor == 0 or given_back_minor + amount_minor <= limit_minor


def share_minor(total_minor: int, part: int, whole: int) -> int:
    """Return what `part` of `whole` places cost that cost `total_minor` together, rounded half up."""
    return (2 * total_minor * part + whole) // (2 * whole)
