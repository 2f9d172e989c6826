"""Protocols say what was said with a little markup, and tell those whom they mention."""

import datetime as dt
import io
import json

import pytest
from django.urls import reverse
from pypdf import PdfReader

from crm.models import Message, Protocol, ProtocolMention
from crm.operations import tell_mentioned
from crm.queries import search_protocols, unseen_mentions
from crm.rules import clean_rich, mention_names, rich_of, rich_of_either
from tenancy.enums import Role
from tenancy.fields import without_markup
from tenancy.scope import organization_scope
from tests.crm.factories import NOW, make_protocol
from tests.crm.test_tasks import named
from tests.factories import CustomerFactory
from tests.fixtures import client_for, make_member


@pytest.mark.parametrize(
    ("text", "rich"),
    [
        ("", ""),
        ("One line", "<p>One line</p>"),
        ("Two\r\nlines\n\n\nand <b> & 'more' ", "<p>Two<br/>lines</p><p>and &lt;b&gt; &amp; 'more'</p>"),
    ],
)
def test_plain_text_becomes_rich(text, rich):
    assert rich_of(text) == rich
    assert clean_rich(rich) == rich


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ('<p onclick="x()">A <strong>b</strong><script>alert(1)</script></p>', "<p>A <b>b</b></p>"),
        ('<h2>Head</h2><div>text <a href="javascript:x()">link</a></div>', "<p>Head</p><p>text link</p>"),
        ("<ul><li>one<li>two</ul><img src=x onerror=alert(1)>", "<ul><li>one</li><li>two</li></ul>"),
        ("a <br>b <unclosed", "a <br/>b "),
    ],
)
def test_nothing_but_a_little_markup_is_left(dirty, clean):
    assert clean_rich(dirty).strip() == clean.strip()
    assert rich_of_either(dirty) == clean_rich(dirty)


def test_rich_text_without_markup():
    assert rich_of_either("1 < 2 & 3 > 2") == "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"
    html = "<p>Dear <b>An</b>na,<br/>wants:</p><ul><li>a seat &amp; a window</li><li>tea</li></ul>"
    assert without_markup(html) == "Dear Anna,\nwants:\n• a seat & a window\n• tea"


@pytest.fixture
def ada(harbour):
    return named(make_member(harbour, Role.MANAGER, "ada@harbour.example"), "Ada", "Lovelace")


@pytest.fixture
def ben(harbour):
    return named(make_member(harbour, Role.MANAGER, "ben@harbour.example"), "Ben", "Manager")


def contentstate(*blocks: tuple[str, str, list[dict[str, object]]]) -> str:
    """What Wagtail's editor sends."""
    return json.dumps(
        {
            "blocks": [
                {
                    "key": str(number), "text": text, "type": kind, "depth": 0, "inlineStyleRanges": styles, "entityRanges": [],
                }
                for number, (kind, text, styles) in enumerate(blocks)
            ],
            "entityMap": {},
        }
    )  # fmt: skip


FORM = {"kind": "call", "direction": "inbound", "subject": "Seats", "happened_at": "2031-01-10 12:00"}


def test_text_is_written_edited_shown_found_printed_and_exported(harbour, ada):
    client = client_for(harbour, ada)
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
    client.post(reverse("customers:log_protocol", args=[customer.pk]), {**FORM, "body": "Wants <two> seats\nand tea"})
    with organization_scope(harbour.pk):
        protocol = Protocol.objects.get()
    assert protocol.body == "<p>Wants &lt;two&gt; seats<br/>and tea</p>"
    url = reverse("protocols:edit", args=[protocol.pk])
    shown = json.loads(client.get(url).context["form"]["body"].subwidgets[0].data["value"])
    assert [block["text"] for block in shown["blocks"]] == ["Wants <two> seats\nand tea"]
    bold = {"offset": 6, "length": 2, "style": "BOLD"}
    steps = ("unordered-list-item", "Grüner Tee", [])
    client.post(url, {**FORM, "body": contentstate(("unstyled", "Wants <two> & more", [bold]), steps)})
    with organization_scope(harbour.pk):
        protocol.refresh_from_db()
    assert protocol.body == "<p>Wants <b>&lt;t</b>wo&gt; &amp; more</p><ul><li>Grüner Tee</li></ul>"
    profile = client.get(reverse("customers:inspect", args=[customer.pk])).content.decode()
    assert f'<div class="profile__text">{protocol.body}</div>' in profile
    history = client.get(reverse("protocols:history", args=[protocol.pk])).content.decode()
    assert "Wants &lt;two&gt; &amp; more\n• Grüner Tee" in history
    found = [
        client.get(reverse("protocols:index"), {"q": text}).context["items_count"]
        for text in ("two> & more", "gruner seats", "tee two", "li", "amp", "strong")
    ]
    assert found == [1, 1, 1, 0, 0, 0]
    export = b"".join(client.get(reverse("protocols:index"), {"export": "csv"}).streaming_content).decode()
    assert '"Wants <two> & more\n• Grüner Tee"' in export
    pdf = client.get(reverse("protocols:pdf", args=[protocol.pk]))
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "Wants <two> & more\n• Grüner Tee" in text
    # A browser without the script sends what was typed.
    client.post(url, {**FORM, "body": "<script>alert(1)</script>Plain"})
    with organization_scope(harbour.pk):
        protocol.refresh_from_db()
    assert protocol.body == "<p>&lt;script&gt;alert(1)&lt;/script&gt;Plain</p>"


def test_who_is_mentioned_is_told_once_and_sees_it_today(harbour, in_harbour, ada, ben):
    guide = named(make_member(harbour, Role.GUIDE, "gus@harbour.example"), "Gus", "Guide")
    text = rich_of("@Ben Manager, @Gus and @Ada: please look.")
    protocol = make_protocol(CustomerFactory(), body=text, author=ada)
    # The guide may not see it, and nobody is told of what they wrote themselves.
    message = Message.objects.get()
    assert (message.kind, message.recipient, message.subject) == (
        "protocol_mention",
        "ben@harbour.example",
        "Ada Lovelace mentions you: Asks for the way",
    )
    assert "“@Ben Manager, @Gus and @Ada: please look.”" in message.text
    assert tell_mentioned(protocol, now=NOW + dt.timedelta(days=1), actor=ada) == []
    assert [unseen_mentions(user, limit=9) for user in (ada, ben, guide)] == [[], [protocol], []]
    client = client_for(harbour, ben)
    assert "You are mentioned: Asks for the way" in client.get(reverse("wagtailadmin_home")).content.decode()
    names = json.loads(
        client.get(reverse("protocols:edit", args=[protocol.pk]))
        .context["form"]
        .fields["body"]
        .widget.attrs["data-mentions"]
    )
    assert "Ada Lovelace" in names
    assert "Ben Manager" not in names
    assert "Gus Guide" not in names
    assert "You are mentioned" not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert list(search_protocols("ben LOOK", Protocol.objects.all())) == [protocol]


def test_private_protocol_tells_nobody(in_harbour, ada, ben):
    protocol = make_protocol(CustomerFactory(), body="<p>@Ben</p>", author=ada, is_private=True)
    assert (Message.objects.count(), ProtocolMention.objects.count()) == (0, 0)
    protocol.is_private = False
    protocol.save()
    assert tell_mentioned(protocol, now=NOW, actor=ada) == [ben]
    # Private again: it is not there for Ben.
    protocol.is_private = True
    protocol.save()
    assert unseen_mentions(ben, limit=9) == []


def test_names_that_two_have_are_offered_by_address(in_harbour, ada, ben):
    other = named(make_member(in_harbour, Role.MANAGER, "ben2@harbour.example"), "Ben", "Manager")
    assert mention_names([ada, ben, other]) == ["Ada Lovelace", "ben@harbour.example", "ben2@harbour.example"]
