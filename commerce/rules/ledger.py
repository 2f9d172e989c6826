"""Which account money is in, and what accountants call the accounts."""

from collections.abc import Mapping
from typing import Final

from commerce.enums import LedgerAccount, PaymentMethod
from commerce.rules.methods import METHODS


def account_of(method: str, *, by_hand: bool = False) -> LedgerAccount:
    """Return the account that what is paid by `method` comes into, or goes back from.

    `by_hand`: staff pay back themselves what Stripe took in, from the bank.
    """
    if METHODS[PaymentMethod(method)].by_provider and not by_hand:
        return LedgerAccount.STRIPE
    in_hand = METHODS[PaymentMethod(method)].on_site or not METHODS[PaymentMethod(method)].by_guests
    return LedgerAccount.CASH if in_hand else LedgerAccount.BANK


# Where an organization has not said otherwise: the usual numbers of the German chart of accounts SKR 03.
ACCOUNT_NUMBERS: Final[Mapping[LedgerAccount, str]] = {
    LedgerAccount.STRIPE: "1360",
    LedgerAccount.BANK: "1200",
    LedgerAccount.CASH: "1000",
    LedgerAccount.CUSTOMERS: "1400",
    LedgerAccount.FEES: "4970",
    LedgerAccount.DISPUTES: "1590",
    LedgerAccount.LOSSES: "2400",
    LedgerAccount.TRANSFERS: "1370",
    LedgerAccount.OTHER: "2300",
}


def account_number(account: str, numbers: Mapping[str, str]) -> str:
    """Return what accountants call an account, by the organization's own `numbers` where it has one."""
    return numbers.get(account) or ACCOUNT_NUMBERS[LedgerAccount(account)]
