"""What the demo's content is made of, before it is written to the database."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Words:
    """A text in English and, where the site has a second language, in German."""

    en: str
    de: str = ""

    def __getitem__(self, language: str) -> str:
        text: str = getattr(self, language)
        return text

    @property
    def others(self) -> dict[str, str]:
        """The texts in further languages, as operational names keep them."""
        return {"de": self.de} if self.de else {}


@dataclass(frozen=True, slots=True)
class Picture:
    """Stands for a picture of the site, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class PageOf:
    """Stands for a page of the site in the language at hand, by its name."""

    name: str


# A block's value: texts, pictures and pages stand in it until it is written.
Body: TypeAlias = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A spot on the map, WGS 84 degrees."""

    name: Words
    latitude: str
    longitude: str
    kind: str = "stop"
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    directions: Words = Words("")


@dataclass(frozen=True, slots=True)
class DemoStop:
    """A stop of a tour with what guests read there."""

    place: DemoPlace
    text: Words
    picture: str = ""


@dataclass(frozen=True, slots=True)
class DemoTier:
    """A price in minor units of the organization's currency."""

    name: Words
    price_minor: int
    seats: int = 1
    min_age: int | None = None
    max_age: int | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class DemoDepartures:
    """When a variant leaves: weekdays (Monday is 0; empty means every day) and wall times."""

    start_times: Sequence[dt.time]
    weekdays: frozenset[int] = frozenset()
    language: str = ""


@dataclass(frozen=True, slots=True)
class DemoVariant:
    """A form of a tour; without `tiers` it is sold by the tour's."""

    name: Words
    departures: Sequence[DemoDepartures]
    kind: str = "group"
    capacity: int | None = None
    tiers: Sequence[DemoTier] = ()


@dataclass(frozen=True, slots=True)
class DemoTour:
    """A tour with its page."""

    slug: str
    name: Words
    category: str
    duration_minutes: int
    capacity: int
    languages: Sequence[str]
    meeting_point: DemoPlace
    tiers: Sequence[DemoTier]
    variants: Sequence[DemoVariant]
    stops: Sequence[DemoStop]
    cover: str
    pictures: Sequence[str]
    summary: Words
    highlights: Words
    included: Words
    excluded: Words
    to_bring: Words
    cutoff_minutes: int = 60
    difficulty: str = "easy"
    accessibility: Sequence[str] = ()
    tags: Sequence[Words] = ()
    accessibility_note: str = ""
    # What guests are asked about each person (`ask_…` of the tour), and whether they must answer.
    asks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoPage:
    """A page below the home: `kind` is `tours`, `content` or `faq`."""

    name: str
    kind: str
    slug: Words
    title: Words
    description: Words
    intro: Words = Words("")
    body: Body = ()


@dataclass(frozen=True, slots=True)
class DemoGuest:
    """Somebody who books: how many of each price (by its English name), on the how manieth next departure, paid how.

    `card` is a test card of Stripe's; a dispute that it brings is lost when `is_lost`.
    """

    first_name: str
    last_name: str
    email: str
    phone: str
    language: str
    tour: str
    party: Mapping[str, int]
    departure: int
    method: str
    note: str = ""
    card: str = "pm_card_visa"
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class DemoCall:
    """A talk with a guest (by e-mail address) that staff wrote down, linked to the guest's order."""

    email: str
    kind: str
    direction: str
    subject: str
    body: str
    days_ago: int
    minutes: int | None = None
    follow_up_days: int | None = None


@dataclass(frozen=True, slots=True)
class DemoTask:
    """Something to do by whoever has a role, so many days from today; about a guest, and after another task of the project."""

    title: str
    role: str
    due: int
    begins: int | None = None
    state: str = "open"
    priority: int = 2
    notes: str = ""
    steps: Sequence[str] = ()
    guest: str = ""
    milestone: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class DemoProject:
    """Work of several people; milestones with their day and whether they are reached."""

    name: str
    description: str
    role: str
    begins: int
    ends: int
    milestones: Sequence[tuple[str, int, bool]]
    tasks: Sequence[DemoTask]


@dataclass(frozen=True, slots=True)
class DemoPaper:
    """A private document about a guest, valid for so many days."""

    guest: str
    title: str
    text: str
    days: int


@dataclass(frozen=True, slots=True)
class DemoRule:
    """A rule of the organization's own about what needs attention: its name and what is asked of customers."""

    name: str
    conditions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DemoSite:
    """One organization with everything on it."""

    name: str
    slug: str
    host: str
    currency: str
    time_zone: str
    languages: Sequence[str]
    order_prefix: str
    email: str
    phone: str
    address: str
    tagline: Words
    primary_colour: str
    accent_colour: str
    font: str
    logo: Callable[[], bytes]
    pictures: Mapping[str, Callable[[], bytes]]
    picture_titles: Mapping[str, str]
    staff: Mapping[str, tuple[str, str]]
    home_title: Words
    home_description: Words
    home_body: Body
    home_picture: str
    pages: Sequence[DemoPage]
    tours: Sequence[DemoTour]
    guests: Sequence[DemoGuest] = ()
    calls: Sequence[DemoCall] = ()
    tasks: Sequence[DemoTask] = ()
    projects: Sequence[DemoProject] = ()
    papers: Sequence[DemoPaper] = ()
    rules: Sequence[DemoRule] = ()
    payment: Mapping[str, Any] = field(default_factory=dict)
