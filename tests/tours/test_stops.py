import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from places.models import Place
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.factories import PlaceFactory, StopFactory, TourFactory
from tests.tours.files import feature, geojson
from tours.models import Stop
from tours.operations import import_stops
from tours.rules import FileRefused, Mapping, points_of, read_stop_file

SIGNS = (
    feature("Crane", (9.1, 53.5), ID=1, NO=2, TEXT="By the quay"),
    feature("Pier", (9.2, 53.5), ID=2, NO=1),
    feature("Lock", (9.3, 53.5), ID=3, NO=3),
)


def points(*features, order="NO", **options):
    mapping = Mapping(
        source="signs",
        name_field="NAME",
        order_field=order,
        id_field="ID",
        text_field=options.pop("text", ""),
        **options,
    )
    return points_of(read_stop_file(geojson(*features)), mapping)


def titles(tour):
    return [stop.title for stop in Stop.objects.filter(tour=tour).order_by("sort_order")]


def test_import_stops_makes_places_and_ordered_stops(in_harbour):
    tour = TourFactory()
    done = import_stops(tour, points=points(*SIGNS, text="TEXT"))
    assert (done.places_added, done.stops_added) == (["Pier", "Crane", "Lock"], ["Pier", "Crane", "Lock"])
    assert titles(tour) == ["Pier", "Crane", "Lock"]
    crane = Place.objects.get(name="Crane")
    assert (str(crane.latitude), str(crane.longitude), crane.kind, crane.directions, crane.external_id) == (
        "53.500000",
        "9.100000",
        "stop",
        "By the quay",
        "signs:1",
    )


def test_tags_of_a_file_are_added_to_those_of_places(in_harbour):
    tour = TourFactory()
    features = [
        feature("Crane", (9.1, 53.5), ID=1, WORDS="calm; for  families,calm,"),
        feature("Pier", (9.2, 53.5), ID=2, WORDS=["view", "calm", None]),
        feature("Lock", (9.3, 53.5), ID=3, WORDS=f"{'x' * 39} y"),
        feature("Dock", (9.4, 53.5), ID=4, WORDS=None),
    ]
    PlaceFactory(tags=["calm"])
    read = points(*features, order="", tags_field="WORDS")
    tried = import_stops(tour, points=read, dry_run=True)
    assert tried.tags_added == ["for families", "view", "x" * 39]
    import_stops(tour, points=read)
    tags = {"Crane": ["calm", "for families"], "Pier": ["view", "calm"], "Lock": ["x" * 39], "Dock": []}
    imported = Place.objects.exclude(external_id="")
    assert dict(imported.values_list("name", "tags")) == tags
    imported.filter(name="Crane").update(tags=["own", "calm"])
    again = import_stops(tour, points=read)
    assert (again.tags_added, again.places_changed) == (["for families"], ["Crane"])
    assert Place.objects.get(name="Crane").tags == ["own", "calm", "for families"]


def test_import_stops_twice_changes_nothing(in_harbour):
    tour = TourFactory()
    import_stops(tour, points=points(*SIGNS))
    before = list(Place.objects.order_by("pk").values()) + list(Stop.objects.order_by("pk").values())
    done = import_stops(tour, points=points(*SIGNS))
    assert (done.places_unchanged, done.places_added, done.places_changed, done.stops_added, done.reordered) == (
        ["Pier", "Crane", "Lock"],
        [],
        [],
        [],
        False,
    )
    assert list(Place.objects.order_by("pk").values()) + list(Stop.objects.order_by("pk").values()) == before


def test_import_stops_updates_what_it_made_and_keeps_the_words_of_staff(in_harbour):
    tour = TourFactory()
    import_stops(tour, points=points(*SIGNS))
    Stop.objects.filter(title="Pier").update(title="Where the boats leave")
    done = import_stops(
        tour,
        points=points(feature("Old Crane", (9.15, 53.5), ID=1, NO=1), feature("New Pier", (9.2, 53.5), ID=2, NO=2)),
    )
    assert (done.places_changed, done.stops_added, done.stops_removed) == (["Old Crane", "New Pier"], [], [])
    assert titles(tour) == ["Old Crane", "Where the boats leave", "Lock"]
    assert sorted(Place.objects.filter(external_id__startswith="signs").values_list("name", flat=True)) == [
        "Lock",
        "New Pier",
        "Old Crane",
    ]


def test_import_stops_among_others(in_harbour):
    tour = TourFactory()
    StopFactory(tour=tour, title="First", sort_order=0)
    import_stops(tour, points=points(SIGNS[0], SIGNS[1]))
    StopFactory(tour=tour, title="Last", sort_order=9)
    done = import_stops(tour, points=points(*SIGNS))
    assert (titles(tour), done.reordered) == (["First", "Pier", "Crane", "Lock", "Last"], False)


def test_import_stops_without_an_order_leaves_stops_where_staff_put_them(in_harbour):
    tour = TourFactory()
    import_stops(tour, points=points(SIGNS[0], SIGNS[1], order=""))
    Stop.objects.filter(title="Crane").update(sort_order=5)
    import_stops(tour, points=points(*SIGNS, order=""))
    assert titles(tour) == ["Pier", "Crane", "Lock"]


def test_import_stops_replaces_when_asked(in_harbour):
    tour = TourFactory()
    other = StopFactory(tour=tour, title="Café")
    import_stops(tour, points=points(*SIGNS))
    done = import_stops(tour, points=points(SIGNS[0]), replace=True)
    assert (done.stops_removed, titles(tour)) == (["Café", "Pier", "Lock"], ["Crane"])
    assert Place.objects.filter(pk=other.place_id).exists()


def test_import_stops_into_two_tours_shares_the_places(in_harbour):
    first, second = TourFactory(), TourFactory()
    import_stops(first, points=points(*SIGNS))
    import_stops(second, points=points(*SIGNS))
    assert (Place.objects.filter(external_id__startswith="signs").count(), titles(second)) == (3, titles(first))


def test_import_stops_dry_run_leaves_nothing(in_harbour):
    tour = TourFactory()
    done = import_stops(tour, points=points(*SIGNS), dry_run=True)
    assert (done.stops_added, titles(tour)) == (["Pier", "Crane", "Lock"], [])
    assert Place.objects.filter(external_id__startswith="signs").count() == 0
    assert AuditEntry.objects.filter(action="tour.stops_imported").count() == 0


def test_import_stops_of_nothing_removes_nothing(in_harbour):
    tour = TourFactory()
    StopFactory(tour=tour, title="Café")
    with pytest.raises(FileRefused, match="No feature of the file can become a stop"):
        import_stops(tour, points=points(feature(None, ID=1, NO=1)), replace=True)
    assert titles(tour) == ["Café"]


@pytest.mark.parametrize("count", [1, 3])
def test_import_stops_query_count(in_harbour, django_assert_num_queries, count):
    tour = TourFactory()
    with django_assert_num_queries(12):
        import_stops(tour, points=points(*SIGNS[:count]))


def test_import_stops_of_one_id_into_two_organizations(harbour, kyoto):
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            import_stops(TourFactory(), points=points(*SIGNS))
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            assert Place.objects.filter(external_id__startswith="signs").count() == 3


def test_external_id_is_unique_inside_an_organization(in_harbour):
    import_stops(TourFactory(), points=points(*SIGNS))
    with pytest.raises(IntegrityError, match="place_external_id"):
        Place.objects.create(name="Copy", external_id="signs:1")


def command(path, *options):
    call_command("import_stops", str(path), "--organization", "harbour", "--tour", "quay", *options)


def test_import_stops_command(harbour, tmp_path, capsys):
    with organization_scope(harbour.pk):
        tour = TourFactory(slug="quay")
    path = tmp_path / "signs.geojson"
    path.write_bytes(geojson(*SIGNS, feature(None, ID=9, NO="9"), feature("Elsewhere", (1.0, 2.0), ID=10, NO=4)))
    command(path, "--dry-run")
    with organization_scope(harbour.pk):
        assert titles(tour) == []
    command(path, "--order-field", "NO", "--name-prefix", "Sign: ", "--filter", "TEXT=By the quay")
    output = capsys.readouterr().out
    assert "This was a dry run; nothing was changed." in output
    assert "Skipped feature 4: “NAME” is empty, so it has no name." in output
    assert output.splitlines()[-7:] == [
        "Places added 1",
        "Places changed 0",
        "Places as they were 0",
        "New tags 0",
        "Stops added 1: Sign: Crane",
        "Stops removed 0",
        "Done.",
    ]
    with organization_scope(harbour.pk):
        assert titles(tour) == ["Sign: Crane"]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"no json", [], "The file is not valid JSON (Expecting value: line 1 column 1 (char 0)). Nothing was changed."),
        (geojson(*SIGNS), ["--name-field", "TITLE"], "The file has no field “TITLE”. It has: NAME, ID, NO, TEXT. Nothing was changed."),
        (geojson(*SIGNS), ["--filter", "NAME"], "“NAME” is no filter such as CITY=Hamburg."),
        (geojson(*SIGNS), ["--tour", "none"], "Harbour Walks has no tour “none”."),
        (geojson(*SIGNS), ["--organization", "none"], "There is no organization “none”."),
        (None, [], "cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_import_stops_command_refuses(harbour, tmp_path, content, options, message):
    with organization_scope(harbour.pk):
        TourFactory(slug="quay")
    path = tmp_path / "signs.geojson"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        command(path, *options)
    assert str(refused.value).removeprefix(f"{path} ") == message
    with organization_scope(harbour.pk):
        assert Stop.objects.count() == 0
