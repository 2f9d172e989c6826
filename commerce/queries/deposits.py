"""How much of an order is paid at once, and when the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from commerce.models import DepositRule
from commerce.queries.payments import MethodChoice, card_problem
from commerce.queries.terms import Terms, terms_of
from commerce.rules import Part, PaymentPlan, method_of, plan_payments
from tours.models import Schedule


def with_plans(
    offers: Iterable[MethodChoice],
    totals: Iterable[tuple[Schedule, int]],
    *,
    currency: str,
    today: date,
    takes_later: bool = False,
) -> list[MethodChoice]:
    """Return ways of paying, each with what of an order it asks for now and what later; see `plan_of`. At most one query.

    `takes_later`: the ways that can wait only reserve the money at first.
    """
    parts, offered = by_departure(list(totals)), list(offers)
    rules = _rules(parts) if any(method_of(offer.method).takes_deposit for offer in offered) else {}
    return [
        replace(
            offer,
            plan=replace(
                _plan(parts, rules, method=offer.method, currency=currency, today=today),
                takes_later=takes_later and method_of(offer.method).can_wait,
            ),
        )
        for offer in offered
    ]


def plan_of(
    totals: Iterable[tuple[Schedule, int]], *, method: str, currency: str, today: date, terms: Terms | None = None
) -> PaymentPlan:
    """Return what of an order is paid now and what later, from what its lines on departures cost, in minor units.

    `today` is the organization's. What would be too little for a card is paid as a whole. One query, none with `terms`.
    """
    parts = by_departure(list(totals))
    rules = _rules(parts, terms) if method_of(method).takes_deposit else {}
    return _plan(parts, rules, method=method, currency=currency, today=today)


def _rules(parts: Sequence[tuple[Schedule, int]], terms: Terms | None = None) -> dict[int | None, DepositRule]:
    return (terms or terms_of(schedule.tour_id for schedule, _total in parts)).deposits


def _plan(
    parts: Sequence[tuple[Schedule, int]],
    rules: dict[int | None, DepositRule],
    *,
    method: str,
    currency: str,
    today: date,
) -> PaymentPlan:
    whole = PaymentPlan(sum(total for _schedule, total in parts))
    if not rules or not method_of(method).takes_deposit:
        return whole
    plan = plan_payments([part_of(schedule, total, rules) for schedule, total in parts], today=today)
    if method_of(method).by_provider and card_problem(plan.now_minor, currency):
        return whole
    return plan


def part_of(schedule: Schedule, total_minor: int, rules: dict[int | None, DepositRule]) -> Part:
    """Return what one departure costs with the rule of its tour, else the one for all others, if there is one."""
    rule = rules.get(schedule.tour_id) or rules.get(None)
    if rule is None:
        return Part(total_minor, schedule.date)
    return Part(total_minor, schedule.date, rule.percent, rule.amount_minor, rule.rest_days)


def by_departure(lines: Sequence[tuple[Schedule, int]]) -> list[tuple[Schedule, int]]:
    """Return what each departure costs in all, from what its lines cost."""
    found: dict[int, tuple[Schedule, int]] = {}
    for schedule, total in lines:
        _schedule, so_far = found.get(schedule.pk, (schedule, 0))
        found[schedule.pk] = (schedule, so_far + total)
    return list(found.values())
