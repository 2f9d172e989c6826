"""Pure rules of places."""

from urllib.parse import urlencode

from places.models import Place


def directions_url(place: Place) -> str:
    """Return where the way to a place is shown, in whatever the person's device opens it with; empty when nobody knows where it is."""
    spot = f"{place.latitude},{place.longitude}" if place.has_coordinates else place.address
    if not spot:
        return ""
    return "https://www.google.com/maps/dir/?" + urlencode({"api": 1, "destination": spot})
