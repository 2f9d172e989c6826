"""The rules that change what places cost."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from django.db import connection

from tours.enums import BookingTime, SeasonEffect

# Each quote asks this. Put together by the ORM it took a tenth of the time of placing an order.
_RULES: Final = """
SELECT 'season', effect, id, name, name_translations, tour_id, variant_id, basis_points, amount_minor, priority, first_day, last_day
FROM tours_seasonalprice
WHERE (tour_id IS NULL OR tour_id = ANY (%(tours)s)) AND first_day <= %(to)s AND last_day >= %(from)s
UNION ALL
SELECT 'early_bird', time, id, name, name_translations, tour_id, variant_id, basis_points, amount_minor, days, first_day, last_day
FROM tours_earlybirddiscount
WHERE tour_id IS NULL OR tour_id = ANY (%(tours)s)
UNION ALL
SELECT 'group', '', id, name, name_translations, tour_id, variant_id, basis_points, amount_minor, people, NULL, NULL
FROM tours_groupdiscount
WHERE tour_id IS NULL OR tour_id = ANY (%(tours)s)
"""


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
    with connection.cursor() as cursor:
        cursor.execute(_RULES, {"tours": sorted(set(tours)), "from": from_, "to": to})
        rows = [PriceRuleRow(*row) for row in cursor.fetchall()]
    return [row._replace(name_translations=json.loads(row.name_translations)) for row in rows]  # type: ignore[arg-type]
