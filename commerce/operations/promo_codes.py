"""Uses of promo codes: taken when an order is placed, given back when it ends before any money came."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from commerce import queries
from commerce.models import AppliedDiscount, Order, OrderLine, PromoCode, Promotion, PromotionCustomer
from commerce.queries import UsedCode
from commerce.rules import CodeProblem, new_code, taken_off
from crm.models import Customer
from tenancy import audit
from tenancy.audit import Actor


class CodeRefused(Exception):
    """A code that has no use left, for anybody or for this customer. The transaction that asked for it must be undone."""

    def __init__(self, promo_code: PromoCode, problem: CodeProblem) -> None:
        self.promo_code = promo_code
        self.problem = problem
        super().__init__(f"{promo_code}: {problem}")


def redeem_codes(order: Order, codes: Sequence[UsedCode]) -> None:
    """Take a use of each code for an order, and write down what it took off. In the caller's transaction, late.

    The counters are moved by conditional updates and held within their limits by the database, so that parallel orders never use a
    code more often than it may be. Raises `CodeRefused`.
    """
    if not codes:
        return
    _take_uses(order, [code.promo_code for code in codes])
    AppliedDiscount.objects.bulk_create(
        AppliedDiscount(order=order, promo_code=code.promo_code, code=code.text, amount_minor=code.amount_minor)
        for code in codes
    )


def _take_uses(order: Order, promo_codes: Iterable[PromoCode]) -> None:
    # Everybody locks in this order: customers by promotion, then codes; departures come last.
    by_promotion = sorted(promo_codes, key=lambda row: (row.promotion_id, row.pk))
    for promo_code in by_promotion:
        _take_of_customer(order, promo_code)
    for promo_code in sorted(by_promotion, key=lambda row: row.pk):
        room = Q(uses_limit=None) | Q(uses__lt=F("uses_limit"))
        if not PromoCode.objects.filter(room, pk=promo_code.pk).update(uses=F("uses") + 1):
            raise CodeRefused(promo_code, CodeProblem.USED_UP)


def _take_of_customer(order: Order, promo_code: PromoCode) -> None:
    promotion = promo_code.promotion
    # As it is written: the customer may have been merged into another one while the order was made.
    customer = Order.objects.filter(pk=order.pk).values("customer")[:1]
    rows = PromotionCustomer.objects.filter(promotion=promotion, customer=customer)
    room = Q(uses_limit=None) | Q(uses__lt=F("uses_limit"))
    if rows.filter(room, is_assigned=True).update(uses=F("uses") + 1):
        return
    if promotion.is_assigned:
        is_known = rows.filter(is_assigned=True).exists()
        raise CodeRefused(promo_code, CodeProblem.CUSTOMER_USED_UP if is_known else CodeProblem.CUSTOMER)
    PromotionCustomer.objects.bulk_create(
        [PromotionCustomer(promotion=promotion, customer_id=order.customer_id)], ignore_conflicts=True
    )
    limit = promotion.uses_per_customer
    open_rows = rows.filter(is_assigned=False) if limit is None else rows.filter(is_assigned=False, uses__lt=limit)
    if not open_rows.update(uses=F("uses") + 1, uses_limit=limit):
        raise CodeRefused(promo_code, CodeProblem.CUSTOMER_USED_UP)


def follow_lines(order: Order) -> None:
    """Write down anew what each code takes off an order whose lines have changed. In the caller's transaction, order locked."""
    discounts = list(AppliedDiscount.objects.filter(order=order))
    if not discounts:
        return
    off = taken_off(OrderLine.objects.filter(order=order).values_list("price_steps", flat=True))
    unnamed = off.pop(None, 0)
    if unnamed and len(discounts) > 1:
        # Which of the codes old steps are of is not known: what was written down stands.
        return
    off[discounts[0].promo_code_id] += unnamed
    for discount in discounts:
        if discount.amount_minor != off[discount.promo_code_id]:
            discount.amount_minor = off[discount.promo_code_id]
            discount.save(update_fields=["amount_minor", "updated_at"])


def lock_codes(order: Order) -> None:
    """Lock the codes that `release_codes` may give back later in this transaction, before the caller locks seats, as everywhere."""
    held = queries.discounts_to_release(order)
    if held:
        promotions = {discount.promo_code.promotion_id for discount in held}
        rows = PromotionCustomer.objects.filter(promotion__in=promotions, customer=order.customer_id)
        list(rows.select_for_update(no_key=True).order_by("promotion_id", "pk").values_list("pk"))
        codes = PromoCode.objects.filter(pk__in={discount.promo_code_id for discount in held})
        list(codes.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def release_codes(order: Order, *, now: datetime) -> None:
    """Give the uses of an order's codes back, unless money came in for it. In the caller's transaction, order locked."""
    held = queries.discounts_to_release(order)
    if not held or order.payments.filter(captured_minor__gt=0).exists():
        return
    for discount in held:
        PromotionCustomer.objects.filter(
            promotion=discount.promo_code.promotion_id, customer=order.customer_id, uses__gt=0
        ).update(uses=F("uses") - 1)
    for discount in sorted(held, key=lambda row: row.promo_code_id):
        PromoCode.objects.filter(pk=discount.promo_code_id, uses__gt=0).update(uses=F("uses") - 1)
    AppliedDiscount.objects.filter(pk__in=[discount.pk for discount in held]).update(released_at=now, updated_at=now)


def retake_codes(order: Order, *, now: datetime) -> None:
    """Take the uses again that an order gave back, because its money came all the same. Raises `CodeRefused`."""
    released = list(order.discounts.exclude(released_at=None).select_related("promo_code__promotion"))
    if released:
        _take_uses(order, [discount.promo_code for discount in released])
        order.discounts.update(released_at=None, updated_at=now)


MOST_CODES: Final = 2000


@transaction.atomic
def make_codes(promotion: Promotion, *, count: int, prefix: str = "", actor: Actor = None) -> int:
    """Make so many single-use codes for a promotion, each random and readable; return how many, at most `MOST_CODES`."""
    wanted = min(count, MOST_CODES)
    before = PromoCode.objects.filter(promotion=promotion).count()
    made = 0
    while made < wanted:
        codes = [PromoCode(promotion=promotion, code=new_code(prefix), uses_limit=1) for _code in range(wanted - made)]
        # One that exists already is made anew.
        PromoCode.objects.bulk_create(codes, ignore_conflicts=True)
        made = PromoCode.objects.filter(promotion=promotion).count() - before
    audit.record("promotion.codes_made", promotion, actor=actor, count=wanted)
    return wanted


@transaction.atomic
def end_promotion(promotion: Promotion, *, now: datetime, actor: Actor) -> Promotion:
    """Let nobody use the codes of a promotion from now on; return it. Orders keep what they have. A repeat has no effect."""
    promotion = Promotion.objects.select_for_update().get(pk=promotion.pk)
    if promotion.ended_at is None:
        promotion.ended_at = now
        promotion.save(update_fields=["ended_at", "updated_at"])
        audit.record("promotion.ended", promotion, actor=actor)
    return promotion


@transaction.atomic
def assign_promotion(promotion: Promotion, customer: Customer, *, uses: int | None, actor: Actor) -> PromotionCustomer:
    """Let a customer use a promotion so many times more, or for ever (None); return what it is now."""
    rows = PromotionCustomer.objects.select_for_update()
    row, _is_new = rows.get_or_create(promotion=promotion, customer=customer)
    row.is_assigned = True
    row.uses_limit = None if uses is None else row.uses + uses
    row.save(update_fields=["is_assigned", "uses_limit", "updated_at"])
    audit.record("promotion.assigned", promotion, actor=actor, customer_id=customer.pk, uses=uses)
    return row
