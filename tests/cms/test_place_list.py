import pytest
from django.core.exceptions import ValidationError
from wagtail.models import Page

from cms.blocks import ContentBlock
from places.models import Place
from places.queries import places_nearest_first
from places.rules import distance_metres
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes
from tests.cms.test_blocks import publish
from tests.cms.test_pages import forget_pages_now
from tests.cms.test_tiles import messages
from tests.factories import PlaceFactory
from tests.fixtures import client_for

PIER = {"latitude": "53.545600", "longitude": "9.966600"}


def listed(*places: Place, **values: object) -> dict:
    chosen = [
        {"type": "item", "id": f"p{place.pk}", "value": {"place": place.pk, "text": "Try the soup."}}
        for place in places
    ]
    return {
        "type": "places",
        "value": {"heading": "Around us", "places": chosen, "kind": "", "tag": "", "near": None, "count": 12, **values},
    }


def names(text: str) -> list[str]:
    return [part.partition("</h3>")[0] for part in text.split("<h3>")[1:]]


@pytest.mark.parametrize("count", [1, 3])
def test_chosen_places_come_in_their_order_with_a_query_more(harbour, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        near = PlaceFactory(name="House", **PIER)
        places = [
            PlaceFactory(
                name=f"Café {number}",
                kind="shop",
                latitude="53.554600",
                longitude="9.966600",
                opening_hours="Tue–Sun 10:00–18:00",
                picture=PictureFactory(),
            )
            for number in reversed(range(count))
        ]
    with new_sizes():
        text = publish(harbour, listed(*places, near=near.pk))
    assert names(text) == [f"Café {number}" for number in reversed(range(count))]
    expected = (
        "Shop or restaurant · 1.0 km away",
        "Try the soup.",
        "Tue–Sun 10:00–18:00",
        "destination=53.5546",
        "<picture",
    )
    assert [text.count(part) for part in expected] == [count] * 5
    forget_pages_now(harbour)
    client = client_for(harbour)
    client.get("/about/")
    forget_pages_now(harbour)
    # Four for a page of text, one for the places, one for their pictures.
    with django_assert_num_queries(6):
        client.get("/about/")


@pytest.mark.parametrize("count", [1, 3])
def test_places_of_a_kind_come_nearest_first(harbour, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        near = PlaceFactory(name="House", kind="venue", **PIER)
        for number in range(count):
            PlaceFactory(
                name=f"Museum {number}",
                kind="sight",
                latitude="53.545600",
                longitude=f"9.9{99 - number}600",
                picture=PictureFactory(),
            )
        PlaceFactory(name="Somewhere", kind="sight", latitude=None, longitude=None, city="", street="")
        PlaceFactory(name="Elsewhere", kind="other")
    with new_sizes():
        text = publish(harbour, listed(kind="sight", near=near.pk))
    assert names(text) == [*(f"Museum {number}" for number in reversed(range(count))), "Somewhere"]
    assert (text.count("km away"), text.count("place-card__plain")) == (count, 1)
    forget_pages_now(harbour)
    client = client_for(harbour)
    with django_assert_num_queries(7):
        client.get("/about/")


def test_places_with_a_tag_are_of_any_kind_or_of_one(harbour):
    with organization_scope(harbour.pk):
        PlaceFactory(name="Park", kind="sight", tags=["calm", "for families"])
        PlaceFactory(name="Tea room", kind="shop", tags=["calm"])
        PlaceFactory(name="Arcade", kind="shop", tags=["for families"])
    before = listed(kind="shop")
    # As it was written before places had tags.
    del before["value"]["tag"]
    text = publish(harbour, listed(tag="calm"), listed(tag="calm", kind="shop"), before)
    assert names(text) == ["Park", "Tea room", "Tea room", "Arcade", "Tea room"]


def test_place_to_measure_from_is_not_one_to_go_to(harbour):
    with organization_scope(harbour.pk):
        near = PlaceFactory(name="House", kind="venue", **PIER)
        PlaceFactory(name="Theatre", kind="venue", **PIER)
    assert names(publish(harbour, listed(kind="venue", near=near.pk))) == ["Theatre"]


def test_empty_list_and_places_that_are_gone_are_left_out(harbour):
    with organization_scope(harbour.pk):
        gone = PlaceFactory(name="Old kiosk")
    text = publish(harbour, listed(gone), listed(kind="venue"))
    assert (names(text), text.count("Around us")) == (["Old kiosk"], 1)
    with organization_scope(harbour.pk):
        gone.delete()
        forget_pages_now(harbour)
    text = client_for(harbour).get("/about/").content.decode()
    assert (text.count("Old kiosk"), text.count("Around us")) == (0, 0)


def test_place_of_another_organization_is_not_shown(harbour, kyoto):
    with organization_scope(kyoto.pk):
        foreign = PlaceFactory(name="Golden Pavilion")
    with organization_scope(harbour.pk):
        block = ContentBlock()
        with pytest.raises(ValidationError):
            block.clean(block.to_python([{**listed(foreign), "id": "1"}]))
        assert Page.objects.filter(slug="about").count() == 0


def test_either_single_places_or_a_kind(harbour):
    with organization_scope(harbour.pk):
        place = PlaceFactory()
        block = ContentBlock()
        place.tags = ["calm"]
        place.save()
        for one in (listed(), listed(place, kind="sight"), listed(place, tag="calm")):
            with pytest.raises(ValidationError) as error:
                block.clean(block.to_python([{**one, "id": "1"}]))
            assert "Choose either single places, or a kind or a tag of places." in str(messages(error.value))


def test_distance_as_the_crow_flies(in_harbour):
    hamburg = Place(latitude=53.55, longitude=10.0)
    berlin = Place(latitude=52.52, longitude=13.405)
    assert round(distance_metres(hamburg, berlin) / 1000) == 255
    assert distance_metres(hamburg, Place(name="Nowhere")) is None
    pole = Place(latitude=90, longitude=0)
    assert list(places_nearest_first(Place.objects.all(), near=pole)) == []
