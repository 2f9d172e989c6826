import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from wagtail.models import PageViewRestriction

from cms import page_cache
from cms.middleware import STAFF_COOKIE, PageCacheMiddleware, preferred_language
from cms.models import ContentPage
from tenancy.enums import Role
from tenancy.middleware import OrganizationMiddleware
from tenancy.models import Organization
from tenancy.queries import forget_hosts
from tenancy.scope import every_organization, organization_scope
from tests.cms.test_pages import home_of
from tests.fixtures import client_for, make_member


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,de;q=0.5", "de"),
        ("fr", "en"),
        ("den", "en"),
        ("de;q=0", "en"),
        ("*", "en"),
        (";;;", "en"),
    ],
)
def test_preferred_language(accepted, language):
    assert preferred_language(accepted, ["en", "de"]) == language


def arrive(organization: Organization, path: str = "/", *, accepted: str = "", **headers: str) -> str:
    """Where a guest who arrives is led; empty for nowhere else."""
    answer = client_for(organization).get(path, headers={"Accept-Language": accepted, **headers})
    return answer.headers.get("Location", "") if answer.status_code == 302 else ""


def test_guest_who_arrives_is_led_to_the_language_of_the_browser(harbour):
    assert (arrive(harbour, accepted="de-DE,en;q=0.5"), arrive(harbour, accepted="en-GB,de;q=0.5")) == ("/de/", "")
    assert (arrive(harbour, accepted="fr"), arrive(harbour)) == ("", "")
    assert arrive(harbour, accepted="de", Referer="https://search.example/") == "/de/"


def test_campaign_in_the_address_is_kept(harbour):
    assert arrive(harbour, "/?utm_source=poster&x=%26", accepted="de") == "/de/?utm_source=poster&x=%26"


def test_guest_who_chose_a_language_stays_there(harbour):
    assert arrive(harbour, accepted="de", Referer="http://harbour.localhost/de/") == ""


def test_only_the_home_leads_elsewhere(harbour):
    with organization_scope(harbour.pk):
        home_of(harbour).add_child(instance=ContentPage(title="About us", slug="about"))
    assert [arrive(harbour, path, accepted="de") for path in ("/about/", "/cart/", "/nowhere/")] == ["", "", ""]


def test_guest_is_not_led_to_a_language_without_a_published_home(harbour, kyoto):
    with organization_scope(harbour.pk):
        home_of(harbour, "de").unpublish()
    assert (arrive(harbour, accepted="de"), arrive(kyoto, accepted="de")) == ("", "")


def test_organization_of_another_language_leads_guests_to_its_own(harbour):
    with every_organization():
        Organization.objects.filter(pk=harbour.pk).update(default_language="de")
    forget_hosts()
    assert (arrive(harbour, accepted="fr"), arrive(harbour), arrive(harbour, accepted="en")) == ("/de/", "/de/", "")


def test_answer_depends_on_language_and_where_one_comes_from(harbour, kyoto):
    assert client_for(harbour).get("/", headers={"Accept-Language": "de"})["Vary"] == "Accept-Language, Referer"
    vary = client_for(harbour).get("/")["Vary"]
    assert {"Accept-Language", "Referer"} <= set(vary.split(", "))
    assert "Referer" not in client_for(kyoto).get("/")["Vary"]


def preview(client, page: ContentPage, **words: str) -> HttpResponse:
    """What an editor sees of a draft that is not saved, in the frame beside the form."""
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    form = {"title": page.title, "slug": page.slug, "body-count": "0", **words}
    form |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    assert client.post(url, form).json()["is_valid"]
    # As with the first request after the browser was opened again: signed in, but not yet marked.
    client.cookies.pop(STAFF_COOKIE, None)
    return client.get(url)


def test_preview_is_made_anew_and_not_stored(harbour, member_client):
    guest, editor = client_for(harbour), member_client(harbour, Role.EDITOR)
    with organization_scope(harbour.pk):
        page = home_of(harbour).add_child(instance=ContentPage(title="About us", slug="about"))
    guest.get("/about/")
    shown = preview(editor, page, title="Secret plans")
    assert ("Secret plans" in shown.content.decode(), "X-Cache" in shown) == (True, False)
    kept = guest.get("/about/")
    assert (kept["X-Cache"], "Secret plans" in kept.content.decode()) == ("hit", False)
    page_cache._forget(harbour.pk)
    preview(editor, page, title="Secret plans")
    kept = guest.get("/about/")
    assert (kept["X-Cache"], "Secret plans" in kept.content.decode()) == ("miss", False)


def test_preview_of_the_home_is_not_led_to_another_language(harbour, member_client):
    editor = member_client(harbour, Role.EDITOR)
    with every_organization():
        Organization.objects.filter(pk=harbour.pk).update(default_language="de")
    forget_hosts()
    with organization_scope(harbour.pk):
        home = home_of(harbour)
    shown = preview(editor, home, title="Soon")
    assert (shown.status_code, "<h1>Soon</h1>" in shown.content.decode()) == (200, True)


def test_draft_is_not_shown_to_guests(harbour):
    with organization_scope(harbour.pk):
        page = home_of(harbour).add_child(instance=ContentPage(title="About us", slug="about", live=False))
        page.save_revision()
    assert client_for(harbour).get("/about/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_page_for_people_who_are_signed_in_is_never_stored(harbour):
    with organization_scope(harbour.pk):
        page = home_of(harbour).add_child(instance=ContentPage(title="For partners", slug="partners"))
        page.add_child(instance=ContentPage(title="Prices for partners", slug="prices"))
    guest, partner = client_for(harbour), client_for(harbour, make_member(harbour, Role.GUIDE))
    paths = ("/partners/", "/partners/prices/")
    assert [guest.get(path)["X-Cache"] for path in paths] == ["miss", "miss"]
    with organization_scope(harbour.pk):
        restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    for _time in range(2):
        answers = [guest.get(path) for path in paths]
        assert [answer.url for answer in answers] == [f"/_util/login/?next={path}" for path in paths]
        assert [partner.get(path).status_code for path in paths] == [200, 200]
    assert ["X-Cache" in partner.get(path) for path in paths] == [False, False]
    with organization_scope(harbour.pk):
        restriction.delete()
    assert [guest.get(path)["X-Cache"] for path in paths] == ["miss", "miss"]


@pytest.mark.parametrize(
    ("shown", "stored"),
    [({}, True), ({"same_for_all": False}, False), ({"status_code": 404}, False), ({"cookie": True}, False)],
)
def test_only_pages_that_are_the_same_for_all_are_stored(harbour, shown, stored):
    def answer(request: HttpRequest) -> HttpResponse:
        response = HttpResponse("Ahoi", status=shown.get("status_code", 200))
        response.same_for_all = shown.get("same_for_all", True)
        if "cookie" in shown:
            response.set_cookie("cart", "1")
        return response

    assert serve(answer, harbour).get("X-Cache") == ("miss" if stored else None)
    assert serve(answer, harbour).get("X-Cache") == ("hit" if stored else None)


def serve(answer, organization: Organization, path: str = "/about/") -> HttpResponse:
    request = RequestFactory().get(path, headers={"host": f"{organization.slug}.localhost"})
    return OrganizationMiddleware(PageCacheMiddleware(answer))(request)


def test_page_made_before_a_change_is_not_stored_after_it(harbour):
    words = ["before"]

    def answer(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(words[0])
        response.same_for_all = True
        if words[0] == "before":
            # Somebody publishes while the page is on its way.
            words[0] = "after"
            page_cache._forget(organization_id=harbour.pk)
        return response

    assert [serve(answer, harbour).content for _time in range(3)] == [b"before", b"after", b"after"]
    assert serve(answer, harbour)["X-Cache"] == "hit"


@pytest.mark.parametrize("headers", [{"cookie": f"{STAFF_COOKIE}=1"}, {}])
def test_staff_are_never_answered_from_the_store(harbour, headers):
    client = client_for(harbour)
    client.get("/")
    assert ("X-Cache" in client.get("/", headers=headers)) == (not headers)


def test_signing_in_marks_the_browser_and_signing_out_frees_it(harbour, member_client):
    client = member_client(harbour, Role.EDITOR)
    client.get("/admin/")
    assert client.cookies[STAFF_COOKIE].value == "1"
    client.post("/admin/logout/")
    client.get("/admin/login/")
    assert client.cookies[STAFF_COOKIE].value == ""
