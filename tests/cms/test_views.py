import datetime as dt

import pytest
import time_machine
from django.test import Client
from wagtail.models import PageViewRestriction

from cms.models import Branding, ContentPage
from cms.page_cache import _forget
from tenancy.enums import Role
from tenancy.models import Organization, RoleGroup
from tenancy.scope import organization_scope
from tests.cms.test_pages import home_of
from tests.fixtures import PASSWORD, client_for, make_member

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
CHANGED = "2031-01-10T13:00:00+01:00"
INDEX = """\
<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{maps}</sitemapindex>
"""
SITEMAP = """\
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
{urls}</urlset>
"""


def entry(path: str, *, languages: tuple[tuple[str, str], ...] = ()) -> str:
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{shown}" href="http://harbour.localhost:8000{other}"/>'
        for code, other in languages
        for shown in ((code, "x-default") if code == "en" else (code,))
    )
    return f"<url><loc>http://harbour.localhost:8000{path}</loc><lastmod>{CHANGED}</lastmod>{others}</url>\n"


def add_page(organization: Organization, slug: str, language: str = "en", **options) -> ContentPage:
    with organization_scope(organization.pk):
        home = home_of(organization, language)
        page = home.add_child(instance=ContentPage(title=slug.title(), slug=slug, locale=home.locale, **options))
        page.save_revision().publish()
    return page


@pytest.fixture
def two_languages(db, request) -> Organization:
    with time_machine.travel(NOW, tick=False):
        harbour = request.getfixturevalue("harbour")
        about = add_page(harbour, "about")
        add_page(harbour, "ueber-uns", "de", translation_key=about.translation_key)
        add_page(harbour, "only-here")
        add_page(harbour, "nur-hier", "de")
        private, draft = add_page(harbour, "partners"), add_page(harbour, "draft")
        with organization_scope(harbour.pk):
            PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
            draft.unpublish()
    return harbour


def test_sitemap_names_each_public_page_with_its_languages(two_languages, kyoto):
    homes, about = (("en", "/"), ("de", "/de/")), (("en", "/about/"), ("de", "/de/ueber-uns/"))
    client = client_for(two_languages)
    maps = "".join(
        f"<sitemap><loc>http://harbour.localhost/sitemap-{code}.xml</loc><lastmod>{CHANGED}</lastmod></sitemap>\n"
        for code in ("en", "de")
    )
    assert client.get("/sitemap.xml").content.decode() == INDEX.format(maps=maps)
    english, german = (client.get(f"/sitemap-{code}.xml") for code in ("en", "de"))
    assert english["Content-Type"] == "application/xml"
    assert english.content.decode() == SITEMAP.format(
        urls=entry("/", languages=homes) + entry("/about/", languages=about) + entry("/only-here/")
    )
    assert german.content.decode() == SITEMAP.format(
        urls=entry("/de/", languages=homes) + entry("/de/ueber-uns/", languages=about) + entry("/de/nur-hier/")
    )
    assert [client.get(path).status_code for path in ("/sitemap-fr.xml", "/de/sitemap.xml")] == [404, 404]
    assert "harbour" not in client_for(kyoto).get("/sitemap-en.xml").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_sitemap_takes_the_same_queries_however_long(harbour, django_assert_num_queries, count):
    for number in range(count):
        add_page(harbour, f"about-{number}")
    client = client_for(harbour)
    for address in ("/sitemap.xml", "/sitemap-en.xml", "/robots.txt"):
        # What a process knows of the site after its first answer is not counted.
        client.get(address)
        _forget(harbour.pk)
        with django_assert_num_queries(0 if address == "/robots.txt" else 3):
            made = client.get(address)
        with django_assert_num_queries(0):
            stored = client.get(address)
        assert (stored["X-Cache"], stored["Content-Type"], stored.content) == (
            "hit",
            made["Content-Type"],
            made.content,
        )


def test_robots_are_kept_from_what_is_somebodys_own_in_every_language(harbour):
    lines = client_for(harbour).get("/robots.txt").content.decode().splitlines()
    assert {"Disallow: /cart/", "Disallow: /*/cart/", "Disallow: /*/search/", "Disallow: /admin/"} < set(lines)
    assert lines[-1] == "Sitemap: http://harbour.localhost/sitemap.xml"


def test_copy_for_trying_out_is_not_for_search_engines(harbour, settings):
    settings.SEARCH_ENGINES = False
    client = client_for(harbour)
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"
    assert client.get("/")["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize(
    ("path", "language", "heading", "home"),
    [
        ("/nowhere/", "en", "We cannot find this page", "/"),
        ("/de/nirgends/", "de", "Wir können diese Seite nicht finden", "/de/"),
        ("/wp-login.php", "en", "We cannot find this page", "/"),
        ("/documents/7/secret.pdf", "en", "We cannot find this page", "/"),
        ("/order/7a1f/", "en", "We cannot find this page", "/"),
    ],
)
def test_page_that_is_not_there_looks_like_the_site(harbour, path, language, heading, home):
    answer = client_for(harbour).get(path)
    text = answer.content.decode()
    assert (answer.status_code, f'<html lang="{language}">' in text, heading in text) == (404, True, True)
    assert (text.count("Harbour Walks") > 1, "/branding.css?v=" in text) == (True, True)
    assert f'<a class="button" href="{home}">' in text
    assert "noindex" in text


def test_missing_pages_of_two_organizations_look_like_their_own(harbour, kyoto):
    with organization_scope(kyoto.pk):
        Branding.objects.update(tagline="Quiet walks")
    ours, theirs = (client_for(one).get("/nowhere/").content.decode() for one in (harbour, kyoto))
    assert (ours.count("Kyoto"), ours.count("Quiet walks")) == (0, 0)
    assert (theirs.count("Harbour"), theirs.count("Quiet walks")) == (0, 1)


def test_missing_page_is_not_stored(harbour):
    client = client_for(harbour)
    assert "X-Cache" not in client.get("/about/")
    add_page(harbour, "about")
    assert client.get("/about/").status_code == 200


@pytest.fixture
def broken(settings):
    settings.ROOT_URLCONF = "tests.cms.broken_urls"

    def visit(client: Client, path: str = "/broken/"):
        client.raise_request_exception = False
        return client.get(path)

    return visit


def test_broken_page_says_so_in_the_name_of_the_organization(harbour, kyoto, broken, django_assert_num_queries, caplog):
    client = client_for(harbour)
    client.get("/")
    with django_assert_num_queries(0):
        answer = broken(client)
    text = answer.content.decode()
    assert (answer.status_code, "Something went wrong on our side" in text) == (500, True)
    assert ("Harbour Walks" in text, "hello@harbour.example" in text, "pump" in text) == (True, True, False)
    assert ("Kyoto Trails" in broken(client_for(kyoto)).content.decode(), "X-Cache" in answer) == (True, False)


def test_broken_page_speaks_the_language_of_the_page(harbour, broken, caplog):
    text = broken(client_for(harbour), "/de/broken/").content.decode()
    assert ('<html lang="de">' in text, 'href="/de/"' in text) == (True, True)


def test_private_page_asks_guests_to_sign_in_and_leads_back(harbour):
    page = add_page(harbour, "partners")
    with organization_scope(harbour.pk):
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    guest = client_for(harbour)
    asked = guest.get("/partners/")
    assert asked.url == "/_util/login/?next=/partners/"
    assert guest.get(asked.url).url == "/admin/login/?next=/partners/"
    guide = make_member(harbour, Role.GUIDE)
    given = {"login": guide.email, "password": "wrong", "next": "/partners/"}
    assert guest.post("/admin/login/", given).status_code == 200
    assert guest.post("/admin/login/", {**given, "password": PASSWORD}).url == "/partners/"
    assert "<h1>Partners</h1>" in guest.get("/partners/").content.decode()


def test_private_page_of_a_group_tells_others_that_it_is_not_theirs(harbour):
    page = add_page(harbour, "partners")
    with organization_scope(harbour.pk):
        restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
        restriction.groups.add(RoleGroup.objects.get(role=Role.OWNER).group)
    guide = client_for(harbour, make_member(harbour, Role.GUIDE))
    refused = guide.get("/partners/", follow=True)
    assert refused.redirect_chain == [("/_util/login/?next=/partners/", 302)]
    assert (refused.status_code, "<h1>Not for your account</h1>" in refused.content.decode()) == (403, True)


def test_private_page_of_one_organization_is_closed_to_members_of_another(harbour, kyoto):
    page = add_page(harbour, "partners")
    with organization_scope(harbour.pk):
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    stranger = make_member(kyoto, Role.OWNER)
    given = {"login": stranger.email, "password": PASSWORD, "next": "/partners/"}
    guest = client_for(harbour)
    assert guest.post("/admin/login/", given).status_code == 200
    assert guest.get("/partners/").status_code == 302
