"""The taxes of order lines, written down when the lines are."""

from collections.abc import Iterable

from commerce.models import AppliedTax, OrderLine, TaxRate
from commerce.rules import taxes_of_line


def write_taxes(lines: Iterable[OrderLine]) -> None:
    """Write down the taxes of lines that have just been written, as the steps of their prices tell them.

    What was agreed stays when a rate was deleted since; it then leads to none.
    """
    parts = [(line, part) for line in lines for part in taxes_of_line(line.total_minor, line.price_steps)]
    if not parts:
        return
    known = set(TaxRate.objects.filter(pk__in={part.rate_id for _line, part in parts}).values_list("pk", flat=True))
    AppliedTax.objects.bulk_create(
        AppliedTax(
            line=line,
            rate_id=part.rate_id if part.rate_id in known else None,
            name=part.name,
            basis_points=part.basis_points,
            is_inclusive=part.is_inclusive,
            net_minor=part.net_minor,
            tax_minor=part.tax_minor,
        )
        for line, part in parts
    )
