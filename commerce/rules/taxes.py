"""Taxes of a line, contained in its price or added to it. Pure; amounts are minor units of one currency."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from commerce.rules.pricing import WHOLE, Places, PricedLine, PriceStep, StepKind, part_minor


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax: `percentages` are the days from which departures bear it, with basis points, the first day first.

    `tour_ids` are the tours it is for; a tour that bears no tax of its own on its day bears those `for_all`.
    """

    id: int
    name: str
    is_inclusive: bool
    for_all: bool
    percentages: tuple[tuple[date, int], ...]
    tour_ids: frozenset[int] = frozenset()

    def basis_points_on(self, day: date) -> int | None:
        """Return what it amounts to for a departure on a day, or None before its first day."""
        begun = [basis_points for first_day, basis_points in self.percentages if first_day <= day]
        return begun[-1] if begun else None


@dataclass(frozen=True, slots=True)
class TaxPart:
    """One tax of a line: `net_minor` is what it is reckoned from."""

    rate_id: int | None
    name: str
    basis_points: int
    is_inclusive: bool
    net_minor: int
    tax_minor: int


def line_taxes(amount_minor: int, taxes: Sequence[tuple[Tax, int]]) -> list[TaxPart]:
    """Return the taxes, each with its basis points, of a line that costs `amount_minor` before those that are added.

    Taxes that are contained are taken out of the amount together; what is left is the net amount, from which those that are added are
    reckoned. No tax is reckoned from another. Each is rounded once, half up.
    """
    contained = sum(points for tax, points in taxes if tax.is_inclusive)
    whole = WHOLE + contained
    inside = {tax.id: (2 * amount_minor * points + whole) // (2 * whole) for tax, points in taxes if tax.is_inclusive}
    net = max(0, amount_minor - sum(inside.values()))
    return [
        TaxPart(
            tax.id,
            tax.name,
            points,
            tax.is_inclusive,
            net,
            inside[tax.id] if tax.is_inclusive else part_minor(net, points),
        )
        for tax, points in taxes
    ]


@dataclass(frozen=True, slots=True)
class Taxes:
    """The taxes of an organization; `describe` puts one of them into words, for guests."""

    rules: Sequence[Tax]
    describe: Any
    kind: StepKind = StepKind.TAX

    def of(self, places: Places) -> list[tuple[Tax, int]]:
        """Return the taxes that places bear on their day, each with its basis points: contained ones first, by name."""
        own = self._begun([tax for tax in self.rules if places.tour_id in tax.tour_ids], places.day)
        return own or self._begun([tax for tax in self.rules if tax.for_all], places.day)

    def _begun(self, taxes: Iterable[Tax], day: date) -> list[tuple[Tax, int]]:
        borne = ((tax, tax.basis_points_on(day)) for tax in taxes)
        return sorted(
            ((tax, points) for tax, points in borne if points is not None),
            key=lambda pair: (not pair[0].is_inclusive, pair[0].name, pair[0].id),
        )

    def turns(self, booked_on: date) -> set[date]:
        """Return the days on which percentages begin."""
        return {day for tax in self.rules for day, _points in tax.percentages}

    def steps(self, lines: Sequence[PricedLine]) -> list[list[PriceStep]]:
        """Return a step for each tax: one that is contained adds nothing."""
        return [[self._step(part) for part in line_taxes(line.total_minor, self.of(line.places))] for line in lines]

    def _step(self, part: TaxPart) -> PriceStep:
        return PriceStep(
            self.kind,
            self.describe(part),
            0 if part.is_inclusive else part.tax_minor,
            part.rate_id,
            included_minor=part.tax_minor if part.is_inclusive else 0,
            rate_name=part.name,
            basis_points=part.basis_points,
        )

    def change_between(
        self, here: Places, there: Places, steps: Iterable[Mapping[str, Any]], *, earlier: Iterable[Places]
    ) -> bool:
        """Return whether a line with these steps bears other taxes when it goes from places to others.

        `earlier` are its places on days on which they were to be before: a line that still bears the taxes of one of them bears none
        that `here` bears.
        """
        of_line = {(step.get("rate_id"), step.get("basis_points")) for step in steps if step["kind"] == StepKind.TAX}
        if of_line == self._borne(there):
            return False
        return self.of(here) != self.of(there) or any(of_line == self._borne(places) for places in earlier)

    def _borne(self, places: Places) -> set[tuple[int | None, int | None]]:
        return {(tax.id, points) for tax, points in self.of(places)}

    def instead(
        self,
        total_minor: int,
        steps: Sequence[Mapping[str, Any]],
        places: Places,
        *,
        label: str,
        total_stands: bool = False,
    ) -> list[dict[str, Any]]:
        """Return the steps of a line with the taxes that `places` bear in place of its own.

        What it costs before taxes that are added stays, so that another percentage of those changes the total. With `total_stands`
        the total stays and the first step, then named `label`, gives way.
        """
        others = [dict(step) for step in steps if step["kind"] != StepKind.TAX]
        before = total_minor - sum(step["amount_minor"] for step in steps if step["kind"] == StepKind.TAX)
        borne = self.of(places)
        if total_stands:
            # Whatever is added is in the total, too: all are taken out of it together.
            inside = line_taxes(total_minor, [(replace(tax, is_inclusive=True), points) for tax, points in borne])
            parts = [
                replace(part, is_inclusive=tax.is_inclusive) for part, (tax, _points) in zip(inside, borne, strict=True)
            ]
            after = total_minor - sum(part.tax_minor for part in parts if not part.is_inclusive)
        else:
            parts, after = line_taxes(before, borne), before
        rest = after - sum(step["amount_minor"] for step in others[1:])
        if not others or others[0]["amount_minor"] != rest:
            others[:1] = [{"kind": "kept", "label": label, "amount_minor": rest}]
        return [*others, *(self._step(part).as_json for part in parts if part.tax_minor)]


def taxes_of_line(total_minor: int, steps: Iterable[Mapping[str, Any]]) -> list[TaxPart]:
    """Return the taxes of a line by the steps it keeps, also of one of which only a part stayed."""
    found = [step for step in steps if step["kind"] == StepKind.TAX]
    # A contained tax adds nothing to the total, one that is added is in it: both leave the same net amount.
    net = total_minor - sum(step["amount_minor"] + step.get("included_minor", 0) for step in found)
    return [
        TaxPart(
            step.get("rate_id"),
            step["rate_name"],
            step["basis_points"],
            "included_minor" in step,
            max(0, net),
            step["amount_minor"] + step.get("included_minor", 0),
        )
        for step in found
    ]


def tax_of_part(tax_minor: int, *, part_minor: int, whole_minor: int) -> int:
    """Return how much tax is in `part_minor` of lines of `whole_minor` that hold `tax_minor`, rounded half up.

    It is reckoned from all that is left, so that several refunds together give back the tax of their sum, and all of it at the end.
    """
    if whole_minor == 0:
        return 0
    return (2 * tax_minor * part_minor + whole_minor) // (2 * whole_minor)
