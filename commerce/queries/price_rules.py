"""The rules of tours as the price engine takes them, with labels in the active language."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from commerce.rules import Change, EarlyBird, EarlyBirds, Group, Groups, Phase, Season, Seasons
from tenancy.fields import translated
from tenancy.money import MINUS, format_basis_points, format_money
from tours.queries import Departure, PriceRuleRow, price_rules


def rules_for(departures: Sequence[Departure], *, currency: str) -> tuple[Phase, ...]:
    """Return seasons, early birds and group discounts that may change prices of some departures; one query, none without departures."""
    if not departures:
        return ()
    days = [departure.date for departure in departures]
    rows = price_rules({departure.tour_id for departure in departures}, from_=min(days), to=max(days))
    by_kind: dict[str, list[PriceRuleRow]] = {"season": [], "early_bird": [], "group": []}
    for row in rows:
        by_kind[row.kind].append(row)
    seasons = [
        Season(**_rule(row, currency), first_day=row.begins, last_day=row.ends, priority=row.number)
        for row in by_kind["season"]
    ]
    early_birds = [
        EarlyBird(
            **_rule(row, currency),
            first_day=row.begins,
            last_day=row.ends,
            days=row.number,
            is_last_minute=row.is_last_minute,
        )
        for row in by_kind["early_bird"]
    ]
    groups = [Group(**_rule(row, currency), people=row.number) for row in by_kind["group"]]
    return Seasons(seasons), EarlyBirds(early_birds), Groups(groups)


def _rule(row: PriceRuleRow, currency: str) -> dict[str, Any]:
    sign, mark = (1, "+") if row.is_dearer else (-1, MINUS)
    if row.basis_points:
        size = mark + format_basis_points(row.basis_points)
    else:
        size = _("%(amount)s each") % {"amount": mark + format_money(row.amount_minor or 0, currency)}
    return {
        "id": row.pk,
        "label": f"{translated(row, 'name')} ({size})",
        "change": Change(basis_points=sign * (row.basis_points or 0), each_minor=sign * (row.amount_minor or 0)),
        "tour_id": row.tour_id,
        "variant_id": row.variant_id,
    }
