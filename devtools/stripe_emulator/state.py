"""The state machine: accounts with PaymentIntents, charges, refunds, events and webhook endpoints, as dicts of Stripe's shapes."""

import secrets
import time
from typing import Any, Final

from devtools.stripe_emulator.errors import ApiError, invalid, missing
from devtools.stripe_emulator.params import check, integer

API_VERSION: Final = "2026-10-28.endive"
MINIMUM: Final = {"eur": 50, "usd": 50, "gbp": 30, "jpy": 50, "chf": 50, "sek": 300, "czk": 1500}
MULTIPLE: Final = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}
DECLINED: Final = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000000069": ("expired_card", "expired_card", "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
}
NEEDS_ACTION: Final = "4000002500003155"
DISPUTED: Final = "4000000000000259"
TOKENS: Final = {
    "pm_card_visa": "4242424242424242",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_authenticationRequired": NEEDS_ACTION,
    "pm_card_createDispute": DISPUTED,
}
CANCELABLE: Final = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")


def _new(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


class Account:
    """One Stripe account: what it has, and what happened in it (`pending` holds events still to be delivered)."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        self.data: dict[str, Any] = data or {
            kind: {} for kind in ("payment_intents", "charges", "refunds", "events", "webhook_endpoints", "idempotency")
        }
        self.pending: list[tuple[str, str]] = []
        self.next_refund_status = "succeeded"

    def find(self, kind: str, reference: str) -> dict[str, Any]:
        """Return an object of the account; raises Stripe's 404."""
        found: dict[str, Any] | None = self.data[kind].get(reference)
        if found is None:
            raise missing(kind.removesuffix("s"), reference)
        return found

    def emit(self, kind: str, subject: dict[str, Any]) -> None:
        """Write an event down and queue it for the endpoints that want it."""
        event = {
            "id": _new("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": int(time.time()),
            "data": {"object": {key: value for key, value in subject.items() if not key.startswith("_")}},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.data["events"][event["id"]] = event
        for endpoint in self.data["webhook_endpoints"].values():
            if kind in endpoint["enabled_events"] or "*" in endpoint["enabled_events"]:
                self.pending.append((endpoint["id"], event["id"]))

    # PaymentIntents

    def create_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        check(params, "PaymentIntentCreateParams")
        amount, currency = integer(params, "amount"), params["currency"]
        if currency != currency.lower() or len(currency) != 3:
            raise invalid(f"Invalid currency: {currency}.", param="currency")
        if amount < 1:
            raise invalid(
                "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
            )
        if amount < MINIMUM.get(currency, 1):
            raise invalid("Amount must be at least the minimum charge.", code="amount_too_small", param="amount")
        if amount % MULTIPLE.get(currency, 1):
            raise invalid(f"Invalid amount for {currency}.", code="invalid_charge_amount", param="amount")
        reference = _new("pi")
        intent = {
            "id": reference, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_received": 0,
            "automatic_payment_methods": {"enabled": True}, "canceled_at": None, "cancellation_reason": None,
            "capture_method": params.get("capture_method", "automatic"), "client_secret": f"{reference}_secret_{secrets.token_hex(12)}",
            "created": int(time.time()), "currency": currency, "description": params.get("description"), "last_payment_error": None,
            "latest_charge": None, "livemode": False, "metadata": params.get("metadata", {}), "next_action": None,
            "payment_method": params.get("payment_method"), "payment_method_types": ["card"],
            "receipt_email": params.get("receipt_email"), "status": "requires_payment_method",
        }  # fmt: skip
        self.data["payment_intents"][reference] = intent
        self.emit("payment_intent.created", intent)
        if params.get("confirm") == "true":
            return self.confirm_intent(reference, {"payment_method": params.get("payment_method", "")})
        return intent

    def confirm_intent(self, reference: str, params: dict[str, Any]) -> dict[str, Any]:
        intent = self.find("payment_intents", reference)
        if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
            raise self._unexpected(intent, "confirm")
        card = (params.get("payment_method_data") or {}).get("card", {}).get("number", "")
        number = card.replace(" ", "") or TOKENS.get(params.get("payment_method") or "", "")
        if not number:
            raise invalid("You must provide a payment method.", code="parameter_missing", param="payment_method")
        intent["_card"] = number
        intent["payment_method"] = intent["payment_method"] or _new("pm")
        if number in DECLINED:
            code, decline_code, message = DECLINED[number]
            return self._decline(intent, code, decline_code, message)
        if len(number) < 13 or not number.isdigit():
            return self._decline(intent, "incorrect_number", "incorrect_number", "Your card number is incorrect.")
        if number == NEEDS_ACTION:
            intent["status"] = "requires_action"
            intent["next_action"] = {"type": "use_stripe_sdk"}
            self.emit("payment_intent.requires_action", intent)
            return intent
        return self._authorise(intent)

    def answer_challenge(self, reference: str, *, passed: bool) -> dict[str, Any]:
        """Finish the bank's question (3-D Secure)."""
        intent = self.find("payment_intents", reference)
        if intent["status"] != "requires_action":
            raise self._unexpected(intent, "authenticate")
        intent["next_action"] = None
        if passed:
            return self._authorise(intent)
        message = "We are unable to authenticate your payment method."
        try:
            return self._decline(intent, "payment_intent_authentication_failure", "authentication_failed", message)
        except ApiError:
            return intent

    def _decline(self, intent: dict[str, Any], code: str, decline_code: str, message: str) -> dict[str, Any]:
        intent["status"] = "requires_payment_method"
        error = {"type": "card_error", "code": code, "decline_code": decline_code, "message": message}
        intent["last_payment_error"] = error
        self.emit("payment_intent.payment_failed", intent)
        public = {key: value for key, value in intent.items() if not key.startswith("_")}
        raise ApiError(402, "card_error", message, code=code, decline_code=decline_code, payment_intent=public)

    def _authorise(self, intent: dict[str, Any]) -> dict[str, Any]:
        intent["last_payment_error"] = None
        if intent["capture_method"] == "manual":
            intent["status"] = "requires_capture"
            intent["amount_capturable"] = intent["amount"]
            self.emit("payment_intent.amount_capturable_updated", intent)
            return intent
        return self._capture(intent, intent["amount"])

    def capture_intent(self, reference: str, params: dict[str, Any]) -> dict[str, Any]:
        intent = self.find("payment_intents", reference)
        if intent["status"] != "requires_capture":
            raise self._unexpected(intent, "capture")
        return self._capture(intent, int(params.get("amount_to_capture") or intent["amount"]))

    def _capture(self, intent: dict[str, Any], amount: int) -> dict[str, Any]:
        charge = {
            "id": _new("ch"), "object": "charge", "amount": amount, "amount_captured": amount, "amount_refunded": 0,
            "created": int(time.time()), "currency": intent["currency"], "disputed": False, "livemode": False,
            "metadata": intent["metadata"], "paid": True, "payment_intent": intent["id"], "refunded": False, "status": "succeeded",
        }  # fmt: skip
        self.data["charges"][charge["id"]] = charge
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0, latest_charge=charge["id"])
        self.emit("charge.succeeded", charge)
        self.emit("payment_intent.succeeded", intent)
        if intent.get("_card") == DISPUTED:
            charge["disputed"] = True
            dispute = {
                "id": _new("dp"), "object": "dispute", "amount": amount, "charge": charge["id"], "currency": charge["currency"],
                "livemode": False, "metadata": {}, "payment_intent": intent["id"], "reason": "fraudulent", "status": "needs_response",
            }  # fmt: skip
            self.emit("charge.dispute.created", dispute)
        return intent

    def cancel_intent(self, reference: str, params: dict[str, Any]) -> dict[str, Any]:
        check(params, "PaymentIntentCancelParams")
        intent = self.find("payment_intents", reference)
        if intent["status"] not in CANCELABLE:
            raise self._unexpected(intent, "cancel")
        intent.update(
            status="canceled",
            canceled_at=int(time.time()),
            cancellation_reason=params.get("cancellation_reason"),
            amount_capturable=0,
        )
        self.emit("payment_intent.canceled", intent)
        return intent

    def process_slowly(self, reference: str) -> dict[str, Any]:
        """Put a PaymentIntent into `processing`, as a bank debit does for days; `settle` ends it."""
        intent = self.find("payment_intents", reference)
        intent["status"] = "processing"
        self.emit("payment_intent.processing", intent)
        return intent

    def settle(self, reference: str, *, succeeded: bool) -> dict[str, Any]:
        """End a payment that is processing."""
        intent = self.find("payment_intents", reference)
        if succeeded:
            return self._capture(intent, intent["amount"])
        try:
            return self._decline(
                intent, "payment_intent_payment_attempt_failed", "generic_decline", "The debit failed."
            )
        except ApiError:
            return intent

    def _unexpected(self, intent: dict[str, Any], verb: str) -> ApiError:
        public = {key: value for key, value in intent.items() if not key.startswith("_")}
        return invalid(
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
            payment_intent=public,
        )

    # Refunds

    def create_refund(self, params: dict[str, Any]) -> dict[str, Any]:
        check(params, "RefundCreateParams")
        intent = self.find("payment_intents", params.get("payment_intent", ""))
        if intent["latest_charge"] is None:
            raise invalid("This PaymentIntent does not have a successful charge to refund.", code="resource_missing")
        charge = self.find("charges", intent["latest_charge"])
        if charge["disputed"]:
            raise invalid("This charge is disputed.", code="charge_disputed")
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = integer(params, "amount") if "amount" in params else left
        if left == 0:
            raise invalid("Charge has already been refunded.", code="charge_already_refunded")
        if not 0 < amount <= left:
            raise invalid("Refund amount is greater than unrefunded amount on charge.", param="amount")
        refund = {
            "id": _new("re"), "object": "refund", "amount": amount, "charge": charge["id"], "created": int(time.time()),
            "currency": charge["currency"], "failure_reason": None, "metadata": params.get("metadata", {}),
            "payment_intent": intent["id"], "reason": params.get("reason"), "status": self.next_refund_status,
        }  # fmt: skip
        self.data["refunds"][refund["id"]] = refund
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self.emit("refund.created", refund)
        self.emit("charge.refunded", charge)
        return refund

    def change_refund(self, reference: str, *, status: str) -> dict[str, Any]:
        """Let a refund succeed later, or fail, even after it had succeeded."""
        refund = self.find("refunds", reference)
        refund["status"] = status
        if status == "failed":
            refund["failure_reason"] = "expired_or_canceled_card"
            charge = self.find("charges", refund["charge"])
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
        self.emit("refund.failed" if status == "failed" else "refund.updated", refund)
        return refund

    # Webhook endpoints

    def create_endpoint(self, params: dict[str, Any]) -> dict[str, Any]:
        check(params, "WebhookEndpointCreateParams")
        endpoint = {
            "id": _new("we"), "object": "webhook_endpoint", "api_version": API_VERSION, "created": int(time.time()),
            "enabled_events": params["enabled_events"], "livemode": False, "metadata": params.get("metadata", {}),
            "secret": f"whsec_{secrets.token_hex(24)}", "status": "enabled", "url": params["url"],
        }  # fmt: skip
        self.data["webhook_endpoints"][endpoint["id"]] = endpoint
        return endpoint
