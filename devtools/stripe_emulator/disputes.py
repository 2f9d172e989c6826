"""Disputes: the guest's bank takes the money back, or asks whether it should; and warnings that it may."""

from devtools.stripe_emulator.account import Account, Object, merged, new_id, now
from devtools.stripe_emulator.errors import invalid, unfit

FEE = 2000
ANSWER_SECONDS = 14 * 24 * 3600
INQUIRY = "warning_needs_response"
FINAL = frozenset({"won", "lost", "warning_closed"})
# What a lost dispute may still become when the bank is asked once more.
APPEAL = frozenset({"appeal_needs_response", "appeal_under_review", "won"})
# Texts that decide a dispute of Stripe's test mode at once.
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}
FILES = frozenset(
    {
        "cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation", "receipt",
        "refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file",
    }
)  # fmt: skip
MOST_BYTES = 4_500_000


def open_dispute(
    account: Account,
    charge: Object,
    *,
    status: str = "needs_response",
    amount: int | None = None,
    reason: str = "fraudulent",
    answer_seconds: int = ANSWER_SECONDS,
) -> Object:
    """Open a dispute over `amount` (Stripe's unit; all of the charge by default). An inquiry moves no money."""
    case = "inquiry" if status == INQUIRY else "chargeback"
    dispute = {
        "id": new_id("dp"), "object": "dispute", "amount": charge["amount_captured"] if amount is None else amount,
        "balance_transactions": [], "charge": charge["id"], "created": now(), "currency": charge["currency"],
        "enhanced_eligibility_types": [], "evidence": {}, "evidence_details": {
            "due_by": now() + answer_seconds, "has_evidence": False, "past_due": False, "submission_count": 0,
        },
        "is_charge_refundable": status == INQUIRY, "livemode": False, "metadata": {}, "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "case_type": case, "network_reason_code": "10.4"}},
        "reason": reason, "status": status,
    }  # fmt: skip
    account.add("disputes", dispute)
    charge["disputed"] = True
    _calm(account, charge)
    if status != INQUIRY:
        _move(account, dispute, -dispute["amount"], fee=FEE)
    account.emit("charge.dispute.created", dispute)
    if status != INQUIRY:
        account.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def change_dispute(account: Account, reference: str, *, status: str) -> Object:
    """Let a dispute go on (`under_review`, …) or end: `won`, `lost`, `warning_closed`. A lost one may be won on appeal."""
    dispute = account.find("disputes", reference)
    is_appeal = dispute["status"] == "lost" and status in APPEAL
    if dispute["status"] in FINAL and not is_appeal:
        raise _closed(dispute)
    is_inquiry = dispute["status"].startswith("warning_")
    dispute["status"] = status
    if status not in FINAL:
        if is_inquiry and not status.startswith("warning_"):
            dispute["is_charge_refundable"] = False
            dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
            dispute["evidence_details"]["due_by"] = now() + ANSWER_SECONDS
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


def update_dispute(account: Account, reference: str, params: Object) -> Object:
    """Put evidence beside a dispute and, with `submit`, answer it for good. Some texts decide it at once, as in Stripe's test mode."""
    dispute = account.find("disputes", reference)
    if dispute["status"] in FINAL:
        raise _closed(dispute)
    evidence = params.get("evidence") or {}
    if evidence and not dispute["status"].endswith("needs_response"):
        raise unfit("This dispute has been answered: evidence cannot be changed after it was submitted.")
    _check_files(account, {**dispute["evidence"], **evidence})
    dispute["metadata"] = merged(dispute["metadata"], params.get("metadata", {}))
    dispute["evidence"] = {name: value for name, value in {**dispute["evidence"], **evidence}.items() if value != ""}
    details = dispute["evidence_details"]
    details["has_evidence"] = bool(dispute["evidence"])
    if not evidence or not params.get("submit", True):
        account.emit("charge.dispute.updated", dispute)
        return dispute
    details["submission_count"] += 1
    is_inquiry = dispute["status"].startswith("warning_")
    dispute["status"] = "warning_under_review" if is_inquiry else "under_review"
    account.emit("charge.dispute.updated", dispute)
    verdict = VERDICTS.get(dispute["evidence"].get("uncategorized_text", ""))
    if verdict:
        change_dispute(account, reference, status="warning_closed" if is_inquiry and verdict == "won" else verdict)
    return dispute


def close_dispute(account: Account, reference: str, _params: Object) -> Object:
    """Give a dispute up, which loses it."""
    return change_dispute(account, reference, status="lost")


def warn(account: Account, charge: Object, *, fraud_type: str = "made_with_stolen_card") -> Object:
    """Let a bank warn that a charge may be fraud. No money moves."""
    warning = {
        "id": new_id("issfr"), "object": "radar.early_fraud_warning", "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"], "created": now(), "fraud_type": fraud_type, "livemode": False,
        "payment_intent": charge["payment_intent"],
    }  # fmt: skip
    account.add("early_fraud_warnings", warning)
    account.emit("radar.early_fraud_warning.created", warning)
    return warning


def refunded(account: Account, charge: Object) -> None:
    """End what a full refund of a charge ends: its inquiries, and the need to act on warnings."""
    if not charge["refunded"]:
        return
    _calm(account, charge)
    for dispute in list(account.data["disputes"].values()):
        is_inquiry = dispute["status"].startswith("warning_") and dispute["status"] not in FINAL
        if dispute["charge"] == charge["id"] and is_inquiry:
            change_dispute(account, dispute["id"], status="warning_closed")


def _calm(account: Account, charge: Object) -> None:
    for warning in account.data["early_fraud_warnings"].values():
        if warning["charge"] == charge["id"] and warning["actionable"]:
            warning["actionable"] = False
            account.emit("radar.early_fraud_warning.updated", warning)


def _closed(dispute: Object) -> Exception:
    return unfit(f"This dispute is already closed: {dispute['status']}.")


def _check_files(account: Account, evidence: Object) -> None:
    given = {name: account.find("files", value) for name, value in evidence.items() if name in FILES and value}
    for name, file in given.items():
        if file["purpose"] != "dispute_evidence":
            raise invalid(f"The file {file['id']} is not for a dispute.", param=f"evidence[{name}]")
    if sum(file["size"] for file in given.values()) > MOST_BYTES:
        raise invalid("Evidence files are too large together: at most 4.5 MB.", param="evidence")


def blocks_refund(account: Account, charge: Object) -> bool:
    """Whether money of a charge is in dispute, or was lost in one."""
    of_charge = [dispute for dispute in account.data["disputes"].values() if dispute["charge"] == charge["id"]]
    return any(not dispute["is_charge_refundable"] for dispute in of_charge)


def _move(account: Account, dispute: Object, amount: int, *, fee: int = 0) -> None:
    booked = account.book("adjustment", amount, dispute["currency"], dispute["id"], fee=fee)
    dispute["balance_transactions"].append(account.find("balance_transactions", booked))
