"""What an organization has laid down for its tours, read together: taxes, deposits and cancellation policies."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from commerce.models import DepositRule
from commerce.rules import Policy, Tax, policy_from
from tenancy.fields import translated

# One statement for what every order asks: through the ORM each of the three would take longer to put together than to answer.
_TERMS: Final = """
SELECT
  (SELECT json_agg(json_build_object(
      'id', rate.id, 'name', rate.name, 'name_translations', rate.name_translations,
      'is_inclusive', rate.is_inclusive, 'for_all', rate.for_all,
      'steps', (SELECT json_agg(json_build_array(first_day, basis_points) ORDER BY first_day NULLS FIRST)
                FROM commerce_taxpercentage WHERE rate_id = rate.id),
      'tours', (SELECT json_agg(tour_id) FROM commerce_taxedtour WHERE rate_id = rate.id)
    ) ORDER BY rate.id) FROM commerce_taxrate rate),
  (SELECT json_agg(json_build_object(
      'tour_id', tour_id, 'percent', percent, 'amount_minor', amount_minor, 'rest_days', rest_days))
    FROM commerce_depositrule WHERE tour_id IS NULL OR tour_id = ANY (%(tours)s)),
  (SELECT json_agg(json_build_object(
      'tour', of_tour.tour_id, 'is_default', policy.is_default, 'steps', policy.steps, 'fee_minor', policy.fee_minor))
    FROM commerce_cancellationpolicy policy LEFT JOIN commerce_tourpolicy of_tour ON of_tour.policy_id = policy.id
    WHERE policy.is_default OR of_tour.tour_id = ANY (%(tours)s))
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """The taxes; and of the tours that were asked for the deposits (under None: for all others) and the policies, by the tour's key."""

    taxes: tuple[Tax, ...]
    deposits: dict[int | None, DepositRule]
    policies: dict[int, Policy]


class _Name(NamedTuple):
    name: str
    name_translations: dict[str, str]


def terms_of(tour_ids: Iterable[int]) -> Terms:
    """Return what counts for some tours, names in the active language; one query."""
    wanted = set(tour_ids)
    with connection.cursor() as cursor:
        cursor.execute(_TERMS, {"tours": sorted(wanted)})
        taxes, deposits, policies = (_rows(found) for found in cursor.fetchone())
    return Terms(
        tuple(_tax(row) for row in taxes),
        {row["tour_id"]: DepositRule(**row) for row in deposits},
        _policies(policies, wanted),
    )


def _rows(found: Any) -> list[dict[str, Any]]:
    return (json.loads(found) if isinstance(found, str) else found) or []


def _tax(row: dict[str, Any]) -> Tax:
    steps = ((date.fromisoformat(day) if day else date.min, points) for day, points in row["steps"] or ())
    name = translated(_Name(row["name"], row["name_translations"]), "name")
    return Tax(row["id"], name, row["is_inclusive"], row["for_all"], tuple(steps), frozenset(row["tours"] or ()))


def _policies(rows: Iterable[dict[str, Any]], wanted: set[int]) -> dict[int, Policy]:
    own: dict[int, Policy] = {}
    default: dict[int, Policy] = {}
    for row in rows:
        policy = policy_from({"steps": row["steps"], "fee_minor": row["fee_minor"]}) or Policy()
        if row["tour"] in wanted:
            own[row["tour"]] = policy
        if row["is_default"]:
            default = dict.fromkeys(wanted, policy)
    return {**default, **own}
