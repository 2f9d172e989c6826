"""The taxes of the organization in scope, and what an order holds of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from commerce.models import AppliedTax, Order, TaxedTour, TaxPercentage, TaxRate
from commerce.rules import Tax, Taxes, TaxPart, tax_of_part
from tenancy.fields import translated
from tenancy.money import format_basis_points


@dataclass(frozen=True, slots=True)
class TaxSum:
    """What an order holds of one tax: its lines together, in minor units of the order's currency."""

    name: str
    basis_points: int
    is_inclusive: bool
    net_minor: int
    tax_minor: int

    @property
    def label(self) -> str:
        """The tax as guests read it, such as “incl. 19% VAT”, in the active language."""
        return tax_in_words(self.name, self.basis_points, is_inclusive=self.is_inclusive)


def tax_in_words(name: str, basis_points: int, *, is_inclusive: bool) -> str:
    """Return a tax as guests read it, such as “incl. 19% VAT”, in the active language."""
    words = {"percentage": format_basis_points(basis_points), "name": name}
    return (_("incl. %(percentage)s %(name)s") if is_inclusive else _("%(percentage)s %(name)s")) % words


def taxes() -> Taxes:
    """Return the taxes of the organization in scope for the price engine; names in the active language; one query."""
    percentages = TaxPercentage.objects.filter(rate=OuterRef("pk")).order_by(F("first_day").asc(nulls_first=True))
    tours = TaxedTour.objects.filter(rate=OuterRef("pk")).values("tour_id")
    rows = TaxRate.objects.annotate(
        steps=ArraySubquery(percentages.values(step=JSONObject(day="first_day", points="basis_points"))),
        tour_ids=ArraySubquery(tours),
    )
    rules = [
        Tax(
            row.pk,
            translated(row, "name"),
            row.is_inclusive,
            row.for_all,
            tuple((date.fromisoformat(step["day"]) if step["day"] else date.min, step["points"]) for step in row.steps),
            frozenset(row.tour_ids),
        )
        for row in rows
    ]
    return Taxes(rules, describe)


def describe(part: TaxPart) -> str:
    """Return the words of a step of a tax, in the active language."""
    return tax_in_words(part.name, part.basis_points, is_inclusive=part.is_inclusive)


def tax_sums(order: Order) -> list[TaxSum]:
    """Return the taxes of the lines of an order that stand, each rate once, contained ones first; one query."""
    rows = AppliedTax.objects.filter(line__order=order, line__reversed_by=None).order_by("pk")
    return _summed(TaxSum(row.name, row.basis_points, row.is_inclusive, row.net_minor, row.tax_minor) for row in rows)


def _summed(rows: Iterable[TaxSum]) -> list[TaxSum]:
    sums: dict[tuple[bool, str, int], TaxSum] = {}
    for row in rows:
        key = (not row.is_inclusive, row.name, row.basis_points)
        before = sums.get(key, replace(row, net_minor=0, tax_minor=0))
        sums[key] = replace(row, net_minor=before.net_minor + row.net_minor, tax_minor=before.tax_minor + row.tax_minor)
    return [sums[key] for key in sorted(sums)]


def taxes_left(order: Order, *, given_back_minor: int) -> list[TaxSum]:
    """Return the taxes in what an order cost less what went back of it: each refund gives back its share of every tax."""
    return [
        replace(
            each,
            net_minor=each.net_minor
            - tax_of_part(each.net_minor, part_minor=given_back_minor, whole_minor=order.total_minor),
            tax_minor=each.tax_minor
            - tax_of_part(each.tax_minor, part_minor=given_back_minor, whole_minor=order.total_minor),
        )
        for each in tax_sums(order)
    ]


def staff_taxes() -> QuerySet[TaxRate]:
    """Return the taxes with their percentages and tours."""
    return TaxRate.objects.prefetch_related("percentages", "tours__tour")
