"""How much of a price is paid at once, and when the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Part:
    """What one departure costs, the day it leaves, and its deposit: a share in percent, or a fixed amount; neither: no deposit."""

    total_minor: int
    leaves_on: date
    percent: int | None = None
    amount_minor: int | None = None
    rest_days: int = 0

    @property
    def deposit_minor(self) -> int:
        """The deposit, rounded half up and never more than the price; the price itself where there is none."""
        if self.amount_minor:
            return min(self.amount_minor, self.total_minor)
        if self.percent:
            return (2 * self.total_minor * self.percent + 100) // 200
        return self.total_minor


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """What is paid now and what later, in minor units; `rest_due_on` is None when there is no rest.

    `takes_later`: the card is only reserved now.
    """

    now_minor: int
    rest_minor: int = 0
    rest_due_on: date | None = None
    takes_later: bool = False


def plan_payments(parts: Sequence[Part], *, today: date) -> PaymentPlan:
    """Return what of an order for several departures is paid now and what later; the rest is due when the first of them asks for it.

    A departure whose rest would be due today or earlier is paid as a whole. Now and later always add up to the price.
    """
    whole = sum(part.total_minor for part in parts)
    now_minor, due = 0, []
    for part in parts:
        due_on = part.leaves_on - timedelta(days=part.rest_days)
        if due_on > today and part.deposit_minor < part.total_minor:
            now_minor += part.deposit_minor
            due.append(due_on)
        else:
            now_minor += part.total_minor
    if not due or now_minor <= 0:
        return PaymentPlan(whole)
    return PaymentPlan(now_minor, whole - now_minor, min(due))
