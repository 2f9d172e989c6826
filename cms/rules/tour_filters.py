"""Which tours guests asked for, and what would find more of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from cms.enums import Duration

# Which filters can be taken away, each with the fields it consists of.
FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "date": ("from_", "to"),
    "language": ("language",),
    "duration": ("duration",),
    "price": ("price",),
    "category": ("category",),
    "tag": ("tag",),
    "access": ("access",),
}


NOTHING: Final = (None, "", ())


@dataclass(frozen=True, slots=True)
class TourFacts:
    """What a tour is found by: `tags` are names by primary keys, `page_id` that of its page in the language of the list."""

    page_id: int
    tour_id: int
    category: str
    languages: Collection[str]
    accessibility: Collection[str]
    minutes: int
    tags: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class TourFilters:
    """What guests ask for; what is empty limits nothing.

    Days are local; `price` is the most, in minor units of the organization's currency.
    """

    from_: date | None = None
    to: date | None = None
    language: str = ""
    duration: str = ""
    price: int | None = None
    category: str = ""
    tag: int | None = None
    access: tuple[str, ...] = ()

    @property
    def by_date(self) -> bool:
        """Whether only tours that leave on certain days are asked for."""
        return self.from_ is not None or self.to is not None

    @property
    def set_ones(self) -> list[str]:
        """The names of the filters that limit something, of `FILTERS`."""
        return [
            name for name, fields in FILTERS.items() if any(getattr(self, field) not in NOTHING for field in fields)
        ]

    def without(self, name: str) -> "TourFilters":
        """Return the same without one of `FILTERS`."""
        return replace(self, **{field: getattr(NO_FILTERS, field) for field in FILTERS[name]})


NO_FILTERS: Final = TourFilters()


def fits(tour: TourFacts, filters: TourFilters) -> bool:
    """Return whether a tour itself is what is asked for; days and prices are its departures' matter."""
    return (
        (not filters.language or filters.language in tour.languages)
        and (not filters.duration or tour.minutes in Duration(filters.duration).minutes)
        and (not filters.category or filters.category == tour.category)
        and (filters.tag is None or filters.tag in tour.tags)
        and set(filters.access) <= set(tour.accessibility)
    )


def alike(tour: TourFacts, others: Iterable[TourFacts], *, limit: int) -> list[TourFacts]:
    """Return the tours most like one: those with most of its tags first, of its category before others; none that shares nothing."""

    def likeness(other: TourFacts) -> tuple[int, bool]:
        return len(set(tour.tags) & set(other.tags)), tour.category == other.category

    near = [other for other in others if other.tour_id != tour.tour_id and any(likeness(other))]
    return sorted(near, key=likeness, reverse=True)[:limit]
