"""Stripe, spoken to through its own client.

Facts from https://docs.stripe.com/payments/paymentintents/lifecycle and /payments/place-a-hold-on-a-payment-method.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

import stripe
from django.conf import settings

from commerce.gateways.stripe_amounts import NotRepresentable as NotRepresentable  # noqa: PLC0414  # callers find it here
from commerce.gateways.stripe_amounts import from_stripe as from_stripe  # noqa: PLC0414  # callers find it here
from commerce.gateways.stripe_amounts import minimum_minor as minimum_minor  # noqa: PLC0414  # callers find it here
from commerce.gateways.stripe_amounts import to_stripe as to_stripe  # noqa: PLC0414  # callers find it here
from commerce.models import PaymentSettings

TIMEOUT_SECONDS: Final = 10


class GatewayError(Exception):
    """Stripe could not do what was asked; the message is for staff and logs."""


class GatewayUnavailable(GatewayError):
    """Stripe could not be reached or is busy; the call may work later.

    `sticks`: Stripe gives this answer again to the same idempotency key, so the next try needs another one.
    """

    def __init__(self, message: str, *, sticks: bool = False) -> None:
        self.sticks = sticks
        super().__init__(message)


class GatewayRefused(GatewayError):
    """Stripe said no; the same call will not work later. `code` is Stripe's own."""

    def __init__(self, message: str, *, code: str = "") -> None:
        self.code = code
        super().__init__(message)


class GatewayMisconfigured(GatewayError):
    """The organization has no keys, or wrong ones."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of an organization's Stripe account."""

    secret: str
    publishable: str
    webhook_secret: str

    @property
    def livemode(self) -> bool:
        """Whether real money moves."""
        return self.secret.startswith(("sk_live_", "rk_live_"))


@dataclass(frozen=True, slots=True)
class Movement:
    """A balance transaction as Stripe tells it: what its object `source` added to the account's balance, before the fee.

    Amounts are ISO minor units of the currency that the account settles in; `payment_intent` is that of the source, where it has one,
    and `organization` what our metadata of it says.
    """

    reference: str
    kind: str
    amount_minor: int
    fee_minor: int
    currency: str
    source: str
    payment_intent: str
    occurred_at: datetime
    description: str = ""
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """A PaymentIntent as Stripe tells it. Amounts are ISO minor units; `received_minor` is what was captured.

    `movement` is what it added to the balance, None when Stripe does not say so (yet); `reserved_until` when money ends to be reserved.
    """

    reference: str
    status: str
    amount_minor: int
    received_minor: int
    currency: str
    client_secret: str
    failure: str
    metadata: Mapping[str, str]
    movement: Movement | None = None
    reserved_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundState:
    """A refund as Stripe tells it, of the PaymentIntent `intent`; the amount in ISO minor units.

    `moved_at` is when it left the balance, None while it has not; `returned_at` when it came back, where Stripe says so.
    """

    reference: str
    intent: str
    status: str
    amount_minor: int
    currency: str
    failure: str
    metadata: Mapping[str, str]
    moved_at: datetime | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A Stripe account as Stripe tells it. `currencies` are those it can charge in, None when the key may not ask for them."""

    reference: str
    name: str
    charges_enabled: bool
    currencies: frozenset[str] | None


def keys_of(row: PaymentSettings) -> Keys:
    """Return the keys of an organization, those of the installation when it has none of its own. Accounts are never mixed."""
    is_own = bool(row.stripe_secret_key)
    return Keys(
        secret=row.stripe_secret_key if is_own else settings.STRIPE_SECRET_KEY,
        publishable=row.stripe_publishable_key if is_own else settings.STRIPE_PUBLISHABLE_KEY,
        # Each endpoint has a secret of its own, those of the installation's account too.
        webhook_secret=row.stripe_webhook_secret or settings.STRIPE_WEBHOOK_SECRET,
    )


def dashboard_url(keys: Keys) -> str:
    """Return where the payments of an account are shown to people, or an empty text when that is not Stripe itself."""
    if settings.STRIPE_API_BASE != "https://api.stripe.com":
        return ""
    return "https://dashboard.stripe.com/payments/" if keys.livemode else "https://dashboard.stripe.com/test/payments/"


def _files_address() -> str:
    """Stripe takes files at a host of its own; a stand-in takes them where it takes all else."""
    is_stripe = settings.STRIPE_API_BASE == "https://api.stripe.com"
    return "https://files.stripe.com" if is_stripe else settings.STRIPE_API_BASE


def _client(keys: Keys) -> stripe.StripeClient:
    if not keys.secret:
        raise GatewayMisconfigured("No Stripe secret key is set.")
    return stripe.StripeClient(
        keys.secret,
        base_addresses={"api": settings.STRIPE_API_BASE, "files": _files_address()},
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def _raise(error: stripe.StripeError) -> NoReturn:
    message = error.user_message or str(error)
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        raise GatewayMisconfigured(message) from error
    temporary = error.http_status in (None, 409, 429) or (error.http_status or 0) >= 500
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError) or temporary:
        raise GatewayUnavailable(message, sticks=(error.http_status or 0) >= 500) from error
    raise GatewayRefused(message, code=error.code or "") from error


def movement_of(source: Any) -> Movement | None:
    """Return a balance transaction of Stripe's client as a movement; None for the mere id of one, or nothing."""
    if source is None or isinstance(source, str):
        return None
    currency = source.currency.upper()
    of = source.source
    is_whole = of is not None and not isinstance(of, str)
    return Movement(
        reference=source.id,
        kind=source.type,
        amount_minor=from_stripe(source.amount, currency),
        fee_minor=from_stripe(source.fee, currency),
        currency=currency,
        source=(of.id if is_whole else of) or "",
        payment_intent=str(getattr(of, "payment_intent", None) or "") if is_whole else "",
        occurred_at=datetime.fromtimestamp(source.created, tz=UTC),
        description=source.description or "",
        organization=_organization_in(getattr(of, "metadata", None)) if is_whole else "",
    )


def _organization_in(metadata: Any) -> str:
    return str(metadata.to_dict().get("organization", "")) if metadata else ""


def _intent(source: Any) -> Intent:
    currency = source.currency.upper()
    failure = source.last_payment_error
    charge = source.latest_charge
    return Intent(
        reference=source.id,
        status=source.status,
        amount_minor=from_stripe(source.amount, currency),
        received_minor=from_stripe(source.amount_received or 0, currency),
        currency=currency,
        client_secret=source.client_secret or "",
        failure=str(getattr(failure, "message", None) or "") if failure else "",
        metadata=source.metadata.to_dict() if source.metadata else {},
        movement=movement_of(getattr(charge, "balance_transaction", None)) if source.status == "succeeded" else None,
        reserved_until=_reserved_until(charge) if source.status == "requires_capture" else None,
    )


def _reserved_until(charge: Any) -> datetime | None:
    card = getattr(getattr(charge, "payment_method_details", None), "card", None)
    moment = getattr(card, "capture_before", None)
    return datetime.fromtimestamp(moment, tz=UTC) if moment else None


def _refund(source: Any) -> RefundState:
    currency = source.currency.upper()
    returned = movement_of(getattr(source, "failure_balance_transaction", None))
    return RefundState(
        reference=source.id,
        intent=str(source.payment_intent or ""),
        status=source.status or "pending",
        amount_minor=from_stripe(source.amount, currency),
        currency=currency,
        failure=str(getattr(source, "failure_reason", None) or ""),
        metadata=source.metadata.to_dict() if source.metadata else {},
        moved_at=datetime.fromtimestamp(source.created, tz=UTC) if source.balance_transaction else None,
        returned_at=returned.occurred_at if returned else None,
    )


# What Stripe tells of the balance together with an object.
_INTENT_MOVEMENT: Final = ["latest_charge.balance_transaction"]
_REFUND_MOVEMENT: Final = ["failure_balance_transaction"]


def _retrieve(find: Callable[[str, Any], Any], reference: str, expand: list[str]) -> Any:
    try:
        return find(reference, {"expand": expand})
    except stripe.PermissionError:
        # A restricted key need not be let into the balance.
        return find(reference, {})


def retrieve_account(keys: Keys) -> Account:
    """Return the account that the keys belong to. Raises `GatewayError`."""
    try:
        client = _client(keys)
        found = client.v1.accounts.retrieve_current()
        currencies = _currencies(client, found.country) if found.country else None
    except stripe.StripeError as error:
        _raise(error)
    profile = found.business_profile
    shown = found.settings.dashboard if found.settings else None
    return Account(
        reference=found.id,
        name=(profile.name if profile else "") or (shown.display_name if shown else "") or "",
        charges_enabled=bool(found.charges_enabled),
        currencies=currencies,
    )


def _currencies(client: stripe.StripeClient, country: str) -> frozenset[str] | None:
    try:
        specification = client.v1.country_specs.retrieve(country)
    except stripe.PermissionError:
        # A restricted key need not be let in there.
        return None
    return frozenset(code.upper() for code in specification.supported_payment_currencies)


def create_intent(
    keys: Keys,
    *,
    amount_minor: int,
    currency: str,
    metadata: Mapping[str, str],
    description: str,
    idempotency_key: str,
    takes_later: bool = False,
) -> Intent:
    """Create a PaymentIntent, or return the one made with this key before; `takes_later` only reserves the money. Raises `GatewayError`."""
    try:
        asked: stripe.params.PaymentIntentCreateParams = {
            "amount": to_stripe(amount_minor, currency),
            "currency": currency.lower(),
            "automatic_payment_methods": {"enabled": True},
            "metadata": dict(metadata),
            "description": description,
        }
        if takes_later:
            asked["capture_method"] = "manual"
        made = _client(keys).v1.payment_intents.create(asked, {"idempotency_key": idempotency_key})
    except NotRepresentable as error:
        raise GatewayRefused(str(error), code="amount_invalid") from error
    except stripe.StripeError as error:
        _raise(error)
    return _intent(made)


def retrieve_intent(keys: Keys, reference: str) -> Intent:
    """Return a PaymentIntent as it is now. Raises `GatewayError`."""
    try:
        found = _retrieve(_client(keys).v1.payment_intents.retrieve, reference, _INTENT_MOVEMENT)
    except stripe.StripeError as error:
        _raise(error)
    return _intent(found)


def cancel_intent(keys: Keys, reference: str, *, reason: str = "abandoned") -> Intent:
    """Cancel a PaymentIntent and return it as it then is: cancelled, or succeeded or processing when it was too late."""
    try:
        cancelled = _client(keys).v1.payment_intents.cancel(reference, {"cancellation_reason": reason})  # type: ignore[typeddict-item]
    except stripe.InvalidRequestError as error:
        if error.code == "payment_intent_unexpected_state":
            return retrieve_intent(keys, reference)
        _raise(error)
    except stripe.StripeError as error:
        _raise(error)
    return _intent(cancelled)


def capture_intent(keys: Keys, reference: str, *, amount_minor: int, currency: str) -> Intent:
    """Take so much of the money that a PaymentIntent reserved, and free the rest; return it as it then is. Raises `GatewayError`.

    That is also another state when it was too late, or was done before: money is taken once at most.
    """
    try:
        asked = to_stripe(amount_minor, currency)
        _client(keys).v1.payment_intents.capture(reference, {"amount_to_capture": asked})
    except NotRepresentable as error:
        raise GatewayRefused(str(error), code="amount_invalid") from error
    except stripe.InvalidRequestError as error:
        if error.code not in ("payment_intent_unexpected_state", "charge_expired_for_capture"):
            _raise(error)
    except stripe.StripeError as error:
        _raise(error)
    # Asked for by itself: a restricted key need not be let into the balance, and then only this is refused.
    return retrieve_intent(keys, reference)


def create_refund(
    keys: Keys, *, intent: str, amount_minor: int, currency: str, metadata: Mapping[str, str], idempotency_key: str
) -> RefundState:
    """Pay part or all of a PaymentIntent back, or return the refund made with this key before. Raises `GatewayError`."""
    try:
        made = _client(keys).v1.refunds.create(
            {"payment_intent": intent, "amount": to_stripe(amount_minor, currency), "metadata": dict(metadata)},
            {"idempotency_key": idempotency_key},
        )
    except NotRepresentable as error:
        raise GatewayRefused(str(error), code="amount_invalid") from error
    except stripe.StripeError as error:
        _raise(error)
    return _refund(made)


def retrieve_refund(keys: Keys, reference: str) -> RefundState:
    """Return a refund as it is now. Raises `GatewayError`."""
    try:
        found = _retrieve(_client(keys).v1.refunds.retrieve, reference, _REFUND_MOVEMENT)
    except stripe.StripeError as error:
        _raise(error)
    return _refund(found)


def find_refund(keys: Keys, *, intent: str, mark: str) -> RefundState | None:
    """Return the refund of a PaymentIntent that carries `mark` as its metadata `refund`, or None. Raises `GatewayError`."""
    try:
        found = _client(keys).v1.refunds.list({"payment_intent": intent, "limit": 100})
        for made in map(_refund, found.auto_paging_iter()):
            if made.intent == intent and made.metadata.get("refund") == mark:
                return made
    except stripe.StripeError as error:
        _raise(error)
    return None
