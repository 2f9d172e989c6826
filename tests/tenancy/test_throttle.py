import pytest
import time_machine
from django.test import RequestFactory

from tenancy.scope import organization_scope
from tenancy.throttle import allow, client_address

pytestmark = pytest.mark.django_db


def test_allow_counts_within_a_window(in_harbour):
    with time_machine.travel("2031-05-20 10:00:00+00:00", tick=False) as clock:
        assert [allow("letter", "a@example.com", limit=2, seconds=60) for _try in range(3)] == [True, True, False]
        clock.shift(60)
        assert allow("letter", "a@example.com", limit=2, seconds=60) is True


def test_allow_counts_each_name_and_each_person_apart(in_harbour):
    with time_machine.travel("2031-05-20 10:00:00+00:00", tick=False):
        assert allow("letter", "a@example.com", limit=1, seconds=60) is True
        assert allow("letter", "b@example.com", limit=1, seconds=60) is True
        assert allow("call", "a@example.com", limit=1, seconds=60) is True
        assert allow("letter", "A@Example.com", limit=1, seconds=60) is False


def test_allow_counts_each_organization_apart(harbour, kyoto):
    with time_machine.travel("2031-05-20 10:00:00+00:00", tick=False):
        for organization in (harbour, kyoto):
            with organization_scope(organization.pk):
                assert allow("letter", "a@example.com", limit=1, seconds=60) is True


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
