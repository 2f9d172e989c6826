"""Which cancellation policy counts for which tour."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from commerce.models import CancellationPolicy
from commerce.queries.terms import terms_of
from commerce.rules import Policy, policy_from, policy_in_words
from tours.models import Tour


def rules_of(row: CancellationPolicy) -> Policy:
    """Return the rules of a policy, ready to be asked."""
    return policy_from({"steps": row.steps, "fee_minor": row.fee_minor}) or Policy()


def policies_of(tour_ids: Iterable[int]) -> dict[int, Policy]:
    """Return the policy of each tour, its own or the default; tours without one are left out. One query."""
    return terms_of(tour_ids).policies


def policy_to_keep(policy: Policy | None, currency: str) -> dict[str, Any]:
    """Return what an order line keeps of a policy: the rules, and their words in the active language; nothing when there is none."""
    return {} if policy is None else {**policy.as_json, "words": policy_in_words(policy, currency)}


def policy_words_of(tour: Tour, currency: str) -> str:
    """Return the policy of a tour in the active language, or an empty text when it has none; one query."""
    policy = policies_of([tour.pk]).get(tour.pk)
    return "" if policy is None else policy_in_words(policy, currency)


def staff_policies() -> QuerySet[CancellationPolicy]:
    """Return the policies with the tours that have each; two queries."""
    return CancellationPolicy.objects.prefetch_related("tour_policies__tour")
