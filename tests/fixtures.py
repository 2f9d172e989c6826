"""Two organizations that must never meet, and the ways into them."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tenancy import queries
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.operations import add_member, create_organization
from tenancy.scope import every_organization, organization_scope

PASSWORD = "a-password-for-tests"


def make_member(organization: Organization, role: Role, email: str = "") -> User:
    """An account that works for the organization in a role."""
    with every_organization():
        user = User.objects.create_user(
            email or f"{role}@{organization.slug}.example", PASSWORD, first_name=str(role.label), last_name="Test"
        )
    add_member(organization, user=user, role=role)
    return user


def client_for(organization: Organization, user: User | None = None) -> Client:
    """A browser at the organization's host, signed in when a user is given."""
    with organization_scope(organization.pk):
        client = Client(headers={"host": queries.canonical_host(organization)})
        if user is not None:
            client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _forget_hosts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # On a slow machine what is known would run out within a test, and be asked for again: one query more than counted.
    monkeypatch.setattr(queries, "HOST_LIFETIME", 3600.0)
    queries.forget_hosts()
    yield
    queries.forget_hosts()


# What nearly every test begins with is made once for each process, and is there when the test starts; see `use_database`.
ORGANIZATIONS = {
    "harbour": {
        "name": "Harbour Walks",
        "host": "harbour.localhost",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "languages": ["en", "de"],
        "order_prefix": "HW",
        "business_email": "hello@harbour.example",
        "business_phone": "+494012345678",
    },
    "kyoto": {
        "name": "Kyoto Trails",
        "host": "kyoto.localhost",
        "currency": "JPY",
        "time_zone": "Asia/Tokyo",
        "languages": ["en"],
        "order_prefix": "KT",
        "business_email": "hello@kyoto.example",
    },
}


def make_organization(slug: str) -> Organization:
    """One of the two organizations, as a new one is."""
    values = dict(ORGANIZATIONS[slug])
    return create_organization(values.pop("name"), slug=slug, **values)


def _organization(slug: str) -> Organization:
    with every_organization():
        found = Organization.objects.filter(slug=slug).first()
    # Asked for in the middle of a test, it is made there.
    return found or make_organization(slug)


@pytest.fixture
def harbour(db: None) -> Organization:
    return _organization("harbour")


@pytest.fixture
def kyoto(db: None) -> Organization:
    return _organization("kyoto")


@pytest.fixture
def in_harbour(harbour: Organization) -> Iterator[Organization]:
    with organization_scope(harbour.pk):
        yield harbour


@pytest.fixture
def in_kyoto(kyoto: Organization) -> Iterator[Organization]:
    with organization_scope(kyoto.pk):
        yield kyoto


@pytest.fixture
def harbour_client(harbour: Organization) -> Client:
    return client_for(harbour)


@pytest.fixture
def kyoto_client(kyoto: Organization) -> Client:
    return client_for(kyoto)


@pytest.fixture
def member_client():
    """A function that returns a signed-in browser of a member: `member_client(harbour, Role.MANAGER)`."""

    def sign_in(organization: Organization, role: Role) -> Client:
        return client_for(organization, make_member(organization, role))

    return sign_in
