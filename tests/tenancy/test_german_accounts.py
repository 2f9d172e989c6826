"""What sign-in shows to people who read German is German and says „Sie“, whoever wrote it."""

import re

import pytest
from wagtail.users.models import UserProfile

from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.fixtures import client_for, make_member
from tests.german import Texts, english
from tests.tenancy.accounts import set_up_totp, sign_in

FAMILIAR = re.compile(r"\b(du|dich|dir|dein(e[mnrs]?)?)\b", re.IGNORECASE)
OWN = [
    "account/email/",
    "account/two-factor/",
    "account/two-factor/app/remove/",
    "account/two-factor/recovery-codes/",
    "account/two-factor/recovery-codes/new/",
    "account/two-factor/passkeys/",
    "account/two-factor/passkeys/add/",
    "account/password/",
    "account/sessions/",
]
ENTRANCE = ["login/", "password_reset/", "password_reset/sent/", "password_reset/done/", "password_reset/1-wrong/"]


@pytest.fixture
def owner(harbour: Organization) -> User:
    owner = make_member(harbour, Role.OWNER)
    with organization_scope(harbour.pk):
        UserProfile.objects.update_or_create(user=owner, defaults={"preferred_language": "de"})
    return owner


def language_and_wrong_words(response) -> tuple[str, list[str]]:
    content = response.content.decode()
    language = re.search(r'<html[^>]* lang="([^"]*)"', content)[1]
    return language, english(content) + [text for text in Texts(content).found if FAMILIAR.search(text)]


@pytest.mark.parametrize("path", ENTRANCE)
def test_pages_before_sign_in_say_sie(owner, harbour, path):
    response = client_for(harbour).get(f"/admin/{path}", headers={"accept-language": "de"})
    assert (response.status_code, *language_and_wrong_words(response)) == (200, "de", [])
    assert response["Content-Language"] == "de"


@pytest.mark.parametrize("path", OWN)
def test_pages_of_the_own_account_say_sie(owner, harbour, path):
    set_up_totp(harbour, owner)
    client = client_for(harbour, owner)
    response = client.get(f"/admin/{path}", headers={"accept-language": "de"}, follow=True)
    assert (response.status_code, *language_and_wrong_words(response)) == (200, "de", [])


def test_page_that_asks_for_a_code_says_sie(owner, harbour):
    set_up_totp(harbour, owner)
    client = client_for(harbour)
    sign_in(client)
    response = client.get("/admin/login/code/", headers={"accept-language": "de"})
    assert (response.status_code, *language_and_wrong_words(response)) == (200, "de", [])
