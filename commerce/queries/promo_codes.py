"""Promo codes that guests type: which they are, why one cannot be used, and what each has brought."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commerce.models import AppliedDiscount, Order, PromoCode, Promotion, PromotionCustomer, PromotionTarget
from commerce.rules import Code, CodeProblem, fold_code
from crm.models import Customer
from tenancy.models import Organization
from tenancy.money import format_basis_points, format_money

# What another choice of departures, days or codes may change.
CHANGEABLE: Final = (
    CodeProblem.TOUR,
    CodeProblem.DEPARTURE,
    CodeProblem.MINIMUM,
    CodeProblem.OTHER_CODE,
    CodeProblem.OTHER_DISCOUNT,
    CodeProblem.NOTHING,
)


@dataclass(frozen=True, slots=True)
class OfferedCode:
    """A code that was typed, as it is written, with what it means to the engine; `problem` says why it counts for nothing."""

    text: str
    promo_code: PromoCode | None = None
    code: Code | None = None
    problem: CodeProblem | None = None


@dataclass(frozen=True, slots=True)
class UsedCode:
    """A code that counts, and what it takes off, in minor units."""

    promo_code: PromoCode
    amount_minor: int

    @property
    def text(self) -> str:
        """The code as staff wrote it."""
        return self.promo_code.code


@dataclass(frozen=True, slots=True)
class RefusedCode:
    """A code that was typed and does not count, with the reason in the active language."""

    text: str
    problem: CodeProblem
    message: str

    @property
    def is_final(self) -> bool:
        """Whether another choice of departures could not make it count."""
        return self.problem not in CHANGEABLE


def offered_codes(
    texts: Iterable[str], *, organization: Organization, now: datetime, customer: Customer | None = None
) -> tuple[OfferedCode, ...]:
    """Return what codes stand for that somebody typed, each once, in order; one query, or none without codes.

    With a customer (one more query) it is also said which they may not use, or not any more.
    """
    typed: dict[str, str] = {}
    for text in texts:
        typed.setdefault(fold_code(text), text)
    if not typed:
        return ()
    rows = {
        row.folded: row for row in _with_targets(PromoCode.objects.filter(folded__in=[text for text in typed if text]))
    }
    known = _customers([row.promotion_id for row in rows.values()], customer) if customer else {}
    today = now.astimezone(organization.zone).date()
    return tuple(_offered(text, rows.get(folded), today, customer, known) for folded, text in typed.items())


def held_codes(order: Order) -> tuple[OfferedCode, ...]:
    """Return the codes that an order holds, as they go on counting for its places: from any price, and when nobody else may use them.

    Labels are in the active language; one query.
    """
    held = AppliedDiscount.objects.filter(order=order, released_at=None).values("promo_code")
    rows = _with_targets(PromoCode.objects.filter(pk__in=held).order_by("pk"))
    return tuple(OfferedCode(row.code, row, replace(_code(row), minimum_minor=0)) for row in rows)


def _with_targets(codes: QuerySet[PromoCode]) -> QuerySet[Any]:
    targets = PromotionTarget.objects.filter(promotion=OuterRef("promotion")).values(
        pair=JSONObject(tour="tour_id", variant="variant_id")
    )
    return codes.select_related("promotion").annotate(target_pairs=ArraySubquery(targets))


def _customers(promotion_ids: Sequence[int], customer: Customer) -> dict[int, PromotionCustomer]:
    rows = PromotionCustomer.objects.filter(customer=customer, promotion__in=promotion_ids)
    return {row.promotion_id: row for row in rows}


def _offered(
    text: str,
    row: Any,
    today: date,
    customer: Customer | None,
    known: dict[int, PromotionCustomer],
) -> OfferedCode:
    if row is None:
        return OfferedCode(text.strip(), problem=CodeProblem.UNKNOWN)
    problem = _own_problem(row, today)
    if problem is None and customer is not None:
        problem = customer_problem(row.promotion, known.get(row.promotion_id))
    return OfferedCode(row.code, row, _code(row), problem)


def _own_problem(row: PromoCode, today: date) -> CodeProblem | None:
    promotion = row.promotion
    if promotion.ended_at is not None:
        return CodeProblem.ENDED
    if promotion.first_day and today < promotion.first_day:
        return CodeProblem.NOT_YET
    if promotion.last_day and today > promotion.last_day:
        return CodeProblem.OVER
    if row.uses_limit is not None and row.uses >= row.uses_limit:
        return CodeProblem.USED_UP
    return None


def customer_problem(promotion: Promotion, row: PromotionCustomer | None) -> CodeProblem | None:
    """Return why a customer, of whom `row` tells, may not use a promotion (again), or None."""
    if row is None or not row.is_assigned:
        if promotion.is_assigned:
            return CodeProblem.CUSTOMER
        limit = promotion.uses_per_customer
    else:
        limit = row.uses_limit
    is_used_up = row is not None and limit is not None and row.uses >= limit
    return CodeProblem.CUSTOMER_USED_UP if is_used_up else None


def _label(code: str, promotion: Promotion) -> str:
    # An amount is spread over the lines, and shared by the places that stay: how much of it a line has stands beside it.
    if not promotion.basis_points:
        return _("Code %(code)s") % {"code": code}
    return _("Code %(code)s: %(off)s off") % {"code": code, "off": format_basis_points(promotion.basis_points)}


def _code(row: Any) -> Code:
    promotion = row.promotion
    return Code(
        id=row.pk,
        code=row.code,
        label=_label(row.code, promotion),
        basis_points=promotion.basis_points or 0,
        amount_minor=promotion.amount_minor or 0,
        minimum_minor=promotion.minimum_minor,
        targets=None if promotion.for_all else tuple((pair["tour"], pair["variant"]) for pair in row.target_pairs),
        first_departure=promotion.first_departure or date.min,
        last_departure=promotion.last_departure or date.max,
        with_discounts=promotion.with_discounts,
        with_codes=promotion.with_codes,
    )


def takes_off(promotion: Promotion, currency: str) -> str:
    """Return what a promotion takes off, such as “10%” or “€5.00”, in the active language."""
    if promotion.basis_points:
        return format_basis_points(promotion.basis_points)
    return format_money(promotion.amount_minor or 0, currency)


PROBLEMS: Final[dict[CodeProblem, Promise]] = {
    CodeProblem.UNKNOWN: gettext_lazy("We do not know the code “%(code)s”. Please check how it is spelled."),
    CodeProblem.ENDED: gettext_lazy("The code “%(code)s” is not valid any more."),
    CodeProblem.NOT_YET: gettext_lazy("The code “%(code)s” is not valid yet."),
    CodeProblem.OVER: gettext_lazy("The code “%(code)s” has expired."),
    CodeProblem.USED_UP: gettext_lazy("The code “%(code)s” has been used up."),
    CodeProblem.TOUR: gettext_lazy("The code “%(code)s” is not for the tours you have chosen."),
    CodeProblem.DEPARTURE: gettext_lazy("The code “%(code)s” is not for the dates you have chosen."),
    CodeProblem.MINIMUM: gettext_lazy("The code “%(code)s” counts from a price of %(minimum)s on."),
    CodeProblem.OTHER_CODE: gettext_lazy(
        "The code “%(code)s” does not go together with %(others)s, which takes at least as much off."
    ),
    CodeProblem.OTHER_DISCOUNT: gettext_lazy(
        "Without the code “%(code)s” it is no dearer: it does not go together with the other discounts."
    ),
    CodeProblem.NOTHING: gettext_lazy("The code “%(code)s” takes nothing off here; you keep it for another time."),
    CodeProblem.CUSTOMER: gettext_lazy(
        "The code “%(code)s” is only for certain guests, and not for this e-mail address."
    ),
    CodeProblem.CUSTOMER_USED_UP: gettext_lazy(
        "The code “%(code)s” has been used with this e-mail address as often as it may be."
    ),
}


def problem_in_words(
    problem: CodeProblem, *, text: str, promotion: Promotion | None, currency: str, others: Iterable[str] = ()
) -> str:
    """Return for the guest why a code does not count, in the active language; `others` are the codes that do."""
    minimum = format_money(promotion.minimum_minor, currency) if promotion else ""
    known = ", ".join(_("“%(code)s”") % {"code": other} for other in others)
    return str(PROBLEMS[problem]) % {"code": text, "minimum": minimum, "others": known}


def discounts_to_release(order: Order) -> list[AppliedDiscount]:
    """Return the codes that an order holds, in the order in which they are locked."""
    held = AppliedDiscount.objects.filter(order=order, released_at=None)
    return list(held.select_related("promo_code").order_by("promo_code__promotion_id", "promo_code_id"))


def staff_promotions() -> QuerySet[Promotion]:
    """Return the promotions with what each has brought: its uses, what it took off, and what the orders that hold it cost."""
    holding = AppliedDiscount.objects.filter(promo_code__promotion=OuterRef("pk"), released_at=None)
    held = holding.order_by().values("promo_code__promotion")
    codes = PromoCode.objects.filter(promotion=OuterRef("pk"))

    def of_held(what: Any) -> Coalesce:
        return Coalesce(Subquery(held.annotate(found=what).values("found"), output_field=BigIntegerField()), 0)

    return Promotion.objects.annotate(
        code=Subquery(codes.order_by("pk").values("code")[:1]),
        codes_count=Coalesce(
            Subquery(codes.order_by().values("promotion").annotate(found=Count("pk")).values("found")), 0
        ),
        uses_limit=Subquery(codes.order_by("pk").values("uses_limit")[:1]),
        uses=of_held(Count("pk")),
        off_minor=of_held(Sum("amount_minor")),
        revenue_minor=of_held(Sum("order__total_minor")),
    ).prefetch_related("targets__tour", "targets__variant__tour")


def codes_of(promotion: Promotion) -> QuerySet[PromoCode]:
    """Return the codes of a promotion, the first one first."""
    return PromoCode.objects.filter(promotion=promotion).order_by("pk")


def discounts_of(promotion: Promotion) -> QuerySet[AppliedDiscount]:
    """Return which orders used a promotion, the latest first, with their guests."""
    found = AppliedDiscount.objects.filter(promo_code__promotion=promotion)
    return found.select_related("order__customer").order_by("-pk")


def assigned_customers(promotion: Promotion) -> QuerySet[PromotionCustomer]:
    """Return the customers to whom staff gave a promotion."""
    return PromotionCustomer.objects.filter(promotion=promotion, is_assigned=True).select_related("customer")


def is_used(promotion: Promotion) -> bool:
    """Return whether any order ever held one of its codes, also one that gave it back."""
    return AppliedDiscount.objects.filter(promo_code__promotion=promotion).exists()


def search_promotions(promotions: QuerySet[Promotion], text: str) -> QuerySet[Promotion]:
    """Return those of some promotions whose name holds a text, or that have the code."""
    codes = PromoCode.objects.filter(promotion=OuterRef("pk"), folded=fold_code(text))
    return promotions.filter(Q(name__icontains=text) | Exists(codes))


def promotions_by_state(promotions: QuerySet[Promotion], state: str, *, today: date) -> QuerySet[Promotion]:
    """Return those of some promotions that are `running`, to `come`, `over` or `ended`."""
    come, over = Q(first_day__gt=today), Q(last_day__lt=today)
    if state == "ended":
        return promotions.exclude(ended_at=None)
    open_ones = promotions.filter(ended_at=None)
    if state == "come":
        return open_ones.filter(come)
    if state == "over":
        return open_ones.filter(over)
    return open_ones.exclude(come).exclude(over)
