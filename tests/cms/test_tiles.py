import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from wagtail.models import Collection

from cms.blocks import TileGridBlock
from cms.models import ContentPage
from tenancy.enums import Role
from tenancy.models import TenantDocument
from tenancy.scope import organization_scope
from tests.cms.test_pages import forget_pages_now, home_of
from tests.factories import PlaceFactory
from tests.fixtures import client_for

PLAIN = {"text": "", "icon": "", "image": None, "size": "small", "colour": "plain"}
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = dt.datetime(2031, 6, 2, 11, 30, tzinfo=BERLIN)


def document(name: str = "dock.mp3") -> TenantDocument:
    return TenantDocument.objects.create(
        title="At the dock", file=ContentFile(b"sound", name=name), collection=Collection.objects.get(depth=2)
    )


def publish(harbour, *tiles: tuple[str, dict]) -> str:
    """Put tiles on the home, publish it and return its text as a guest gets it."""
    with organization_scope(harbour.pk):
        home = home_of(harbour)
        home.body = [
            ("tiles", {"heading": "Good to know", "tiles": [(kind, {**PLAIN, **tile}) for kind, tile in tiles]})
        ]
        home.save_revision().publish()
    return seen(harbour)


def seen(harbour) -> str:
    answer = client_for(harbour).get("/")
    assert answer.status_code == 200
    return answer.content.decode()


HOURS = {
    "periods": [{"weekdays": ["0", "1"], "opens": dt.time(10), "closes": dt.time(18)}],
    "special_days": [{"day": dt.date(2031, 6, 3), "opens": None, "closes": None, "why": "Regatta"}],
}


def test_opening_hours_say_whether_it_is_open(harbour, time_machine):
    time_machine.move_to(MONDAY)
    text = publish(harbour, ("hours", {"title": "Ticket office", "hours": HOURS}))
    assert ("Ticket office" in text, "Open until 18:00" in text, "Regatta" in text) == (True, True, True)


def test_page_is_not_kept_beyond_the_moment_at_which_its_hours_change(harbour, time_machine):
    time_machine.move_to(MONDAY.replace(hour=17, minute=58))
    assert "Open until 18:00" in publish(harbour, ("hours", {"title": "Ticket office", "hours": HOURS}))
    time_machine.move_to(MONDAY.replace(hour=17, minute=59, second=59))
    assert client_for(harbour).get("/")["X-Cache"] == "hit"
    time_machine.move_to(MONDAY.replace(hour=18, minute=0))
    answer = client_for(harbour).get("/")
    assert answer["X-Cache"] == "miss"
    assert "Closed, opens" in answer.content.decode()


def test_tile_is_shown_at_its_time_only(harbour, time_machine):
    time_machine.move_to(MONDAY)
    lunch = {"begins": dt.time(12), "ends": dt.time(14), "weekdays": ["0"]}
    text = publish(
        harbour,
        ("info", {"title": "Lunch", "details": "Soup", "visibility": lunch}),
        ("info", {"title": "Lockers", "details": "Next to the stairs"}),
    )
    assert ("Lunch" in text, "Lockers" in text) == (False, True)
    time_machine.move_to(MONDAY.replace(hour=12, minute=0))
    assert "Lunch" in seen(harbour)
    time_machine.move_to(MONDAY.replace(hour=14, minute=0))
    assert "Lunch" not in seen(harbour)


def test_tiles_written_without_ids_have_each_their_own_time(in_harbour):
    gone = {"last_day": "2020-01-01"}
    values = [{**PLAIN, "title": "Old", "details": "…", "visibility": gone}, {**PLAIN, "title": "New", "details": "…"}]
    block = TileGridBlock()
    grid = block.to_python({"heading": "", "tiles": [{"type": "info", "value": value} for value in values]})
    shown = block.get_context(grid)["tiles"]
    assert [tile.value["title"] for tile, _is_shown in shown] == ["New"]


def test_tile_for_one_language_is_not_shown_in_another(harbour):
    text = publish(harbour, ("info", {"title": "Willkommen", "details": "…", "visibility": {"languages": ["de"]}}))
    assert "Willkommen" not in text


def test_grid_without_any_tile_to_show_is_left_out(harbour):
    text = publish(harbour, ("info", {"title": "Old", "details": "…", "visibility": {"last_day": dt.date(2020, 1, 1)}}))
    assert "Good to know" not in text


def test_tiles_that_play_show_and_tell_the_time(harbour):
    with organization_scope(harbour.pk):
        sound, film, sheet = document(), document("crane.mp4"), document("menu.pdf")
    text = publish(
        harbour,
        ("audio", {"title": "Foghorn", "document": sound, "transcript": "Tuuut."}),
        ("video", {"title": "The crane", "document": film, "url": ""}),
        ("video", {"title": "The lock", "document": None, "url": "https://youtu.be/dQw4w9WgXcQ"}),
        ("embed", {"title": "Podcast", "url": "https://open.spotify.com/show/4rOoJ6"}),
        ("download", {"title": "Menu", "document": sheet}),
        ("clock", {"title": "Local time"}),
        ("notice", {"title": "Storm", "details": "<p>No <b>late</b> tour.</p>", "warning": True}),
    )
    assert f'<audio controls preload="none" src="{sound.url}"' in text
    assert f'<source src="{film.url}" type="video/mp4">' in text
    assert 'data-frame="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"' in text
    assert "<iframe" not in text
    assert f'href="{sheet.url}" download' in text
    assert 'data-clock="Europe/Berlin"' in text
    assert "<p>No <b>late</b> tour.</p>" in text


def test_tile_whose_target_is_gone_is_left_out_and_told_in_the_preview(harbour, member_client):
    with organization_scope(harbour.pk):
        sheet, sound, place = document("menu.pdf"), document(), PlaceFactory(name="Pier 3")
        draft = home_of(harbour).add_child(instance=ContentPage(title="Rooms", slug="rooms", live=False))
    gone = [
        ("download", {"title": "Menu", "document": sheet}),
        ("audio", {"title": "Foghorn", "document": sound}),
        ("place", {"title": "Our pier", "place": place}),
        ("page", {"title": "Our rooms", "page": draft}),
    ]
    text = publish(harbour, *gone, ("audio", {"title": "Bell", "document": sound, "transcript": "Ding."}))
    assert [tile["title"] in text for _kind, tile in gone] == [True, True, True, False]
    with organization_scope(harbour.pk):
        for one in (sheet, sound, place):
            one.delete()
    forget_pages_now(harbour)
    text = seen(harbour)
    assert [tile["title"] in text for _kind, tile in gone] == [False] * 4
    assert "Ding." in text
    with organization_scope(harbour.pk):
        preview = f"/admin/pages/{home_of(harbour).pk}/view_draft/"
    text = member_client(harbour, Role.EDITOR).get(preview).content.decode()
    assert ([tile["title"] in text for _kind, tile in gone], text.count("Leads to nothing published")) == (
        [True] * 4,
        4,
    )


def test_tile_leads_to_one_of_the_places(harbour):
    with organization_scope(harbour.pk):
        place = PlaceFactory(name="Pier 3")
    text = publish(
        harbour,
        ("place", {"title": "Our pier", "place": place}),
        ("place", {"title": "The café", "latitude": Decimal("53.550000"), "longitude": Decimal("9.990000")}),
    )
    assert "https://www.openstreetmap.org/?mlat=53.545600&amp;mlon=9.966600#map=17" in text
    assert "https://www.openstreetmap.org/?mlat=53.550000&amp;mlon=9.990000#map=17" in text


@pytest.mark.parametrize(
    ("chosen", "latitude", "message"),
    [
        (None, None, "Choose a place, or give both latitude and longitude."),
        (None, "53.5", "Choose a place, or give both latitude and longitude."),
        ("on the map", "53.5", "Choose a place, or give both latitude and longitude."),
        ("nowhere", None, "This place has no pin on the map yet."),
    ],
)
def test_tile_says_once_where_it_is(in_harbour, chosen, latitude, message):
    place = None
    if chosen:
        spot = {} if chosen == "on the map" else {"latitude": None, "longitude": None}
        place = PlaceFactory(**spot).pk
    block = TileGridBlock()
    tile = {**PLAIN, "title": "T", "place": place, "latitude": latitude, "longitude": None}
    raw = {"heading": "", "tiles": [{"type": "place", "value": tile, "id": "1"}]}
    with pytest.raises(ValidationError) as error:
        block.clean(block.to_python(raw))
    assert messages(error.value) == [message]


@pytest.mark.parametrize(
    ("kind", "tile", "message"),
    [
        ("video", {"document": None, "url": ""}, "Give either a file or an address."),
        ("embed", {"url": "https://evil.example/"}, "Only videos of YouTube and Vimeo"),
        (
            "hours",
            {"hours": {"periods": [{"weekdays": ["0"], "opens": None, "closes": None}]}},
            "This field is required.",
        ),
        (
            "info",
            {"visibility": {"first_day": "2031-06-02", "last_day": "2031-06-01"}},
            "This is before the first day.",
        ),
        ("info", {"visibility": {"begins": "10:00", "ends": "10:00"}}, "This is the time at which it begins."),
    ],
)
def test_wrong_tiles_are_told_in_words(in_harbour, kind, tile, message):
    block = TileGridBlock()
    raw = {
        "heading": "",
        "tiles": [{"type": kind, "value": {**PLAIN, "title": "T", "details": "D", **tile}, "id": "1"}],
    }
    with pytest.raises(ValidationError) as error:
        block.clean(block.to_python(raw))
    assert message in str(messages(error.value))


def messages(error) -> list[str]:
    """All messages anywhere inside the errors of blocks."""
    inner = (
        [*getattr(error, "block_errors", {}).values()] if isinstance(getattr(error, "block_errors", None), dict) else []
    )
    if not inner:
        return list(error.messages)
    return [message for one in inner for message in messages(one)]
