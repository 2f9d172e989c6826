"""Finding customers who may be one person, and saying that two are not."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from crm import queries
from crm.models import Customer, DuplicatePair
from crm.rules import Likeness, likeness
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue

# How many customers one job compares.
BATCH: Final = 200


def find_duplicates() -> int:
    """Compare customers who are new or have changed with those who are like them, and suggest pairs; return how many were compared.

    What was suggested for them before and does not hold any more goes; that two are not the same is never forgotten. A batch at a
    time, each in a transaction of its own; a full batch starts the next one.
    """
    compared = _compare()
    if compared == BATCH:
        enqueue("crm.find_duplicates")
    return compared


@transaction.atomic
def _compare() -> int:
    waiting = queries.customers_to_compare().select_for_update(skip_locked=True, no_key=True)
    customers = list(waiting.only(*queries.COMPARED).order_by("pk")[:BATCH])
    found: dict[tuple[int, int], Likeness] = {}
    for customer in customers:
        facts = queries.facts_of(customer)
        for other in queries.possible_duplicates(customer):
            alike = likeness(facts, queries.facts_of(other))
            if alike is not None:
                first, second = sorted((customer.pk, other.pk))
                found[first, second] = alike
    pks = [customer.pk for customer in customers]
    before = DuplicatePair.objects.filter(Q(first__in=pks) | Q(second__in=pks), dismissed_at__isnull=True)
    DuplicatePair.objects.filter(
        pk__in=[pair.pk for pair in before if (pair.first_id, pair.second_id) not in found]
    ).delete()
    DuplicatePair.objects.bulk_create(
        [
            DuplicatePair(first_id=first, second_id=second, reason=alike.reason, score=alike.score)
            for (first, second), alike in sorted(found.items())
        ],
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["reason", "score", "updated_at"],
    )
    Customer.objects.filter(pk__in=pks).update(is_compared=True)
    return len(customers)


@transaction.atomic
def dismiss_pair(pair: DuplicatePair, *, now: datetime, actor: Actor) -> None:
    """Remember for good that two customers are not one person. A repeat has no effect."""
    actor_id = actor.pk if actor is not None else None
    rows = DuplicatePair.objects.filter(pk=pair.pk, dismissed_at__isnull=True)
    if rows.update(dismissed_at=now, dismissed_by=actor_id):
        audit.record("customer.not_the_same", pair.first, actor=actor, other_id=pair.second_id)
