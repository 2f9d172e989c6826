import re

import pytest
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page

from cms import operations, queries
from cms.models import Branding, ContentPage
from cms.queries.desk import undescribed_pages
from cms.rules import STARTERS, contrast
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.cms.test_pages import home_of
from tests.factories import TierFactory, make_schedule
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel

URL = "/admin/starter-site/"
OFFER = "Your site has no pages yet"


def titles(language: str) -> list[tuple[str, bool]]:
    pages = Page.objects.filter(depth=4, locale__language_code=language).order_by("path")
    return [(page.title, page.live) for page in pages]


@pytest.mark.parametrize("style", STARTERS)
def test_site_is_there_with_one_click(harbour, member_client, style):
    client = member_client(harbour, Role.EDITOR)
    assert OFFER in client.get("/admin/").content.decode()
    assert client.post(URL, {"style": style, "publish": "1"}).status_code == 302
    assert OFFER not in client.get("/admin/").content.decode()
    starter, guest = STARTERS[style], client_for(harbour)
    home = guest.get("/").content.decode()
    assert f"<h1>{starter.heading}</h1>" in home
    menu = re.findall(r'<a href="(/[a-z-]+/)"', home.partition("site-nav")[2].partition("</nav>")[0])
    assert len(menu) == 3
    assert [guest.get(url).status_code for url in menu] == [200, 200, 200]
    german = guest.get("/de/").content.decode()
    assert ('lang="de"' in german, german.count("/de/") >= 3) == (True, True)
    with organization_scope(harbour.pk):
        branding = Branding.objects.get()
        assert (branding.primary_colour, branding.accent_colour) == (starter.primary_colour, starter.accent_colour)
        with override("en"):
            assert branding.tagline == starter.tagline
        assert AuditEntry.objects.filter(action="starter_site.built").count() == 1
        found = queries.page_translations(harbour.site.root_page, languages=harbour.languages)
        assert {one.state.value for one in found} == {"current"}
        assert list(undescribed_pages()) == []


@pytest.mark.parametrize("starter", STARTERS.values())
def test_colours_of_styles_can_be_read(starter):
    assert min(contrast(colour, "#ffffff") for colour in (starter.primary_colour, starter.accent_colour)) >= 4.5


def test_drafts_are_seen_by_no_guest(harbour, member_client):
    client = member_client(harbour, Role.OWNER)
    client.post(URL, {"style": "city", "publish": ""})
    with organization_scope(harbour.pk):
        assert titles("en") == [("Tours", False), ("Questions", False), ("About us", False)]
        home = home_of(harbour)
        assert (bool(home.body), home.has_unpublished_changes) == (False, True)
        home.get_latest_revision().publish()
    # The button to a page that is a draft is left out; the words are there.
    text = client_for(harbour).get("/").content.decode()
    assert ("See the city" in text, "Choose a tour" in text) == (True, False)


def test_nothing_is_overwritten(harbour, member_client):
    client = member_client(harbour, Role.OWNER)
    with organization_scope(harbour.pk):
        home = home_of(harbour)
        home.body = [("rich_text", "<p>Not finished</p>")]
        home.save_revision()
    answer = client.post(URL, {"style": "city", "publish": "1"}, follow=True)
    assert "Your site has pages already. They were left as they are." in answer.content.decode()
    with organization_scope(harbour.pk):
        assert (titles("en"), Branding.objects.get().tagline) == ([], "")
        assert "Not finished" in str(home_of(harbour).get_latest_revision_as_object().body)


def test_look_that_was_chosen_stays(in_harbour):
    branding = Branding.objects.get()
    branding.primary_colour, branding.tagline = "#114411", "Ahoy"
    branding.save()
    operations.build_starter(STARTERS["house"], publish=True, actor=make_member(in_harbour, Role.OWNER))
    branding.refresh_from_db()
    assert (branding.primary_colour, branding.accent_colour, branding.tagline) == ("#114411", "#9a3b12", "Ahoy")


def test_tagline_is_written_in_languages_that_our_words_are_in(in_harbour, settings):
    settings.WAGTAILADMIN_PERMITTED_LANGUAGES = [("en", "English")]
    operations.build_starter(STARTERS["city"], publish=True, actor=make_member(in_harbour, Role.OWNER))
    assert list(Branding.objects.get().tagline_translations) == []


def test_what_is_sold_already_is_on_it(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
        TierFactory(tour=schedule.tour)
    member_client(harbour, Role.OWNER).post(URL, {"style": "museum", "publish": "1"})
    assert client_for(harbour).get("/guided-tours/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_site(harbour):
    owner = make_member(harbour, Role.OWNER)

    def build(_number: int) -> str:
        try:
            operations.build_starter(STARTERS["city"], publish=True, actor=owner)
        except operations.SiteNotEmpty:
            return "refused"
        return "built"

    assert sorted(in_parallel(harbour, 4, build)) == ["built", "refused", "refused", "refused"]
    with organization_scope(harbour.pk):
        assert (len(titles("en")), len(titles("de")), ContentPage.objects.count()) == (3, 3, 2)


def test_only_for_those_who_keep_pages(harbour, kyoto, member_client):
    assert [member_client(harbour, role).get(URL).status_code for role in (Role.MANAGER, Role.GUIDE)] == [302, 302]
    client = member_client(harbour, Role.EDITOR)
    assert "Please choose a style." in client.post(URL, {"style": "castle"}).content.decode()
    client.post(URL, {"style": "city", "publish": "1"})
    with organization_scope(kyoto.pk):
        assert queries.is_site_empty(kyoto)


def test_legal_text_begins_with_an_outline_that_is_not_kept(harbour, member_client):
    client = member_client(harbour, Role.OWNER)
    url = reverse("legal_texts:edit", args=["privacy", "en"])
    assert f"{url}?outline" in client.get(reverse("legal_texts:index")).content.decode()
    shown = [client.get(address).content.decode() for address in (url, f"{url}?outline")]
    assert ["How long we keep it" in text for text in shown] == [False, True]
    assert client_for(harbour).get("/legal/privacy/").status_code == 404
