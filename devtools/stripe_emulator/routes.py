"""Stripe's addresses: which operation each one is, which schema its parameters have, and which of them are honoured here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from devtools.stripe_emulator import customers, disputes, endpoints, files, intents, payouts, refunds
from devtools.stripe_emulator.account import KINDS, Account, Object, own_id, public
from devtools.stripe_emulator.amounts import MINIMUM, MULTIPLE
from devtools.stripe_emulator.errors import ApiError, invalid
from devtools.stripe_emulator.params import read

PAGE: Final = "limit starting_after ending_before created"
# Which other object a field names, for `expand`.
POINTERS: Final = {
    "latest_charge": "charges",
    "charge": "charges",
    "payment_intent": "payment_intents",
    "payment_method": "payment_methods",
    "customer": "customers",
    "balance_transaction": "balance_transactions",
    "failure_balance_transaction": "balance_transactions",
}
# Fields that an object only has once there is something in them; they can be expanded all the same.
LATER: Final = frozenset({("refund", "failure_balance_transaction")})


@dataclass(frozen=True, slots=True)
class Route:
    """One address: `run(account, *parts of the path, parameters)`."""

    method: str
    path: str
    schema: str
    honoured: str
    run: Callable[..., Object]


def _listing(kind: str, honoured: str, schema: str) -> Route:
    filters = [name for name in honoured.split() if name not in PAGE.split()]

    def run(account: Account, params: Object) -> Object:
        return account.page(kind, params, **{name: params.get(name) for name in filters})

    return Route("GET", f"/v1/{kind}", schema, honoured, run)


def _single(kind: str, schema: str) -> Route:
    return Route("GET", f"/v1/{kind}/ID", schema, "", lambda account, reference, _params: account.find(kind, reference))


def _account(account: Account, *reference_and_params: Any) -> Object:
    *reference, _params = reference_and_params
    if reference and reference[0] not in (account.id, own_id(account.key_name)):
        message = f"The provided key does not have access to account '{reference[0]}'."
        raise ApiError(403, "invalid_request_error", message, code="account_invalid")
    return account.describe()


def _country(_account: Account, country: str, _params: Object) -> Object:
    if country != "DE":
        raise ApiError(404, "invalid_request_error", f"Country '{country}' is unknown.", code="resource_missing")
    currencies = sorted({*MINIMUM, *MULTIPLE})
    return {
        "id": country, "object": "country_spec", "default_currency": "eur", "supported_bank_account_currencies": {"eur": [country]},
        "supported_payment_currencies": currencies, "supported_payment_methods": ["card"], "supported_transfer_countries": [country],
        "verification_fields": {"company": {"additional": [], "minimum": []}, "individual": {"additional": [], "minimum": []}},
    }  # fmt: skip


_INTENT = (
    "amount currency customer description metadata payment_method payment_method_data receipt_email statement_descriptor "
    "statement_descriptor_suffix capture_method"
)
ROUTES: Final = (
    Route(
        "POST", "/v1/payment_intents", "PaymentIntentCreateParams",
        f"{_INTENT} automatic_payment_methods allowed_payment_method_types confirm return_url error_on_requires_action",
        intents.create_intent,
    ),
    Route("POST", "/v1/payment_intents/ID", "PaymentIntentUpdateParams", _INTENT, intents.update_intent),
    Route(
        "POST", "/v1/payment_intents/ID/confirm", "PaymentIntentConfirmParams",
        "payment_method payment_method_data return_url receipt_email error_on_requires_action use_stripe_sdk", intents.confirm_intent,
    ),
    Route("POST", "/v1/payment_intents/ID/capture", "PaymentIntentCaptureParams", "amount_to_capture metadata", intents.capture_intent),
    Route("POST", "/v1/payment_intents/ID/cancel", "PaymentIntentCancelParams", "cancellation_reason", intents.cancel_intent),
    _single("payment_intents", "PaymentIntentRetrieveParams"),
    _listing("payment_intents", f"{PAGE} customer", "PaymentIntentListParams"),
    Route("POST", "/v1/refunds", "RefundCreateParams", "amount charge payment_intent reason metadata", refunds.create_refund),
    _single("refunds", "RefundRetrieveParams"),
    _listing("refunds", f"{PAGE} charge payment_intent", "RefundListParams"),
    _single("charges", "ChargeRetrieveParams"),
    _listing("charges", f"{PAGE} customer payment_intent", "ChargeListParams"),
    Route("POST", "/v1/disputes/ID", "DisputeUpdateParams", "evidence metadata submit", disputes.update_dispute),
    Route("POST", "/v1/disputes/ID/close", "DisputeCloseParams", "", disputes.close_dispute),
    _single("disputes", "DisputeRetrieveParams"),
    _listing("disputes", f"{PAGE} charge payment_intent", "DisputeListParams"),
    Route(
        "GET", "/v1/radar/early_fraud_warnings/ID", "radar.EarlyFraudWarningRetrieveParams", "",
        lambda account, reference, _params: account.find("early_fraud_warnings", reference),
    ),
    Route("POST", "/v1/files", "FileCreateParams", "file purpose", files.create_file),
    _single("files", "FileRetrieveParams"),
    _single("balance_transactions", "BalanceTransactionRetrieveParams"),
    _listing("balance_transactions", f"{PAGE} currency source type", "BalanceTransactionListParams"),
    Route("POST", "/v1/payouts", "PayoutCreateParams", "amount currency description metadata", payouts.create_payout),
    _single("payouts", "PayoutRetrieveParams"),
    _listing("payouts", f"{PAGE} status", "PayoutListParams"),
    _single("payment_methods", "PaymentMethodRetrieveParams"),
    _single("events", "EventRetrieveParams"),
    _listing("events", f"{PAGE} type", "EventListParams"),
    Route(
        "POST", "/v1/customers", "CustomerCreateParams", "description email metadata name phone preferred_locales",
        customers.create_customer,
    ),
    _single("customers", "CustomerRetrieveParams"),
    Route(
        "POST", "/v1/webhook_endpoints", "WebhookEndpointCreateParams", "url enabled_events api_version description metadata connect",
        endpoints.create_endpoint,
    ),
    _single("webhook_endpoints", "WebhookEndpointRetrieveParams"),
    _listing("webhook_endpoints", "limit starting_after ending_before", "WebhookEndpointListParams"),
    Route(
        "DELETE", "/v1/webhook_endpoints/ID", "WebhookEndpointDeleteParams", "",
        lambda account, reference, _params: endpoints.delete_endpoint(account, reference),
    ),
    Route("GET", "/v1/country_specs/ID", "CountrySpecRetrieveParams", "", _country),
    Route("GET", "/v1/account", "AccountRetrieveParams", "", _account),
    Route("GET", "/v1/accounts/ID", "AccountRetrieveParams", "", _account),
)  # fmt: skip


def answer(account: Account, method: str, path: str, params: Object) -> Object:
    """Return what Stripe answers to a call of an account. Raises `ApiError`."""
    for route in ROUTES:
        found = re.fullmatch(route.path.replace("ID", r"(\w+)"), path)
        if found is not None and route.method == method:
            values = read(params, route.schema, frozenset(route.honoured.split()) | {"expand"})
            expand = values.pop("expand", [])
            return _expanded(account, public(route.run(account, *found.groups(), values)), expand)
    raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)


def _expanded(account: Account, thing: Object, paths: list[str]) -> Object:
    for path in paths:
        _expand(account, thing, path.split("."), path)
    return thing


def _expand(account: Account, thing: Object, names: list[str], path: str) -> None:
    name, *rest = names
    if name == "data" and thing.get("object") == "list":
        for item in thing["data"]:
            _expand(account, item, rest, path)
        return
    if (thing.get("object"), name) in LATER and name not in thing:
        return
    if name == "source" and thing.get("object") == "balance_transaction":
        thing[name] = _source(account, thing[name])
        return
    if name not in POINTERS or name not in thing or thing.get("object") not in KINDS.values():
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(thing[name], str):
        thing[name] = public(account.find(POINTERS[name], thing[name]))
    if rest and thing[name] is not None:
        _expand(account, thing[name], rest, path)


def _source(account: Account, reference: Any) -> Any:
    """Return what a movement of the balance belongs to; movements without one have none."""
    kinds = {"ch": "charges", "re": "refunds", "dp": "disputes", "po": "payouts"}
    if not isinstance(reference, str):
        return reference
    return public(account.find(kinds[reference.partition("_")[0]], reference))
