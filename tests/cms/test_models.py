import re
from dataclasses import asdict

import pytest
from django.urls import reverse

from cms.enums import Font
from cms.models import Branding
from cms.rules import FONT_STACKS, HEADING_STACKS, look_by_day
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes
from tests.fixtures import client_for


def properties(css: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The custom properties for light and for dark, and those that change when the fonts have come."""
    pattern = (
        r":root\{(--ground:.+?)\}\n@media \(prefers-color-scheme: dark\)\{:root\{(.+?)\}\}\n"
        r":root\.fonts\{(.+?)\}@media \(scripting: none\)\{:root\{\3\}\}\n$"
    )
    parts = re.search(pattern, css).groups()
    return tuple(dict(line.split(":", 1) for line in part.split(";")) for part in parts)


def test_stylesheet_holds_the_look_for_light_and_dark():
    branding = Branding(primary_colour="#7a1f1f", accent_colour="#0b3d5c", font=Font.FRAUNCES)
    light, dark, later = properties(branding.stylesheet)
    colours = asdict(look_by_day("#7a1f1f", "#0b3d5c"))
    fonts = {"--font": FONT_STACKS[Font.FRAUNCES], "--font-heading": HEADING_STACKS[Font.FRAUNCES]}
    without = {"--font": fonts["--font"].removeprefix("Figtree, "), "--font-heading": fonts["--font-heading"][10:]}
    assert light == {f"--{name.replace('_', '-')}": colour for name, colour in colours.items()} | without
    assert later == fonts
    assert [stack.partition(",")[0] for stack in without.values()] == ['"Figtree stand-in"', '"Fraunces stand-in"']
    assert set(dark) == set(light) - set(fonts)
    assert re.findall(r"url\((/.+?)\)", branding.stylesheet)[0] == "/static/fonts/figtree-latin.woff2"


def test_version_changes_with_the_look_only():
    plain, reworded, recoloured = (
        Branding(),
        Branding(tagline="Quiet walks", phone="+494012345678"),
        Branding(primary_colour="#7a1f1f"),
    )
    assert plain.version == reworded.version != recoloured.version


GIVEN = {
    "logo": "",
    "tagline": "Quiet walks",
    "primary_colour": "#7a1f1f",
    "accent_colour": "#0b3d5c",
    "font": "fraunces",
    "header": "coloured",
    "phone": "+49 40 66969120",
    "email": "hello@harbour.example",
    "address": "Pier 3\n20457 Hamburg",
    "links": "https://www.example.com/harbour",
}


def settings_url(harbour) -> str:
    return reverse("wagtailsettings:edit", args=["cms", "branding", harbour.site_id])


def branding_of(organization) -> Branding:
    with organization_scope(organization.pk):
        return Branding.objects.get()


@pytest.mark.django_db(transaction=True)
def test_editor_changes_the_look_and_guests_see_it_at_once(harbour, kyoto, member_client):
    guest, editor = client_for(harbour), member_client(harbour, Role.EDITOR)
    before, theirs = guest.get("/").content, client_for(kyoto).get("/").content
    with organization_scope(harbour.pk):
        logo = PictureFactory(title="Logo")
    assert editor.post(settings_url(harbour), {**GIVEN, "logo": logo.pk}).status_code == 302
    with new_sizes():
        text = guest.get("/").content.decode()
    for words in (
        f"/branding.css?v={branding_of(harbour).version}",
        '<meta name="theme-color" content="#7a1f1f">',
        'class="site-header site-header--coloured"',
        'class="site-header__logo"',
        "<p>Quiet walks</p>",
        'href="tel:+494066969120"',
        "Pier 3<br>20457 Hamburg",
        '<a href="https://www.example.com/harbour" rel="me noopener">example.com</a>',
    ):
        assert (words in text, words in before.decode()) == (True, False)
    assert "--primary:#7a1f1f" in guest.get("/branding.css").content.decode()
    assert client_for(kyoto).get("/").content == theirs


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"primary_colour": "red"}, "Write a colour as # and six digits, such as #0b3d5c."),
        ({"primary_colour": "#12345"}, "Write a colour as # and six digits, such as #0b3d5c."),
        ({"primary_colour": "#000;}a"}, "Write a colour as # and six digits, such as #0b3d5c."),
        ({"links": "javascript:alert(1)"}, "is not an address such as https://www.example.com/us."),
    ],
)
def test_look_that_makes_no_sense_is_refused_and_nothing_typed_is_lost(harbour, member_client, wrong, message):
    before = branding_of(harbour)
    answer = member_client(harbour, Role.EDITOR).post(settings_url(harbour), {**GIVEN, **wrong})
    text = answer.content.decode()
    assert (answer.status_code, message in text, "Quiet walks" in text) == (200, True, True)
    assert branding_of(harbour).stylesheet == before.stylesheet


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.EDITOR, 200), (Role.MANAGER, 302), (Role.GUIDE, 302)],
)
def test_look_is_for_those_who_make_the_pages(harbour, member_client, role, status):
    assert member_client(harbour, role).get(settings_url(harbour)).status_code == status


def test_look_of_another_organization_is_out_of_reach(harbour, kyoto, member_client):
    client = member_client(harbour, Role.OWNER)
    before = branding_of(kyoto).stylesheet
    client.post(settings_url(kyoto), GIVEN)
    assert branding_of(kyoto).stylesheet == before


def test_light_colours_are_taken_and_what_is_done_with_them_is_told(harbour, member_client):
    client = member_client(harbour, Role.EDITOR)
    assert client.post(settings_url(harbour), {**GIVEN, "primary_colour": "#ffd700"}).status_code == 302
    text = client.get(settings_url(harbour)).content.decode()
    for words in (
        "<strong>Main colour:</strong> it is light, so the text on it is black.",
        "(contrast 1.4, needed 4.5), so links and lines get the darker #7d6c12.",
        "<strong>Main colour:</strong> buttons get an edge in #aa9318, so that they stand out from the page.",
        "<strong>Accent colour:</strong> it can be read everywhere, as it is.",
    ):
        assert words in text


LOOK = {"primary_colour": "#ffd700", "accent_colour": "#0b3d5c", "font": "fraunces", "header": "coloured"}


def test_sample_shows_what_is_typed_and_saves_nothing(harbour, member_client):
    before = branding_of(harbour).stylesheet
    client, url = member_client(harbour, Role.EDITOR), reverse("branding_sample")
    right = client.get(url, LOOK).content.decode()
    wrong = client.get(url, {**LOOK, "primary_colour": "#ffd70"}).content.decode()
    shown = (
        right.count('class="look-sample__page"'),
        "--band:#ffd700" in right,
        "fraunces-latin.woff2" in right,
        "look-sample__bar--coloured" in right,
    )
    assert shown == (2, True, True, True)
    message = "Write a colour as # and six digits, such as #0b3d5c."
    assert ("look-sample__page" in wrong, message in wrong) == (False, True)
    assert member_client(harbour, Role.MANAGER).get(url, LOOK).status_code == 302
    assert branding_of(harbour).stylesheet == before
