"""Disputes: the guest's bank takes the money back, or asks whether it should."""

from devtools.stripe_emulator.account import Account, Object, new_id, now
from devtools.stripe_emulator.errors import unfit

FEE = 2000
ANSWER_SECONDS = 14 * 24 * 3600
INQUIRY = "warning_needs_response"
FINAL = frozenset({"won", "lost", "warning_closed"})


def open_dispute(
    account: Account,
    charge: Object,
    *,
    status: str = "needs_response",
    amount: int | None = None,
    reason: str = "fraudulent",
) -> Object:
    """Open a dispute over `amount` (Stripe's unit; all of the charge by default). An inquiry moves no money."""
    case = "inquiry" if status == INQUIRY else "chargeback"
    dispute = {
        "id": new_id("dp"), "object": "dispute", "amount": charge["amount_captured"] if amount is None else amount,
        "balance_transactions": [], "charge": charge["id"], "created": now(), "currency": charge["currency"],
        "enhanced_eligibility_types": [], "evidence": {}, "evidence_details": {
            "due_by": now() + ANSWER_SECONDS, "has_evidence": False, "past_due": False, "submission_count": 0,
        },
        "is_charge_refundable": status == INQUIRY, "livemode": False, "metadata": {}, "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "case_type": case, "network_reason_code": "10.4"}},
        "reason": reason, "status": status,
    }  # fmt: skip
    account.add("disputes", dispute)
    charge["disputed"] = True
    if status != INQUIRY:
        _move(account, dispute, -dispute["amount"], fee=FEE)
    account.emit("charge.dispute.created", dispute)
    if status != INQUIRY:
        account.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def change_dispute(account: Account, reference: str, *, status: str) -> Object:
    """Let a dispute go on (`under_review`, …) or end: `won`, `lost`, `warning_closed`."""
    dispute = account.find("disputes", reference)
    if dispute["status"] in FINAL:
        raise unfit(f"This dispute is already closed: {dispute['status']}.")
    is_inquiry = dispute["status"].startswith("warning_")
    dispute["status"] = status
    if status not in FINAL:
        if is_inquiry and not status.startswith("warning_"):
            dispute["is_charge_refundable"] = False
            _move(account, dispute, -dispute["amount"], fee=FEE)
            account.emit("charge.dispute.funds_withdrawn", dispute)
        account.emit("charge.dispute.updated", dispute)
        return dispute
    dispute["is_charge_refundable"] = status != "lost"
    if status == "won" and not is_inquiry:
        _move(account, dispute, dispute["amount"])
        account.emit("charge.dispute.funds_reinstated", dispute)
    account.emit("charge.dispute.closed", dispute)
    return dispute


def blocks_refund(account: Account, charge: Object) -> bool:
    """Whether money of a charge is in dispute, or was lost in one."""
    of_charge = [dispute for dispute in account.data["disputes"].values() if dispute["charge"] == charge["id"]]
    return any(not dispute["is_charge_refundable"] for dispute in of_charge)


def _move(account: Account, dispute: Object, amount: int, *, fee: int = 0) -> None:
    booked = account.book("adjustment", amount, dispute["currency"], dispute["id"], fee=fee)
    dispute["balance_transactions"].append(account.find("balance_transactions", booked))
