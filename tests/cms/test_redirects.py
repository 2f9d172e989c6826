from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from wagtail.contrib.redirects.models import Redirect

from cms.models import ContentPage
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.test_pages import build_site, home_of
from tests.fixtures import client_for

ADD = "/admin/redirects/add/"


def add_page(harbour, slug, language="en", *, below=None):
    with organization_scope(harbour.pk):
        home = home_of(harbour, language)
        page = (below or home).add_child(instance=ContentPage(title=slug.title(), slug=slug, locale=home.locale))
        page.save_revision().publish()
    return page


def rename(harbour, page, slug):
    # Wagtail writes redirects once the change is certain.
    with organization_scope(harbour.pk), TestCase.captureOnCommitCallbacks(execute=True):
        page = type(page).objects.get(pk=page.pk)
        page.slug = slug
        page.save_revision().publish()


def led(harbour, path):
    answer = client_for(harbour).get(path)
    return answer.status_code, answer.headers.get("Location")


def test_address_that_changed_leads_on_with_all_below_it(harbour):
    with organization_scope(harbour.pk):
        tour = build_site(harbour)
        index = tour.get_parent().specific
    rename(harbour, index, "walks")
    rename(harbour, tour, "night")
    # In one step, although both parts of the address have changed since.
    assert led(harbour, "/tours/lights/") == (301, "/walks/night/")
    assert led(harbour, "/walks/lights/?utm_source=mail") == (301, "/walks/night/?utm_source=mail")
    assert client_for(harbour).get("/tours/")["Cache-Control"] == "no-cache"


def test_page_that_moves_leads_on_in_its_language(harbour):
    about, team = add_page(harbour, "ueber-uns", "de"), add_page(harbour, "team", "de")
    with organization_scope(harbour.pk):
        team.move(about, pos="last-child")
    assert led(harbour, "/de/team/") == (301, "/de/ueber-uns/team/")
    assert led(harbour, "/team/")[0] == 404


def test_page_that_comes_back_is_there(harbour):
    page = add_page(harbour, "food")
    rename(harbour, page, "kitchen")
    rename(harbour, page, "food")
    assert (led(harbour, "/food/"), led(harbour, "/kitchen/")) == ((200, None), (301, "/food/"))
    other = add_page(harbour, "kitchen")
    assert led(harbour, "/kitchen/") == (200, None)
    # The page that was stored is forgotten once the change is certain.
    with organization_scope(harbour.pk), TestCase.captureOnCommitCallbacks(execute=True):
        other.unpublish()
        page.unpublish()
    # Nowhere is better than from one missing page to another.
    assert led(harbour, "/kitchen/")[0] == 404


def test_redirects_follow_each_other_and_never_in_a_circle(harbour, kyoto):
    page = add_page(harbour, "food")
    host = "http://harbour.localhost"
    with organization_scope(harbour.pk):
        for path, link in (("/a", f"{host}/b"), ("/b", f"{host}/c/"), ("/x", f"{host}/y"), ("/y", f"{host}/x")):
            Redirect.add_redirect(path, link)
        Redirect.add_redirect("/c", page, is_permanent=False)
        Redirect.add_redirect("/shop", "https://shop.example/")
    assert [led(harbour, path) for path in ("/a/", "/x/", "/shop/")] == [
        (302, "/food/"),
        (404, None),
        (301, "https://shop.example/"),
    ]
    assert led(kyoto, "/a/")[0] == 404


REFUSED = [
    ("/food/", "https://example.com/", "There is a page at this address"),
    ("/old", "http://harbour.localhost/old/", "This leads back to the address itself"),
    ("/old", "http://harbour.localhost/older/", "This leads back to the address itself"),
    ("/old", "", "Choose a page, or type an address"),
    ("/older", "https://example.com/", "A redirect with this path already exists"),
]


def test_redirect_that_makes_no_sense_is_refused_with_the_reason(harbour, member_client):
    add_page(harbour, "food")
    with organization_scope(harbour.pk):
        Redirect.add_redirect("/older", "http://harbour.localhost/old/")
    client = member_client(harbour, Role.EDITOR)
    form = {"redirect_page": "", "is_permanent": "on"}
    for path, link, words in REFUSED:
        answer = client.post(ADD, {**form, "old_path": path, "redirect_link": link})
        assert (path, link, answer.status_code, words in answer.content.decode()) == (path, link, 200, True)
    assert client.post(ADD, {**form, "old_path": "/new", "redirect_link": "https://example.com/"}).status_code == 302
    assert led(harbour, "/new/") == (301, "https://example.com/")


def test_editors_import_redirects_and_see_no_other_sites(harbour, kyoto, member_client):
    client = member_client(harbour, Role.EDITOR)
    with organization_scope(kyoto.pk):
        Redirect.add_redirect("/gion", "https://example.com/gion")
    file = SimpleUploadedFile("old.csv", b"from,to\n/menu,https://example.com/menu\n", "text/csv")
    page = client.post("/admin/redirects/import/", {"import_file": file})
    text = page.content.decode()
    hidden = {name: page.context["form"].initial[name] for name in ("import_file_name", "input_format")}
    client.post("/admin/redirects/import/process/", {**hidden, "from_index": "0", "to_index": "1", "permanent": "on"})
    assert led(harbour, "/menu/") == (301, "https://example.com/menu")
    text += "".join(client.get(f"/admin/redirects/{path}").content.decode() for path in ("", "add/"))
    assert ("/menu" in text, "kyoto" in text, "gion" in text) == (True, False, False)
