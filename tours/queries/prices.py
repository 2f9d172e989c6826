"""The rules that change what places cost."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField, DateField, F, Q, QuerySet, Value

from tours.enums import BookingTime, SeasonEffect
from tours.models import EarlyBirdDiscount, GroupDiscount, SeasonalPrice


class PriceRuleRow(NamedTuple):
    """A rule of any kind: `kind` is `season`, `early_bird` or `group`, `effect` a `SeasonEffect` or `BookingTime` or nothing.

    `number` is the season's priority, the days before the departure, or how many people. Days are None where there is no limit.
    """

    kind: str
    effect: str
    pk: int
    name: str
    name_translations: dict[str, str]
    tour_id: int | None
    variant_id: int | None
    basis_points: int | None
    amount_minor: int | None
    number: int
    first_day: date | None
    last_day: date | None

    @property
    def begins(self) -> date:
        """The first day, or the first there is."""
        return self.first_day or date.min

    @property
    def ends(self) -> date:
        """The last day, or the last there is."""
        return self.last_day or date.max

    @property
    def is_dearer(self) -> bool:
        """Whether it makes prices higher."""
        return self.effect == SeasonEffect.DEARER

    @property
    def is_last_minute(self) -> bool:
        """Whether it is for those who book late."""
        return self.effect == BookingTime.LATE


def price_rules(tours: Iterable[int], *, from_: date, to: date) -> list[PriceRuleRow]:
    """Return the rules that may change prices of some tours (by primary key) on departures from one local day to another; one query."""
    fits = Q(tour=None) | Q(tour__in=set(tours))
    seasons = SeasonalPrice.objects.filter(fits, first_day__lte=to, last_day__gte=from_)
    rows = _rows(seasons, "season", F("effect"), F("priority"), F("first_day"), F("last_day")).union(
        _rows(
            EarlyBirdDiscount.objects.filter(fits), "early_bird", F("time"), F("days"), F("first_day"), F("last_day")
        ),
        _rows(GroupDiscount.objects.filter(fits), "group", Value(""), F("people"), None, None),
        all=True,
    )
    return [PriceRuleRow(*row) for row in rows]


def _rows(found: QuerySet[Any], kind: str, effect: Any, number: Any, first_day: Any, last_day: Any) -> QuerySet[Any]:
    nothing = Value(None, output_field=DateField())
    return found.order_by().values_list(
        Value(kind, output_field=CharField()),
        effect,
        "pk",
        "name",
        "name_translations",
        "tour_id",
        "variant_id",
        "basis_points",
        "amount_minor",
        number,
        first_day or nothing,
        last_day or nothing,
    )
