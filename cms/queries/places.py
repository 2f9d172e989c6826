"""Places as lists of them show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cms.queries.choices import pictures_by_id
from places.models import Place
from places.queries import places_nearest_first
from places.rules import directions_url, distance_metres


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A place as a list shows it; `distance` is in words and, as `directions_url`, empty where nobody knows it."""

    place: Place
    text: str
    distance: str
    directions_url: str


def _distance(place: Place, near: Place | None) -> str:
    metres = distance_metres(near, place) if near is not None and near.pk != place.pk else None
    if metres is None:
        return ""
    if metres < 995:
        return _("%(metres)s m") % {"metres": max(10, round(metres, -1))}
    return _("%(kilometres)s km") % {"kilometres": number_format(metres / 1000, decimal_pos=1)}


def place_cards(places: Iterable[tuple[Place, str]], *, near: Place | None) -> list[PlaceCard]:
    """Return places, each with an editor's words about it, as cards in the order given, with how far they are from `near`."""
    return [PlaceCard(place, text, _distance(place, near), directions_url(place)) for place, text in places]


def cards_of_all(*, kind: str, tag: str, near: Place | None, limit: int) -> list[PlaceCard]:
    """Return the places of a kind, with a tag, or both, but not `near` itself: those nearest to it first, else by name.

    An empty text limits nothing. Two queries, one without pictures.
    """
    others = Place.objects.all()
    if kind:
        others = others.filter(kind=kind)
    if tag:
        others = others.filter(tags__contains=[tag])
    if near is not None:
        others = others.exclude(pk=near.pk)
    places = list(places_nearest_first(others, near=near)[:limit])
    pictures = pictures_by_id(place.picture_id for place in places)
    for place in places:
        place.picture = pictures.get(place.picture_id or 0)
    return place_cards([(place, "") for place in places], near=near)


def places_by_id(ids: Iterable[int]) -> dict[int, Place]:
    """Return places by id, without their pictures; one query, or none without ids."""
    wanted = set(ids)
    return Place.objects.in_bulk(wanted) if wanted else {}
