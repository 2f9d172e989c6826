"""How a GeoJSON file of points is read: first the file itself, then each feature by a mapping of its fields.

Nothing here touches the database. Reasons are translated texts, because staff read them in a report.
"""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, TypeGuard

from django.utils.translation import gettext as _

from places.models import LONGEST_TAG

MAX_FILE_BYTES: Final = 5 * 1024 * 1024
MAX_POINTS: Final = 2000
MAX_NAME: Final = 200
MAX_SOURCE: Final = 60
MAX_ID: Final = 120

# Names of WGS 84 with longitude first, as older files write them.
_WGS84 = re.compile(r"(CRS84|EPSG:{1,2}(\d+(\.\d+)*:)?4326|WGS ?84)$", re.IGNORECASE)
# Words that stay small inside a title.
# Words that stay capitals there: numerals of kings and popes, quarters of the compass, and what everybody shortens.
_CAPITALS: Final = re.compile(
    r"[(\"“„]*(i{2,3}|iv|vi{0,3}|ix|xi{0,3}|x[iv]v?|xvi{1,3}|[ns][ew]|dc|usa|uk|uss)[,.;:)\"”“]*"
)
_SMALL_WORDS: Final = frozenset(
    word
    for text in ("a an and at by for from in of on or the to with", "am an auf das der die im und vom von zum")
    for word in text.split()
)


class FileRefused(ValueError):
    """A file that cannot be imported at all; the message says why in the active language."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as it stands in the file: its number (from 1), its own id, its properties and its geometry."""

    number: int
    own_id: str
    properties: dict[str, Any]
    geometry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StopFile:
    """A file that could be read: its features, the names of their fields in order, and in which encoding it was."""

    features: tuple[Feature, ...]
    fields: tuple[str, ...]
    encoding: str

    def example(self, name: str) -> str:
        """Return the first value of a field that says something, shortened."""
        values = (clean_text(feature.properties.get(name)) for feature in self.features)
        return next((value[:40] for value in values if value), "")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which field of the file means what, and what is done to the values. An empty name means that there is none.

    `source` sets this file's ids apart from those of other files; `filters` are pairs of a field and the text it must have.
    """

    source: str
    name_field: str
    name_prefix: str = ""
    order_field: str = ""
    id_field: str = ""
    text_field: str = ""
    tags_field: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    title_case: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A feature that can become a stop. Latitude and longitude are WGS 84 degrees with six decimals."""

    number: int
    external_id: str
    name: str
    latitude: Decimal
    longitude: Decimal
    text: str
    order: Decimal | None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something to say about a feature, by its number in the file."""

    number: int
    name: str
    reason: str


@dataclass(slots=True)
class Points:
    """What a file holds by a mapping: points in the order of the tour, features left out, and remarks on those that are used."""

    points: list[Point] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)
    filtered_out: int = 0


def clean_text(value: Any) -> str:
    """Return a value of a file as text on one line, without control characters; empty for what says nothing."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "".join(" " if character.isspace() else character for character in str(value))
    return " ".join("".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Cn")).split())


def read_stop_file(raw: bytes) -> StopFile:
    """Return what a GeoJSON file holds. Raises `FileRefused` when it is too large, no GeoJSON, or not in WGS 84.

    UTF-8 (with or without a byte order mark) and UTF-16 are recognised; anything else is read as Windows-1252, as Latin-1 files are.
    """
    if len(raw) > MAX_FILE_BYTES:
        raise FileRefused(_("The file is larger than %(size)d MB.") % {"size": MAX_FILE_BYTES // 1024 // 1024})
    text, encoding = _decode(raw)
    data = _parse(text)
    _check_reference_system(data)
    if data.get("type") == "Feature":
        entries: Any = [data]
    elif data.get("type") == "FeatureCollection":
        entries = data.get("features")
    else:
        raise FileRefused(
            _("This is not a GeoJSON file of features (its type is “%(type)s”).") % {"type": data.get("type")}
        )
    if not isinstance(entries, list) or not entries:
        raise FileRefused(_("The file has no features."))
    if len(entries) > MAX_POINTS:
        raise FileRefused(
            _("The file has %(count)d features; at most %(limit)d can be imported at once.")
            % {"count": len(entries), "limit": MAX_POINTS}
        )
    features = tuple(_feature(number, entry) for number, entry in enumerate(entries, 1))
    _check_degrees(features)
    fields = tuple(dict.fromkeys(name for feature in features for name in feature.properties))
    return StopFile(features, fields, encoding)


def _decode(raw: bytes) -> tuple[str, str]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise FileRefused(_("The file is not text in an encoding that can be read.")) from error
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), "Windows-1252"


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _parse(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        where = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
        raise FileRefused(_("The file is not valid JSON%(where)s.") % {"where": where}) from error
    if not isinstance(data, dict):
        raise FileRefused(
            _("This is not a GeoJSON file of features (its type is “%(type)s”).") % {"type": type(data).__name__}
        )
    return data


def _check_reference_system(data: dict[str, Any]) -> None:
    system = data.get("crs")
    if system is None:
        return
    properties = system.get("properties") if isinstance(system, dict) else None
    name = clean_text(properties.get("name")) if isinstance(properties, dict) else ""
    if not _WGS84.search(name):
        raise FileRefused(
            _("The file's coordinates are in “%(name)s”. Export it again in WGS 84 (longitude and latitude).")
            % {"name": name or "?"}
        )


def _check_degrees(features: Sequence[Feature]) -> None:
    positions = [feature.geometry.get("coordinates") for feature in features if feature.geometry.get("type") == "Point"]
    pairs = [position[:2] for position in positions if _is_position(position)]
    if pairs and all(max(abs(x), abs(y)) > 180 for x, y in pairs):
        raise FileRefused(
            _("The file's coordinates are no degrees. Export it again in WGS 84 (longitude and latitude).")
        )


def _feature(number: int, entry: Any) -> Feature:
    if not isinstance(entry, dict):
        return Feature(number, "", {}, {})
    properties, geometry = entry.get("properties"), entry.get("geometry")
    return Feature(
        number,
        clean_text(entry.get("id")),
        properties if isinstance(properties, dict) else {},
        geometry if isinstance(geometry, dict) else {},
    )


def guess_mapping(file: StopFile, *, source: str) -> Mapping:
    """Return a first idea of what the fields of a file mean, by their names."""

    def guess(*words: str) -> str:
        for word in words:
            for name in file.fields:
                if re.search(word, name, re.IGNORECASE):
                    return name
        return ""

    return Mapping(
        source=source[:MAX_SOURCE],
        name_field=guess(r"^(name|title|titel)$", r"name|title|titel") or next(iter(file.fields), ""),
        order_field=guess(
            r"^(order|number|no|nr|position|sequence|reihenfolge|nummer)$", r"order|number|sequence|nummer"
        ),
        id_field=guess(r"^(id|objectid|fid|gid|uuid|guid)$", r"_id$"),
        text_field=guess(r"^(description|text|note|beschreibung)$", r"^(address|adresse|anschrift|location)$"),
        tags_field=guess(r"^(tags?|keywords?|labels?|schlagw(ort|orte|örter|oerter))$"),
    )


def _shouted(text: str) -> bool:
    return text.isupper() and sum(character.isalpha() for character in text) > 3


def calm(text: str) -> str:
    """Return a text in capitals in title case (“MUSEUM OF ART” → “Museum of Art”); others as they are."""
    if not _shouted(text):
        return text
    return " ".join(_calm_word(word, is_first=not place) for place, word in enumerate(text.lower().split(" ")))


def _calm_word(word: str, *, is_first: bool) -> str:
    if _CAPITALS.fullmatch(word):
        return word.upper()
    if word in _SMALL_WORDS and not is_first:
        return word
    return re.sub(r"(^|[-–/(\"“„.])(\w)", lambda match: match[1] + match[2].upper(), word)


def _order(value: Any) -> Decimal | None:
    text = clean_text(value)
    if not re.fullmatch(r"-?\d{1,9}([.,]\d{1,6})?", text):
        return None
    return Decimal(text.replace(",", "."))


def _position(geometry: dict[str, Any]) -> tuple[Decimal, Decimal]:
    """Return latitude and longitude. Raises `ValueError` with the reason why a geometry has none."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if not geometry:
        raise ValueError(_("It has no position."))
    if kind == "MultiPoint" and isinstance(coordinates, list):
        if len(coordinates) != 1:
            raise ValueError(_("It has %(count)d positions; a stop has one.") % {"count": len(coordinates)})
        kind, coordinates = "Point", coordinates[0]
    if kind != "Point":
        raise ValueError(_("It is a %(kind)s, not a point.") % {"kind": clean_text(kind) or "?"})
    if not _is_position(coordinates):
        raise ValueError(_("Its coordinates are not two numbers."))
    longitude, latitude = coordinates[:2]
    if abs(latitude) > 90 and abs(longitude) <= 90 and abs(latitude) <= 180:
        raise ValueError(_("Latitude and longitude seem to be the wrong way round."))
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ValueError(_("Its coordinates are no longitude and latitude in degrees (WGS 84)."))
    if not latitude and not longitude:
        raise ValueError(_("Its position is 0, 0: it was never set."))
    return _degrees(latitude), _degrees(longitude)


def _is_number(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _is_position(value: Any) -> TypeGuard[list[int | float]]:
    return isinstance(value, list) and len(value) >= 2 and all(map(_is_number, value[:2]))


def _degrees(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


def _external_id(feature: Feature, mapping: Mapping, name: str, latitude: Decimal, longitude: Decimal) -> str:
    own = clean_text(feature.properties.get(mapping.id_field)) if mapping.id_field else feature.own_id
    # Without an id of its own, a feature is the one with this name at this position.
    key = own or hashlib.sha256(f"{name}|{latitude}|{longitude}".encode()).hexdigest()[:16]
    whole = f"{clean_text(mapping.source)[:MAX_SOURCE]}:{key}"
    return (
        whole if len(whole) <= MAX_ID else f"{whole[: MAX_ID - 17]}~{hashlib.sha256(whole.encode()).hexdigest()[:16]}"
    )


def points_of(file: StopFile, mapping: Mapping) -> Points:
    """Return the points of a file in the order of the tour, with a reason for each feature that is left out.

    Points without a usable order come last, in the order of the file. Raises `FileRefused` when the mapping names a field that the
    file does not have.
    """
    _check_fields(file, mapping)
    result = Points()
    seen: dict[object, int] = {}
    for feature in file.features:
        if any(clean_text(feature.properties.get(name)) != wanted for name, wanted in mapping.filters):
            result.filtered_out += 1
            continue
        name = _name(feature, mapping)
        try:
            point = _point(feature, mapping, name)
            _refuse_repeated(point, seen)
        except ValueError as error:
            result.skipped.append(Note(feature.number, name[:MAX_NAME], str(error)))
            continue
        result.points.append(point)
        if point.name != name:
            result.remarks.append(Note(point.number, point.name, _("Its name was shortened.")))
        if mapping.order_field and point.order is None:
            reason = _("Its order “%(value)s” is no number; it comes last.")
            value = clean_text(feature.properties.get(mapping.order_field))[:40]
            result.remarks.append(Note(point.number, point.name, reason % {"value": value}))
    result.remarks.extend(_same_orders(result.points))
    result.points.sort(key=lambda point: (point.order is None, point.order or 0, point.number))
    return result


def _name(feature: Feature, mapping: Mapping) -> str:
    name = clean_text(feature.properties.get(mapping.name_field))
    if not name:
        return ""
    return mapping.name_prefix + (calm(name) if mapping.title_case else name)


def _point(feature: Feature, mapping: Mapping, name: str) -> Point:
    """Return the point of a feature. Raises `ValueError` with the reason why it cannot be one."""
    latitude, longitude = _position(feature.geometry)
    if not name:
        raise ValueError(_("“%(field)s” is empty, so it has no name.") % {"field": mapping.name_field})
    return Point(
        number=feature.number,
        external_id=_external_id(feature, mapping, name, latitude, longitude),
        name=name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…",
        latitude=latitude,
        longitude=longitude,
        text=clean_text(feature.properties.get(mapping.text_field)) if mapping.text_field else "",
        order=_order(feature.properties.get(mapping.order_field)) if mapping.order_field else None,
        tags=_tags(feature.properties.get(mapping.tags_field)) if mapping.tags_field else (),
    )


def _tags(value: Any) -> tuple[str, ...]:
    """Return words of a list, or with commas or semicolons between them, each once; too long ones are shortened."""
    words = value if isinstance(value, list) else re.split("[,;]", clean_text(value))
    return tuple(dict.fromkeys(word[:LONGEST_TAG].rstrip() for one in words if (word := clean_text(one))))


def _refuse_repeated(point: Point, seen: dict[object, int]) -> None:
    """Note a point among those seen. Raises `ValueError` with the reason when it was there before."""
    spot = (point.name, point.latitude, point.longitude)
    if point.external_id in seen:
        raise ValueError(_("It has the same id as feature %(number)d.") % {"number": seen[point.external_id]})
    if spot in seen:
        raise ValueError(_("It has the same name and position as feature %(number)d.") % {"number": seen[spot]})
    seen[point.external_id] = seen[spot] = point.number


def _check_fields(file: StopFile, mapping: Mapping) -> None:
    named = [mapping.name_field, mapping.order_field, mapping.id_field, mapping.text_field, mapping.tags_field]
    for name in [*named, *(name for name, _value in mapping.filters)]:
        if name and name not in file.fields:
            raise FileRefused(
                _("The file has no field “%(name)s”. It has: %(fields)s.")
                % {"name": name, "fields": ", ".join(file.fields) or "–"}
            )


def _same_orders(points: Sequence[Point]) -> list[Note]:
    first: dict[Decimal, int] = {}
    notes = []
    for point in points:
        if point.order is None:
            continue
        if point.order in first:
            reason = _("It has the same order as feature %(number)d and follows it.") % {"number": first[point.order]}
            notes.append(Note(point.number, point.name, reason))
        first.setdefault(point.order, point.number)
    return notes
