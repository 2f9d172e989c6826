"""Customers who may be one person, and merges that can be undone."""

from datetime import datetime

from django.db.models import Q, QuerySet

from crm.models import Customer, CustomerMerge, DuplicatePair
from crm.models.duplicates import UNDO_FOR
from crm.queries.customer_links import customer_links
from crm.queries.search import Source, customer_keys, similar_names, with_key, with_key_from, words_in
from crm.rules import Facts, mailbox
from tenancy.fields import plain_text

COMPARED: tuple[str, ...] = ("first_name", "last_name", "email", "phone")


def facts_of(customer: Customer) -> Facts:
    """Return what is compared of a customer."""
    return Facts(words_in(customer.full_name), customer.email, str(customer.phone))


def possible_duplicates(customer: Customer) -> list[Customer]:
    """Return others who share a number, a mailbox or a similar name with a customer; one query that reads indexes.

    However many customers there are, at most as many are read of each kind as `customer_keys` says.
    """
    facts = facts_of(customer)
    sources: list[Source] = []
    if facts.phone:
        sources.append(with_key(f"p{facts.phone.lstrip('+')}"))
    for address in {plain_text(facts.email), mailbox(facts.email)} - {""}:
        local = address.partition("@")[0]
        # The same part before the @ at any provider.
        sources.append(with_key_from(f"e{local}@", f"e{local}A"))
    if facts.words:
        # Not all words: a second first name is often left out.
        sources.append(similar_names(sorted(facts.words, key=len, reverse=True)[:2]))
    if not sources:
        return []
    found = Customer.objects.filter(pk__in=customer_keys(sources)).exclude(pk=customer.pk)
    return list(found.only(*COMPARED).order_by("pk"))


def suggested_pairs() -> QuerySet[DuplicatePair]:
    """Return the pairs that somebody should look at, the likeliest first, with their customers."""
    # One may have been merged while it was compared.
    found = DuplicatePair.objects.filter(
        dismissed_at__isnull=True, first__merged_into__isnull=True, second__merged_into__isnull=True
    )
    return found.select_related("first", "second").order_by("-score", "-pk")


def likely_duplicates(customer: Customer) -> list[Customer]:
    """Return those with whom a customer may be one person, the likeliest first."""
    pairs = suggested_pairs().filter(Q(first=customer) | Q(second=customer))
    return [pair.second if pair.first_id == customer.pk else pair.first for pair in pairs]


def pair_of(one: Customer, other: Customer) -> DuplicatePair | None:
    """Return what is known of two customers, or None."""
    first, second = sorted((one.pk, other.pk))
    return DuplicatePair.objects.filter(first=first, second=second).first()


def linked_counts(customer: Customer) -> dict[str, int]:
    """Return how many records of each kind lead to a customer, by the label of their model; a fixed number of queries."""
    counts: dict[str, int] = {}
    for link in customer_links():
        label = link.model._meta.label
        counts[label] = counts.get(label, 0) + link.rows(customer.pk).count()
    return {label: count for label, count in counts.items() if count}


def merges() -> QuerySet[CustomerMerge]:
    """Return the merges that stand, the newest first, with their customers."""
    found = CustomerMerge.objects.filter(undone_at__isnull=True)
    return found.select_related("kept", "gone", "merged_by").order_by("-merged_at", "-pk")


def merges_into(customer: Customer) -> list[CustomerMerge]:
    """Return the merges into a customer that stand, the newest first."""
    return list(merges().filter(kept=customer))


def merged_into(customer: Customer) -> list[Customer]:
    """Return those who were merged into a customer."""
    return list(Customer.every.filter(merged_into=customer))


def merge_problem(merge: CustomerMerge, *, now: datetime) -> str:
    """Return why a merge cannot be undone, or nothing: “undone”, “late” or “merged_again”, which must be undone first."""
    if merge.undone_at is not None:
        return "undone"
    if merge.merged_at + UNDO_FOR <= now or not merge.record:
        return "late"
    return "merged_again" if merge.kept.merged_into_id is not None else ""


def organizations_to_compare() -> list[int]:
    """Return the keys of the organizations in scope that have customers to compare."""
    found = customers_to_compare().order_by("organization_id").values_list("organization_id", flat=True)
    return list(found.distinct())


def customers_to_compare() -> QuerySet[Customer]:
    """Return the customers whom nobody has compared with others since they came or changed."""
    return Customer.objects.filter(is_compared=False)
