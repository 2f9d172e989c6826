"""What places cost, step by step: one function for every place that shows or takes a price."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from commerce.queries.price_rules import rules_for
from commerce.queries.promo_codes import OfferedCode, RefusedCode, UsedCode, offered_codes, problem_in_words
from commerce.queries.taxes import taxes
from commerce.queries.terms import Terms
from commerce.rules import (
    Amounts,
    CodePrices,
    Phase,
    Places,
    PricedLine,
    PriceStep,
    Seasons,
    Taxes,
    price,
    price_with_codes,
)
from crm.models import Customer
from tenancy.fields import translated
from tenancy.models import Organization
from tenancy.money import format_money
from tours.models import PricingTier, Schedule
from tours.queries import Departure, price_tiers_of

MAX_QUANTITY: Final = 99


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """How many places of each price (by the tier's primary key) are wanted on a departure (with its variant and tour loaded).

    `party_before` is how many people of the same booking come besides them, for rules that count the party.
    """

    schedule: Schedule
    quantities: Mapping[int, int]
    party_before: int = 0


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """Places of one price on one departure, with the steps by which their price came about."""

    schedule: Schedule
    tier: PricingTier
    currency: str
    priced: PricedLine

    @property
    def quantity(self) -> int:
        """How many places."""
        return self.priced.places.quantity

    @property
    def steps(self) -> tuple[PriceStep, ...]:
        """The steps in their order."""
        return self.priced.steps

    @property
    def total_minor(self) -> int:
        """The sum of the steps."""
        return self.priced.total_minor

    @property
    def unit_price_minor(self) -> int:
        """The price of one place before any further rule."""
        return self.priced.places.unit_price_minor

    @property
    def steps_as_json(self) -> list[dict[str, str | int]]:
        """The steps as an order line keeps them."""
        return [step.as_json for step in self.steps]

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
    """What a choice of places costs, step by step, in minor units of `currency`; `codes` count, `refused_codes` do not."""

    lines: tuple[QuoteLine, ...]
    currency: str
    codes: tuple[UsedCode, ...] = ()
    refused_codes: tuple[RefusedCode, ...] = ()

    @property
    def amounts(self) -> Amounts:
        """Subtotal, discount and tax; the lines add up to them exactly."""
        return sum((line.priced.amounts for line in self.lines), Amounts())

    @property
    def total_minor(self) -> int:
        """What is to be paid; the lines add up to it exactly."""
        return sum(line.total_minor for line in self.lines)

    @property
    def total(self) -> str:
        """The total as people write it in the active language."""
        return format_money(self.total_minor, self.currency)

    def lines_on(self, schedule: Schedule) -> list[QuoteLine]:
        """Return the lines of one departure."""
        return [line for line in self.lines if line.schedule.pk == schedule.pk]

    def seats_on(self, schedule: Schedule) -> int:
        """Return how many seats are taken on a departure."""
        return sum(line.quantity * line.tier.seats for line in self.lines_on(schedule))


class NotForSale(ValueError):
    """A price that is not, or no longer, one of the departure's; or a quantity out of range."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of some departures and the rules that change them, as of a moment; a quote from it costs no further query."""

    currency: str
    now: datetime
    tiers: Mapping[tuple[int, date], Sequence[PricingTier]]
    phases: tuple[Phase, ...]
    codes: tuple[OfferedCode, ...] = ()

    def without_codes(self) -> "PriceList":
        """Return the same prices and rules, as if no promo code had been typed."""
        return replace(self, codes=())

    def check(self, request: QuoteRequest) -> None:
        """Raise `NotForSale` when a tier does not belong to the departure on its day, or a quantity is not between 0 and 99."""
        offered = {tier.pk for tier in self._offered(request.schedule)}
        for tier_id, quantity in request.quantities.items():
            if quantity and (tier_id not in offered or not 0 < quantity <= MAX_QUANTITY):
                raise NotForSale(_("One of the prices is not offered any more. Please choose again."))

    def quote(self, requests: Sequence[QuoteRequest]) -> Quote:
        """Return what places cost; labels are in the active language. Raises `NotForSale` as `check` does."""
        chosen = [(request, tier) for request in requests for tier in self._chosen(request)]
        usable = [offer.code for offer in self.codes if offer.code and not offer.problem]
        places = [
            self._places(
                request.schedule,
                tier,
                request.quantities[tier.pk],
                label=self._label(tier, request.quantities[tier.pk]),
                party_before=request.party_before,
            )
            for request, tier in chosen
        ]
        priced = price_with_codes(places, self.phases, usable)
        lines = (
            QuoteLine(request.schedule, tier, self.currency, line)
            for (request, tier), line in zip(chosen, priced.lines, strict=True)
        )
        return Quote(tuple(lines), self.currency, *self._codes(priced))

    def prices_alone(self, departure: Departure) -> list[int]:
        """Return what one person who comes alone would pay for each default kind of place (all kinds, when none is), in order."""
        offered = self._offered(departure)
        chosen = [tier for tier in offered if tier.is_default] or offered
        return [price([self._places(departure, tier, 1)], self.phases)[0].total_minor for tier in chosen]

    def _codes(self, priced: CodePrices) -> tuple[tuple[UsedCode, ...], tuple[RefusedCode, ...]]:
        used, refused = [], []
        counting = [code.code for code in priced.used]
        for offer in self.codes:
            problem = offer.problem or (priced.problems.get(offer.code.id) if offer.code else None)
            if problem:
                promotion = offer.promo_code.promotion if offer.promo_code else None
                words = problem_in_words(
                    problem, text=offer.text, promotion=promotion, currency=self.currency, others=counting
                )
                refused.append(RefusedCode(offer.text, problem, words))
            elif offer.code and offer.promo_code:
                used.append(UsedCode(offer.promo_code, priced.taken_off_minor(offer.code)))
        return tuple(used), tuple(refused)

    def go_on(self, code_ids: Collection[int | None], one: Departure, other: Departure) -> bool:
        """Return whether all of some codes (by primary key) that are for one departure are for another, too."""
        asked = [offer.code for offer in self.codes if offer.code and offer.code.id in code_ids]
        return all(code.fits(_one_on(other)) for code in asked if code.fits(_one_on(one)))

    def season_of(self, departure: Departure) -> int | None:
        """Return the season that counts on a departure, by its rule's key, or None."""
        found = (phase.season_of(_one_on(departure)) for phase in self.phases if isinstance(phase, Seasons))
        return next((season.id for season in found if season), None)

    def taxed_on(
        self,
        departure: Departure,
        total_minor: int,
        steps: Sequence[Mapping[str, Any]],
        *,
        before: Departure,
        days_before: Collection[date],
        label: str,
        total_stands: bool,
    ) -> Sequence[Mapping[str, Any]]:
        """Return the steps of a line that goes from one departure to another, with the taxes of the new day; see `Taxes.instead`.

        Where both bear the same taxes now, the line keeps those it has: later changes of a rate do not reach it. Those it has may be
        of a day that the departure had before it was moved (`days_before`); then they are no reason.
        """
        there, here = _one_on(departure), _one_on(before)
        earlier = [replace(here, day=day) for day in days_before]
        for phase in self.phases:
            if isinstance(phase, Taxes) and phase.change_between(here, there, steps, earlier=earlier):
                return phase.instead(total_minor, steps, there, label=label, total_stands=total_stands)
        return steps

    def _offered(self, departure: Departure) -> Sequence[PricingTier]:
        return self.tiers[departure.variant_id, departure.date]

    def _chosen(self, request: QuoteRequest) -> list[PricingTier]:
        self.check(request)
        offered = {tier.pk: tier for tier in self._offered(request.schedule)}
        return [offered[tier_id] for tier_id, quantity in request.quantities.items() if quantity]

    def _label(self, tier: PricingTier, quantity: int) -> str:
        return _("%(quantity)d × %(tier)s at %(price)s") % {
            "quantity": quantity,
            "tier": translated(tier, "name"),
            "price": format_money(tier.price_minor, self.currency),
        }

    def _places(
        self, departure: Departure, tier: PricingTier, quantity: int, *, label: str = "", party_before: int = 0
    ) -> Places:
        return Places(
            schedule_id=departure.pk,
            tour_id=departure.tour_id,
            variant_id=departure.variant_id,
            day=departure.date,
            booked_on=self.now.astimezone(ZoneInfo(departure.time_zone)).date(),
            quantity=quantity,
            unit_price_minor=tier.price_minor,
            label=label,
            seats=tier.seats,
            party_before=party_before,
        )


def _one_on(departure: Departure) -> Places:
    return Places(
        schedule_id=departure.pk,
        tour_id=departure.tour_id,
        variant_id=departure.variant_id,
        day=departure.date,
        booked_on=departure.date,
        quantity=1,
        unit_price_minor=0,
    )


def price_list(
    schedules: Iterable[Departure],
    *,
    organization: Organization,
    now: datetime,
    codes: Sequence[str] = (),
    customer: Customer | None = None,
    terms: Terms | None = None,
) -> PriceList:
    """Return the prices and rules for some departures as of `now`, in the organization's currency.

    It is three queries, and one more with promo codes as they were typed; with a customer it is also asked which of them are theirs. With
    the `terms` of their tours it is one less.
    """
    departures = list(schedules)
    return PriceList(
        organization.currency,
        now,
        price_tiers_of(departures),
        (*rules_for(departures, currency=organization.currency), taxes(terms)),
        offered_codes(codes, organization=organization, now=now, customer=customer),
    )


def quote(
    requests: Sequence[QuoteRequest],
    *,
    organization: Organization,
    now: datetime,
    codes: Sequence[str] = (),
    customer: Customer | None = None,
    terms: Terms | None = None,
) -> Quote:
    """Return what places cost as of `now` in the organization's currency; labels in the active language.

    It is as many queries as `price_list`, however many departures. Promo codes that count for nothing are told in `refused_codes`.
    Raises `NotForSale` when a tier does not belong to the departure on its day, or a quantity is not between 0 and 99.
    """
    schedules = [request.schedule for request in requests]
    prices = price_list(schedules, organization=organization, now=now, codes=codes, customer=customer, terms=terms)
    return prices.quote(requests)


def lowest_prices(departures: Sequence[Departure], *, currency: str, now: datetime) -> dict[int, int]:
    """Return the lowest price for which somebody alone can book a default place on any of some departures; three queries.

    By the tour's primary key, in minor units of the organization's currency. Free places do not count beside those that cost
    something; without departures there are no prices.
    """
    if not departures:
        return {}
    phases = (*rules_for(departures, currency=currency), taxes())
    prices = PriceList(currency, now, price_tiers_of(departures), phases)
    lowest: dict[int, int] = {}
    for departure in _one_of_each_price(departures, prices):
        for amount in prices.prices_alone(departure):
            known = lowest.get(departure.tour_id, 0)
            lowest[departure.tour_id] = min(amount or known, known or amount)
    return lowest


def _one_of_each_price(departures: Iterable[Departure], prices: PriceList) -> list[Departure]:
    """Return one departure for each stretch of days over which nothing changes about the prices of a variant."""
    turns: dict[str, list[date]] = {}
    found: dict[tuple[object, ...], Departure] = {}
    for departure in departures:
        zone = departure.time_zone
        if zone not in turns:
            booked_on = prices.now.astimezone(ZoneInfo(zone)).date()
            turns[zone] = sorted(set().union(*(phase.turns(booked_on) for phase in prices.phases)))
        tiers = tuple(tier.pk for tier in prices.tiers[departure.variant_id, departure.date])
        found.setdefault((departure.variant_id, zone, bisect_right(turns[zone], departure.date), tiers), departure)
    return list(found.values())
