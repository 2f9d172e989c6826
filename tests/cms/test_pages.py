import datetime as dt
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale, Page

from cms import page_cache
from cms.models import (
    Branding,
    ContentPage,
    FaqPage,
    LandingPage,
    TourIndexPage,
    TourPage,
    TourPagePicture,
    TourPageStop,
)
from cms.pages.forms import is_taken
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes
from tests.factories import StopFactory, TierFactory, VariantFactory, make_schedule
from tests.fixtures import client_for


def home_of(organization: Organization, language: str = "en") -> LandingPage:
    return LandingPage.objects.get(locale__language_code=language)


def forget_pages_now(organization: Organization) -> None:
    """As after a change; changes inside a test that is never committed are not seen by the store."""
    page_cache._forget(organization.pk)


def build_site(organization: Organization, *, name: str = "Harbour lights", stops: int = 2) -> TourPage:
    """A home with tiles and tours, a list of tours and a tour's page."""
    home = home_of(organization)
    index = home.add_child(instance=TourIndexPage(title="Tours", slug="tours", show_in_menus=True))
    variant = VariantFactory(tour__name=name)
    TierFactory(tour=variant.tour)
    make_schedule(variant)
    for _number in range(stops):
        StopFactory(tour=variant.tour)
    page = index.add_child(
        instance=TourPage(title=name, slug="lights", tour=variant.tour, summary="The port at night.")
    )
    plain = {"text": "", "image": None, "size": "small", "colour": "plain"}
    home.body = [
        (
            "hero",
            {"heading": f"Welcome to {organization.name}", "text": "", "image": None, "button": "Tours", "page": index},
        ),
        (
            "tiles",
            {
                "heading": "",
                "tiles": [
                    ("page", {**plain, "title": "Our tours", "icon": "compass", "size": "wide", "page": index}),
                    ("call", {**plain, "title": "Call us", "icon": "phone", "phone": "+49 40 123456"}),
                    ("wifi", {**plain, "title": "Wi-Fi", "icon": "wifi", "network": "Pier;3", "password": "ahoi"}),
                ],
            },
        ),
        ("tours", {"heading": "Next", "count": 3}),
    ]
    home.save_revision().publish()
    return page


def test_home_exists_in_each_language(in_harbour):
    homes = LandingPage.objects.order_by("path")
    assert [home.locale.language_code for home in homes] == ["en", "de"]
    assert len({home.translation_key for home in homes}) == 1
    assert in_harbour.site.root_page.specific == homes[0]


def test_home_shows_its_tiles_and_tours(harbour):
    with organization_scope(harbour.pk):
        build_site(harbour)
    text = client_for(harbour).get("/").content.decode()
    assert "Welcome to Harbour Walks" in text
    assert 'href="tel:+4940123456"' in text
    assert "<svg" in text
    assert "from €25.00" in text
    assert 'href="/tours/lights/"' in text


def test_content_page_opens_with_a_head_of_its_own_and_lists_tours(harbour):
    hero = {"heading": "For groups", "text": "From ten people.", "image": None, "button": "", "page": None}
    with organization_scope(harbour.pk):
        build_site(harbour)
        page = home_of(harbour).add_child(instance=ContentPage(title="Groups", slug="groups"))
        page.body = [("hero", hero), ("tours", {"heading": "Next", "count": 3})]
        page.save_revision().publish()
    text = client_for(harbour).get("/groups/").content.decode()
    assert re.findall(r"<h1[^>]*>([^<]*)</h1>", text) == ["For groups"]
    assert 'href="/tours/lights/"' in text


def test_site_of_one_organization_shows_nothing_of_another(harbour, kyoto):
    with organization_scope(harbour.pk):
        build_site(harbour)
    with organization_scope(kyoto.pk):
        build_site(kyoto, name="Gion by evening")
    text = client_for(kyoto).get("/").content.decode()
    assert ("Gion by evening" in text, "¥2,500" in text) == (True, True)
    assert ("Harbour" in text, "€" in text) == (False, False)
    with organization_scope(harbour.pk):
        foreign = client_for(kyoto).get(f"/admin/pages/{home_of(harbour).pk}/edit/")
    assert foreign.status_code == 302


def test_pages_in_german_have_german_words(harbour):
    with organization_scope(harbour.pk):
        german = home_of(harbour, "de")
        german.add_child(instance=ContentPage(title="Über uns", slug="ueber-uns", show_in_menus=True))
    answer = client_for(harbour).get("/de/")
    text = answer.content.decode()
    assert ('<html lang="de"' in text, "/de/ueber-uns/" in text) == (True, True)
    assert 'hreflang="en"' in text


@pytest.mark.parametrize("count", [1, 3])
def test_tour_page_cold_takes_few_queries(harbour, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        page = build_site(harbour, stops=count)
        page.cover = PictureFactory()
        for stop in page.tour.stops.all():
            page.pictures.add(TourPagePicture(image=PictureFactory()))
            page.stop_contents.add(TourPageStop(stop=stop, text="<p>Look up.</p>", image=PictureFactory()))
        page.save_revision().publish()
        client = client_for(harbour)
        with new_sizes():
            client.get("/tours/lights/")
        forget_pages_now(harbour)
    with django_assert_num_queries(10):
        answer = client.get("/tours/lights/")
    assert (answer.status_code, answer["X-Cache"]) == (200, "miss")
    text = answer.content.decode()
    assert text.count('class="stops__stop"') == count
    assert text.count("Photo: A. Hansen") == 1 + 2 * count
    # Each picture of the gallery leads to itself in large, and to where the tour meets leads a way.
    assert text.count('class="gallery__link" href="/media/') == count
    assert text.count("https://www.google.com/maps/dir/?api=1&amp;destination=53.545600%2C9.966600") == 1
    assert 'href="/tours/?category=walking"' in text


@pytest.mark.parametrize("count", [1, 3])
def test_home_cold_takes_few_queries(harbour, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        tour = build_site(harbour)
        tour.cover = PictureFactory()
        tour.save_revision().publish()
        index, home = tour.get_parent(), home_of(harbour)
        for _number in range(count):
            tile = {"title": "Tours", "text": "", "icon": "", "image": PictureFactory(), "page": index}
            # As the editor stores what nobody chose.
            tile["freshness"] = {"confirmed_on": None, "valid_until": None, "owner": ""}
            home.body.append(
                ("tiles", {"heading": "", "tiles": [("page", {**tile, "size": "wide", "colour": "plain"})]})
            )
        home.save_revision().publish()
        client = client_for(harbour)
        with new_sizes():
            client.get("/")
        forget_pages_now(harbour)
    with django_assert_num_queries(12):
        answer = client.get("/")
    assert answer.content.decode().count("<picture") == count + 1


def test_page_from_the_store_takes_no_query(harbour, django_assert_num_queries):
    with organization_scope(harbour.pk):
        build_site(harbour)
    client = client_for(harbour)
    first = client.get("/tours/lights/")
    with django_assert_num_queries(0):
        second = client.get("/tours/lights/")
    assert (first["X-Cache"], second["X-Cache"]) == ("miss", "hit")
    assert second.content == first.content
    assert second["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert client.get("/tours/lights/", headers={"If-None-Match": second["ETag"]}).status_code == 304
    assert (second.cookies, "csrfmiddlewaretoken" in second.content.decode()) == ({}, False)


@pytest.mark.django_db(transaction=True)
def test_stored_page_is_forgotten_when_something_on_it_changes(harbour):
    with organization_scope(harbour.pk):
        page = build_site(harbour)
        client = client_for(harbour)
        client.get("/tours/lights/")
        page.title = "Harbour by night"
        page.save_revision().publish()
    assert "Harbour by night" in client.get("/tours/lights/").content.decode()
    assert client.get("/tours/lights/")["X-Cache"] == "hit"
    with organization_scope(harbour.pk):
        StopFactory(tour=page.tour, title="The old lighthouse")
    assert "The old lighthouse" in client.get("/tours/lights/").content.decode()


def test_stored_page_does_not_cross(harbour, kyoto):
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            build_site(organization, name=f"Tour of {organization.name}")
        assert f"Tour of {organization.name}" in client_for(organization).get("/tours/lights/").content.decode()


def test_policy_allows_no_inline_script_or_style(harbour):
    policy = client_for(harbour).get("/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy


def test_policy_knows_the_scripts_in_a_page(harbour):
    page = client_for(harbour).get("/")
    scripts = re.findall(r"<script>(.+?)</script>", page.content.decode(), re.DOTALL)
    known = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    in_policy = [f"'{source}'" for source in re.findall(r"'(sha256-.+?)'", page["Content-Security-Policy"])]
    assert known == in_policy
    assert set(known) < set(settings.ADMIN_CONTENT_POLICY["script-src"])


def test_page_that_is_not_there(harbour):
    answer = client_for(harbour).get("/nowhere/")
    assert (answer.status_code, "Harbour Walks" in answer.content.decode()) == (404, True)


def test_host_that_nobody_has(db):
    from django.test import Client

    answer = Client(headers={"host": "nobody.localhost"}).get("/")
    assert (answer.status_code, "no site at this address" in answer.content.decode()) == (404, True)


def test_stylesheet_has_the_colours_of_the_site(harbour, kyoto):
    with organization_scope(kyoto.pk):
        branding = Branding.objects.get()
        branding.primary_colour = "#7a1f1f"
        branding.save()
    assert "#7a1f1f" in client_for(kyoto).get("/branding.css").content.decode()
    assert "#7a1f1f" not in client_for(harbour).get("/branding.css").content.decode()


def test_robots_and_sitemap(harbour, kyoto):
    with organization_scope(harbour.pk):
        build_site(harbour)
    client = client_for(harbour)
    assert "Sitemap: http://harbour.localhost/sitemap.xml" in client.get("/robots.txt").content.decode()
    text = client.get("/sitemap-en.xml").content.decode()
    assert ("/tours/lights/" in text, "kyoto" in text) == (True, False)


def test_faq_page_is_marked_up(harbour):
    with organization_scope(harbour.pk):
        page = FaqPage(title="Questions", slug="questions")
        page.body = [("faq", {"heading": "", "questions": [{"question": "Rain?", "answer": "<p>We walk.</p>"}]})]
        home_of(harbour).add_child(instance=page)
    text = client_for(harbour).get("/questions/").content.decode()
    assert ("https://schema.org/FAQPage" in text, "Rain?" in text) == (True, True)


def test_editor_builds_and_publishes_a_landing_page(harbour, member_client):
    client = member_client(harbour, Role.EDITOR)
    with organization_scope(harbour.pk):
        home = home_of(harbour)
    tile = {"title": "Call us", "text": "", "icon": "phone", "image": "", "size": "small", "colour": "plain"}
    form = {
        "title": "Welcome aboard",
        "slug": "welcome-aboard",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "tiles",
        "body-0-id": "",
        "body-0-value-heading": "Quick help",
        "body-0-value-tiles-count": "1",
        "body-0-value-tiles-0-deleted": "",
        "body-0-value-tiles-0-order": "0",
        "body-0-value-tiles-0-type": "call",
        "body-0-value-tiles-0-id": "",
        **{f"body-0-value-tiles-0-value-{name}": value for name, value in tile.items()},
        "body-0-value-tiles-0-value-phone": "040 12",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "action-publish": "1",
    }
    url = reverse("wagtailadmin_pages:add", args=["cms", "landingpage", home.pk])
    refused = client.post(url, form)
    assert "with its country code" in refused.content.decode()
    form["body-0-value-tiles-0-value-phone"] = "+49 40 123456"
    assert client.post(url, form).status_code == 302
    assert "Quick help" in client_for(harbour).get("/welcome-aboard/").content.decode()


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.OWNER, True), (Role.MANAGER, True), (Role.EDITOR, False), (Role.GUIDE, False)],
)
def test_dashboard_shows_each_role_its_own(harbour, member_client, role, sees):
    with organization_scope(harbour.pk):
        schedule = make_schedule(date=timezone.localdate(timezone=harbour.zone), start_time=dt.time(23, 59))
    text = member_client(harbour, role).get("/admin/").content.decode()
    assert (schedule.tour.name in text) == sees


def test_superuser_at_one_host_sees_that_organization_only(harbour, kyoto):
    from tenancy.models import User
    from tenancy.operations import add_member
    from tenancy.scope import every_organization

    with every_organization():
        root = User.objects.create_superuser("root@platform.example", "x")
    add_member(harbour, user=root, role=Role.ADMIN)
    client = client_for(harbour, root)
    with organization_scope(kyoto.pk):
        foreign = Page.objects.get(depth=3).pk
    text = client.get("/admin/pages/").content.decode()
    assert ("Harbour Walks" in text, "Kyoto" in text) == (True, False)
    assert client.get(f"/admin/pages/{foreign}/edit/").status_code == 404
    assert Locale.objects.count() == 2


@pytest.mark.django_db
def test_account_of_one_organization_cannot_sign_in_at_another(harbour, kyoto):
    from tests.fixtures import PASSWORD, make_member

    make_member(harbour, Role.OWNER)
    form = {"login": "owner@harbour.example", "password": PASSWORD, "next": "/admin/"}
    assert client_for(kyoto).post("/admin/login/", form).status_code == 200
    assert client_for(harbour).post("/admin/login/", form).status_code == 302


@pytest.mark.parametrize(
    ("slug", "is_refused"),
    [("search", True), ("cart", True), ("admin", True), ("de", True), ("legal", False), ("harbour", False)],
)
def test_what_is_at_an_address_of_the_site_itself_hides_no_page(slug, is_refused):
    assert is_taken(slug) is is_refused


def test_nothing_is_added_beside_the_homes(harbour, member_client):
    with organization_scope(harbour.pk):
        container = home_of(harbour).get_parent().pk
    client = member_client(harbour, Role.OWNER)
    text = client.get(f"/admin/pages/{container}/").content.decode()
    assert ("Your site has a home in each of its languages." in text, "no site record" in text) == (True, False)
    assert f"/admin/pages/{container}/add_subpage/" not in text
    assert client.get(f"/admin/pages/add/cms/contentpage/{container}/").status_code == 302


@pytest.mark.parametrize("where", ["nowhere", "root", "container"])
def test_choosing_a_page_begins_at_the_home(harbour, member_client, where):
    with organization_scope(harbour.pk):
        home = home_of(harbour)
        home.add_child(instance=ContentPage(title="About us", slug="about"))
        parents = {"nowhere": "", "root": f"{Page.objects.get(depth=1).pk}/", "container": f"{home.get_parent().pk}/"}
    answer = member_client(harbour, Role.EDITOR).get(f"/admin/choose-page/{parents[where]}")
    shown = BeautifulSoup(answer.json()["html"], "html.parser").select("td.title a[data-title]")
    assert [one["data-title"] for one in shown] == [home.title, "About us"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_home_is_never_deleted(harbour, member_client, language):
    with organization_scope(harbour.pk):
        home = home_of(harbour, language)
    client = member_client(harbour, Role.OWNER)
    assert client.post(f"/admin/pages/{home.pk}/delete/").status_code == 302
    bulk = f"/admin/bulk/wagtailcore/page/delete/?id={home.pk}"
    client.post(bulk)
    with organization_scope(harbour.pk):
        assert home_of(harbour, language) == home
    text = client.get(f"/admin/pages/{home.pk}/edit/").content.decode()
    assert f"/admin/pages/{home.pk}/delete/" not in text
