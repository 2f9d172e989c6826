"""What promo codes take off, and why one cannot be used. Pure; amounts are minor units of one currency."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Any, Final

from commerce.rules.pricing import (
    Phase,
    Places,
    PricedLine,
    PriceStep,
    StepKind,
    day_after,
    part_minor,
    price,
    spread_minor,
)

# Without letters and digits that are taken for each other on the phone, and without vowels, which make words.
CODE_ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 8
# Longer texts are no codes; they are not looked up.
LONGEST_CODE: Final = 60


def fold_code(text: str) -> str:
    """Return a code as it is compared: capitals, without spaces and hyphens; empty for a text that cannot be one."""
    folded = "".join(text.split()).replace("-", "").upper()
    return folded if folded.isascii() and folded.isalnum() and len(folded) <= LONGEST_CODE else ""


def new_code(prefix: str = "") -> str:
    """Return a random code that is easy to read out and hopeless to guess, such as “SPRING-7K3M-9QXZ”."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _letter in range(CODE_LENGTH))
    half = CODE_LENGTH // 2
    return "-".join(filter(None, [prefix, letters[:half], letters[half:]]))


class CodeProblem(StrEnum):
    """Why a code is of no use for what is being bought."""

    UNKNOWN = "unknown"
    ENDED = "ended"
    NOT_YET = "not_yet"
    OVER = "over"
    USED_UP = "used_up"
    TOUR = "tour"
    DEPARTURE = "departure"
    MINIMUM = "minimum"
    OTHER_CODE = "other_code"
    OTHER_DISCOUNT = "other_discount"
    NOTHING = "nothing"
    CUSTOMER = "customer"
    CUSTOMER_USED_UP = "customer_used_up"


@dataclass(frozen=True, slots=True)
class Code:
    """A promo code as the engine needs it: `basis_points` of each line it is for, or `amount_minor` off all of them together.

    `targets` are pairs of a tour and one of its variants (None: all of them); None instead of pairs: it is for every tour.
    """

    id: int
    code: str
    label: str
    basis_points: int = 0
    amount_minor: int = 0
    minimum_minor: int = 0
    targets: tuple[tuple[int, int | None], ...] | None = None
    first_departure: date = date.min
    last_departure: date = date.max
    with_discounts: bool = True
    with_codes: bool = False

    def is_for_tour(self, places: Places) -> bool:
        """Return whether it is for the places' tour and variant."""
        wanted = {(places.tour_id, None), (places.tour_id, places.variant_id)}
        return self.targets is None or not wanted.isdisjoint(self.targets)

    def fits(self, places: Places) -> bool:
        """Return whether it is for the places' tour and variant on their day."""
        return self.is_for_tour(places) and self.first_departure <= places.day <= self.last_departure


@dataclass(frozen=True, slots=True)
class PromoCodes:
    """Promo codes: percentages first, then amounts, the oldest of a kind first, so that it does not matter which was typed first."""

    codes: Sequence[Code]
    kind: StepKind = StepKind.PROMO

    def turns(self, booked_on: date) -> set[date]:
        """Return the days on which departures that codes are for begin or end."""
        return {code.first_departure for code in self.codes} | {day_after(code.last_departure) for code in self.codes}

    def steps(self, lines: Sequence[PricedLine]) -> list[list[PriceStep]]:
        """Return the steps of all codes for each line."""
        totals = [line.total_minor for line in lines]
        found: list[list[PriceStep]] = [[] for _line in lines]
        for code in sorted(self.codes, key=lambda code: (code.amount_minor > 0, code.id)):
            fitting = [at for at, line in enumerate(lines) if code.fits(line.places)]
            for at, amount in zip(fitting, _taken_off(code, [totals[at] for at in fitting]), strict=True):
                totals[at] -= amount
                found[at].append(PriceStep(self.kind, code.label, -amount, code.id))
        return found


def _taken_off(code: Code, totals: Sequence[int]) -> Sequence[int]:
    if code.basis_points:
        return [part_minor(total, code.basis_points) for total in totals]
    return spread_minor(min(code.amount_minor, sum(totals)), totals) if totals else ()


@dataclass(frozen=True, slots=True)
class Without:
    """Another phase, left out on the lines that one of some codes is for."""

    phase: Phase
    codes: Sequence[Code]

    @property
    def kind(self) -> StepKind:
        """The kind of the phase."""
        return self.phase.kind

    def turns(self, booked_on: date) -> set[date]:
        """Return the turns of the phase."""
        return self.phase.turns(booked_on)

    def steps(self, lines: Sequence[PricedLine]) -> list[Sequence[PriceStep]]:
        """Return the steps of the phase for the other lines."""
        return [
            () if any(code.fits(line.places) for code in self.codes) else steps
            for line, steps in zip(lines, self.phase.steps(lines), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class CodePrices:
    """Priced lines, the codes that count, and why others do not, by their primary keys."""

    lines: tuple[PricedLine, ...]
    used: tuple[Code, ...]
    problems: dict[int, CodeProblem]

    def taken_off_minor(self, code: Code) -> int:
        """Return what a code takes off all lines together."""
        steps = (step for line in self.lines for step in line.steps)
        return -sum(step.amount_minor for step in steps if step.kind == StepKind.PROMO and step.rule_id == code.id)


def taken_off(lines: Iterable[Sequence[Mapping[str, Any]]]) -> Counter[int | None]:
    """Return what codes (by primary key) take off lines, in minor units, by the steps that the lines keep.

    Steps of old orders may not say of which code they are: together they stand under None.
    """
    off: Counter[int | None] = Counter()
    for steps in lines:
        for step in steps:
            if step["kind"] == StepKind.PROMO:
                off[step.get("code_id")] -= step["amount_minor"]
    return off


def price_with_codes(places: Sequence[Places], phases: Sequence[Phase], codes: Sequence[Code]) -> CodePrices:
    """Return places with the steps of their prices, and of those codes that together make them cheapest.

    Codes count together only where all of them allow it. One that does not go with other discounts takes their place. A code counts
    from its minimum on: the price of what it is for, before any code. Where several choices of codes cost the same, that of the fewest
    counts, then that which was typed first: no code is used up for nothing.
    """
    untaxed = [phase for phase in phases if phase.kind != StepKind.TAX]
    own = {code.id: _problem(code, price(places, _instead(untaxed, [code]))) for code in codes}
    usable = [code for code in codes if not own[code.id]]
    choices = {chosen: price(places, [*_instead(phases, chosen), PromoCodes(chosen)]) for chosen in _choices(usable)}
    best = min(choices, key=lambda chosen: (_sum(choices[chosen]), len(chosen)))
    problems = {code.id: problem for code in codes if (problem := own[code.id])}
    for code in usable:
        if code in best:
            continue
        is_cheaper_alone = _sum(choices[code,]) < _sum(choices[()])
        if is_cheaper_alone and not _go_together([*best, code]):
            problems[code.id] = CodeProblem.OTHER_CODE
        else:
            problems[code.id] = CodeProblem.NOTHING if code.with_discounts else CodeProblem.OTHER_DISCOUNT
    return CodePrices(choices[best], best, problems)


def _choices(codes: Sequence[Code]) -> Iterator[tuple[Code, ...]]:
    for count in range(len(codes) + 1):
        yield from (chosen for chosen in combinations(codes, count) if _go_together(chosen))


def _go_together(codes: Sequence[Code]) -> bool:
    return len(codes) < 2 or all(code.with_codes for code in codes)


def _instead(phases: Sequence[Phase], codes: Sequence[Code]) -> list[Phase]:
    proud = [code for code in codes if not code.with_discounts]
    discounts = (StepKind.EARLY_BIRD, StepKind.GROUP)
    return [Without(phase, proud) if proud and phase.kind in discounts else phase for phase in phases]


def _problem(code: Code, lines: Sequence[PricedLine]) -> CodeProblem | None:
    if not any(code.is_for_tour(line.places) for line in lines):
        return CodeProblem.TOUR
    fitting = [line for line in lines if code.fits(line.places)]
    if not fitting:
        return CodeProblem.DEPARTURE
    return CodeProblem.MINIMUM if _sum(fitting) < code.minimum_minor else None


def _sum(lines: Sequence[PricedLine]) -> int:
    return sum(line.total_minor for line in lines)
