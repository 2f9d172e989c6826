"""The price of places, step by step: tier → season → early bird → group → promo code → taxes.

Pure: whoever calls loads the rules. All amounts are minor units of one currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final, Protocol

from commerce.rules.amounts import share_minor

WHOLE: Final = 10_000


class StepKind(StrEnum):
    """The kinds of steps, in the fixed order in which they are applied."""

    TIER = "tier"
    SEASON = "season"
    EARLY_BIRD = "early_bird"
    GROUP = "group"
    PROMO = "promo"
    TAX = "tax"


ORDER: Final = tuple(StepKind)
DISCOUNTS: Final = (StepKind.EARLY_BIRD, StepKind.GROUP, StepKind.PROMO)


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step from the tier's price to what is paid: `kind` names the rule, `amount_minor` what it adds or takes off.

    `rule_id` is the row it came from. `included_minor` is a part of what is paid already that the step tells of and does not add:
    a tax that prices contain. The step of a tax also keeps its name and its percentage, in basis points.
    """

    kind: str
    label: str
    amount_minor: int
    rule_id: int | None = None
    included_minor: int = 0
    rate_name: str = ""
    basis_points: int = 0

    @property
    def as_json(self) -> dict[str, str | int]:
        """The step as an order line keeps it."""
        kept: dict[str, str | int] = {"kind": str(self.kind), "label": self.label, "amount_minor": self.amount_minor}
        if self.included_minor:
            kept["included_minor"] = self.included_minor
        if self.kind == StepKind.TAX and self.rule_id is not None:
            kept |= {"rate_id": self.rule_id, "rate_name": self.rate_name, "basis_points": self.basis_points}
        if self.kind == StepKind.PROMO and self.rule_id is not None:
            kept["code_id"] = self.rule_id
        return kept


@dataclass(frozen=True, slots=True)
class Places:
    """Places of one kind on one departure, as the engine needs them; `label` names the step of the tier.

    `day` is the local day of the departure, `booked_on` the day of booking on the same clock. `seats` is how many seats one of them
    takes, `party_before` how many people of the same booking come besides those that are priced.
    """

    schedule_id: int
    tour_id: int
    variant_id: int
    day: date
    booked_on: date
    quantity: int
    unit_price_minor: int
    label: str = ""
    seats: int = 1
    party_before: int = 0


@dataclass(frozen=True, slots=True)
class PricedLine:
    """Places with the steps by which their price comes about so far."""

    places: Places
    steps: tuple[PriceStep, ...]

    @property
    def total_minor(self) -> int:
        """What is to be paid: the sum of the steps."""
        return sum(step.amount_minor for step in self.steps)

    @property
    def amounts(self) -> "Amounts":
        """The total in its parts."""
        return amounts_of(self.total_minor, [step.as_json for step in self.steps])


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a line or an order costs: subtotal (tier and season) less discounts, and taxes that come on top."""

    subtotal_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.subtotal_minor + other.subtotal_minor,
            self.discount_minor + other.discount_minor,
            self.tax_minor + other.tax_minor,
        )

    def __neg__(self) -> "Amounts":
        return Amounts(-self.subtotal_minor, -self.discount_minor, -self.tax_minor)

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.subtotal_minor - self.discount_minor + self.tax_minor


class Phase(Protocol):
    """All rules of one kind. `steps` returns for each line, in order, what they add to it; it sees the lines as priced up to there."""

    @property
    def kind(self) -> StepKind:
        """When it is applied."""

    def steps(self, lines: Sequence[PricedLine]) -> Sequence[Sequence[PriceStep]]:
        """Return for each line the steps to add to it."""

    def turns(self, booked_on: date) -> set[date]:
        """Return the days of departure from which on other steps may be added than the day before, for who books on a day."""


def price(lines: Sequence[Places], phases: Iterable[Phase]) -> tuple[PricedLine, ...]:
    """Return places with the steps of their prices, in order, whatever the order of `phases`.

    A step never takes off more than the line costs by then: no price falls below zero.
    """
    priced = tuple(
        PricedLine(places, (PriceStep(StepKind.TIER, places.label, places.unit_price_minor * places.quantity),))
        for places in lines
    )
    for phase in sorted(phases, key=lambda phase: ORDER.index(phase.kind)):
        priced = tuple(_with_steps(line, steps) for line, steps in zip(priced, phase.steps(priced), strict=True))
    return priced


def _with_steps(line: PricedLine, steps: Iterable[PriceStep]) -> PricedLine:
    total, added = line.total_minor, []
    for step in steps:
        amount = max(step.amount_minor, -total)
        if amount or step.included_minor:
            total += amount
            added.append(replace(step, amount_minor=amount))
    return PricedLine(line.places, line.steps + tuple(added))


def day_after(day: date) -> date:
    """Return the next day; after the last day there is, that day."""
    return day + timedelta(days=1) if day < date.max else day


def part_minor(amount_minor: int, basis_points: int) -> int:
    """Return so many basis points (hundredths of a percent, never below zero) of an amount that is not below zero, rounded half up."""
    return (2 * amount_minor * basis_points + WHOLE) // (2 * WHOLE)


def spread_minor(amount_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return an amount (not below zero) in shares by weights; they add up to it exactly.

    What rounding down leaves goes, one unit each, to those that lost most by it, the first of equals first. Nothing has a weight: the
    first gets all. Raises `ValueError` without weights.
    """
    if not weights:
        raise ValueError("There is nothing to spread an amount over.")
    whole = sum(weights)
    if whole == 0:
        return (amount_minor, *(0 for _weight in weights[1:]))
    shares = [amount_minor * weight // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda at: (-(amount_minor * weights[at] % whole), at))
    for at in lost[: amount_minor - sum(shares)]:
        shares[at] += 1
    return tuple(shares)


def place_prices_minor(total_minor: int, quantity: int) -> tuple[int, ...]:
    """Return what each place of a line costs; they add up to its total exactly.

    The first `n` places cost what `share_minor` says of them, so that keeping some and giving back the others always adds up: the
    places given back are the last ones.
    """
    sums = [share_minor(total_minor, count, quantity) for count in range(quantity + 1)]
    return tuple(after - before for before, after in pairwise(sums))


def amounts_of(total_minor: int, steps: Iterable[Mapping[str, Any]]) -> Amounts:
    """Return the parts of a line's total by the steps it keeps; what no step of a discount or tax explains is subtotal."""
    by_kind: dict[str, int] = defaultdict(int)
    for step in steps:
        by_kind[step["kind"]] += step["amount_minor"]
    discount = -sum(by_kind[kind] for kind in DISCOUNTS)
    tax = by_kind[StepKind.TAX]
    return Amounts(total_minor + discount - tax, discount, tax)


def share_steps(
    total_minor: int, steps: Sequence[Mapping[str, Any]], part: int, whole: int, *, label: str
) -> list[dict[str, Any]]:
    """Return the steps of a line of which only `part` of `whole` places stay; they add up to `share_minor` of its total.

    Each step keeps its share; the first one is named `label` instead.
    """
    if sum(step["amount_minor"] for step in steps) != total_minor:
        steps = [{"kind": "kept", "label": label, "amount_minor": total_minor}]
    kept: list[dict[str, Any]] = []
    sum_before = share_before = 0
    for at, step in enumerate(steps):
        sum_after = sum_before + step["amount_minor"]
        share_after = share_minor(sum_after, part, whole)
        shared = {**step, "amount_minor": share_after - share_before}
        if "included_minor" in step:
            shared["included_minor"] = share_minor(step["included_minor"], part, whole)
        kept.append(shared if at else {"kind": "kept", "label": label, "amount_minor": share_after})
        sum_before, share_before = sum_after, share_after
    return kept


@dataclass(frozen=True, slots=True)
class Change:
    """How a rule changes a price: by a share of it in basis points, or by an amount for each place. Below zero: cheaper."""

    basis_points: int = 0
    each_minor: int = 0

    def of(self, line: PricedLine) -> int:
        """Return by how much a line changes, at most down to nothing; a share is rounded once, half up on its size."""
        total = line.total_minor
        if self.basis_points:
            size = part_minor(total, abs(self.basis_points))
            amount = size if self.basis_points > 0 else -size
        else:
            amount = self.each_minor * line.places.quantity
        return max(amount, -total)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for all tours, one tour or one variant. `change` is below zero for what makes cheaper."""

    id: int
    label: str
    change: Change
    tour_id: int | None = None
    variant_id: int | None = None

    def fits(self, places: Places) -> bool:
        """Return whether it is for the places' tour and variant."""
        return self.tour_id in (None, places.tour_id) and self.variant_id in (None, places.variant_id)

    @property
    def closeness(self) -> int:
        """How closely it is aimed: 2 at a variant, 1 at a tour, 0 at all."""
        return (self.tour_id is not None) + (self.variant_id is not None)


@dataclass(frozen=True, slots=True)
class Season(Rule):
    """Another price for departures from `first_day` to `last_day`, both included."""

    first_day: date = date.min
    last_day: date = date.max
    priority: int = 0

    def applies(self, places: Places) -> bool:
        """Return whether the departure lies in the season."""
        return self.fits(places) and self.first_day <= places.day <= self.last_day


@dataclass(frozen=True, slots=True)
class EarlyBird(Rule):
    """A discount for booking at least `days` before the departure; `is_last_minute`: at most so many.

    `first_day` and `last_day` are the days on which one may book for it.
    """

    days: int = 0
    is_last_minute: bool = False
    first_day: date = date.min
    last_day: date = date.max

    def applies(self, places: Places) -> bool:
        """Return whether the places are booked early (or late) enough, and on a day on which that counts."""
        ahead = (places.day - places.booked_on).days
        in_time = ahead <= self.days if self.is_last_minute else ahead >= self.days
        return in_time and self.first_day <= places.booked_on <= self.last_day and self.fits(places)


@dataclass(frozen=True, slots=True)
class Group(Rule):
    """A discount from `people` on who come together on a departure. Who takes no seat neither counts nor gets it."""

    people: int = 2


@dataclass(frozen=True, slots=True)
class Seasons:
    """The seasons: on each line the one of highest priority; of equals the closest, then the one that begins last, then the newest."""

    rules: Sequence[Season]
    kind: StepKind = StepKind.SEASON

    def steps(self, lines: Sequence[PricedLine]) -> list[list[PriceStep]]:
        """Return at most one step for each line."""
        return [self._of(line) for line in lines]

    def season_of(self, places: Places) -> Season | None:
        """Return the one season that counts for places, or None."""
        found = [rule for rule in self.rules if rule.applies(places)]
        return max(found, key=lambda rule: (rule.priority, rule.closeness, rule.first_day, rule.id), default=None)

    def turns(self, booked_on: date) -> set[date]:
        """Return the days on which seasons begin or are over."""
        return {rule.first_day for rule in self.rules} | {day_after(rule.last_day) for rule in self.rules}

    def _of(self, line: PricedLine) -> list[PriceStep]:
        best = self.season_of(line.places)
        return [PriceStep(self.kind, best.label, best.change.of(line), best.id)] if best else []


@dataclass(frozen=True, slots=True)
class EarlyBirds:
    """The early bird and last minute discounts: on each line the one that takes most off, of equals the oldest."""

    rules: Sequence[EarlyBird]
    kind: StepKind = StepKind.EARLY_BIRD

    def steps(self, lines: Sequence[PricedLine]) -> list[list[PriceStep]]:
        """Return at most one step for each line."""
        return [self._of(line) for line in lines]

    def turns(self, booked_on: date) -> set[date]:
        """Return the days from which on it is early enough, or not late any more."""
        return {booked_on + timedelta(days=rule.days + rule.is_last_minute) for rule in self.rules}

    def _of(self, line: PricedLine) -> list[PriceStep]:
        found = [rule for rule in self.rules if rule.applies(line.places)]
        if not found:
            return []
        best = min(found, key=lambda rule: (rule.change.of(line), rule.id))
        return [PriceStep(self.kind, best.label, best.change.of(line), best.id)]


@dataclass(frozen=True, slots=True)
class Groups:
    """The group discounts: for each party the highest threshold it reaches; of equals the closest, then the newest."""

    rules: Sequence[Group]
    kind: StepKind = StepKind.GROUP

    def steps(self, lines: Sequence[PricedLine]) -> list[list[PriceStep]]:
        """Return at most one step for each line."""
        return [self._of(line, party) for line, party in zip(lines, party_sizes(lines), strict=True)]

    def turns(self, booked_on: date) -> set[date]:
        """Return nothing: groups are the same on all days."""
        return set()

    def _of(self, line: PricedLine, party: int) -> list[PriceStep]:
        found = [rule for rule in self.rules if rule.people <= party and rule.fits(line.places)]
        if not found or not line.places.seats:
            return []
        best = max(found, key=lambda rule: (rule.people, rule.closeness, rule.id))
        return [PriceStep(self.kind, best.label, best.change.of(line), best.id)]


def party_sizes(lines: Sequence[PricedLine]) -> list[int]:
    """Return for each line how many people take a seat on its departure together, those of the booking before included."""
    parties: dict[int, int] = {}
    for line in lines:
        parties.setdefault(line.places.schedule_id, line.places.party_before)
        parties[line.places.schedule_id] += line.places.quantity if line.places.seats else 0
    return [parties[line.places.schedule_id] for line in lines]
