import ast
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import RequestFactory

from tenancy.scope import organization_scope
from tenancy.throttle import LIMITS, Limit, TooManyTries, allow, client_address, seconds_left, throttled

NOON = "2031-05-20 12:00:00+00:00"
ROOT = Path(settings.BASE_DIR)
APPS = ("tenancy", "crm", "places", "tours", "commerce", "cms")


@pytest.fixture
def letters(monkeypatch):
    """A limit of two in a minute, and one beside it."""
    monkeypatch.setitem(LIMITS, "letter", Limit(2, 60))
    monkeypatch.setitem(LIMITS, "call", Limit(2, 60))


def times_used() -> dict[str, int]:
    """How often each name is asked about in the product's code."""
    used = dict.fromkeys(LIMITS, 0)
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("allow", "throttled"):
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    used[name.value] += 1
    return used


def test_every_limit_is_in_use():
    assert [name for name, count in times_used().items() if count == 0] == []


def test_allow_counts_within_a_window(in_harbour, letters):
    with time_machine.travel(NOON, tick=False) as clock:
        assert [allow("letter", "a@example.com") for _try in range(3)] == [True, True, False]
        clock.shift(60)
        assert allow("letter", "a@example.com") is True


def test_allow_counts_each_name_and_each_person_apart(in_harbour, letters):
    with time_machine.travel(NOON, tick=False):
        assert [allow("letter", "a@example.com") for _try in range(2)] == [True, True]
        assert allow("letter", "b@example.com") is True
        assert allow("call", "a@example.com") is True
        assert allow("letter", "A@Example.com") is False


def test_allow_counts_each_organization_apart(harbour, kyoto, letters):
    with time_machine.travel(NOON, tick=False):
        for organization in (harbour, kyoto):
            with organization_scope(organization.pk):
                assert [allow("letter", "a@example.com") for _try in range(3)] == [True, True, False]


def test_seconds_left_ends_with_the_window(letters):
    with time_machine.travel("2031-05-20 12:00:45+00:00", tick=False):
        assert seconds_left("letter") == 15


def test_a_throttled_view_counts_only_its_methods(in_harbour, letters):
    view = throttled("letter", methods=("POST",))(lambda request: "seen")
    browser = RequestFactory()
    with time_machine.travel("2031-05-20 12:00:20+00:00", tick=False):
        assert [view(browser.post("/")) for _try in range(2)] == ["seen", "seen"]
        with pytest.raises(TooManyTries) as refused:
            view(browser.post("/"))
        assert refused.value.seconds == 40
        assert view(browser.get("/")) == "seen"
        assert view(browser.post("/", REMOTE_ADDR="203.0.113.9")) == "seen"


def test_a_view_cannot_have_a_limit_that_is_not_in_the_table():
    with pytest.raises(KeyError):
        throttled("no-such-limit")


@pytest.mark.parametrize(
    ("proxied", "forwarded", "address"),
    [
        (False, "203.0.113.7", "127.0.0.1"),
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (True, "", "127.0.0.1"),
    ],
)
def test_client_address_believes_only_the_proxy(settings, proxied, forwarded, address):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if proxied else None
    assert client_address(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})) == address
