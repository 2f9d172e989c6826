import datetime as dt
import io
import json
import re
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from PIL import Image
from wagtail.models import PageViewRestriction

from cms import page_cache
from cms.documents import draw_share_image
from cms.models import Branding, ContentPage
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes
from tests.cms.test_pages import build_site, forget_pages_now, home_of
from tests.factories import make_schedule
from tests.fixtures import client_for
from tours.models import Schedule

SITE = "http://harbour.localhost:8000"
NOW = dt.datetime(2031, 6, 1, 12, tzinfo=dt.UTC)


def graph_of(text: str) -> dict[str, dict]:
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    return {thing["@type"]: thing for thing in json.loads(found)["@graph"]}


def meta_of(text: str) -> dict[str, str]:
    pairs = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', text)
    return {name: unescape(content) for name, content in pairs}


def add_content(harbour, **options) -> ContentPage:
    with organization_scope(harbour.pk):
        page = home_of(harbour).add_child(instance=ContentPage(**options))
        page.save_revision().publish()
    return page


def test_home_says_who_it_is_and_how_to_search(harbour):
    with organization_scope(harbour.pk):
        Branding.objects.update(links="https://social.example/harbour", tagline="Ahoy")
    graph = graph_of(client_for(harbour).get("/").content.decode())
    assert graph["Organization"] == {
        "@type": "Organization",
        "@id": f"{SITE}/#organization",
        "name": "Harbour Walks",
        "url": f"{SITE}/",
        "slogan": "Ahoy",
        "email": "hello@harbour.example",
        "telephone": "+494012345678",
        "sameAs": ["https://social.example/harbour"],
    }
    assert graph["WebSite"]["potentialAction"]["target"]["urlTemplate"] == f"{SITE}/search/?q={{search_term_string}}"


@pytest.fixture
def tour_page(harbour):
    with organization_scope(harbour.pk), time_machine.travel(NOW, tick=False):
        page = build_site(harbour)
        make_schedule(page.tour.variants.get(), date=dt.date(2031, 10, 26), start_time=dt.time(1, 30))
        yield page


def test_tour_says_when_it_leaves_what_it_costs_and_whether_there_is_room(harbour, tour_page):
    client = client_for(harbour)
    with time_machine.travel(NOW, tick=False):
        text = client.get("/tours/lights/").content.decode()
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)[0]
        events = [thing for thing in json.loads(found)["@graph"] if thing["@type"] == "Event"]
        graph = graph_of(text)
        offer = {
            "@type": "AggregateOffer",
            "url": f"{SITE}/tours/lights/#book",
            "availability": "https://schema.org/InStock",
            "lowPrice": "25.00",
            "priceCurrency": "EUR",
        }
        assert (graph["TouristTrip"]["offers"], graph["TouristTrip"]["description"]) == (offer, "The port at night.")
        assert [one["position"] for one in graph["TouristTrip"]["itinerary"]["itemListElement"]] == [1, 2]
        # The second one walks through the hour that comes twice.
        assert [(event["startDate"], event["endDate"]) for event in events] == [
            ("2031-06-02T10:00:00+02:00", "2031-06-02T11:30:00+02:00"),
            ("2031-10-26T01:30:00+02:00", "2031-10-26T02:00:00+01:00"),
        ]
        assert events[0]["location"]["geo"] == {"@type": "GeoCoordinates", "latitude": 53.5456, "longitude": 9.9666}
        steps = [(one["name"], one["item"]) for one in graph["BreadcrumbList"]["itemListElement"]]
        assert steps == [
            ("Harbour Walks", f"{SITE}/"),
            ("Tours", f"{SITE}/tours/"),
            ("Harbour lights", f"{SITE}/tours/lights/"),
        ]


# What schema.org's readers ask for at least.
NEEDED = {
    "Organization": {"name", "url", "email", "telephone"},
    "WebSite": {"name", "url", "inLanguage", "publisher", "potentialAction"},
    "BreadcrumbList": {"itemListElement"},
    "TouristTrip": {"name", "description", "url", "image", "provider", "itinerary", "offers"},
    "Event": {
        *("name", "description", "url", "image", "startDate", "endDate", "eventStatus", "eventAttendanceMode"),
        *("location", "organizer", "offers"),
    },
}


def test_things_have_what_search_engines_need(harbour, tour_page):
    client, seen = client_for(harbour), set()
    with time_machine.travel(NOW, tick=False):
        graphs = [graph_of(client.get(path).content.decode()) for path in ("/", "/tours/lights/")]
    for kind, thing in [pair for graph in graphs for pair in graph.items()]:
        seen.add(kind)
        assert (kind, NEEDED[kind] - {name for name, value in thing.items() if value}) == (kind, set())
    assert seen == set(NEEDED)
    organizer = {"@type": "Organization", "@id": f"{SITE}/#organization", "name": "Harbour Walks", "url": f"{SITE}/"}
    tour, event = graphs[1]["TouristTrip"], graphs[1]["Event"]
    assert (tour["provider"], event["organizer"]) == (organizer, organizer)
    assert {*event["location"]} >= {"name", "geo"}


def test_tour_that_is_full_says_so(harbour, tour_page):
    with time_machine.travel(NOW, tick=False):
        with organization_scope(harbour.pk):
            Schedule.objects.update(booked_count=12)
        graph = graph_of(client_for(harbour).get("/tours/lights/").content.decode())
    assert graph["TouristTrip"]["offers"] == {
        "@type": "Offer",
        "url": f"{SITE}/tours/lights/#book",
        "availability": "https://schema.org/SoldOut",
    }
    assert "Event" not in graph


def test_yen_have_no_decimals(kyoto):
    with organization_scope(kyoto.pk), time_machine.travel(NOW, tick=False):
        build_site(kyoto)
        graph = graph_of(client_for(kyoto).get("/tours/lights/").content.decode())
    offers = graph["TouristTrip"]["offers"]
    assert (offers["lowPrice"], offers["priceCurrency"]) == ("2500", "JPY")


def test_prices_for_search_engines_are_asked_for_once_until_they_change(harbour, tour_page, django_assert_num_queries):
    client = client_for(harbour)
    client.get("/tours/lights/")
    forget_pages_now(harbour)
    with django_assert_num_queries(9):
        assert client.get("/tours/lights/")["X-Cache"] == "miss"
    with organization_scope(harbour.pk):
        cache.delete(page_cache.OFFERS)
    forget_pages_now(harbour)
    with django_assert_num_queries(13):
        client.get("/tours/lights/")


def test_description_is_what_editors_say_else_how_the_page_begins(harbour):
    long = "We have walked here since 1998, and <b>nobody</b> got lost. " * 5
    add_content(harbour, title="About us", slug="about", body=[("rich_text", f"<p>{long}</p>")])
    add_content(harbour, title="Said", slug="said", search_description="Said by hand.", body=[("rich_text", long)])
    client = client_for(harbour)
    about, said = (meta_of(client.get(path).content.decode()) for path in ("/about/", "/said/"))
    assert about["description"].startswith("We have walked here since 1998, and nobody got lost. We")
    assert (about["description"][-2:], len(about["description"]) <= 162) == (" …", True)
    assert (said["description"], said["og:description"]) == ("Said by hand.", "Said by hand.")
    assert (said["twitter:card"], said["og:locale"], said["og:title"]) == ("summary_large_image", "en", "Said")


def test_structured_data_ends_no_script(harbour):
    add_content(harbour, title="</script><script>alert(1)</script>&", slug="evil")
    text = client_for(harbour).get("/evil/").content.decode()
    assert "<script>alert" not in text
    steps = graph_of(text)["BreadcrumbList"]["itemListElement"]
    assert steps[-1]["name"] == "</script><script>alert(1)</script>&"


def share_address(client, path="/about/") -> str:
    return meta_of(client.get(path).content.decode())["og:image"].removeprefix(SITE)


def test_picture_for_sharing_is_drawn_once_and_changes_with_the_page(harbour, django_assert_num_queries):
    with organization_scope(harbour.pk), new_sizes():
        page = add_content(harbour, title="About us", slug="about", share_image=PictureFactory())
        client = client_for(harbour)
        first = share_address(client)
        answer = client.get(first)
        assert (answer["Content-Type"], answer["Cache-Control"]) == (
            "image/jpeg",
            "public, max-age=31536000, immutable",
        )
        assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
        with django_assert_num_queries(4):
            assert client.get(first).content == answer.content
        page.title = "All about us"
        page.save_revision().publish()
        forget_pages_now(harbour)
        second = share_address(client)
        assert (second != first, client.get(first).url) == (True, second)
        assert client.get(second).content != answer.content


def test_picture_of_what_is_not_for_all_is_not_drawn(harbour, kyoto):
    page = add_content(harbour, title="About us", slug="about")
    client = client_for(harbour)
    address = share_address(client)
    assert client_for(kyoto).get(address).status_code == 404
    with organization_scope(harbour.pk):
        restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
        assert client.get(address).status_code == 404
        restriction.delete()
        page.unpublish()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "title", ["", "A", "Donaudampfschifffahrtsgesellschaftskapitän " * 9, "京都の夜", "جولة في الميناء", "x" * 255]
)
def test_any_title_can_be_drawn(title):
    drawn = draw_share_image(title=title, name="Harbour Walks", colour="#0b3d5c")
    assert Image.open(io.BytesIO(drawn)).size == (1200, 630)
