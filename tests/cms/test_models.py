import re

import pytest
from django.urls import reverse

from cms.enums import FONT_STACKS, Font
from cms.models import Branding
from cms.rules import DAY, MINIMUM_CONTRAST, NIGHT, contrast
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes
from tests.fixtures import client_for


def properties(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """The custom properties for light and for dark."""
    light, dark = re.fullmatch(
        r":root\{(.+?)\}\n@media \(prefers-color-scheme: dark\)\{:root\{(.+?)\}\}\n", css
    ).groups()
    return tuple(dict(line.split(":", 1) for line in part.split(";")) for part in (light, dark))


def test_stylesheet_holds_the_look_for_light_and_dark():
    light, dark = properties(Branding(primary_colour="#7a1f1f", accent_colour="#0b3d5c", font=Font.SERIF).stylesheet)
    assert light == {
        "--primary": "#7a1f1f",
        "--on-primary": "#ffffff",
        "--accent": "#0b3d5c",
        "--on-accent": "#ffffff",
        "--link": "#7a1f1f",
        "--font": FONT_STACKS[Font.SERIF],
    }
    assert set(dark) == set(light) - {"--font"}


@pytest.mark.parametrize("primary", ["#000000", "#0b3d5c", "#7a1f1f", "#5b2a86", "#00695c", "#b3003c", "#767676"])
def test_every_pair_of_colours_can_be_read(primary):
    for scheme, ground in zip(properties(Branding(primary_colour=primary).stylesheet), (DAY, NIGHT), strict=True):
        pairs = [(scheme["--on-primary"], scheme["--primary"]), (scheme["--on-accent"], scheme["--accent"])]
        pairs.append((scheme["--link"], ground))
        assert min(contrast(*pair) for pair in pairs) >= MINIMUM_CONTRAST


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
    "font": "serif",
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
        ({"primary_colour": "#ffd700"}, "This colour is too light to read on white (contrast 1.4, needed 4.5)."),
        ({"accent_colour": "#ffffff"}, "This colour is too light to read on white (contrast 1.0, needed 4.5)."),
        ({"primary_colour": "red"}, "Write a colour as # and six digits, such as #0b3d5c."),
        ({"primary_colour": "#12345"}, "Write a colour as # and six digits, such as #0b3d5c."),
        ({"primary_colour": "#000;}a"}, "Write a colour as # and six digits, such as #0b3d5c."),
        ({"links": "javascript:alert(1)"}, "is not an address such as https://www.example.com/us."),
    ],
)
def test_look_that_cannot_be_read_is_refused_and_nothing_typed_is_lost(harbour, member_client, wrong, message):
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
