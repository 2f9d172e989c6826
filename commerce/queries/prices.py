"""What places cost, step by step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from tenancy.fields import translated
from tenancy.models import Organization
from tenancy.money import format_money
from tours.models import PricingTier, Schedule
from tours.queries import price_tiers_of

MAX_QUANTITY: Final = 99


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """How many places of each price (by the tier's primary key) are wanted on a departure (with its variant and tour loaded)."""

    schedule: Schedule
    quantities: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step from the base price to what is paid: `kind` names the rule, `amount_minor` what it adds or takes off."""

    kind: str
    label: str
    amount_minor: int


@dataclass(slots=True)
class QuoteLine:
    """Places of one price on one departure, with the steps by which their price came about."""

    schedule: Schedule
    tier: PricingTier
    quantity: int
    currency: str
    steps: list[PriceStep] = field(default_factory=list)

    @property
    def total_minor(self) -> int:
        """The sum of the steps."""
        return sum(step.amount_minor for step in self.steps)

    @property
    def unit_price_minor(self) -> int:
        """The price of one place before any further rule."""
        return self.tier.price_minor

    @property
    def steps_as_json(self) -> list[dict[str, str | int]]:
        """The steps as an order line keeps them."""
        return [{"kind": step.kind, "label": step.label, "amount_minor": step.amount_minor} for step in self.steps]

    @property
    def tier_name(self) -> str:
        """The tier's name in the active language."""
        return translated(self.tier, "name")

    @property
    def name(self) -> str:
        """Tour and variant in the active language."""
        return f"{translated(self.schedule.tour, 'name')} · {translated(self.schedule.variant, 'name')}"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a choice of places costs, step by step, in minor units of `currency`."""

    lines: tuple[QuoteLine, ...]
    currency: str

    @property
    def total_minor(self) -> int:
        """What is to be paid; the lines add up to it exactly."""
        return sum(line.total_minor for line in self.lines)

    @property
    def total(self) -> str:
        """The total as people write it in the active language."""
        return format_money(self.total_minor, self.currency)

    def seats_on(self, schedule: Schedule) -> int:
        """Return how many seats are taken on a departure."""
        return sum(line.quantity * line.tier.seats for line in self.lines if line.schedule.pk == schedule.pk)


class NotForSale(ValueError):
    """A price that is not, or no longer, one of the departure's; or a quantity out of range."""


def _apply_tier(line: QuoteLine) -> None:
    label = _("%(quantity)d × %(tier)s at %(price)s") % {
        "quantity": line.quantity,
        "tier": line.tier_name,
        "price": format_money(line.tier.price_minor, line.currency),
    }
    line.steps.append(PriceStep("tier", label, line.tier.price_minor * line.quantity))


# The rules in the order in which they are applied; each adds its steps to the line.
PRICE_RULES: Final[tuple[Callable[[QuoteLine], None], ...]] = (_apply_tier,)


def quote(requests: Sequence[QuoteRequest], *, organization: Organization) -> Quote:
    """Return what places cost in the organization's currency; labels in the active language; one query.

    Raises `NotForSale` when a tier does not belong to the departure on its day, or a quantity is not between 1 and 99.
    """
    tiers = price_tiers_of(request.schedule for request in requests)
    lines = []
    for request in requests:
        offered = {tier.pk: tier for tier in tiers[request.schedule.variant_id, request.schedule.date]}
        for tier_id, quantity in request.quantities.items():
            if quantity == 0:
                continue
            tier = offered.get(tier_id)
            if tier is None or not 0 < quantity <= MAX_QUANTITY:
                raise NotForSale(_("One of the prices is not offered any more. Please choose again."))
            line = QuoteLine(request.schedule, tier, quantity, organization.currency)
            for apply in PRICE_RULES:
                apply(line)
            lines.append(line)
    return Quote(tuple(lines), organization.currency)
