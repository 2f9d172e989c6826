import json

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from cms.models import ContentPage
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.test_blocks import publish
from tests.cms.test_pages import home_of

FIRST, SECOND = ("h1", "<b>one</b>"), ("h2", "<b>two</b>")
REFUSED = "HTML is written by owners and admins only."


def form_of(*blocks: tuple[str, str, str]) -> dict[str, str]:
    """What the editor sends, as (kind, id, value)."""
    form = {
        "title": "About us",
        "slug": "about",
        "body-count": str(len(blocks)),
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "action-publish": "1",
    }
    for number, (kind, key, value) in enumerate(blocks):
        values = {"text": value, "who": ""} if kind == "quote" else {"": value}
        form |= {f"body-{number}-deleted": "", f"body-{number}-order": str(number), f"body-{number}-type": kind}
        form[f"body-{number}-id"] = key
        form |= {f"body-{number}-value{f'-{name}' if name else ''}": text for name, text in values.items()}
    return form


@pytest.fixture
def page(harbour) -> ContentPage:
    with organization_scope(harbour.pk):
        raw = [{"type": "html", "id": key, "value": value} for key, value in (FIRST, SECOND)]
        page = ContentPage(title="About us", slug="about", body=ContentPage(body=[]).body.stream_block.to_python(raw))
        home_of(harbour).add_child(instance=page)
        page.save_revision().publish()
        return page


def html_of(page: ContentPage) -> list[tuple[str, str]]:
    page = ContentPage.objects.get(pk=page.pk)
    return [(block.id, str(block.value)) for block in page.body if block.block_type == "html"]


def test_editor_writes_around_html(harbour, member_client, page):
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    form = form_of(("html", *FIRST), ("quote", "", "New words"), ("html", *SECOND))
    assert member_client(harbour, Role.EDITOR).post(url, form).status_code == 302
    with organization_scope(harbour.pk):
        assert html_of(page) == [FIRST, SECOND]
        assert ContentPage.objects.get(pk=page.pk).body[1].value["text"] == "New words"


@pytest.mark.parametrize(
    "blocks",
    [
        [("html", *FIRST), ("html", *SECOND), ("html", "", "<i>three</i>")],
        [("html", "h1", "<b>other</b>"), ("html", *SECOND)],
        [("html", *SECOND), ("html", *FIRST)],
        [("html", *FIRST)],
        [("quote", "h1", "one"), ("html", *SECOND)],
    ],
    ids=["added", "changed", "moved", "deleted", "turned into another kind"],
)
def test_editor_cannot_touch_html(harbour, member_client, page, blocks):
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    answer = member_client(harbour, Role.EDITOR).post(url, form_of(*blocks))
    assert (answer.status_code, REFUSED in answer.content.decode()) == (200, True)
    with organization_scope(harbour.pk):
        assert html_of(page) == [FIRST, SECOND]
    assert member_client(harbour, Role.ADMIN).post(url, form_of(*blocks)).status_code == 302


@pytest.mark.parametrize(("role", "is_offered"), [(Role.EDITOR, False), (Role.ADMIN, True)])
def test_editor_is_not_offered_html(harbour, member_client, page, role, is_offered):
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    add = reverse("wagtailadmin_pages:add", args=["cms", "contentpage", page.get_parent().pk])
    client = member_client(harbour, role)
    for url in (edit, add):
        form = BeautifulSoup(client.get(url).content, "html.parser")
        definition = json.loads(form.select_one("#body")["data-w-block-data-value"])
        assert (definition["_type"] == "wagtail.blocks.StreamBlock") == is_offered
        # Takes it from the list in which blocks are chosen; one that is there is shown.
        assert bool(form.select('script[src*="js/html-block"]')) != is_offered


def test_editor_begins_no_page_with_html(harbour, member_client):
    with organization_scope(harbour.pk):
        url = reverse("wagtailadmin_pages:add", args=["cms", "contentpage", home_of(harbour).pk])
    answer = member_client(harbour, Role.EDITOR).post(url, form_of(("html", "", "<b>one</b>")))
    assert REFUSED in answer.content.decode()
    with organization_scope(harbour.pk):
        assert not ContentPage.objects.exists()


def test_tags_that_nobody_closed_do_not_break_the_page(harbour):
    text = publish(harbour, {"type": "html", "value": "</div></main><div><b>Bold<script>alert(1)</script>"})
    assert '<div class="container prose"><div><b>Bold<script>alert(1)</script></b></div></div>' in text
    assert text.count("</main>") == 1
