"""What counts together when two customers become one: how often they used a promotion."""

from collections import Counter
from typing import Any

from django.db.models import Count

from commerce.models import AppliedDiscount, PromotionCustomer
from crm.models import Customer
from crm.operations import Combining


def combine_uses(kept: Customer, gone: Customer) -> dict[str, Any]:
    """Let uses of promotions that both customers know count together; return what both had.

    What staff gave to one of them, and is left, is left afterwards too. In the caller's transaction, both customers locked.
    """
    rows = PromotionCustomer.objects.filter(customer__in=[kept, gone]).order_by("promotion_id", "pk")
    by_promotion: dict[int, dict[int, PromotionCustomer]] = {}
    for row in rows.select_for_update(no_key=True):
        by_promotion.setdefault(row.promotion_id, {})[row.customer_id] = row
    told = {}
    for promotion_id, known in by_promotion.items():
        told[str(promotion_id)] = [_given(known.get(customer.pk)) for customer in (kept, gone)]
        if len(known) == 2:
            mine, theirs = known[kept.pk], known[gone.pk]
            mine.is_assigned, mine.uses_limit = _together(mine, theirs)
            mine.uses += theirs.uses
            theirs.delete()
            mine.save(update_fields=["is_assigned", "uses_limit", "uses", "updated_at"])
        told[str(promotion_id)].append(_given(known.get(kept.pk) or known[gone.pk]))
    return told


def separate_uses(kept: Customer, gone: Customer, told: dict[str, Any]) -> None:
    """Let each of two customers have the uses of their own orders again, and what staff gave them before, unless that has changed."""
    held: Counter[tuple[int, int]] = Counter()
    discounts = AppliedDiscount.objects.filter(order__customer__in=[kept, gone], released_at__isnull=True)
    for customer_id, promotion_id, count in discounts.values_list("order__customer", "promo_code__promotion").annotate(
        count=Count("pk")
    ):
        held[customer_id, promotion_id] = count
    rows = PromotionCustomer.objects.filter(customer__in=[kept, gone]).order_by("promotion_id", "pk")
    known = {(row.customer_id, row.promotion_id): row for row in rows.select_for_update(no_key=True)}
    for promotion_id in sorted({promotion for _customer, promotion in (*held, *known)}):
        before = told.get(str(promotion_id), [None, None, None])
        row = known.get((kept.pk, promotion_id)) or known.get((gone.pk, promotion_id))
        is_unchanged = row is not None and _given(row) == before[2]
        for customer, had in ((kept, before[0]), (gone, before[1])):
            uses = held[customer.pk, promotion_id]
            mine = known.get((customer.pk, promotion_id))
            if mine is None and not uses and had is None:
                continue
            mine = mine or PromotionCustomer(promotion_id=promotion_id, customer=customer)
            if is_unchanged or mine.pk is None:
                mine.is_assigned, mine.uses_limit = had or (False, None)
            mine.uses = uses
            mine.uses_limit = None if mine.uses_limit is None else max(mine.uses_limit, uses)
            mine.save()


def _given(row: PromotionCustomer | None) -> list[Any] | None:
    return [row.is_assigned, row.uses_limit] if row is not None else None


def _together(mine: PromotionCustomer, theirs: PromotionCustomer) -> tuple[bool, int | None]:
    if not mine.is_assigned and not theirs.is_assigned:
        limits = [row.uses_limit for row in (mine, theirs) if row.uses_limit is not None]
        return False, max(*limits, mine.uses + theirs.uses) if limits else None
    given = [row for row in (mine, theirs) if row.is_assigned]
    if any(row.uses_limit is None for row in given):
        return True, None
    left = sum((row.uses_limit or 0) - row.uses for row in given)
    return True, mine.uses + theirs.uses + left


def customer_combining() -> list[Combining]:
    """Return what of this app counts together for a customer."""
    return [Combining("promotions", combine_uses, separate_uses)]
