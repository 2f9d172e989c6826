"""Stripe's test cards and test bank accounts, and the payment methods made of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from devtools.stripe_emulator.account import Account, Object, new_id, now
from devtools.stripe_emulator.errors import declined, invalid


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to a payment with a test number.

    `outcome`: succeeds, challenge, declined, processing. `reason` and `message` say why it is declined; `dispute` is the
    status of the dispute that follows at once.
    """

    outcome: str = "succeeds"
    code: str = ""
    reason: str = ""
    message: str = ""
    dispute: str = ""


_DECLINED = "Your card was declined."
FATES: Final = {
    "4242424242424242": Fate(),
    "4000056655665556": Fate(),
    "5555555555554444": Fate(),
    "378282246310005": Fate(),
    "4000000000000002": Fate("declined", "card_declined", "generic_decline", _DECLINED),
    "4000000000009995": Fate("declined", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000009987": Fate("declined", "card_declined", "lost_card", _DECLINED),
    "4000000000000069": Fate("declined", "expired_card", "expired_card", "Your card has expired."),
    "4000000000000127": Fate("declined", "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    "4000002500003155": Fate("challenge"),
    "4000000000000259": Fate(dispute="needs_response"),
    "4000000000001976": Fate(dispute="warning_needs_response"),
    "DE89370400440532013000": Fate("processing"),
    "DE62370400440532013001": Fate(
        "processing", "payment_intent_payment_attempt_failed", "generic_decline", "The bank refused the debit."
    ),
}
STRANGER: Final = Fate(
    "declined", "card_declined", "test_mode_live_card", "Your card was declined. Only test cards can be used here."
)
TOKENS: Final = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_authenticationRequired": "4000002500003155",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeInquiry": "4000000000001976",
}
BRANDS: Final = {"3": "amex", "4": "visa", "5": "mastercard"}
NO_ADDRESS: Final = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def fate_of(method: Object) -> Fate:
    """Return what a payment with this payment method comes to."""
    return FATES.get(method["_number"], STRANGER)


def method_of(account: Account, params: Object) -> Object:
    """Return the payment method that a request names (`payment_method`) or describes (`payment_method_data`).

    Raises Stripe's error for details that cannot be right, before anything is tried with them.
    """
    if "payment_method_data" in params:
        return _made_of(account, params["payment_method_data"])
    token = params["payment_method"]
    if token in TOKENS:
        return _card(
            account, {"number": TOKENS[token], "exp_month": "12", "exp_year": str(_year() + 5), "cvc": "123"}, {}
        )
    return account.find("payment_methods", token)


def _made_of(account: Account, data: Object) -> Object:
    details = data.get("billing_details") or {}
    match data["type"]:
        case "card":
            return _card(account, data.get("card") or {}, details)
        case "sepa_debit":
            return _debit(account, (data.get("sepa_debit") or {}).get("iban", ""), details)
    raise invalid(f"The emulator has no payment method {data['type']}.", param="payment_method_data[type]")


def _card(account: Account, card: Object, details: Object) -> Object:
    number = str(card.get("number", "")).replace(" ", "")
    if not _adds_up(number):
        raise declined("Your card number is invalid.", code="invalid_number", param="number")
    month, year = _number(card.get("exp_month")), _number(card.get("exp_year"))
    year += 2000 if year < 100 else 0
    if not 1 <= month <= 12:
        raise declined("Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month")
    today = datetime.now(UTC)
    if not (today.year, today.month) <= (year, month) <= (today.year + 50, 12):
        raise declined("Your card's expiration year is invalid.", code="invalid_expiry_year", param="exp_year")
    brand = BRANDS.get(number[0], "unknown")
    if len(str(card.get("cvc", ""))) != (4 if brand == "amex" else 3) or not str(card["cvc"]).isdecimal():
        raise declined("Your card's security code is invalid.", code="invalid_cvc", param="cvc")
    shape = {
        "brand": brand, "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US", "display_brand": brand, "exp_month": month, "exp_year": year, "fingerprint": f"emulated{number[-4:]}",
        "funding": "credit", "last4": number[-4:], "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True}, "wallet": None,
    }  # fmt: skip
    return _add(account, "card", number, shape, details)


def _debit(account: Account, iban: str, details: Object) -> Object:
    iban = iban.replace(" ", "").upper()
    if iban not in FATES:
        raise invalid("The IBAN you provided is invalid.", code="invalid_bank_account_iban", param="sepa_debit[iban]")
    for name in ("name", "email"):
        if not details.get(name):
            full = f"billing_details[{name}]"
            raise invalid(f"Missing required param: {full}.", code="parameter_missing", param=full)
    shape = {
        "bank_code": iban[4:12],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": f"emulated{iban[-4:]}",
        "last4": iban[-4:],
    }
    return _add(account, "sepa_debit", iban, shape, details)


def _add(account: Account, kind: str, number: str, shape: Object, details: Object) -> Object:
    billing = {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None, **details}
    method = {
        "id": new_id("pm"), "object": "payment_method", "allow_redisplay": "unspecified", "billing_details": billing, "created": now(),
        "customer": None, "livemode": False, "metadata": {}, "type": kind, kind: shape, "_number": number,
    }  # fmt: skip
    return account.add("payment_methods", method)


def _adds_up(number: str) -> bool:
    """Whether the check digit of a card number is right."""
    if not (number.isascii() and number.isdecimal() and 13 <= len(number) <= 19):
        return False
    doubled = "0246813579"
    digits = [int(doubled[int(digit)]) if place % 2 else int(digit) for place, digit in enumerate(reversed(number))]
    return sum(digits) % 10 == 0


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() else 0


def _year() -> int:
    return datetime.now(UTC).year
