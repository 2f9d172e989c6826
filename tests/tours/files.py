"""Small GeoJSON files for the tests of importing stops."""

import json
from typing import Any


def feature(
    name: Any = "Old Crane", at: Any = (9.98, 53.54), /, *, kind: str = "Point", **properties: Any
) -> dict[str, Any]:
    """A feature of a file; `at` is longitude and latitude."""
    coordinates = list(at) if isinstance(at, tuple) else at
    return {
        "type": "Feature",
        "properties": {"NAME": name, **properties},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def geojson(*features: Any, **members: Any) -> bytes:
    """A file of features."""
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()
