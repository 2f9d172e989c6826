import json
from decimal import Decimal

import pytest

from tests.tours.files import feature, geojson
from tours.rules import MAX_FILE_BYTES, FileRefused, Mapping, guess_mapping, points_of, read_stop_file


def read(*features, **options):
    mapping = Mapping(**{"source": "signs", "name_field": "NAME", **options})
    return points_of(read_stop_file(geojson(*features)), mapping)


def reasons(points):
    return [(note.number, note.reason) for note in points.skipped]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "The file is not valid JSON (Expecting value: line 1 column 1 (char 0))."),
        (b"PK\x03\x04", "The file is not valid JSON (Expecting value: line 1 column 1 (char 0))."),
        (b"[" * 100_000, "The file is not valid JSON."),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "The file is not valid JSON."),
        (b"[]", "This is not a GeoJSON file of features (its type is “list”)."),
        (b'{"type": "Topology"}', "This is not a GeoJSON file of features (its type is “Topology”)."),
        (b'{"type": "FeatureCollection"}', "The file has no features."),
        (b'{"type": "FeatureCollection", "features": {}}', "The file has no features."),
        (b'{"type": "FeatureCollection", "features": []}', "The file has no features."),
        (geojson(*[{}] * 2001), "The file has 2001 features; at most 2000 can be imported at once."),
        (b" " * (MAX_FILE_BYTES + 1), "The file is larger than 5 MB."),
        (b"\xff\xfe\x00", "The file is not text in an encoding that can be read."),
        (
            geojson(feature(), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}),
            "The file's coordinates are in “urn:ogc:def:crs:EPSG::25832”. Export it again in WGS 84 (longitude and latitude).",
        ),
        (
            geojson(feature("Crane", (565000.1, 5934000.2)), feature("Pier", (565100.1, 5934100.2))),
            "The file's coordinates are no degrees. Export it again in WGS 84 (longitude and latitude).",
        ),
    ],
)
def test_read_stop_file_refuses(raw, message):
    with pytest.raises(FileRefused) as refused:
        read_stop_file(raw)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:EPSG:6.9:4326"],
)
def test_read_stop_file_accepts_names_of_wgs84(name):
    assert len(read_stop_file(geojson(feature(), crs={"type": "name", "properties": {"name": name}})).features) == 1


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("latin-1", "Windows-1252")],
)
def test_read_stop_file_in_encodings(encoding, found):
    text = json.dumps({"type": "FeatureCollection", "features": [feature("Überseebrücke")]}, ensure_ascii=False)
    file = read_stop_file(text.encode(encoding))
    assert (file.encoding, file.features[0].properties["NAME"]) == (found, "Überseebrücke")


def test_read_stop_file_of_one_feature():
    file = read_stop_file(json.dumps(feature("Crane", HEIGHT=3)).encode())
    assert (file.fields, file.example("HEIGHT"), len(file.features)) == (("NAME", "HEIGHT"), "3", 1)


def test_points_of_leaves_out_with_a_reason():
    points = read(
        feature("Trail", [[9.9, 53.5], [9.8, 53.4]], kind="LineString"),
        {"type": "Feature", "properties": {"NAME": "Nowhere"}, "geometry": None},
        feature("Odd", ["9.9", "53.5"]),
        feature("True", [True, False]),
        feature("High", [[9.9, 53.5]]),
        feature("Swapped", (53.5, 153.5)),
        feature("Beyond", (181.0, 10.0)),
        feature("Unset", (0, 0)),
        feature(None),
        feature("  \t "),
        feature(["a"]),
        "no feature at all",
        feature("Two", [[9.9, 53.5], [9.8, 53.4]], kind="MultiPoint"),
        feature("Good"),
    )
    assert [point.name for point in points.points] == ["Good"]
    assert reasons(points) == [
        (1, "It is a LineString, not a point."),
        (2, "It has no position."),
        (3, "Its coordinates are not two numbers."),
        (4, "Its coordinates are not two numbers."),
        (5, "Its coordinates are not two numbers."),
        (6, "Latitude and longitude seem to be the wrong way round."),
        (7, "Its coordinates are no longitude and latitude in degrees (WGS 84)."),
        (8, "Its position is 0, 0: it was never set."),
        (9, "“NAME” is empty, so it has no name."),
        (10, "“NAME” is empty, so it has no name."),
        (11, "“NAME” is empty, so it has no name."),
        (12, "It has no position."),
        (13, "It has 2 positions; a stop has one."),
    ]


def test_points_of_a_multipoint_with_one_position_and_a_height():
    (point,) = read(feature("Crane", [[9.9812345678, 53.5, 12.5]], kind="MultiPoint")).points
    assert (point.longitude, point.latitude) == (Decimal("9.981235"), Decimal("53.500000"))


def test_points_of_duplicates():
    points = read(
        feature("Crane", (9.9, 53.5), ID=1),
        feature("Pier", (9.8, 53.5), ID=1),
        feature("Crane", (9.9, 53.5), ID=2),
        feature("Crane", (9.7, 53.5), ID=3),
        id_field="ID",
    )
    assert [point.external_id for point in points.points] == ["signs:1", "signs:3"]
    assert reasons(points) == [
        (2, "It has the same id as feature 1."),
        (3, "It has the same name and position as feature 1."),
    ]


def test_points_of_in_the_order_of_the_file_or_of_a_field():
    features = [
        feature("C", (9.1, 53.5), NO="10"),
        feature("A", (9.2, 53.5), NO=2),
        feature("X", (9.3, 53.5), NO="two"),
        feature("B", (9.4, 53.5), NO=2.0),
        feature("Y", (9.5, 53.5), NO=None),
        feature("Z", (9.6, 53.5), NO="1,5"),
    ]
    assert [point.name for point in read(*features).points] == ["C", "A", "X", "B", "Y", "Z"]
    ordered = read(*features, order_field="NO")
    assert [point.name for point in ordered.points] == ["Z", "A", "B", "C", "X", "Y"]
    assert [(note.number, note.reason) for note in ordered.remarks] == [
        (3, "Its order “two” is no number; it comes last."),
        (5, "Its order “” is no number; it comes last."),
        (4, "It has the same order as feature 2 and follows it."),
    ]


def test_points_of_filters_by_the_text_of_a_field():
    points = read(
        feature("A", (9.1, 53.5), TRAIL=3), feature("B", (9.2, 53.5), TRAIL="3"), feature("C", (9.3, 53.5), TRAIL=31),
        filters=(("TRAIL", "3"),),
    )  # fmt: skip
    assert ([point.name for point in points.points], points.filtered_out) == (["A", "B"], 1)


def test_points_of_cleans_names():
    points = read(
        feature("  Old\u0000\n Crane \ud800", (9.1, 53.5)),
        feature("x" * 300, (9.2, 53.5)),
        feature(7, (9.3, 53.5)),
    )
    assert [point.name for point in points.points] == ["Old Crane", "x" * 199 + "…", "7"]
    assert [(note.number, note.reason) for note in points.remarks] == [(2, "Its name was shortened.")]


def test_points_of_calms_shouted_names_only_when_asked():
    shouted = [
        feature("WOMEN'S MUSEUM OF THE U-BOAT (OLD)", (9.1, 53.5)),
        feature("NATO", (9.2, 53.5)),
        feature("iPad Art"),
    ]
    assert [point.name for point in read(*shouted).points][:1] == ["WOMEN'S MUSEUM OF THE U-BOAT (OLD)"]
    calmed = read(*shouted, title_case=True, name_prefix="Sign ")
    assert [point.name for point in calmed.points] == [
        "Sign Women's Museum of the U-Boat (Old)",
        "Sign Nato",
        "Sign iPad Art",
    ]


@pytest.mark.parametrize(
    ("shouted", "name"),
    [
        ("POPE JOHN PAUL II CULTURAL CENTER", "Pope John Paul II Cultural Center"),
        ("HISTORICAL SOCIETY OF WASHINGTON DC", "Historical Society of Washington DC"),
        ("716 MONROE STREET NE", "716 Monroe Street NE"),
        ("CIVIL LIFE IN DEPTH", "Civil Life in Depth"),
    ],
)
def test_calm_keeps_numerals_and_quarters_of_the_compass(shouted, name):
    assert [point.name for point in read(feature(shouted), title_case=True).points] == [name]


def test_guess_mapping_takes_an_address_for_the_way_there():
    file = read_stop_file(geojson(feature("Crane", ADDRESS="1 Quay", WEBURL="https://example.com")))
    assert guess_mapping(file, source="museums").text_field == "ADDRESS"


def test_points_of_without_ids_are_known_by_name_and_position():
    first, again = (read(feature("Crane")).points[0].external_id for _time in range(2))
    moved = read(feature("Crane", (9.0, 53.0))).points[0].external_id
    assert (first == again, first == moved, first.startswith("signs:")) == (True, False, True)


def test_points_of_keeps_long_ids_apart():
    points = read(feature("A", (9.1, 53.5), ID="y" * 200 + "1"), feature("B", ID="y" * 200 + "2"), id_field="ID").points
    assert [len(point.external_id) for point in points] == [120, 120]
    assert points[0].external_id != points[1].external_id


def test_points_of_an_unknown_field():
    with pytest.raises(FileRefused, match=r"^The file has no field “TITEL”\. It has: NAME\.$"):
        read(feature(), name_field="TITEL")


def test_guess_mapping_by_the_names_of_fields():
    file = read_stop_file(geojson(feature("Crane", OBJECTID=1, SIGN_NUMBER="4", Description="Tall")))
    assert guess_mapping(file, source="signs") == Mapping(
        source="signs", name_field="NAME", order_field="SIGN_NUMBER", id_field="OBJECTID", text_field="Description"
    )
