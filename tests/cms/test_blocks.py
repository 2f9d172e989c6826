import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from wagtail.models import Page

from cms.blocks import ContentBlock
from cms.models import ContentPage
from tenancy.scope import organization_scope
from tests.cms.test_pages import forget_pages_now, home_of
from tests.cms.test_tiles import document, messages
from tests.factories import PlaceFactory
from tests.fixtures import client_for


def publish(harbour, *body: dict) -> str:
    """Put blocks, as they are stored, on a page, publish it and return its text as a guest gets it."""
    with organization_scope(harbour.pk):
        block = ContentBlock()
        stored = [{**one, "id": str(number)} for number, one in enumerate(body)]
        home_of(harbour).add_child(
            instance=ContentPage(title="About us", slug="about", body=block.clean(block.to_python(stored)))
        )
    answer = client_for(harbour).get("/about/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_blocks_show_what_was_written(harbour):
    with organization_scope(harbour.pk):
        sound, home = document(), home_of(harbour).pk
    text = publish(
        harbour,
        {"type": "quote", "value": {"text": "Best walk ever.", "who": "Ida"}},
        {
            "type": "call_to_action",
            "value": {"heading": "Come along", "text": "", "button": "Book", "page": home, "url": ""},
        },
        {
            "type": "table",
            "value": {
                "columns": [{"type": "text", "heading": "Boat"}, {"type": "number", "heading": "Seats"}],
                "rows": [{"values": ["Möwe", "12"]}],
                "caption": "Our boats",
            },
        },
        {"type": "audio", "value": {"title": "Foghorn", "document": sound.pk, "transcript": "Tuuut."}},
        {
            "type": "video",
            "value": {"title": "The lock", "document": None, "url": "https://vimeo.com/76979871", "image": None, "transcript": ""},
        },
        {
            "type": "columns",
            "value": {
                "columns": [
                    {"type": "item", "value": [{"type": "rich_text", "value": "<p>Left</p>", "id": "a"}], "id": "x"},
                    {"type": "item", "value": [{"type": "rich_text", "value": "<p>Right</p>", "id": "b"}], "id": "y"},
                ]
            },
        },
    )  # fmt: skip
    assert "<blockquote><p>Best walk ever.</p></blockquote><figcaption>Ida</figcaption>" in text
    assert '<a class="button" href="/">Book</a>' in text
    assert "<caption>Our boats</caption>" in text
    assert '<th scope="row">Möwe</th><td class="table__number">12</td>' in text
    assert f'src="{sound.url}" aria-label="Foghorn"' in text
    assert 'data-frame="https://player.vimeo.com/video/76979871?dnt=1"' in text
    assert text.index("<p>Left</p>") < text.index("<p>Right</p>")


def test_button_to_a_page_that_is_gone_is_left_out(harbour):
    with organization_scope(harbour.pk):
        other = home_of(harbour).add_child(instance=ContentPage(title="Old", slug="old"))
    action = {"heading": "Come along", "text": "", "button": "Book", "page": other.pk, "url": ""}
    with organization_scope(harbour.pk):
        Page.objects.get(pk=other.pk).unpublish()
    text = publish(harbour, {"type": "call_to_action", "value": action})
    assert ("Come along" in text, ">Book</a>" in text) == (True, False)


def test_pins_of_a_map_are_places_or_spots(harbour):
    with organization_scope(harbour.pk):
        pier, lost = PlaceFactory(name="Pier 3"), PlaceFactory(name="Old kiosk")
    pins = [
        {"place": pier.pk, "name": ""},
        {"place": pier.pk, "name": "Where we meet"},
        {"place": lost.pk, "name": ""},
        {"place": None, "name": "The café", "latitude": "53.550000", "longitude": "9.990000"},
    ]
    items = [{"type": "item", "id": str(number), "value": pin} for number, pin in enumerate(pins)]
    publish(harbour, {"type": "map", "value": {"heading": "", "pins": items}})
    with organization_scope(harbour.pk):
        lost.delete()
    forget_pages_now(harbour)
    page = BeautifulSoup(client_for(harbour).get("/about/").content, "html.parser")
    assert [(one.text.strip(), one["data-latitude"]) for one in page.select(".map__points li")] == [
        ("Pier 3", "53.545600"), ("Where we meet", "53.545600"), ("The café", "53.550000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("call_to_action", {"heading": "H", "button": "B", "page": None, "url": ""}, "Choose either a page or another site."),
        ("video", {"title": "T", "document": None, "url": ""}, "Give either a file or an address."),
        ("map", {"pins": [{"type": "item", "id": "a", "value": {"latitude": "1", "longitude": "2"}}]}, "Say what is there."),
    ],
)  # fmt: skip
def test_wrong_blocks_are_told_in_words(in_harbour, kind, value, message):
    block = ContentBlock()
    with pytest.raises(ValidationError) as error:
        block.clean(block.to_python([{"type": kind, "value": value, "id": "1"}]))
    assert message in str(messages(error.value))
