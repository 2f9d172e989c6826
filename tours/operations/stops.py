"""Stops: brought in from a file, all or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from places.enums import PlaceKind
from places.models import Place
from places.queries import tags_in_use
from tenancy import audit
from tenancy.audit import Actor
from tours.models import Stop, Tour
from tours.queries import tour_for_update
from tours.rules import FileRefused, Point, Points


@dataclass(slots=True)
class StopImport:
    """What an import did, or would do: names of places made, changed and left as they were, and of stops added and removed."""

    places_added: list[str] = field(default_factory=list)
    places_changed: list[str] = field(default_factory=list)
    # Old and new name of each place that gets another, here and in every tour it is on.
    places_renamed: list[tuple[str, str]] = field(default_factory=list)
    places_unchanged: list[str] = field(default_factory=list)
    # Words that no place was sorted by before.
    tags_added: list[str] = field(default_factory=list)
    stops_added: list[str] = field(default_factory=list)
    stops_removed: list[str] = field(default_factory=list)
    reordered: bool = False


@transaction.atomic
def import_stops(
    tour: Tour, *, points: Points, replace: bool = False, dry_run: bool = False, actor: Actor = None
) -> StopImport:
    """Make the points of a file places and stops of a tour; return what was done.

    A place imported before (the same external id) is updated, so a repeat changes nothing; tags are added to those it has.
    Stops that are not in the file stay, unless `replace` removes them; their places always stay. With `dry_run` the same is done
    and undone again. Raises `FileRefused` when no point can be used.
    """
    if not points.points:
        raise FileRefused(_("No feature of the file can become a stop."))
    with transaction.atomic():
        result = _import(tour_for_update(tour.pk), points.points, replace=replace)
        audit.record(
            "tour.stops_imported",
            tour,
            actor=actor,
            places_added=len(result.places_added),
            places_changed=len(result.places_changed),
            stops_added=len(result.stops_added),
            stops_removed=len(result.stops_removed),
        )
        if dry_run:
            transaction.set_rollback(True)
    return result


def _import(tour: Tour, points: Sequence[Point], *, replace: bool) -> StopImport:
    result = StopImport()
    found = Place.objects.filter(external_id__in=[point.external_id for point in points])
    places = {place.external_id: place for place in found.select_for_update().order_by("pk")}
    old_names = {place.pk: place.name for place in places.values()}
    _write_places(places, points, result)
    stops = list(Stop.objects.filter(tour=tour).order_by("sort_order", "pk"))
    by_place = {stop.place_id: stop for stop in reversed(stops)}
    wanted = []
    for point in points:
        place = places[point.external_id]
        stop = by_place.get(place.pk)
        if stop is None:
            stop = Stop(tour=tour, place=place, title=point.name)
            result.stops_added.append(point.name)
        elif stop.title == old_names.get(place.pk):
            # A title that staff have worded stays theirs.
            stop.title = point.name
        wanted.append(stop)
    if replace:
        in_file = {stop.pk for stop in wanted}
        removed = [stop for stop in stops if stop.pk not in in_file]
        result.stops_removed = [stop.title for stop in removed]
        Stop.objects.filter(pk__in=[stop.pk for stop in removed]).delete()
        stops = [stop for stop in stops if stop.pk in in_file]
    in_order = wanted if replace else _merged(stops, wanted, by_order=any(point.order is not None for point in points))
    result.reordered = [stop.pk for stop in in_order if stop.pk] != [stop.pk for stop in stops]
    _write_stops(in_order)
    # Rows written in bulk send no signals; those who keep pages of the tour learn of it this way.
    tour.save(update_fields=["updated_at"])
    return result


def _write_places(places: dict[str, Place], points: Sequence[Point], result: StopImport) -> None:
    """Bring places in line with points; those that are new are added to `places`."""
    new: list[Place] = []
    changed: list[Place] = []
    tags = dict.fromkeys(tag for point in points for tag in point.tags)
    known = set(tags_in_use()) if tags else set()
    result.tags_added = [tag for tag in tags if tag not in known]
    for point in points:
        place = places.get(point.external_id)
        values: dict[str, Any] = {"name": point.name, "latitude": point.latitude, "longitude": point.longitude}
        if point.text:
            values["directions"] = point.text
        if point.tags:
            values["tags"] = list(dict.fromkeys([*(place.tags if place is not None else ()), *point.tags]))
        if place is None:
            new.append(Place(external_id=point.external_id, kind=PlaceKind.STOP, **values))
            result.places_added.append(point.name)
        elif any(getattr(place, name) != value for name, value in values.items()):
            if place.name != point.name:
                result.places_renamed.append((place.name, point.name))
            for name, value in values.items():
                setattr(place, name, value)
            changed.append(place)
            result.places_changed.append(point.name)
        else:
            result.places_unchanged.append(point.name)
    Place.objects.bulk_update(changed, ["name", "latitude", "longitude", "directions", "tags"], batch_size=500)
    places.update({place.external_id: place for place in Place.objects.bulk_create(new)})


def _merged(stops: list[Stop], wanted: list[Stop], *, by_order: bool) -> list[Stop]:
    """Return all stops in order: where the file gives an order, its stops stand together in it, where the first of them stood;
    else stops that were there keep their place. New ones come last."""
    if not by_order:
        return stops + [stop for stop in wanted if stop.pk is None]
    in_file = {stop.pk for stop in wanted}
    first = next((place for place, stop in enumerate(stops) if stop.pk in in_file), len(stops))
    return stops[:first] + wanted + [stop for stop in stops[first:] if stop.pk not in in_file]


def _write_stops(stops: Iterable[Stop]) -> None:
    kept: list[Stop] = []
    new: list[Stop] = []
    for place, stop in enumerate(stops):
        stop.sort_order = place
        (kept if stop.pk else new).append(stop)
    Stop.objects.bulk_update(kept, ["title", "sort_order"], batch_size=500)
    Stop.objects.bulk_create(new)
