"""Payouts: the account's balance goes to its bank, and may come back."""

from devtools.stripe_emulator.account import Account, Object, merged, new_id, now
from devtools.stripe_emulator.errors import unfit

DAY = 24 * 3600


def balance(account: Account, currency: str) -> int:
    """Return what the account has at Stripe in a currency, in Stripe's unit."""
    movements = account.data["balance_transactions"].values()
    return sum(movement["net"] for movement in movements if movement["currency"] == currency)


def create_payout(account: Account, params: Object) -> Object:
    """Pay an amount out to the bank, which has it at once."""
    amount, currency = params["amount"], params["currency"]
    if not 0 < amount <= balance(account, currency):
        message = "You have insufficient funds in your Stripe account for this transfer."
        raise unfit(message, code="balance_insufficient")
    payout = {
        "id": new_id("po"), "object": "payout", "amount": amount, "arrival_date": now() + DAY, "automatic": False,
        "balance_transaction": None, "created": now(), "currency": currency, "description": params.get("description"),
        "destination": "ba_emulated", "failure_balance_transaction": None, "failure_code": None, "failure_message": None,
        "livemode": False, "metadata": merged({}, params.get("metadata", {})), "method": "standard", "original_payout": None,
        "reconciliation_status": "not_applicable", "reversed_by": None, "source_type": "card", "statement_descriptor": None,
        "status": "paid", "type": "bank_account",
    }  # fmt: skip
    account.add("payouts", payout)
    payout["balance_transaction"] = account.book("payout", -amount, currency, payout["id"])
    account.emit("payout.created", payout)
    account.emit("payout.paid", payout)
    return payout


def fail_payout(account: Account, reference: str) -> Object:
    """Let a payout come back from the bank."""
    payout = account.find("payouts", reference)
    if payout["status"] == "failed":
        raise unfit("This payout has failed already.")
    payout.update(status="failed", failure_code="account_closed", failure_message="The bank account has been closed.")
    payout["failure_balance_transaction"] = account.book(
        "payout_failure", payout["amount"], payout["currency"], payout["id"]
    )
    account.emit("payout.failed", payout)
    return payout


def move_balance(account: Account, *, amount: int, currency: str, kind: str, description: str) -> Object:
    """Let Stripe change the balance by itself: a fee (`stripe_fee`), an `adjustment`, a `transfer`."""
    booked = account.book(kind, amount, currency, None)
    movement = account.find("balance_transactions", booked)
    movement["description"] = description
    return movement
