"""Versions of a page that has every kind of block: compared, and taken back."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.blocks import CharBlock
from wagtail.contrib.typed_table_block.blocks import TypedTable

from cms.blocks import BodyBlock
from cms.blocks.table import TableBlock
from cms.models import LandingPage
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.block_forms import sent
from tests.cms.factories import PictureFactory, new_sizes
from tests.cms.test_pages import home_of
from tests.cms.test_shared import make_notice, make_questions
from tests.cms.test_tiles import document
from tests.factories import PlaceFactory

KINDS = list(BodyBlock().child_blocks)


def item(value: object, key: str) -> list[dict]:
    return [{"type": "item", "id": key, "value": value}]


def body_of(home: LandingPage, word: str) -> list[dict]:
    """A block of every kind, each with a word in it."""
    words, picture, recording = f'<p data-block-key="text0">{word}</p>', PictureFactory().pk, document().pk
    film = {"title": word, "document": None, "url": "https://vimeo.com/76979871", "image": None, "transcript": ""}
    tile = {"title": word, "text": "", "phone": "+49 40 123456", "image": picture, "image_words": ""}
    table = {"columns": [{"type": "text", "heading": word}], "rows": [{"values": ["12"]}], "caption": ""}
    quote = [{"type": "quote", "id": "q", "value": {"text": word, "who": ""}}]
    values = {
        "rich_text": words,
        "picture_text": {"image": picture, "image_words": "", "text": words, "picture_right": False},
        "gallery": {"pictures": item({"image": picture, "image_words": word, "caption": ""}, "g")},
        "video": film,
        "audio": {"title": word, "document": recording, "transcript": ""},
        "faq": {"heading": "", "questions": item({"question": word, "answer": words}, "f")},
        "table": table,
        "quote": {"text": word, "who": ""},
        "call_to_action": {"heading": word, "text": "", "button": "Go", "page": home.pk, "url": ""},
        "map": {"heading": word, "pins": item({"name": "Pier", "latitude": "53.5", "longitude": "9.9"}, "m")},
        "places": {"heading": word, "places": item({"place": PlaceFactory().pk, "text": ""}, "p"), "count": 12},
        "notice": {"text": words, "warning": True},
        "shared_notice": {"shared_notice": make_notice(word).pk},
        "shared_questions": {"heading": word, "shared_questions": make_questions("Dogs?").pk},
        "columns": {"columns": [*item(quote, "c"), *item(quote, "d")]},
        "html": f"<b>{word}</b>",
        "hero": {"heading": word, "text": "", "image": picture, "image_words": "", "button": "", "page": None},
        "tiles": {"heading": "", "tiles": [{"type": "call", "id": "t", "value": tile}]},
        "tours": {"heading": word, "count": 3},
    }
    return [{"type": kind, "id": f"id-{kind}", "value": values[kind]} for kind in KINDS]


@pytest.fixture
def page(harbour) -> LandingPage:
    """A page with two versions: first each block says “Before”, then “After”."""
    with organization_scope(harbour.pk):
        page = LandingPage(title="All", slug="all")
        body = body_of(home_of(harbour), "Before")
        for raw in (body, json.loads(json.dumps(body).replace("Before", "After"))):
            page.body = page.body.stream_block.to_python(raw)
            if page.pk is None:
                home_of(harbour).add_child(instance=page)
            page.save_revision()
        return page


def test_two_versions_are_compared_block_by_block(harbour, kyoto, member_client, page):
    with organization_scope(harbour.pk):
        first, second = page.revisions.order_by("pk").values_list("pk", flat=True)
    address = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, first, second])
    with new_sizes():
        answer = member_client(harbour, Role.EDITOR).get(address)
    (difference,) = BeautifulSoup(answer.content, "html.parser").select("td.comparison")
    blocks = difference.find_all("div", recursive=False)
    shown = {
        kind: tuple({" ".join(part.text.split()) for part in block.select(way)} for way in (".deletion", ".addition"))
        for kind, block in zip(KINDS, blocks, strict=True)
    }
    # What is shared is the same; it has versions of its own.
    assert shown.pop("shared_notice") == (set(), set())
    assert shown.pop("html") == ({"Before</b>"}, {"After</b>"})
    assert shown == dict.fromkeys(shown, ({"Before"}, {"After"}))
    assert "None" not in difference.text
    assert member_client(kyoto, Role.EDITOR).get(address).status_code == 404


def test_versions_of_a_table_are_compared_by_row_and_cell(in_harbour):
    def table(caption: str, *rows: tuple[str, str]) -> TypedTable:
        columns = [{"type": "text", "heading": "Boat"}, {"type": "number", "heading": "Seats"}]
        raw = {"columns": columns, "rows": [{"values": list(row)} for row in rows], "caption": caption}
        return TableBlock([("text", CharBlock()), ("number", CharBlock())]).to_python(raw)

    old = table("Our boats", ("Gull", "12"), ("Tern", "8"), ("<Skua>", "6"))
    new = table("Our boats", ("Gull", "14"), ("<Skua>", "6"), ("Puffin", "4"))
    comparison = TableBlock([]).get_comparison_class()(TableBlock([]), True, True, old, new)
    page = BeautifulSoup(comparison.htmldiff(), "html.parser")
    assert [[str(cell.decode_contents()) for cell in row.select("td")] for row in page.select("tr")] == [
        ["Boat", "Seats"],
        ["Gull", '<span class="deletion">12</span><span class="addition">14</span>'],
        ['<span class="deletion">Tern</span>', '<span class="deletion">8</span>'],
        ["&lt;Skua&gt;", "6"],
        ['<span class="addition">Puffin</span>', '<span class="addition">4</span>'],
    ]
    assert page.caption.text == "Our boats"
    same = TableBlock([]).get_comparison_class()(TableBlock([]), True, True, old, table("Our boats", *[
        tuple(row["values"]) for row in old.row_data
    ]))  # fmt: skip
    assert (comparison.has_changed(), same.has_changed()) == (True, False)


def test_an_older_version_is_looked_at_and_taken_back(harbour, kyoto, member_client, page):
    with organization_scope(harbour.pk):
        first = page.revisions.order_by("pk")[0]
    address = reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, first.pk])
    with new_sizes():
        form = member_client(harbour, Role.EDITOR).get(address).context["form"]
    with organization_scope(harbour.pk):
        old = first.as_object().body
        # Makes values of all blocks, as the form has.
        list(old)
        assert form["body"].value().get_prep_value() == old.get_prep_value()
    assert member_client(kyoto, Role.EDITOR).get(address).status_code == 404


def stored(value: Any) -> Any:
    """What is stored of blocks, as texts, without what is empty: the form stores empty texts and lists where there was nothing."""
    if isinstance(value, dict):
        return {name: kept for name, one in value.items() if (kept := stored(one)) not in (None, "", [], {})}
    return [stored(one) for one in value] if isinstance(value, list) else str(value or "")


def test_a_version_with_every_kind_of_block_is_taken_back(harbour, member_client, page):
    with organization_scope(harbour.pk):
        first, second = page.revisions.order_by("pk")
        old = first.as_object().body
        with new_sizes():
            form = dict(sent(old.stream_block, old, "body"))
    form |= {"title": page.title, "slug": page.slug, "revision": str(first.pk), "action-publish": "1"}
    form |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    with new_sizes():
        answer = member_client(harbour, Role.OWNER).post(edit, form)
    assert answer.status_code == 302, answer.context["form"].errors.as_data()["body"][0].block_errors
    with organization_scope(harbour.pk):
        taken_back = LandingPage.objects.get(pk=page.pk)
        assert stored(taken_back.body.get_prep_value()) == stored(old.get_prep_value())
        assert stored(old.get_prep_value()) != stored(second.as_object().body.get_prep_value())
