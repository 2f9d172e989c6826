"""Reads of the places app."""

from django.db.models import Q, QuerySet

from places.models import Place


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
