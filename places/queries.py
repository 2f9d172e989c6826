"""Reads of the places app."""

import math

from django.db.models import FloatField, Func, Q, QuerySet, TextField
from django.db.models.functions import Cast

from places.models import Place


def tags_in_use() -> list[str]:
    """Return the words that places of the organization in scope are sorted by, in their order."""
    used = Place.objects.annotate(tag=Func("tags", function="unnest", output_field=TextField()))
    return list(used.order_by("tag").values_list("tag", flat=True).distinct())


def tag_choices() -> list[tuple[str, str]]:
    """Return those words as choices of a field."""
    return [(tag, tag) for tag in tags_in_use()]


def search_places(places: QuerySet[Place], text: str) -> QuerySet[Place]:
    """Return those of `places` whose name or address has each of the words typed."""
    for word in text.split():
        places = places.filter(
            Q(name__icontains=word)
            | Q(street__icontains=word)
            | Q(postal_code__icontains=word)
            | Q(city__icontains=word)
        )
    return places


def places_nearest_first(places: QuerySet[Place], *, near: Place | None) -> QuerySet[Place]:
    """Return `places` with those nearest to `near` first and those nobody knows the spot of last; by name where `near` has none."""
    if near is None or near.latitude is None or near.longitude is None:
        return places.order_by("name", "pk")
    # On the flat map around `near`: exact enough to tell which of two is nearer.
    north = Cast("latitude", FloatField()) - float(near.latitude)
    east = (Cast("longitude", FloatField()) - float(near.longitude)) * math.cos(math.radians(near.latitude))
    away = north * north + east * east
    return places.order_by(away.asc(nulls_last=True), "name", "pk")
