import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from places.models import Place
from places.queries import tags_in_use
from tenancy.enums import Role
from tenancy.scope import no_scope, organization_scope
from tests.factories import PlaceFactory, StopFactory


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.OWNER, [200] * 4),
        (Role.MANAGER, [200] * 4),
        (Role.EDITOR, [200] * 4),
        (Role.GUIDE, [302] * 4),
    ],
)
def test_pages_by_role(harbour, member_client, role, expected):
    with organization_scope(harbour.pk):
        place = PlaceFactory()
    client = member_client(harbour, role)
    urls = [
        reverse("places:index"),
        reverse("places:add"),
        reverse("places:edit", args=[place.pk]),
        reverse("place_chooser:choose"),
    ]
    assert [client.get(url).status_code for url in urls] == expected


def test_guide_chooses_and_creates_nothing(harbour, member_client):
    with organization_scope(harbour.pk):
        place = PlaceFactory()
    client = member_client(harbour, Role.GUIDE)
    assert client.get(reverse("place_chooser:choose_results")).status_code == 302
    assert client.get(reverse("place_chooser:chosen", args=[place.pk])).status_code == 302
    assert client.get(reverse("place_chooser:chosen_multiple"), {"id": place.pk}).status_code == 302
    client.post(reverse("place_chooser:create"), {"name": "Mine", "kind": "other"})
    with organization_scope(harbour.pk):
        assert list(Place.objects.all()) == [place]


def test_places_of_another_organization(harbour, kyoto, member_client):
    with organization_scope(harbour.pk):
        place = PlaceFactory(name="Harbour pier")
    client = member_client(kyoto, Role.OWNER)
    urls = [reverse(f"places:{name}", args=[place.pk]) for name in ("edit", "inspect", "history", "delete")]
    assert [client.get(url).status_code for url in [*urls, reverse("place_chooser:chosen", args=[place.pk])]] == [
        404
    ] * 5
    assert "Harbour pier" not in client.get(reverse("place_chooser:choose")).content.decode()


def values(**changes):
    return {"name": "Pier 3", "kind": "meeting_point", "latitude": "53.545600", "longitude": "9.966600", **changes}


def test_create_place(harbour, member_client):
    client = member_client(harbour, Role.MANAGER)
    response = client.post(reverse("places:add"), values(name_translations_de="Brücke 3", country="DE"))
    assert response.status_code == 302
    with organization_scope(harbour.pk):
        place = Place.objects.get()
    assert (place.name, place.name_translations, str(place.latitude)) == ("Pier 3", {"de": "Brücke 3"}, "53.545600")
    assert "Pier 3" in client.get(reverse("places:history", args=[place.pk])).content.decode()


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"longitude": ""}, {"__all__": ["Give both latitude and longitude, or none."]}),
        ({"latitude": "91"}, {"latitude": ["Ensure this value is less than or equal to 90."]}),
        ({"longitude": "-180.000001"}, {"longitude": ["Ensure this value is greater than or equal to -180."]}),
    ],
)
def test_create_place_refused(harbour, member_client, changes, errors):
    response = member_client(harbour, Role.MANAGER).post(reverse("places:add"), values(**changes))
    assert response.context["form"].errors == errors


def test_create_place_where_one_language_is_spoken(kyoto, member_client):
    form = member_client(kyoto, Role.MANAGER).get(reverse("places:add")).context["form"]
    assert [name for name in form.fields if name.endswith("_translations")] == []


def test_delete_place_of_a_tour(harbour, member_client):
    with organization_scope(harbour.pk):
        stop, unused = StopFactory(), PlaceFactory()
    client = member_client(harbour, Role.MANAGER)
    response = client.post(reverse("places:delete", args=[stop.place_id]), follow=True)
    assert [str(message).strip() for message in response.context["messages"]] == [
        f"“{stop.place}” is used by a tour and stays."
    ]
    client.post(reverse("places:delete", args=[unused.pk]))
    with organization_scope(harbour.pk):
        assert Place.objects.filter(pk__in=[stop.place_id, unused.pk]).count() == 1


def test_search_places_by_all_words(harbour, member_client):
    with organization_scope(harbour.pk):
        pier = PlaceFactory(name="Pier", street="Quay 1", city="Hamburg")
        PlaceFactory(name="Pier", street="Strand 2", city="Bremen")
    client = member_client(harbour, Role.EDITOR)
    page = client.get(reverse("place_chooser:choose_results"), {"q": "hamburg pier"})
    assert [place.pk for place in page.context["results"]] == [pier.pk]
    found = client.get(reverse("places:index"), {"q": "Strand"}).context["object_list"]
    assert [place.city for place in found] == ["Bremen"]


def test_list_uses_the_same_queries_for_one_and_three_rows(harbour, member_client):
    client = member_client(harbour, Role.MANAGER)
    counts = []
    for number in (1, 2):
        with organization_scope(harbour.pk):
            PlaceFactory.create_batch(number)
        client.get(reverse("places:index"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("places:index"))
        counts.append(len(queries))
    assert counts == [8, 8]


def test_export_has_the_rows_of_the_organization(harbour, kyoto, member_client):
    for organization, name in ((harbour, "Pier"), (kyoto, "Gate")):
        with organization_scope(organization.pk):
            PlaceFactory(name=name)
    response = member_client(harbour, Role.MANAGER).get(reverse("places:index"), {"export": "csv"})
    with no_scope():
        lines = response.getvalue().decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["Name", "Pier"]


@pytest.mark.parametrize("coordinates", [{"latitude": None}, {"longitude": None}, {"latitude": "90.000001"}])
def test_database_refuses_half_a_position(in_harbour, coordinates):
    place = PlaceFactory()
    with pytest.raises(IntegrityError, match="place_coordinates"), transaction.atomic():
        Place.objects.filter(pk=place.pk).update(**coordinates)


def test_places_are_sorted_by_tags(harbour, kyoto, member_client):
    with organization_scope(kyoto.pk):
        PlaceFactory(tags=["temple"])
    client = member_client(harbour, Role.EDITOR)
    for name, tags in (("Park", " calm, for  families,, calm,"), ("Pier 3", "calm"), ("Arcade", "")):
        assert client.post(reverse("places:add"), values(name=name, tags=tags)).status_code == 302
    with organization_scope(harbour.pk):
        park = Place.objects.get(name="Park")
        assert (park.tags, tags_in_use()) == (["calm", "for families"], ["calm", "for families"])
    assert client.get(reverse("places:edit", args=[park.pk])).context["form"]["tags"].value() == "calm, for families"
    found = client.get(reverse("places:index"), {"tag": "calm"}).context["object_list"]
    assert [place.name for place in found] == ["Park", "Pier 3"]
    exported = client.get(reverse("places:index"), {"export": "csv", "tag": "for families"})
    assert b"".join(exported.streaming_content).decode().splitlines()[1].endswith('"calm, for families",')
    long = client.post(reverse("places:add"), values(tags="x" * 41))
    assert long.context["form"].errors == {"tags": ["A tag has at most 40 letters. Put commas between tags."]}
