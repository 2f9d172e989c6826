"""What browsers are told with every answer."""

import pytest
from django.test import Client

from tenancy.enums import Role

pytestmark = pytest.mark.django_db

PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
COMMON = {
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NAMES = [*COMMON, "Content-Security-Policy"]


def told(response) -> dict[str, str]:
    return {name: response.headers[name] for name in NAMES if name in response.headers}


def directives(response) -> dict[str, list[str]]:
    """The Content-Security-Policy, by directive."""
    parts = [part.split() for part in response.headers["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/cart/", 200), ("/orders/find/", 200), ("/nowhere/", 404), ("/order/no/", 404)]
)
def test_guest_pages_run_no_inline_script_and_are_framed_by_nobody_else(harbour_client, path, status):
    response = harbour_client.get(path)
    policy = directives(response)
    assert response.status_code == status
    assert {**COMMON, **told(response)} == {**told(response), **COMMON}
    assert {
        name: policy[name] for name in ("default-src", "style-src", "object-src", "base-uri", "frame-ancestors")
    } == {
        "default-src": ["'self'"],
        "style-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
    }
    assert [source for sources in policy.values() for source in sources if "unsafe" in source] == []


def test_a_stored_page_says_the_same_as_the_first(harbour_client):
    first, stored = harbour_client.get("/"), harbour_client.get("/")
    assert (first.headers["X-Cache"], stored.headers["X-Cache"]) == ("miss", "hit")
    assert told(first) == told(stored)


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/nowhere/"])
def test_the_admin_runs_no_inline_script_but_those_it_knows(harbour, member_client, path):
    client = Client(headers={"host": "harbour.localhost"}) if "login" in path else member_client(harbour, Role.OWNER)
    response = client.get(path)
    policy = directives(response)
    assert {name: told(response)[name] for name in COMMON} == COMMON
    assert [source for source in policy["script-src"] if not source.startswith("'sha256-")] == [
        "'self'",
        "'unsafe-hashes'",
    ]
    assert (policy["style-src"], policy["frame-ancestors"]) == (["'self'", "'unsafe-inline'"], ["'self'"])


def test_a_host_that_is_nobody_s_says_it_too(db):
    response = Client(headers={"host": "nobody.localhost"}).get("/")
    assert response.status_code == 404
    assert told(response) == {
        **{name: value for name, value in COMMON.items() if name != "X-Frame-Options"},
        "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    }
