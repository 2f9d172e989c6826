"""Charges: what a PaymentIntent's attempts leave behind."""

from typing import Final

from devtools.stripe_emulator import disputes, refunds
from devtools.stripe_emulator.account import Account, Object, new_id, now
from devtools.stripe_emulator.payment_methods import Fate

# For how long a bank keeps money reserved on a card.
KEPT_SECONDS: Final = 7 * 24 * 3600


def start(account: Account, intent: Object, method: Object, status: str, *, captured: bool = False) -> Object:
    """Add the charge of an attempt and make it the intent's latest. `status`: succeeded, pending or failed."""
    kind = method["type"]
    charge = {
        "id": new_id("ch"), "object": "charge", "amount": intent["amount"], "amount_captured": 0, "amount_refunded": 0,
        "application": None, "application_fee": None, "application_fee_amount": None, "balance_transaction": None,
        "billing_details": method["billing_details"], "calculated_statement_descriptor": "EMULATED", "captured": captured,
        "created": now(), "currency": intent["currency"], "customer": intent["customer"], "description": intent["description"],
        "disputed": False, "failure_balance_transaction": None, "failure_code": None, "failure_message": None, "fraud_details": {},
        "livemode": False, "metadata": intent["metadata"], "on_behalf_of": None, "outcome": None, "paid": status != "failed",
        "payment_intent": intent["id"], "payment_method": method["id"], "payment_method_details": {kind: method[kind], "type": kind},
        "receipt_email": intent["receipt_email"], "receipt_number": None, "receipt_url": None, "refunded": False, "review": None,
        "shipping": None, "source": None, "source_transfer": None, "statement_descriptor": None,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"], "status": status, "transfer_data": None,
        "transfer_group": None,
    }  # fmt: skip
    intent["latest_charge"] = charge["id"]
    return account.add("charges", charge)


def refuse(account: Account, charge: Object, fate: Fate) -> None:
    """Let a charge fail."""
    charge.update(status="failed", paid=False, failure_code=fate.code, failure_message=fate.message)
    charge["outcome"] = {
        "network_status": "declined_by_network", "reason": fate.reason, "risk_level": "normal", "seller_message": fate.message,
        "type": "issuer_declined",
    }  # fmt: skip
    account.emit("charge.failed", charge)


def take(account: Account, charge: Object, amount: int) -> None:
    """Move `amount` (Stripe's unit) of an authorised charge to the account; the rest is released."""
    fee = amount * 15 // 1000 + 25
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
    refunds.free(account, charge, charge["amount"] - amount)
    charge["balance_transaction"] = account.book("charge", amount, charge["currency"], charge["id"], fee=fee)


def reserve(charge: Object) -> None:
    """Say until when the bank keeps the money of an authorised card charge."""
    details = charge["payment_method_details"]
    charge["payment_method_details"] = {
        **details, "card": {**details["card"], "capture_before": charge["created"] + KEPT_SECONDS}
    }  # fmt: skip


def expire(account: Account, charge: Object) -> None:
    """Free an authorised charge because the bank does not keep its money any longer."""
    refunds.free(account, charge, charge["amount"])
    account.emit("charge.expired", charge)


def release(account: Account, charge: Object) -> None:
    """Give up an authorised charge that was never captured."""
    refunds.free(account, charge, charge["amount"])
    account.emit("charge.refunded", charge)


def dispute_at_once(account: Account, charge: Object, fate: Fate) -> None:
    """Open the dispute that some test cards bring."""
    if fate.dispute:
        disputes.open_dispute(account, charge, status=fate.dispute)
