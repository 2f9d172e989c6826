"""Stripe's own lists, page by page, the newest first: what our books are compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

import stripe

from commerce.gateways.stripe import Intent, Keys, Movement, RefundState, _client, _intent, _raise, _refund, movement_of

PAGE_SIZE: Final = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list; `after` is where the next one begins, empty when this is the last.

    `made_at` says when Stripe made each object, by its id.
    """

    items: list[T]
    after: str
    made_at: dict[str, datetime]


def _page(
    find: Callable[[Any], Any],
    read: Callable[[Any], T | None],
    *,
    since: datetime,
    until: datetime,
    after: str,
    expand: list[str],
) -> Page[T]:
    params: dict[str, Any] = {
        "limit": PAGE_SIZE,
        "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
        "expand": expand,
    }
    if after:
        params["starting_after"] = after
    try:
        found = find(params)
    except stripe.StripeError as error:
        _raise(error)
    items = [item for item in map(read, found.data) if item is not None]
    return Page(
        items,
        found.data[-1].id if found.has_more and found.data else "",
        {source.id: datetime.fromtimestamp(source.created, UTC) for source in found.data},
    )


def list_intents(keys: Keys, *, since: datetime, until: datetime, after: str = "") -> Page[Intent]:
    """Return a page of the PaymentIntents made in a time. Raises `GatewayError`."""
    find = _client(keys).v1.payment_intents.list
    return _page(
        find, _intent, since=since, until=until, after=after, expand=["data.latest_charge.balance_transaction"]
    )


def list_refunds(keys: Keys, *, since: datetime, until: datetime, after: str = "") -> Page[RefundState]:
    """Return a page of the refunds made in a time. Raises `GatewayError`."""
    find = _client(keys).v1.refunds.list
    return _page(find, _refund, since=since, until=until, after=after, expand=["data.failure_balance_transaction"])


def list_disputes(keys: Keys, *, since: datetime, until: datetime, after: str = "") -> Page[tuple[str, str]]:
    """Return a page of the disputes opened in a time: the id of each and of its PaymentIntent. Raises `GatewayError`."""
    find = _client(keys).v1.disputes.list
    return _page(
        find,
        lambda source: (source.id, str(source.payment_intent or "")),
        since=since,
        until=until,
        after=after,
        expand=[],
    )


def list_movements(keys: Keys, *, since: datetime, until: datetime, after: str = "") -> Page[Movement]:
    """Return a page of what moved the account's balance in a time, each with what it belongs to. Raises `GatewayError`."""
    find = _client(keys).v1.balance_transactions.list
    return _page(find, movement_of, since=since, until=until, after=after, expand=["data.source"])
