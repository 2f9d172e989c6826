"""Drafts of blocks that nobody has filled in yet: they are kept while somebody writes, and looked at in the preview."""

import pytest
from django.urls import reverse
from wagtail.blocks import StreamValue

from cms.blocks import BodyBlock, TileGridBlock
from cms.models import LandingPage
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.block_forms import sent
from tests.cms.test_pages import home_of

BODY = BodyBlock()
TILES = TileGridBlock().child_blocks["tiles"]


HALF_HOURS = {
    "periods": [{"weekdays": ["0"]}, {"weekdays": ["0"], "opens": "09:00"}],
    "special_days": [{"why": "Regatta"}, {"day": "2040-01-01", "opens": "09:00"}],
}
BEGUN = {
    "half of its hours": {"tiles": [{"type": "hours", "value": {"title": "Desk", "hours": HALF_HOURS}}]},
    "half of a number": {"tiles": [{"type": "call", "value": {"title": "Call", "phone": "+49 4"}}]},
    "half of a spot": {"pins": [{"name": "Pier", "latitude": "53.5"}]},
    "no number of places": {"count": None},
    "no number of tours": {"count": None},
}
KINDS = ("tiles", "tiles", "map", "places", "tours")


def bodies() -> list[pytest.param]:
    """Each kind of block as it is when it was just added, of tiles each kind, and some with the first words in them."""
    kinds = [pytest.param([(kind, block.get_default())], id=kind) for kind, block in BODY.child_blocks.items()]
    for kind, block in TILES.child_blocks.items():
        grid = {"heading": "", "tiles": StreamValue(TILES, [(kind, block.get_default())])}
        kinds.append(pytest.param([("tiles", BODY.child_blocks["tiles"].normalize(grid))], id=f"tile-{kind}"))
    raw = [{"type": kind, "value": value} for kind, value in zip(KINDS, BEGUN.values(), strict=True)]
    begun = [
        pytest.param([(one.block_type, one.value)], id=name)
        for name, one in zip(BEGUN, BODY.to_python(raw), strict=True)
    ]
    return [*kinds, *begun]


@pytest.mark.parametrize("body", bodies())
def test_block_that_was_just_added_is_kept_and_shown(harbour, member_client, body):
    client = member_client(harbour, Role.OWNER)
    with organization_scope(harbour.pk):
        home = home_of(harbour).pk
        form = dict(sent(BODY, StreamValue(BODY, body), "body"))
    form |= {"title": "New", "slug": "new", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    answer = client.post(reverse("wagtailadmin_pages:add", args=["cms", "landingpage", home]), form)
    assert answer.status_code == 302, answer.context["form"].errors.as_data()["body"][0].block_errors
    with organization_scope(harbour.pk):
        page = LandingPage.objects.get(slug="new")
        kept = page.get_latest_revision_as_object().body
        assert [block.block_type for block in kept] == [body[0][0]]
    preview = reverse("wagtailadmin_pages:view_draft", args=[page.pk])
    assert client.get(preview).status_code == 200
    form["action-publish"] = "1"
    published = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form)
    assert (published.status_code == 302) == (client.get("/new/").status_code == 200)
