"""What one Stripe account has: its objects by kind, and the events that tell of them."""

import copy
import hashlib
import secrets
import time
from typing import Any, Final, Protocol

import stripe

from devtools.stripe_emulator.errors import invalid, missing

API_VERSION: Final = str(stripe.api_version)
KINDS: Final = {
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "early_fraud_warnings": "radar.early_fraud_warning",
    "files": "file",
    "balance_transactions": "balance_transaction",
    "payouts": "payout",
    "customers": "customer",
    "events": "event",
    "webhook_endpoints": "webhook_endpoint",
}
Object = dict[str, Any]


def new_id(prefix: str) -> str:
    """Return an id that was never given before."""
    return f"{prefix}_{secrets.token_hex(12)}"


def now() -> int:
    """Return the time as Stripe writes it."""
    return int(time.time())


def own_id(key_name: str) -> str:
    """Return the `acct_…` of the account that a key belongs to."""
    return f"acct_{hashlib.sha256(key_name.encode()).hexdigest()[:16]}"


def public(value: Any) -> Any:
    """Return a copy of an object as Stripe shows it: without what the emulator notes for itself below `_…`."""
    if isinstance(value, dict):
        return {key: public(item) for key, item in value.items() if not key.startswith("_")}
    return [public(item) for item in value] if isinstance(value, list) else value


def merged(metadata: dict[str, str], changes: dict[str, str] | str) -> dict[str, str]:
    """Return metadata with changes: an empty value takes a name away, an empty `changes` all of them."""
    if isinstance(changes, str):
        return {}
    return {name: value for name, value in {**metadata, **changes}.items() if value != ""}


class World(Protocol):
    """What is around the accounts: the address of the emulator, and somebody to tell of every event."""

    home: str

    def publish(self, account: "Account", event: Object) -> None:
        """Pass an event of an account on."""


class Account:
    """One Stripe account, named `KEY/CONNECTED`: the part of its key after `sk_test_`, and the header Stripe-Account.

    `data` is all of it, ready for JSON.
    """

    def __init__(self, name: str, world: World, data: Object | None = None) -> None:
        self.name = name
        self.world = world
        self.data: Object = data if data is not None else {}
        for kind in (*KINDS, "idempotency"):
            self.data.setdefault(kind, {})
        self.data.setdefault("next_refund_status", "succeeded")

    @property
    def key_name(self) -> str:
        """What follows `sk_test_` and `pk_test_` in its keys."""
        return self.name.partition("/")[0]

    @property
    def id(self) -> str:
        """The account's `acct_…`."""
        return self.name.partition("/")[2] or own_id(self.key_name)

    @property
    def is_connected(self) -> bool:
        """Whether a platform's key acts for it."""
        return not self.name.endswith("/")

    def add(self, kind: str, thing: Object) -> Object:
        """Keep a new object and return it."""
        self.data[kind][thing["id"]] = thing
        return thing

    def find(self, kind: str, reference: str) -> Object:
        """Return an object of the account; raises Stripe's 404."""
        found: Object | None = self.data[kind].get(reference)
        if found is None:
            raise missing(KINDS[kind], reference)
        return found

    def page(self, kind: str, params: Object, **wanted: Any) -> Object:
        """Return a page of a kind of objects, the newest first, that have the `wanted` values where these are set."""
        found = [
            thing
            for thing in reversed(self.data[kind].values())
            if all(value is None or thing.get(name) == value for name, value in wanted.items())
            and _was_made(thing["created"], params.get("created"))
        ]
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise invalid("Limit must be between 1 and 100.", code="parameter_invalid_integer", param="limit")
        ids = [thing["id"] for thing in found]
        start, end = 0, limit
        if "starting_after" in params:
            start = ids.index(self.find(kind, params["starting_after"])["id"]) + 1
            end = start + limit
        elif "ending_before" in params:
            end = ids.index(self.find(kind, params["ending_before"])["id"])
            start = max(0, end - limit)
        has_more = start > 0 if "ending_before" in params else end < len(found)
        return {"object": "list", "url": f"/v1/{kind}", "has_more": has_more, "data": found[start:end]}

    def emit(self, kind: str, subject: Object) -> None:
        """Write down that something happened to an object, as it is now, and have it told to the endpoints that want it."""
        event = {
            "id": new_id("evt"), "object": "event", "api_version": API_VERSION, "created": now(),
            "data": {"object": copy.deepcopy(public(subject))}, "livemode": False, "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None}, "type": kind,
            **({"account": self.id} if self.is_connected else {}),
        }  # fmt: skip
        self.world.publish(self, self.add("events", event))

    def book(self, kind: str, amount: int, currency: str, source: str | None, *, fee: int = 0) -> str:
        """Write a movement of the account's balance down (`amount` before the `fee`) and return its id."""
        fees = [
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        transaction = {
            "id": new_id("txn"), "object": "balance_transaction", "amount": amount, "available_on": now(), "balance_type": "payments",
            "created": now(), "currency": currency, "description": None, "exchange_rate": None, "fee": fee,
            "fee_details": fees if fee else [], "net": amount - fee, "reporting_category": _category(kind, amount, source),
            "source": source, "status": "available", "type": kind,
        }  # fmt: skip
        return str(self.add("balance_transactions", transaction)["id"])

    def describe(self) -> Object:
        """Return the account itself as Stripe shows it."""
        return {
            "id": self.id, "object": "account", "business_profile": {"name": self.key_name, "url": None}, "business_type": "company",
            "capabilities": {"card_payments": "active", "transfers": "active"}, "charges_enabled": True, "country": "DE", "created": 0,
            "default_currency": "eur", "details_submitted": True, "email": None, "metadata": {}, "payouts_enabled": True,
            "settings": {"dashboard": {"display_name": self.key_name, "timezone": "Etc/UTC"}}, "type": "standard",
        }  # fmt: skip


def _category(kind: str, amount: int, source: str | None) -> str:
    """Return how Stripe's reports call a movement: what disputes move is an `adjustment` by its type."""
    if kind == "adjustment":
        return "other_adjustment" if source is None else "dispute" if amount < 0 else "dispute_reversal"
    return {"payout_failure": "payout_reversal", "stripe_fee": "fee"}.get(kind, kind)


def _was_made(created: int, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return wanted is None or created == int(wanted)
    checks = {"gt": created.__gt__, "gte": created.__ge__, "lt": created.__lt__, "lte": created.__le__}
    return all(checks[name](bound) for name, bound in wanted.items())
