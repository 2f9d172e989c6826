"""Refunds, also those that wait for something, and those that fail after they had succeeded."""

from devtools.stripe_emulator import disputes
from devtools.stripe_emulator.account import Account, Object, merged, new_id, now
from devtools.stripe_emulator.amounts import check_step
from devtools.stripe_emulator.errors import invalid, unfit

STATUSES = frozenset({"pending", "requires_action", "succeeded", "failed", "canceled"})
UNDONE = frozenset({"failed", "canceled"})


def create_refund(account: Account, params: Object) -> Object:
    """Pay a charge back, all that is left of it by default. Its status is the account's `next_refund_status`."""
    charge = _charge_of(account, params)
    if disputes.blocks_refund(account, charge):
        raise unfit("This charge is disputed and cannot be refunded.", code="charge_disputed", charge=charge["id"])
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise unfit(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", left)
    if amount < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
        raise unfit(message, code="amount_too_large", param="amount")
    check_step(amount, charge["currency"])
    status = account.data["next_refund_status"]
    refund = _refund(charge, amount, status, params)
    account.add("refunds", refund)
    _count(charge, amount)
    refund["balance_transaction"] = account.book("refund", -amount, refund["currency"], refund["id"])
    account.emit("refund.created", refund)
    account.emit("charge.refunded", charge)
    if status in UNDONE:
        _give_back(account, refund, "expired_or_canceled_card")
        account.emit("refund.failed", refund)
    disputes.refunded(account, charge)
    return refund


def _refund(charge: Object, amount: int, status: str, params: Object) -> Object:
    return {
        "id": new_id("re"), "object": "refund", "amount": amount, "balance_transaction": None, "charge": charge["id"],
        "created": now(), "currency": charge["currency"], "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": merged({}, params.get("metadata", {})), "next_action": None, "payment_intent": charge["payment_intent"],
        "pending_reason": "processing" if status == "pending" else None, "reason": params.get("reason"), "receipt_number": None,
        "source_transfer_reversal": None, "status": status, "transfer_reversal": None,
    }  # fmt: skip


def free(account: Account, charge: Object, amount: int) -> None:
    """Free `amount` of the reserved money of a charge. Stripe keeps a refund for it that moves nothing."""
    if not amount:
        return
    refund = account.add("refunds", _refund(charge, amount, "succeeded", {}))
    _count(charge, amount)
    account.emit("refund.created", refund)


def change_refund(account: Account, reference: str, *, status: str, reason: str = "expired_or_canceled_card") -> Object:
    """Let a refund go on to another status; one that succeeded may still fail when the guest's bank sends it back."""
    refund = account.find("refunds", reference)
    if status not in STATUSES or refund["status"] in UNDONE:
        raise unfit(f"This refund is {refund['status']} and cannot become {status}.")
    refund.update(status=status, pending_reason="processing" if status == "pending" else None)
    if status in UNDONE:
        _give_back(account, refund, reason)
    account.emit("refund.updated", refund)
    if status == "failed":
        account.emit("refund.failed", refund)
    return refund


def _charge_of(account: Account, params: Object) -> Object:
    if ("charge" in params) == ("payment_intent" in params):
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise invalid(message, code="parameter_missing")
    if "charge" in params:
        charge = account.find("charges", params["charge"])
    else:
        intent = account.find("payment_intents", params["payment_intent"])
        charge = account.data["charges"].get(intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded" or not charge["captured"]:
        reference = params.get("payment_intent") or params["charge"]
        raise unfit(f"{reference} does not have a successful charge to refund.", param="payment_intent")
    return charge


def _count(charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def _give_back(account: Account, refund: Object, reason: str) -> None:
    refund["failure_reason"] = reason
    refund["failure_balance_transaction"] = account.book(
        "refund_failure", refund["amount"], refund["currency"], refund["id"]
    )
    _count(account.find("charges", refund["charge"]), -refund["amount"])
