"""Pure rules of places."""

import math
from typing import Final
from urllib.parse import urlencode

from places.models import Place

_EARTH_METRES: Final = 6_371_009


def distance_metres(one: Place, other: Place) -> float | None:
    """Return how far it is between two places as the crow flies, in metres; None when nobody knows where one of them is."""
    spots = (one.latitude, one.longitude, other.latitude, other.longitude)
    if any(degrees is None for degrees in spots):
        return None
    north, east, other_north, other_east = (math.radians(degrees) for degrees in spots if degrees is not None)
    half = (
        math.sin((other_north - north) / 2) ** 2
        + math.cos(north) * math.cos(other_north) * math.sin((other_east - east) / 2) ** 2
    )
    return 2 * _EARTH_METRES * math.asin(math.sqrt(min(1.0, half)))


def directions_url(place: Place) -> str:
    """Return where the way to a place is shown, in whatever the person's device opens it with; empty when nobody knows where it is."""
    spot = f"{place.latitude},{place.longitude}" if place.has_coordinates else place.address
    if not spot:
        return ""
    return "https://www.google.com/maps/dir/?" + urlencode({"api": 1, "destination": spot})
