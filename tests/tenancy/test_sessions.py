import datetime as dt

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client

from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.operations import add_member
from tenancy.rules import device_name
from tenancy.scope import organization_scope
from tests.fixtures import client_for, make_member
from tests.tenancy.accounts import actions, sign_in, signed_in_as

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"


@pytest.fixture
def owner(harbour: Organization) -> User:
    return make_member(harbour, Role.OWNER)


def browser(organization: Organization, *, agent: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    """A browser that says what it is, signed in as the owner."""
    client = client_for(organization)
    client.defaults.update({"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address})
    sign_in(client)
    return client


def listed(client: Client) -> list[tuple[str, str]]:
    sessions = client.get("/admin/account/sessions/").context["sessions"]
    return [(session.device, session.seen.address) for session in sessions]


def keys(organization: Organization) -> list[int]:
    with organization_scope(organization.pk):
        return list(UserSession.objects.order_by("pk").values_list("pk", flat=True))


def test_sessions_are_listed_with_device_and_address_the_own_first(owner, harbour):
    browser(harbour, agent=IPHONE, address="192.0.2.9")
    client = browser(harbour)
    assert listed(client) == [("Firefox, Linux", "192.0.2.1"), ("Safari, iPhone", "192.0.2.9")]


def test_last_use_is_followed(owner, harbour):
    client, phone = browser(harbour), browser(harbour, agent=IPHONE)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=3)
    with time_machine.travel(later, tick=False):
        phone.defaults["REMOTE_ADDR"] = "198.51.100.4"
        phone.get("/admin/account/")
        seen = client.get("/admin/account/sessions/").context["sessions"][1].seen
    assert (seen.at, seen.address) == (later, "198.51.100.4")


def test_session_is_ended_at_once(owner, harbour):
    phone, client = browser(harbour, agent=IPHONE), browser(harbour)
    phone_key, _own = keys(harbour)
    assert client.post(f"/admin/account/sessions/{phone_key}/end/").url == "/admin/account/sessions/"
    assert signed_in_as(phone) is None
    assert listed(client) == [("Firefox, Linux", "192.0.2.1")]
    assert actions(harbour)[2:] == ["account.sessions_ended"]


def test_all_other_sessions_are_ended_at_once(owner, harbour):
    others = [browser(harbour, agent=IPHONE) for _ in range(3)]
    client = browser(harbour)
    client.post("/admin/account/sessions/")
    assert [signed_in_as(other) for other in others] == [None] * 3
    assert signed_in_as(client) == "owner@harbour.example"


def test_own_session_is_left_by_signing_out(owner, harbour):
    client = browser(harbour)
    (own,) = keys(harbour)
    assert client.post(f"/admin/account/sessions/{own}/end/").url == "/admin/logout/"
    assert signed_in_as(client) == "owner@harbour.example"


def test_session_of_somebody_else_cannot_be_ended(owner, harbour, member_client):
    browser(harbour)
    (theirs,) = keys(harbour)
    guide = member_client(harbour, Role.GUIDE)
    assert guide.post(f"/admin/account/sessions/{theirs}/end/").status_code == 404
    assert guide.get(f"/admin/account/sessions/{theirs}/end/").status_code == 405
    assert theirs in keys(harbour)


def test_sessions_of_one_organization_are_not_seen_at_another(owner, harbour, kyoto):
    add_member(kyoto, user=owner, role=Role.OWNER)
    at_harbour, at_kyoto = browser(harbour), browser(kyoto, agent=IPHONE)
    assert (listed(at_harbour), listed(at_kyoto)) == (
        [("Firefox, Linux", "192.0.2.1")],
        [("Safari, iPhone", "192.0.2.1")],
    )
    (foreign,) = keys(harbour)
    assert at_kyoto.post(f"/admin/account/sessions/{foreign}/end/").status_code == 404
    at_kyoto.post("/admin/account/sessions/")
    assert signed_in_as(at_harbour) == "owner@harbour.example"


def test_session_is_followed_when_its_key_changes(owner, harbour):
    client = browser(harbour)
    before = client.cookies["sessionid"].value
    profile = {
        "name_email-first_name": "Olga",
        "name_email-last_name": "Ohlsen",
        "theme-theme": "system",
        "theme-contrast": "system",
        "theme-density": "default",
        "locale-current_time_zone": "Europe/Berlin",
        "theme-keyboard_shortcuts": "on",
        "digest-frequency": "never",
    }
    client.post("/admin/account/", profile)
    assert client.cookies["sessionid"].value != before
    with organization_scope(harbour.pk):
        assert [session.session_key for session in UserSession.objects.all()] == [client.cookies["sessionid"].value]


def test_signing_out_leaves_no_session(owner, harbour):
    client = browser(harbour)
    client.post("/admin/logout/")
    other = browser(harbour)
    assert len(listed(other)) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_once_for_each_session_whether_it_lives(owner, harbour, count, django_assert_num_queries):
    for _ in range(count - 1):
        browser(harbour)
    client = browser(harbour)
    client.get("/admin/account/sessions/")
    with django_assert_num_queries(12 + count):
        client.get("/admin/account/sessions/")


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, "Firefox, Linux"),
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605.1.15", "Safari, Mac"),
        ("curl/8.5", "another program"),
        ("", "another program"),
    ],
)
def test_device_in_words(agent, expected):
    assert device_name(agent) == expected
