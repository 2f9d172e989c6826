"""Which account money is in."""

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
