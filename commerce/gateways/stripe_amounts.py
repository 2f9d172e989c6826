"""How Stripe counts money. Its exceptions about currencies live here and nowhere else.

Facts from https://docs.stripe.com/currencies.
"""

from collections.abc import Mapping
from typing import Final

from tenancy.money import currency_exponent

# Stripe counts these in other units than ISO 4217: two decimals although the currency has none.
STRIPE_EXPONENT: Final[Mapping[str, int]] = {"ISK": 2, "UGX": 2}
# An amount sent to Stripe must be a multiple of this.
STRIPE_MULTIPLE: Final[Mapping[str, int]] = {
    "ISK": 100,
    "UGX": 100,
    "BHD": 10,
    "JOD": 10,
    "KWD": 10,
    "OMR": 10,
    "TND": 10,
}
# The smallest charge, in ISO minor units.
MINIMUM: Final[Mapping[str, int]] = {
    "AED": 200, "ARS": 50, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "COP": 50, "CZK": 1500, "DKK": 250, "EUR": 50,
    "GBP": 30, "HKD": 400, "HUF": 17500, "IDR": 50, "ILS": 50, "INR": 50, "JPY": 50, "KRW": 50, "MXN": 1000, "MYR": 200,
    "NOK": 300, "NZD": 50, "PHP": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50, "ZAR": 50,
}  # fmt: skip


class NotRepresentable(ValueError):
    """An amount that Stripe cannot charge in its currency."""


def to_stripe(amount_minor: int, currency: str) -> int:
    """Return an ISO amount in Stripe's unit. Raises `NotRepresentable` when Stripe cannot charge it exactly."""
    shift = STRIPE_EXPONENT.get(currency, currency_exponent(currency)) - currency_exponent(currency)
    amount: int = amount_minor * 10**shift
    if amount % STRIPE_MULTIPLE.get(currency, 1):
        raise NotRepresentable(f"Stripe charges {currency} in steps of {STRIPE_MULTIPLE[currency]}.")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Return an amount of Stripe's in ISO minor units."""
    shift = STRIPE_EXPONENT.get(currency, currency_exponent(currency)) - currency_exponent(currency)
    minor: int = amount // 10**shift
    return minor


def minimum_minor(currency: str) -> int:
    """Return the smallest amount that Stripe charges, in ISO minor units."""
    return MINIMUM.get(currency, 1)
