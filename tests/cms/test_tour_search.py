"""The list of tours: what its filters find, by its address, with few queries however many tours there are."""

import datetime as dt
import re

import pytest
from django.http import HttpResponse
from wagtail.models import PageViewRestriction

from cms import page_cache
from cms.blocks import BodyBlock
from cms.models import TourPage
from cms.queries.tour_search import tour_facts
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes
from tests.cms.test_pages import build_site, forget_pages_now, home_of
from tests.factories import TierFactory, VariantFactory, make_schedule
from tests.fixtures import client_for
from tours.enums import TourStatus
from tours.models import TourTag

SUNDAY, MONDAY = dt.date(2031, 6, 1), dt.date(2031, 6, 2)


def add_tour(
    index, name: str, *, price: int = 2500, days: tuple[dt.date, ...] = (MONDAY,), tags=(), **values
) -> TourPage:
    variant = VariantFactory(**{f"tour__{field}": value for field, value in {"name": name, **values}.items()})
    TierFactory(tour=variant.tour, price_minor=price)
    variant.tour.tags.set(tags)
    variant.tour.save()
    for day in days:
        make_schedule(variant, date=day)
    page = index.add_child(instance=TourPage(title=name, tour=variant.tour, summary=f"About {name}."))
    page.save_revision().publish()
    return page


def names(answer: HttpResponse) -> list[str]:
    return re.findall(r'tour-card__name"><a href="[^"]+">([^<]+)<', answer.content.decode())


@pytest.fixture
def index(harbour):
    with organization_scope(harbour.pk):
        page = build_site(harbour).get_parent()
        night = TourTag.objects.create(name="At night", name_translations={"de": "Nachts"})
        families = TourTag.objects.create(name="Families")
        add_tour(page, "Boats", price=4000, category="boat", duration_minutes=200, languages=["de"], tags=[families])
        add_tour(
            page,
            "Ghosts",
            price=1000,
            days=(SUNDAY,),
            accessibility=["wheelchair", "dogs"],
            languages=["en", "de"],
            tags=[night, families],
        )
        add_tour(page, "Someday", days=())
        add_tour(page, "Secret", status=TourStatus.DRAFT)
    return page


def test_each_filter_finds_its_tours(harbour, index):
    client = client_for(harbour)
    with organization_scope(harbour.pk):
        night = TourTag.objects.get(name="At night").pk
    everything = ["Harbour lights", "Boats", "Ghosts", "Someday"]
    found = {
        "": everything,
        "from=2031-06-02": ["Harbour lights", "Boats"],
        "to=2031-06-01": ["Ghosts"],
        "from=2031-06-01&to=2031-06-01": ["Ghosts"],
        "language=de": ["Boats", "Ghosts"],
        "duration=long": ["Boats"],
        "price=25": ["Harbour lights", "Ghosts"],
        "price=25&from=2031-06-02": ["Harbour lights"],
        "category=boat": ["Boats"],
        f"tag={night}": ["Ghosts"],
        "access=wheelchair&access=dogs": ["Ghosts"],
        "order=soonest": ["Ghosts", "Harbour lights", "Boats", "Someday"],
        "order=price": ["Ghosts", "Harbour lights", "Boats", "Someday"],
        "language=de&order=price": ["Ghosts", "Boats"],
        # What nobody offers, and what is no value, limits nothing and is told.
        "category=space": everything,
        "from=2031-02-31": everything,
        "page=99": everything,
    }
    assert {query: names(client.get(f"/tours/?{query}")) for query in found} == found


def test_what_is_wrong_is_told_at_its_field(harbour, index):
    client = client_for(harbour)
    said = {
        "from=soon": "From: Enter a valid date.",
        "from=2031-06-02&to=2031-06-01": "Until: This day is before the first one.",
        "price=cheap": "Price up to: Enter an amount such as 12.50.",
        # A number that would take minutes to write out.
        "price=1e999990": "Price up to: Enter an amount such as 12.50.",
        "category=space": "Category: Select a valid choice. space is not one of the available choices.",
    }
    assert {
        query: re.findall(r'role="alert"[^>]*>([^<]+)<', client.get(f"/tours/?{query}").content.decode())
        for query in said
    } == {query: [words] for query, words in said.items()}


def test_a_free_tour_costs_nothing_and_nothing_is_a_price(harbour, index):
    with organization_scope(harbour.pk):
        add_tour(index, "Tips welcome", price=0)
    client = client_for(harbour)
    assert names(client.get("/tours/?price=0")) == ["Tips welcome"]
    assert names(client.get("/tours/?order=price"))[:2] == ["Tips welcome", "Ghosts"]
    answer = client.get("/tours/?price=0&language=de")
    assert (names(answer), "Price up to €0.00" in answer.content.decode()) == ([], True)


def test_closed_pages_are_in_no_list_but_their_own(harbour, index):
    with organization_scope(harbour.pk):
        closed = TourPage.objects.get(title="Ghosts")
        PageViewRestriction.objects.create(page=closed, restriction_type=PageViewRestriction.LOGIN)
        assert [tour.page_id for tour in tour_facts(closed) if tour.page_id == closed.pk] == [closed.pk]
        TourPage.objects.get(title="Boats").save()
    client = client_for(harbour)
    assert names(client.get("/tours/")) == ["Harbour lights", "Boats", "Someday"]
    with organization_scope(harbour.pk):
        boats = TourPage.objects.get(title="Boats").tour.public_id
    assert "Ghosts" not in client.get(f"/similar/{boats}/").content.decode()


def test_editor_sees_the_list_as_it_will_be(harbour, index, member_client):
    url = f"/admin/pages/{index.pk}/edit/preview/"
    editor = member_client(harbour, Role.EDITOR)
    with organization_scope(harbour.pk):
        data = {
            "title": "Tours",
            "slug": "tours",
            "intro": "null",
            "comments-TOTAL_FORMS": 0,
            "comments-INITIAL_FORMS": 0,
        }
    assert editor.post(url, data).json()["is_valid"]
    assert names(editor.get(f"{url}?mode=")) == ["Harbour lights", "Boats", "Ghosts", "Someday"]


def test_nothing_found_says_what_to_leave_out(harbour, index):
    answer = client_for(harbour).get("/tours/?from=2031-06-02&language=de&price=20&category=boat")
    assert names(answer) == []
    assert answer.context["found"].instead == {"price": 1}
    text = answer.content.decode()
    assert "No tour fits all of this." in text
    assert 'href="/tours/?from=2031-06-02&amp;language=de&amp;category=boat"' in text


def test_address_of_a_filtered_list_has_nothing_empty_and_is_for_no_search_engine(harbour, index):
    client = client_for(harbour)
    answer = client.get("/tours/?from=&to=&language=de&utm=x&price=+")
    assert (answer.status_code, answer["Location"]) == (302, "/tours/?language=de&utm=x")
    head = {
        path: ("noindex" in text, re.findall(r'rel="canonical" href="([^"]+)"', text))
        for path in ("/tours/", "/tours/?language=de", "/tours/?order=price")
        for text in [client.get(path).content.decode()]
    }
    canonical = ["http://harbour.localhost:8000/tours/"]
    assert head == {
        "/tours/": (False, canonical),
        "/tours/?language=de": (True, canonical),
        "/tours/?order=price": (True, canonical),
    }


@pytest.mark.parametrize("more", [0, 30])
def test_list_takes_as_many_queries_however_many_tours(harbour, index, django_assert_num_queries, more):
    with organization_scope(harbour.pk):
        for number in range(more):
            add_tour(index, f"Another {number}")
        TourPage.objects.update(cover=PictureFactory())
        client = client_for(harbour)
        with new_sizes():
            client.get("/tours/")
    for query in ("", "language=de", "from=2031-06-01", "from=2031-06-01&price=100&order=price", "order=soonest"):
        forget_pages_now(harbour)
        with django_assert_num_queries(11):
            assert client.get(f"/tours/?{query}").status_code == 200
    parts = [len(names(client.get(f"/tours/?order=price&page={number}"))) for number in (1, 2)]
    assert parts == ([4, 4] if not more else [24, 10])


def test_filtered_lists_are_stored_by_their_address(harbour, index, django_assert_num_queries):
    client = client_for(harbour)
    first = client.get("/tours/?language=de&order=price")
    with django_assert_num_queries(0):
        again = client.get("/tours/?language=de&order=price")
    assert (first["X-Cache"], again["X-Cache"], again.content == first.content) == ("miss", "hit", True)
    # The same in another order, with more, or wrong: answered, never kept.
    for query in ("order=price&language=de", "language=de&order=price&utm=1", "page=1", "price=cheap", "page=7"):
        assert [client.get(f"/tours/?{query}").headers.get("X-Cache") for _time in range(2)] == [None, None]
    with organization_scope(harbour.pk):
        forget_pages_now(harbour)
    assert client.get("/tours/?language=de&order=price")["X-Cache"] == "miss"


def test_only_so_many_queries_are_stored(harbour):
    path = "harbour.localhost/tours/"
    generation = page_cache.fetch(harbour.pk, path, accepts_gzip=False, etag="").generation
    for number in range(page_cache.MOST_QUERIES + 1):
        page_cache.store(harbour.pk, path, HttpResponse("x"), generation=generation, query=f"price={number}")
    stored = [
        page_cache.fetch(harbour.pk, path, accepts_gzip=False, etag="", query=f"price={number}").response is not None
        for number in (0, page_cache.MOST_QUERIES - 1, page_cache.MOST_QUERIES)
    ]
    assert stored == [True, True, False]


def test_beside_a_tour_stand_those_most_like_it(harbour, index, django_assert_num_queries):
    client = client_for(harbour)
    with organization_scope(harbour.pk):
        ghosts = TourPage.objects.get(title="Ghosts").tour
    client.get("/tours/")
    with django_assert_num_queries(8):
        answer = client.get(f"/similar/{ghosts.public_id}/")
    # The theme they share comes before the category.
    assert names(answer) == ["Boats", "Harbour lights", "Someday"]
    assert "from €10.00" in answer.content.decode()
    with django_assert_num_queries(0):
        assert client.get(f"/similar/{ghosts.public_id}/")["X-Cache"] == "hit"
    assert client.get(f"/de/similar/{ghosts.public_id}/").status_code == 404
    with organization_scope(harbour.pk):
        someday = TourPage.objects.get(title="Someday").tour
    assert "price-from" not in client.get(f"/similar/{someday.public_id}/").content.decode()


def test_list_on_a_page_by_tag_and_by_category_and_by_departure(harbour, index):
    with organization_scope(harbour.pk):
        families = TourTag.objects.get(name="Families").pk
        home = home_of(harbour)
        wanted = {"heading": "", "count": 2, "category": "", "tag": "", "soonest_first": False}
        found = {}
        for name, values in {
            "all": {},
            "tag": {"tag": str(families)},
            "category": {"category": "boat"},
            "soonest": {"soonest_first": True},
            "tag that is gone": {"tag": "999999"},
        }.items():
            home.body = BodyBlock().to_python([{"type": "tours", "value": {**wanted, **values}}])
            home.save_revision().publish()
            forget_pages_now(harbour)
            found[name] = names(client_for(harbour).get("/"))
    assert found == {
        "all": ["Harbour lights", "Boats"],
        "tag": ["Boats", "Ghosts"],
        "category": ["Boats"],
        "soonest": ["Ghosts", "Harbour lights"],
        "tag that is gone": [],
    }
