"""PaymentIntents: the state machine from the first attempt to the money, or to giving up."""

import secrets
from typing import Final

from devtools.stripe_emulator import charges
from devtools.stripe_emulator.account import Account, Object, merged, new_id, now, public
from devtools.stripe_emulator.amounts import check_charge, check_currency
from devtools.stripe_emulator.errors import ApiError, declined, invalid, unfit
from devtools.stripe_emulator.payment_methods import Fate, fate_of, method_of

OPEN: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
CANCELABLE: Final = OPEN | {"requires_capture"}
METHODS: Final = ("card", "sepa_debit")
NOT_AUTHENTICATED: Final = Fate(
    "declined",
    "payment_intent_authentication_failure",
    "authentication_required",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)
FAILED_DEBIT: Final = Fate(
    "processing", "payment_intent_payment_attempt_failed", "generic_decline", "The bank refused the debit."
)


def create_intent(account: Account, params: Object) -> Object:
    """Begin a payment; confirm it at once when `confirm` says so."""
    check_currency(params["currency"])
    check_charge(params["amount"], params["currency"])
    if "customer" in params:
        account.find("customers", params["customer"])
    if "confirm" not in params:
        _refuse_without_confirm(params)
    reference = new_id("pi")
    intent: Object = {
        "id": reference, "object": "payment_intent", "amount": params["amount"], "amount_capturable": 0, "amount_details": {"tip": {}},
        "amount_received": 0, "application": None, "application_fee_amount": None, "automatic_payment_methods": None,
        "canceled_at": None, "cancellation_reason": None, "capture_method": params.get("capture_method", "automatic"),
        "client_secret": f"{reference}_secret_{secrets.token_hex(12)}", "confirmation_method": "automatic", "created": now(),
        "currency": params["currency"], "customer": params.get("customer"), "description": params.get("description"),
        "last_payment_error": None, "latest_charge": None, "livemode": False, "metadata": merged({}, params.get("metadata", {})),
        "next_action": None, "on_behalf_of": None, "payment_method": None, "payment_method_configuration_details": None,
        "payment_method_options": {}, "payment_method_types": _methods(params), "processing": None,
        "receipt_email": params.get("receipt_email"), "review": None, "setup_future_usage": None, "shipping": None, "source": None,
        "statement_descriptor": params.get("statement_descriptor"),
        "statement_descriptor_suffix": params.get("statement_descriptor_suffix"),
        "status": "requires_payment_method", "transfer_data": None, "transfer_group": None, "_method": None, "_return_url": None,
    }  # fmt: skip
    if "allowed_payment_method_types" not in params:
        intent["automatic_payment_methods"] = {
            "allow_redirects": "always",
            **params.get("automatic_payment_methods", {"enabled": True}),
        }
    if "payment_method" in params or "payment_method_data" in params:
        _attach(intent, method_of(account, params))
    account.add("payment_intents", intent)
    account.emit("payment_intent.created", intent)
    if params.get("confirm"):
        rest: Object = {name: params[name] for name in ("return_url", "error_on_requires_action") if name in params}
        return confirm_intent(account, reference, rest)
    return intent


def _refuse_without_confirm(params: Object) -> None:
    for name in ("return_url", "error_on_requires_action"):
        if name in params:
            raise invalid(f"You can only pass `{name}` when `confirm` is `true`.", param=name)


def _methods(params: Object) -> list[str]:
    wanted = params.get("allowed_payment_method_types")
    # A bank debit cannot be reserved first.
    is_manual = params.get("capture_method") == "manual"
    offered = [method for method in METHODS if method == "card" or (params["currency"] == "eur" and not is_manual)]
    if wanted is None:
        return offered
    for method in wanted:
        if method not in offered:
            message = f"The payment method type {method} is not emulated for {params['currency']}."
            raise invalid(message, param="allowed_payment_method_types")
    return list(wanted)


def update_intent(account: Account, reference: str, params: Object) -> Object:
    """Change a payment; what decides about the money only while nothing is on its way."""
    intent = account.find("payment_intents", reference)
    deciding = params.keys() - {"metadata", "description", "receipt_email"}
    if deciding and intent["status"] not in OPEN:
        raise unexpected(intent, "update")
    amount, currency = params.get("amount", intent["amount"]), params.get("currency", intent["currency"])
    check_currency(currency)
    check_charge(amount, currency)
    if "customer" in params:
        account.find("customers", params["customer"])
    if "payment_method" in params or "payment_method_data" in params:
        _attach(intent, method_of(account, params))
    intent.update(amount=amount, currency=currency, metadata=merged(intent["metadata"], params.get("metadata", {})))
    simple = (
        "capture_method",
        "customer",
        "description",
        "receipt_email",
        "statement_descriptor",
        "statement_descriptor_suffix",
    )
    for name in simple:
        if name in params:
            intent[name] = params[name] or None
    return intent


def confirm_intent(account: Account, reference: str, params: Object) -> Object:
    """Try to pay: the intent then succeeded, waits (for the guest, the bank, or to be captured), or was declined (raises)."""
    intent = account.find("payment_intents", reference)
    if intent["status"] not in OPEN:
        raise unexpected(intent, "confirm")
    if "payment_method" in params or "payment_method_data" in params:
        method = method_of(account, params)
    elif intent["_method"] is not None:
        method = account.find("payment_methods", intent["_method"])
    else:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method."
        )
        raise unfit(message, code="payment_intent_unexpected_state", payment_intent=public(intent))
    if method["type"] not in intent["payment_method_types"]:
        message = f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent."
        raise unfit(message, code="payment_intent_incompatible_payment_method", payment_intent=public(intent))
    _attach(intent, method)
    intent.update(
        next_action=None, last_payment_error=None, _return_url=params.get("return_url") or intent["_return_url"]
    )
    if "receipt_email" in params:
        intent["receipt_email"] = params["receipt_email"]
    fate = fate_of(method)
    match fate.outcome:
        case "declined":
            raise _decline(account, intent, fate)
        case "challenge":
            return _ask_the_bank(account, intent, params)
        case "processing":
            return process_slowly(account, reference)
    return _authorise(account, intent)


def _attach(intent: Object, method: Object) -> None:
    intent.update(status="requires_confirmation", payment_method=method["id"], _method=method["id"])


def _ask_the_bank(account: Account, intent: Object, params: Object) -> Object:
    if params.get("error_on_requires_action"):
        message = "Your card was declined. This transaction requires authentication."
        raise _decline(account, intent, Fate("declined", "authentication_required", "authentication_required", message))
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    if intent["_return_url"] and not params.get("use_stripe_sdk"):
        to = {"return_url": intent["_return_url"], "url": challenge_url(account, intent)}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": to}
    account.emit("payment_intent.requires_action", intent)
    return intent


def challenge_url(account: Account, intent: Object) -> str:
    """Return where the page on which the guest answers the bank is."""
    connected = f"&account={account.id}" if account.is_connected else ""
    query = f"key=pk_test_{account.key_name}&client_secret={intent['client_secret']}{connected}"
    return f"{account.world.home}/_browser/challenge.html?{query}"


def answer_challenge(account: Account, reference: str, *, passed: bool) -> Object:
    """Finish the bank's question (3-D Secure): the payment goes on, or is declined."""
    intent = account.find("payment_intents", reference)
    if intent["status"] != "requires_action":
        raise unexpected(intent, "authenticate")
    intent["next_action"] = None
    if passed:
        return _authorise(account, intent)
    _decline(account, intent, NOT_AUTHENTICATED)
    return intent


def _decline(account: Account, intent: Object, fate: Fate, charge: Object | None = None) -> ApiError:
    """Go back to the start of the payment and return the error that says why."""
    method = public(account.find("payment_methods", intent["_method"]))
    if charge is None:
        charge = charges.start(account, intent, method, "failed")
    charges.refuse(account, charge, fate)
    error = declined(fate.message, code=fate.code, decline_code=fate.reason, charge=charge["id"], payment_method=method)
    intent.update(
        status="requires_payment_method", payment_method=None, _method=None, processing=None,
        last_payment_error=dict(error.body["error"]),
    )  # fmt: skip
    account.emit("payment_intent.payment_failed", intent)
    error.body["error"]["payment_intent"] = public(intent)
    return error


def _authorise(account: Account, intent: Object) -> Object:
    method = account.find("payment_methods", intent["_method"])
    charge = charges.start(account, intent, method, "succeeded")
    if intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        charges.reserve(charge)
        account.emit("charge.succeeded", charge)
        account.emit("payment_intent.amount_capturable_updated", intent)
        return intent
    return _succeed(account, intent, charge, intent["amount"], "charge.succeeded")


def _succeed(account: Account, intent: Object, charge: Object, amount: int, news: str) -> Object:
    charges.take(account, charge, amount)
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0, processing=None)
    account.emit(news, charge)
    account.emit("payment_intent.succeeded", intent)
    charges.dispute_at_once(account, charge, fate_of(account.find("payment_methods", intent["_method"])))
    return intent


def capture_intent(account: Account, reference: str, params: Object) -> Object:
    """Take the money of an authorised payment, or a part of it; the rest is released."""
    intent = account.find("payment_intents", reference)
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "capture")
    amount = params.get("amount_to_capture", intent["amount_capturable"])
    if not 0 < amount <= intent["amount_capturable"]:
        message = "The amount to capture must be positive and not more than the amount that can be captured."
        raise unfit(message, code="amount_too_large", param="amount_to_capture")
    intent["metadata"] = merged(intent["metadata"], params.get("metadata", {}))
    charge = account.find("charges", intent["latest_charge"])
    return _succeed(account, intent, charge, amount, "charge.captured")


def cancel_intent(account: Account, reference: str, params: Object) -> Object:
    """Give a payment up; final. Too late once the money is on its way."""
    intent = account.find("payment_intents", reference)
    if intent["status"] not in CANCELABLE:
        raise unexpected(intent, "cancel")
    if intent["status"] == "requires_capture":
        charges.release(account, account.find("charges", intent["latest_charge"]))
    intent.update(
        status="canceled", canceled_at=now(), cancellation_reason=params.get("cancellation_reason"), amount_capturable=0,
        next_action=None,
    )  # fmt: skip
    account.emit("payment_intent.canceled", intent)
    return intent


def expire_authorisation(account: Account, reference: str) -> Object:
    """Let reserved money be free again, as a bank does after some days: the payment is cancelled by itself."""
    intent = account.find("payment_intents", reference)
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "expire")
    charges.expire(account, account.find("charges", intent["latest_charge"]))
    intent.update(status="canceled", canceled_at=now(), cancellation_reason="automatic", amount_capturable=0)
    account.emit("payment_intent.canceled", intent)
    return intent


def process_slowly(account: Account, reference: str) -> Object:
    """Put a payment into `processing`, as a bank debit is for days; `settle` ends it."""
    intent = account.find("payment_intents", reference)
    if intent["status"] not in OPEN:
        raise unexpected(intent, "confirm")
    if intent["_method"] is None:
        iban = {"iban": "DE89370400440532013000"}
        person = {"name": "Test Guest", "email": "guest@example.com"}
        data = {"type": "sepa_debit", "sepa_debit": iban, "billing_details": person}
        _attach(intent, method_of(account, {"payment_method_data": data}))
    charge = charges.start(account, intent, account.find("payment_methods", intent["_method"]), "pending")
    intent.update(status="processing", next_action=None, last_payment_error=None, processing=None)
    account.emit("charge.pending", charge)
    account.emit("payment_intent.processing", intent)
    return intent


def settle(account: Account, reference: str, *, succeeded: bool | None = None) -> Object:
    """End a payment that is processing; by default as its test number says."""
    intent = account.find("payment_intents", reference)
    if intent["status"] != "processing":
        raise unexpected(intent, "settle")
    fate = fate_of(account.find("payment_methods", intent["_method"]))
    charge = account.find("charges", intent["latest_charge"])
    if succeeded if succeeded is not None else not fate.code:
        return _succeed(account, intent, charge, intent["amount"], "charge.succeeded")
    _decline(account, intent, fate if fate.code else FAILED_DEBIT, charge)
    return intent


def unexpected(intent: Object, verb: str) -> ApiError:
    """Return the answer to what the intent's status does not allow."""
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return unfit(message, code="payment_intent_unexpected_state", payment_intent=public(intent))
