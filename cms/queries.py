"""Reads for what guests see, and for the staff's Today page."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from wagtail.models import Page

from cms.enums import NEEDED_LEGAL_TEXTS, LegalKind
from commerce.enums import AcceptanceKind
from commerce.queries import TextToAccept, Unpaid, lowest_prices, unpaid_on
from tenancy.fields import translated
from tenancy.models import TenantImage
from tenancy.money import format_money
from tenancy.queries import current_organization, scope_currency
from tours.enums import TourStatus
from tours.models import Schedule, Stop, Tour
from tours.queries import (
    CalendarEntry,
    Figures,
    NextDeparture,
    attendance_of,
    bookable_days,
    calendar_entries,
    next_departures,
    schedules_of_calendar,
    variants_of_schedules,
)

if TYPE_CHECKING:
    from cms.models import LegalText
    from cms.pages.tours import TourPage

# More departures of a day than anybody reads on one page; the calendar has them all.
MOST_A_DAY: Final = 200
# Where a line of rich text ends.
BLOCK_END: Final = re.compile(r"</(?:p|h\d|li)>|<(?:br|hr)\s*/?>")
# How long ago a departure can have left that is still on its way: minutes are kept in a small integer.
LONGEST_TOUR: Final = timedelta(days=23)


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A pin on a map: WGS 84 degrees; `number` is shown on it when it is one of an ordered row."""

    name: str
    latitude: float
    longitude: float
    number: int | None = None


@dataclass(frozen=True, slots=True)
class TourCard:
    """A tour as a list shows it."""

    page: "TourPage"
    tour: Tour
    next_departure: NextDeparture | None
    price_from: str


@dataclass(frozen=True, slots=True)
class ShownStop:
    """A stop as the tour's page shows it: its place, and the page's own words for it when it has some."""

    number: int
    stop: Stop
    title: str
    content: Any


def tour_cards(page: Page, *, limit: int | None = None) -> list[TourCard]:
    """Return the tours on sale with a published page in the language of `page`; a fixed number of queries."""
    from cms.pages.tours import TourPage  # pages are made of blocks, and blocks list tours

    pages = list(
        TourPage.objects.live()
        .filter(locale_id=page.locale_id, tour__status=TourStatus.ACTIVE)
        .select_related("tour", "cover")
        .prefetch_related("cover__renditions")
        .order_by("path")[:limit]
    )
    now = timezone.now()
    days = bookable_days([found.tour_id for found in pages], now=now) if pages else []
    departures = next_departures(days, now=now)
    currency = scope_currency()
    prices = lowest_prices(days, currency=currency, now=now)
    return [
        TourCard(
            page=found,
            tour=found.tour,
            next_departure=departures.get(found.tour_id),
            price_from=format_money(prices[found.tour_id], currency) if found.tour_id in prices else "",
        )
        for found in pages
    ]


def tour_of(page: "TourPage") -> Tour:
    """Return the tour of a page with where it meets; one query."""
    return Tour.objects.select_related("meeting_point").get(pk=page.tour_id)


def shown_stops(stops: Iterable[Stop], contents: Iterable[Any]) -> list[ShownStop]:
    """Return all stops of a tour in its order, each with the page's words for it, where it has some."""
    by_stop = {content.stop_id: content for content in contents}
    shown = []
    for number, stop in enumerate(stops, start=1):
        content = by_stop.get(stop.pk)
        title = (content.title if content is not None else "") or translated(stop, "title")
        shown.append(ShownStop(number, stop, title, content))
    return shown


def map_points(stops: Iterable[ShownStop]) -> list[MapPoint]:
    """Return the pins of the stops that can be shown on a map."""
    return [
        MapPoint(shown.title, float(shown.stop.place.latitude), float(shown.stop.place.longitude), shown.number)
        for shown in stops
        if shown.stop.place.latitude is not None and shown.stop.place.longitude is not None
    ]


def page_at(root: Page, path: str, language: str) -> Page | None:
    """Return the published page at a path below the home in a language, or None; two queries.

    `root` is the home in the organization's own language; `path` has no slash in front and one at its end.
    """
    home = Page.objects.filter(
        translation_key=root.translation_key, depth=root.depth, locale__language_code=language, live=True
    )
    address = Concat(Subquery(home.values("url_path")[:1]), Value(path), output_field=TextField())
    found = Page.objects.filter(url_path=address, live=True).first()
    return found.specific if found is not None else None


def has_home(root: Page, language: str) -> bool:
    """Return whether there is a published home in a language; `root` is the one in the organization's own; one query."""
    homes = Page.objects.filter(translation_key=root.translation_key, depth=root.depth, live=True)
    return homes.filter(locale__language_code=language).exists()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The home of a page, what the menu holds, and the page in its other languages."""

    home: Page
    menu: list[Page]
    translations: list[Page]


def surroundings(root: Page, *, language: str, languages: list[str], page: Page | None) -> Surroundings:
    """Return what stands around a page in a language; one query, or two when the organization has no home in it.

    The translations are in the order of `languages`, with the page itself among them; none when there is only one.
    """
    homes = Q(depth=root.depth, translation_key=root.translation_key)
    wanted = Q(homes | Q(depth=root.depth + 1, show_in_menus=True), locale__language_code=language)
    if page is not None and len(languages) > 1:
        wanted |= Q(translation_key=page.translation_key)
    found = list(Page.objects.filter(wanted, live=True).select_related("locale").order_by("path"))
    home = next(
        (one for one in found if one.translation_key == root.translation_key and one.locale.language_code == language),
        None,
    )
    if home is None:
        if language == root.locale.language_code:
            return Surroundings(root, [], [])
        return surroundings(root, language=root.locale.language_code, languages=languages, page=page)
    menu = [
        one for one in found if one.show_in_menus and one.depth == home.depth + 1 and one.path.startswith(home.path)
    ]
    order = {code: rank for rank, code in enumerate(languages)}
    translations = sorted(
        (one for one in found if page is not None and one.translation_key == page.translation_key),
        key=lambda one: order.get(one.locale.language_code, len(order)),
    )
    return Surroundings(home, menu, translations if len(translations) > 1 else [])


def chosen_in(raw: Any, key: str) -> Iterator[int]:
    """Yield the ids that stand under `key` anywhere in the raw content of blocks."""
    if isinstance(raw, Mapping):
        for name, value in raw.items():
            if name == key and isinstance(value, int):
                yield value
            else:
                yield from chosen_in(value, key)
    elif isinstance(raw, Iterable) and not isinstance(raw, str):
        for value in raw:
            yield from chosen_in(value, key)


def pictures_by_id(ids: Iterable[int | None]) -> dict[int, TenantImage]:
    """Return pictures with all their sizes, by id; two queries, or none without ids."""
    wanted = {pk for pk in ids if pk is not None}
    return TenantImage.objects.prefetch_related("renditions").in_bulk(wanted) if wanted else {}


def pages_by_id(ids: Iterable[int], *, locale_id: int) -> dict[int, Page]:
    """Return pages, each in the language given where it is published in it, by the ids asked for.

    One query, two when some are in another language, none without ids.
    """
    wanted = set(ids)
    pages = Page.objects.in_bulk(wanted) if wanted else {}
    foreign = [page.translation_key for page in pages.values() if page.locale_id != locale_id]
    if foreign:
        ours = {
            page.translation_key: page
            for page in Page.objects.filter(translation_key__in=foreign, locale_id=locale_id, live=True)
        }
        pages = {pk: ours.get(page.translation_key, page) for pk, page in pages.items()}
    return pages


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page as search engines are told of it, with the same page in all its languages."""

    page: Page
    translations: list[Page]


def public_pages(root: Page) -> list[PublicPage]:
    """Return all published pages that everybody may read, of all languages; two queries.

    `root` is the home in the organization's own language.
    """
    homes = Page.objects.filter(translation_key=root.translation_key, depth=root.depth).values_list(
        "url_path", flat=True
    )
    pages = Page.objects.live().public().filter(depth__gte=root.depth).select_related("locale").order_by("path")
    starts = tuple(homes)
    found = [page for page in pages if page.url_path.startswith(starts)]
    by_key: dict[Any, list[Page]] = {}
    for page in found:
        by_key.setdefault(page.translation_key, []).append(page)
    return [PublicPage(page, by_key[page.translation_key]) for page in found]


@dataclass(frozen=True, slots=True)
class TodayDeparture:
    """A departure on the Today page, with how many people are here of those expected; `unpaid` is for those who may see orders,
    and `has_manifest` says whether the person may see who comes.
    """

    entry: CalendarEntry
    unpaid: Unpaid | None
    here: int
    expected: int
    is_now: bool
    is_next: bool
    has_manifest: bool


@dataclass(frozen=True, slots=True)
class DayAhead:
    """The departures of a local day, those that have ended apart; those still under way from a day before; and those of the day after."""

    under_way: list[TodayDeparture]
    over: list[TodayDeparture]
    departures: list[TodayDeparture]
    day_after: list[CalendarEntry]
    figures: Figures | None
    figures_after: Figures | None


def day_ahead(
    day: date, *, among: QuerySet[Schedule], manifests: QuerySet[Schedule] | None, now: datetime, with_money: bool
) -> DayAhead:
    """Return what leaves on a local day, cancelled departures left out, what is on the way from before, and a first look at the day after.

    `manifests` are the departures of which the person may see who comes; None is all of them. Four queries, one more with `manifests`,
    and with money up to three more; of a day with more than `MOST_A_DAY` departures the first.
    """
    after = day + timedelta(days=1)
    midnight = datetime.combine(day, time.min, tzinfo=current_organization().zone)
    found = schedules_of_calendar(
        among.filter(Q(date__gte=day) | Q(ends_at__gt=midnight)), first=day - LONGEST_TOUR, last=after
    )
    entries, figures = calendar_entries(found, limit=MOST_A_DAY, variants=variants_of_schedules(found))
    there = [entry for entry in entries if entry.date <= day]
    unpaid = unpaid_on(entry.pk for entry in there) if with_money and there else {}
    attendance = attendance_of(entry.pk for entry in there) if there else {}
    keys = {entry.pk for entry in there}
    open_to = keys if manifests is None else set(manifests.filter(pk__in=keys).values_list("pk", flat=True))
    coming = next((entry.starts_at for entry in there if entry.starts_at > now), None)
    shown = [
        TodayDeparture(
            entry,
            unpaid.get(entry.pk),
            here=attendance.get(entry.pk, (0, 0, 0))[0],
            expected=attendance.get(entry.pk, (0, 0, 0))[2],
            is_now=entry.starts_at <= now < entry.ends_at,
            is_next=entry.starts_at == coming and day == now.astimezone(ZoneInfo(entry.time_zone)).date(),
            has_manifest=entry.pk in open_to,
        )
        for entry in there
    ]
    return DayAhead(
        under_way=[one for one in shown if one.entry.date < day and one.entry.ends_at > now],
        over=[one for one in shown if one.entry.ends_at <= now],
        departures=[one for one in shown if one.entry.date == day and one.entry.ends_at > now],
        day_after=[entry for entry in entries if entry.date == after],
        figures=figures.get((day, None)),
        figures_after=figures.get((after, None)),
    )


def legal_text(kind: str, *, language: str, languages: Sequence[str]) -> "LegalText | None":
    """Return a legal text of the organization in scope: in `language`, else in the first of `languages` that has it, or None."""
    from cms.models import LegalText  # pages are made of blocks, and blocks ask here

    wanted = [language, *languages]
    texts = {text.language: text for text in LegalText.objects.filter(kind=kind)}
    return next((texts[code] for code in wanted if code in texts), None)


def legal_texts() -> "dict[tuple[str, str], LegalText]":
    """Return the legal texts of the organization in scope by kind and language; one query."""
    from cms.models import LegalText  # as above

    return {(text.kind, text.language): text for text in LegalText.objects.all()}


def texts_to_accept(language: str) -> list[TextToAccept]:
    """Return the legal texts that apply to an order, as plain text; in `language`, else in the organization's first that has them."""
    texts = legal_texts()
    wanted = [language, *current_organization().languages]
    found = []
    for kind in AcceptanceKind:
        text = next((texts[kind.value, code] for code in wanted if (kind.value, code) in texts), None)
        if text is not None:
            url = reverse("cms:legal", args=[kind.value])
            found.append(TextToAccept(kind, plain_text(text.body), text.language, url))
    return found


def plain_text(body: str) -> str:
    """Return the words of rich text, a line for each paragraph, heading and point of a list."""
    lines = unescape(strip_tags(BLOCK_END.sub("\n", body))).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def missing_legal_texts(language: str) -> list[LegalKind]:
    """Return which needed legal texts are not there in a language; one query."""
    there = legal_texts()
    return [kind for kind in NEEDED_LEGAL_TEXTS if (kind.value, language) not in there]
