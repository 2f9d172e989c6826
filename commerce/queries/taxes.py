"""The taxes of the organization in scope, and what an order holds of them."""

from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from commerce.models import AppliedTax, Order, OrderLine, TaxRate
from commerce.queries.payments import owed_minor, paid_minor, refunding_minor
from commerce.queries.terms import Terms, terms_of
from commerce.rules import Taxes, TaxPart, tax_of_part
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


def taxes(terms: Terms | None = None) -> Taxes:
    """Return the taxes of the organization in scope for the price engine; names in the active language; one query, none with `terms`."""
    return Taxes((terms or terms_of(())).taxes, describe)


def describe(part: TaxPart) -> str:
    """Return the words of a step of a tax, in the active language."""
    return tax_in_words(part.name, part.basis_points, is_inclusive=part.is_inclusive)


def tax_sums(order: Order) -> list[TaxSum]:
    """Return the taxes in what an order costs, each rate once, contained ones first; one query.

    They are those of the lines that stand. Extra charges and reductions hold the same share of each as the lines do.
    """
    return _taxes_in(order, order.total_minor)


def taxes_left(order: Order) -> list[TaxSum]:
    """Return the taxes in what is here of an order's money and still to come, each rate once, contained ones first.

    What went back, or is on its way, holds none of them; nor does what was paid beyond the price and waits to go back. What is kept
    for places that were given up holds the same share as the lines do; where only free places are left, as those given up did.
    """
    on_its_way = sum(refunding_minor(payment) for payment in order.payments.all())
    left = paid_minor(order) - on_its_way + owed_minor(order)
    return _taxes_in(order, max(0, min(left, order.total_minor + order.cancellation_fee_minor)))


def _taxes_in(order: Order, amount_minor: int) -> list[TaxSum]:
    lines_minor = order.total_minor - order.adjustment_minor
    standing = Q(line__reversed_by=None)
    if not lines_minor and amount_minor:
        # Only free places are left: what is kept for others holds the share of all that were taken away.
        lines_minor, standing = _given_up_minor(order), ~standing
    rows = AppliedTax.objects.filter(standing, line__order=order).order_by("pk")
    sums: dict[tuple[bool, str, int], TaxSum] = {}
    for row in rows:
        key = (not row.is_inclusive, row.name, row.basis_points)
        before = sums.get(key, TaxSum(row.name, row.basis_points, row.is_inclusive, 0, 0))
        sums[key] = replace(
            before, net_minor=before.net_minor + row.net_minor, tax_minor=before.tax_minor + row.tax_minor
        )
    return [_share(sums[key], amount_minor, lines_minor) for key in sorted(sums)]


def _given_up_minor(order: Order) -> int:
    given_up = OrderLine.ever.filter(order=order).exclude(reversed_by=None)
    return int(given_up.aggregate(total=Sum("total_minor", default=0))["total"])


def _share(tax: TaxSum, part_minor: int, whole_minor: int) -> TaxSum:
    gross, share = (
        tax_of_part(amount, part_minor=part_minor, whole_minor=whole_minor)
        for amount in (tax.net_minor + tax.tax_minor, tax.tax_minor)
    )
    # Together they are rounded once, so that net and tax add up.
    return replace(tax, net_minor=gross - share, tax_minor=share)


def staff_taxes() -> QuerySet[TaxRate]:
    """Return the taxes with their percentages and tours."""
    return TaxRate.objects.prefetch_related("percentages", "tours__tour")
