"""What the page of a tour shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from places.models import Place
from tenancy.fields import translated
from tours.models import Stop, Tour

if TYPE_CHECKING:
    from cms.pages.tours import TourPage


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A pin on a map: WGS 84 degrees; `number` is shown on it when it is one of an ordered row."""

    name: str
    latitude: float
    longitude: float
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ShownStop:
    """A stop as the tour's page shows it: its place, and the page's own words for it when it has some."""

    number: int
    stop: Stop
    title: str
    content: Any


def tour_of(page: "TourPage") -> Tour:
    """Return the tour of a page with where it meets and ends; one query."""
    return Tour.objects.select_related("meeting_point", "end_point").get(pk=page.tour_id)


def shown_stops(stops: Iterable[Stop], contents: Iterable[Any]) -> list[ShownStop]:
    """Return all stops of a tour in its order, each with the page's words for it, where it has some."""
    by_stop = {content.stop_id: content for content in contents}
    shown = []
    for number, stop in enumerate(stops, start=1):
        content = by_stop.get(stop.pk)
        title = (content.title if content is not None else "") or translated(stop, "title")
        shown.append(ShownStop(number, stop, title, content))
    return shown


def place_points(place: Place | None) -> list[MapPoint]:
    """Return the pin of a place, in the active language; none when there is no place or nobody knows where on the map it is."""
    if place is None or place.latitude is None or place.longitude is None:
        return []
    return [MapPoint(translated(place, "name"), float(place.latitude), float(place.longitude))]


def map_points(stops: Iterable[ShownStop]) -> list[MapPoint]:
    """Return the pins of the stops that can be shown on a map."""
    return [
        MapPoint(shown.title, float(shown.stop.place.latitude), float(shown.stop.place.longitude), shown.number)
        for shown in stops
        if shown.stop.place.latitude is not None and shown.stop.place.longitude is not None
    ]
