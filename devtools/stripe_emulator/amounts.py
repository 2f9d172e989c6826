"""What Stripe can charge."""

from typing import Final

from devtools.stripe_emulator.errors import invalid

# In Stripe's unit, for accounts that are paid out in the same currency.
MINIMUM: Final = {
    "usd": 50, "eur": 50, "gbp": 30, "chf": 50, "aed": 200, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "cop": 50, "czk": 1500,
    "dkk": 250, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50, "mxn": 1000, "myr": 200,
    "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50, "sek": 300, "sgd": 50, "thb": 1000, "zar": 50,
}  # fmt: skip
# Sent as if they had more decimals than they have, or with a last digit that banks cannot move.
MULTIPLE: Final = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}
MAXIMUM: Final = 999_999_999_999


def check_currency(currency: str) -> None:
    """Raise Stripe's error unless this is a code in lower case."""
    if len(currency) != 3 or not currency.isascii() or not currency.islower():
        raise invalid(f"Invalid currency: {currency}.", param="currency")


def check_step(amount: int, currency: str) -> None:
    """Raise Stripe's error for an amount, in Stripe's unit, that the currency's special rule does not allow."""
    step = MULTIPLE.get(currency, 1)
    if amount % step:
        message = f"Invalid amount: {currency} is charged in multiples of {step}."
        raise invalid(message, code="invalid_charge_amount", param="amount")


def check_charge(amount: int, currency: str) -> None:
    """Raise Stripe's error for an amount, in Stripe's unit, that cannot be charged."""
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, code="parameter_invalid_integer", param="amount")
    if amount > MAXIMUM:
        raise invalid("Amount is too large.", code="amount_too_large", param="amount")
    if amount < MINIMUM.get(currency, 1):
        message = f"Amount must be at least {MINIMUM[currency]} in {currency}."
        raise invalid(message, code="amount_too_small", param="amount")
    check_step(amount, currency)
