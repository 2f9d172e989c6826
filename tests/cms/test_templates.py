import re

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.views import View

from cms import operations
from cms.forms import KeepTemplateForm
from cms.models import ContentPage, LandingPage, PageTemplate, TourPage
from cms.viewsets.once import ToldWhenTaken
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.test_html_block import form_of
from tests.cms.test_pages import build_site, home_of
from tests.fixtures import client_for

QUESTION = {"question": "Dogs?", "answer": "<p>Yes.</p>"}
KNOWN = {"confirmed_on": None, "valid_until": None, "owner": ""}


@pytest.fixture
def page(harbour) -> ContentPage:
    with organization_scope(harbour.pk):
        body = [
            ("quote", {"text": "Best walk ever.", "who": "Ida"}),
            ("html", "<b>bold</b>"),
            ("faq", {"heading": "", "questions": [{**QUESTION, "freshness": KNOWN}]}),
        ]
        page = home_of(harbour).add_child(instance=ContentPage(title="About us", slug="about", body=body))
        page.save_revision().publish()
        page.body[0].value["text"] = "Not published yet."
        page.save_revision()
        return page


def urls_of(template, parent) -> dict[str, str]:
    return {
        "start": reverse("page_templates:start", args=[parent.pk]),
        "begin": reverse("page_templates:begin", args=[template.pk, parent.pk]),
        "preview": reverse("page_templates:preview", args=[template.pk, parent.pk]),
    }


def ids_in(raw) -> set[str]:
    return set(re.findall(r"'id': '([^']+)'", str(raw)))


def test_page_is_kept_and_another_begun_with_it(harbour, member_client, page):
    client = member_client(harbour, Role.EDITOR)
    keep = reverse("page_templates:keep", args=[page.pk])
    assert keep in client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert client.post(keep, {"name": "Story", "note": "For people"}).status_code == 302
    refused = client.post(keep, {"name": "Story", "note": ""})
    assert refused.context["form"].errors == {"name": ["There is a template of this name already."]}
    assert "There is a template of this name already." in refused.content.decode()
    with organization_scope(harbour.pk):
        template, home = PageTemplate.objects.get(), home_of(harbour)
        before = list(page.body.raw_data)
        assert "freshness" not in str(template.content)
    urls = urls_of(template, home)
    shown = client.get(urls["start"]).content.decode()
    assert ("Story" in shown, "For people" in shown, urls["preview"] in shown) == (True, True, True)
    preview = client.get(urls["preview"]).content.decode()
    assert ("Not published yet." in preview, "<b>bold</b>" in preview) == (True, True)
    form = client.get(urls["begin"])
    begun = form.context["form"].instance
    assert (begun.pk, [block.block_type for block in begun.body]) == (None, ["quote", "faq"])
    assert reverse("wagtailadmin_pages:add", args=["cms", "contentpage", home.pk]) in form.content.decode()
    assert ids_in(list(begun.body.raw_data)) & ids_in(before) == set()
    sent = client.post(
        reverse("wagtailadmin_pages:add", args=["cms", "contentpage", home.pk]),
        {**form_of(("quote", begun.body[0].id, begun.body[0].value["text"])), "title": "Them", "slug": "them"},
    )
    assert sent.status_code == 302
    assert "Not published yet." in client_for(harbour).get("/them/").content.decode()
    with organization_scope(harbour.pk):
        assert list(ContentPage.objects.get(pk=page.pk).get_latest_revision_as_object().body.raw_data) == before
        assert PageTemplate.objects.get().content == template.content


def test_who_may_write_html_begins_with_it(harbour, member_client, page):
    with organization_scope(harbour.pk):
        template = operations.keep_as_template(page, name="Story", note="", actor=None)
        url = urls_of(template, home_of(harbour))["begin"]
    owner = member_client(harbour, Role.OWNER)
    begun = [owner.get(url).context["form"].instance for _time in range(2)]
    assert [block.block_type for block in begun[0].body] == ["quote", "html", "faq"]
    assert ids_in(list(begun[0].body.raw_data)) & ids_in(list(begun[1].body.raw_data)) == set()


def test_words_of_a_tour_are_kept_without_the_tour(harbour, member_client):
    with organization_scope(harbour.pk):
        tour_page = build_site(harbour)
        tour_page.highlights = "<p>The old crane</p>"
        tour_page.save_revision()
        template = operations.keep_as_template(tour_page, name="By night", note="", actor=None)
        index, home = tour_page.get_parent(), home_of(harbour)
    client = member_client(harbour, Role.EDITOR)
    assert "By night" not in client.get(urls_of(template, home)["start"]).content.decode()
    urls = urls_of(template, index)
    shown = client.get(urls["start"]).content.decode()
    assert ("By night" in shown, urls["preview"] in shown) == (True, False)
    begun = client.get(urls["begin"]).context["form"].instance
    assert (type(begun), begun.tour_id, begun.highlights) == (TourPage, None, "<p>The old crane</p>")
    assert client.get(urls["preview"]).status_code == 404


def test_landing_page_with_what_is_gone_can_still_be_begun(harbour, member_client):
    with organization_scope(harbour.pk):
        other = home_of(harbour).add_child(instance=ContentPage(title="Old", slug="old"))
        home = home_of(harbour)
        home.body = [("hero", {"heading": "Welcome", "text": "", "image": None, "button": "Old", "page": other})]
        home.save_revision().publish()
        template = operations.keep_as_template(home, name="Home", note="", actor=None)
        other.delete()
        urls = urls_of(template, LandingPage.objects.get(pk=home.pk))
    client = member_client(harbour, Role.EDITOR)
    assert [client.get(urls[name]).status_code for name in ("start", "begin", "preview")] == [200, 200, 200]


def test_templates_are_for_those_who_keep_pages(harbour, kyoto, member_client, page):
    with organization_scope(harbour.pk):
        template = operations.keep_as_template(page, name="Story", note="", actor=None)
        home = home_of(harbour)
    urls = [*urls_of(template, home).values(), reverse("page_templates:keep", args=[page.pk])]
    urls += [reverse(f"page_templates:{name}", args=[template.pk]) for name in ("edit", "delete")]
    stranger, manager = member_client(kyoto, Role.OWNER), member_client(harbour, Role.MANAGER)
    assert [manager.get(url).status_code for url in urls] == [302] * 6
    assert [stranger.get(url).status_code for url in urls] == [404] * 6
    editor = member_client(harbour, Role.EDITOR)
    assert "Story" in editor.get(reverse("page_templates:index")).content.decode()
    assert editor.post(urls[-2], {"name": "Tale", "note": ""}).status_code == 302
    assert editor.post(urls[-1]).status_code == 302
    with organization_scope(harbour.pk):
        assert not PageTemplate.objects.exists()


class SavesTwice(View):
    """Two people who keep a template of one name in one moment."""

    def form_valid(self, form):
        for _person in range(2):
            PageTemplate.objects.create(page_type="contentpage", **form.cleaned_data)

    def form_invalid(self, form):
        return form.errors


def test_a_name_that_somebody_else_saves_at_the_same_moment_is_told(in_harbour, rf):
    view = type("Both", (ToldWhenTaken, SavesTwice), {})()
    view.setup(rf.post("/"))
    form = KeepTemplateForm({"name": "Stop", "note": "x"})
    assert form.is_valid() is True
    assert view.form_valid(form) == {"name": ["Somebody has saved the same at this moment. Please choose another one."]}
    assert PageTemplate.objects.count() == 0


class SavesForNobody(View):
    def form_valid(self, form):
        PageTemplate.objects.create(name=None)


def test_a_refusal_of_another_kind_is_an_error_of_ours(in_harbour, rf):
    view = type("Both", (ToldWhenTaken, SavesForNobody), {})()
    view.setup(rf.post("/"))
    with pytest.raises(IntegrityError, match="null value"):
        view.form_valid(KeepTemplateForm())
