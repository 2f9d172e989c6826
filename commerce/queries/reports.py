"""The payments report: what came in, what went back and what it cost, from the ledger."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.db.models.functions import TruncDay, TruncMonth

from commerce.enums import LedgerAccount, LedgerKind, PaymentMethod
from commerce.models import LedgerEntry, LedgerTransaction
from tenancy.queries import scope_currency

PAYOUTS = (LedgerKind.PAYOUT, LedgerKind.PAYOUT_FAILED)
REFUNDS = (LedgerKind.REFUND, LedgerKind.REFUND_FAILED)
OPEN_AND_WON = (LedgerKind.DISPUTE, LedgerKind.DISPUTE_WON)


@dataclass(slots=True)
class Figures:
    """Sums of minor units: gross came in, refunds, disputes and fees went out, other is what else came in or (negative) went out.

    Payouts went from Stripe to the bank and change nothing in all.
    """

    gross: int = 0
    refunds: int = 0
    disputes: int = 0
    fees: int = 0
    other: int = 0
    payouts: int = 0

    @property
    def net(self) -> int:
        """What is left."""
        return self.gross - self.refunds - self.disputes - self.fees + self.other

    def add(self, kind: str, account: str, amount: int) -> None:
        """Count the entries of one account in movements of one kind."""
        if kind in PAYOUTS:
            self.payouts += amount if account == LedgerAccount.BANK else 0
        elif account == LedgerAccount.CUSTOMERS:
            if kind == LedgerKind.CHARGE:
                self.gross -= amount
            else:
                self.refunds += amount
        elif account == LedgerAccount.FEES:
            self.fees += amount
        elif account == LedgerAccount.DISPUTES:
            self.disputes += amount if kind in OPEN_AND_WON else 0
        elif account in (LedgerAccount.TRANSFERS, LedgerAccount.OTHER):
            self.other -= amount

    def add_to_balance(self, kind: str, amount: int) -> None:
        """Count what movements of one kind added to the balance at Stripe."""
        if kind == LedgerKind.CHARGE:
            self.gross += amount
        elif kind in REFUNDS:
            self.refunds -= amount
        elif kind in OPEN_AND_WON:
            self.disputes -= amount
        elif kind == LedgerKind.FEE:
            self.fees -= amount
        elif kind in PAYOUTS:
            self.payouts -= amount
        else:
            self.other += amount


@dataclass(frozen=True, slots=True)
class PaymentsReport:
    """The payments of some days, in `currency`: by `periods` (their first days) and by method, and Stripe's balance around them.

    `at_stripe` are the figures of what moved that balance: `opening` and its net less its payouts make `closing`.
    `other_currencies` are those in which money moved too; it is in none of the sums.
    """

    currency: str
    periods: dict[date, Figures]
    methods: dict[str, Figures]
    total: Figures
    at_stripe: Figures
    opening: int
    closing: int
    other_currencies: list[str] = field(default_factory=list)


def payments_report(
    *, first: date, last: date, zone: ZoneInfo, by_month: bool = False, method: str = ""
) -> PaymentsReport:
    """Return the payments report of the days from `first` to `last` in a time zone, of one payment method or of all; three queries.

    The balance at Stripe is that of all methods always.
    """
    currency = scope_currency()
    start, end = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
    truncate = TruncMonth if by_month else TruncDay
    sums = (
        LedgerEntry.objects.filter(
            transaction__occurred_at__gte=start, transaction__occurred_at__lt=end, transaction__currency=currency
        )
        .annotate(period=truncate("transaction__occurred_at", tzinfo=zone))
        .values_list("period", "transaction__method", "transaction__kind", "account")
        .annotate(Sum("amount_minor"))
        .order_by()
    )
    periods: dict[date, Figures] = {}
    methods: dict[str, Figures] = {}
    total, at_stripe = Figures(), Figures()
    moved = 0
    for period, paid_by, kind, account, amount in sums:
        if account == LedgerAccount.STRIPE:
            at_stripe.add_to_balance(kind, amount)
            moved += amount
        elif method in ("", paid_by):
            day = period.date()
            for figures in (periods.setdefault(day, Figures()), methods.setdefault(paid_by, Figures()), total):
                figures.add(kind, account, amount)
    opening = (
        LedgerEntry.objects.filter(
            account=LedgerAccount.STRIPE, transaction__occurred_at__lt=start, transaction__currency=currency
        ).aggregate(sum=Sum("amount_minor"))["sum"]
        or 0
    )
    others = (
        LedgerTransaction.objects.filter(occurred_at__gte=start, occurred_at__lt=end)
        .exclude(currency=currency)
        .order_by("currency")
        .values_list("currency", flat=True)
        .distinct()
    )
    return PaymentsReport(
        currency=currency,
        periods=dict(sorted(periods.items())),
        methods={name: methods[name] for name in [*PaymentMethod.values, ""] if name in methods},
        total=total,
        at_stripe=at_stripe,
        opening=opening,
        closing=opening + moved,
        other_currencies=list(others),
    )
