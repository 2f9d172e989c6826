import datetime as dt
import json
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenancy import queries
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.operations import add_member
from tenancy.scope import every_organization, organization_scope
from tests.fixtures import client_for, make_member
from tests.tenancy.accounts import actions, authenticator_types, set_up_totp, sign_in, signed_in_as, totp_code

# What follows a change (mails, entries) comes when it is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(harbour: Organization) -> User:
    return make_member(harbour, Role.OWNER)


@pytest.fixture
def strict(harbour: Organization) -> Organization:
    """Harbour, asking everybody for a second factor."""
    with every_organization():
        Organization.objects.filter(pk=harbour.pk).update(requires_two_factor=True)
        harbour.refresh_from_db()
    queries.forget_hosts()
    return harbour


def add_passkey(organization: Organization, user: User) -> None:
    with organization_scope(organization.pk):
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
        )


def test_authenticator_app_is_set_up(owner, harbour):
    client = client_for(harbour)
    sign_in(client)
    page = client.get("/admin/account/two-factor/app/")
    secret = page.context["form"].secret
    assert page.context["totp_url"] == f"otpauth://totp/owner%40harbour.example?secret={secret}&issuer=Harbour%20Walks"
    assert page.content.decode().count('<img class="account__code" src="data:image/svg+xml;base64,') == 1

    wrong = client.post("/admin/account/two-factor/app/", {"code": "000000"})
    assert wrong.context["form"].errors == {"code": ["Incorrect code."]}
    assert authenticator_types(harbour) == []

    done = client.post("/admin/account/two-factor/app/", {"code": totp_code(secret)})
    assert done.url == "/admin/account/two-factor/recovery-codes/"
    assert authenticator_types(harbour) == ["recovery_codes", "totp"]
    assert actions(harbour) == [
        "account.signed_in",
        "account.second_factor_added",
        "account.second_factor_added",
    ]


def test_recovery_codes_are_shown_once_and_can_be_made_anew(owner, harbour):
    secret, codes = set_up_totp(harbour, owner)
    client = client_for(harbour)
    sign_in(client)
    client.post("/admin/login/code/", {"code": totp_code(secret)})
    shown = client.get("/admin/account/two-factor/recovery-codes/").content.decode()
    assert f'href="data:text/plain,{"%0A".join(codes)}"' in shown
    again = client.get("/admin/account/two-factor/recovery-codes/").content.decode()
    assert [code for code in codes if code in again] == []
    assert "You have 10 unused codes." in again

    assert client.post("/admin/account/two-factor/recovery-codes/new/").status_code == 302
    fresh = client.get("/admin/account/two-factor/recovery-codes/").context["unused_codes"]
    assert (len(fresh), set(fresh) & set(codes)) == (10, set())
    with organization_scope(harbour.pk):
        validates = Authenticator.objects.get(type="recovery_codes").wrap().validate_code
        assert (validates(codes[0]), validates(fresh[0])) == (False, True)


def test_secrets_are_encrypted_in_the_database(owner, harbour):
    secret, _codes = set_up_totp(harbour, owner)
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator ORDER BY type")
        stored = [json.loads(data) for (data,) in cursor.fetchall()]
    assert (stored[1]["secret"] != secret, stored[1]["secret"][:5], stored[0]["seed"][:5]) == (True, "gAAAA", "gAAAA")


def test_sign_in_asks_for_the_code(owner, harbour):
    secret, _codes = set_up_totp(harbour, owner)
    client = client_for(harbour)
    assert sign_in(client).url == "/admin/login/code/"
    assert signed_in_as(client) is None
    assert client.post("/admin/login/code/", {"code": "000000"}).context["form"].errors == {"code": ["Incorrect code."]}
    assert client.post("/admin/login/code/", {"code": totp_code(secret)}).url == "/admin/"
    assert signed_in_as(client) == "owner@harbour.example"
    assert actions(harbour) == ["account.second_factor_failed", "account.signed_in"]


def test_code_cannot_be_asked_for_without_the_password(owner, harbour):
    secret, _codes = set_up_totp(harbour, owner)
    client = client_for(harbour)
    assert client.post("/admin/login/code/", {"code": totp_code(secret)}).url == "/admin/login/"
    assert signed_in_as(client) is None


def test_code_works_once_at_all_organizations_and_for_as_long_as_it_counts(owner, harbour, kyoto):
    add_member(kyoto, user=owner, role=Role.OWNER)
    secret, _codes = set_up_totp(harbour, owner)
    now = dt.datetime(2031, 5, 20, 10, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        code = totp_code(secret)
        first = client_for(harbour)
        sign_in(first)
        assert first.post("/admin/login/code/", {"code": code}).status_code == 302
        for organization in (harbour, kyoto):
            again = client_for(organization)
            sign_in(again)
            assert again.post("/admin/login/code/", {"code": code}).context["form"].errors == {
                "code": ["Incorrect code."]
            }


def test_codes_cannot_be_guessed(owner, harbour):
    secret, _codes = set_up_totp(harbour, owner)
    client = client_for(harbour)
    sign_in(client)
    for _ in range(5):
        client.post("/admin/login/code/", {"code": "000000"})
    held_back = client.post("/admin/login/code/", {"code": totp_code(secret)})
    assert held_back.context["form"].errors == {
        "code": ["Too many attempts. Please wait five minutes, then try again."]
    }


def test_recovery_code_lets_in_once(owner, harbour):
    _secret, codes = set_up_totp(harbour, owner)
    client, again = client_for(harbour), client_for(harbour)
    sign_in(client)
    assert client.post("/admin/login/code/", {"code": codes[0]}).url == "/admin/"
    sign_in(again)
    assert again.post("/admin/login/code/", {"code": codes[0]}).status_code == 200
    assert again.post("/admin/login/code/", {"code": codes[1]}).url == "/admin/"


def test_password_is_asked_for_again_after_some_minutes(owner, harbour):
    now = dt.datetime.now(dt.UTC)
    client = client_for(harbour)
    with time_machine.travel(now):
        sign_in(client)
        assert client.get("/admin/account/two-factor/app/").status_code == 200
    with time_machine.travel(now + dt.timedelta(minutes=6)):
        asked = client.get("/admin/account/two-factor/app/")
        assert unquote(asked.url) == "/admin/account/confirm/?next=/admin/account/two-factor/app/"
        wrong = client.post(asked.url, {"password": "guess"})
        assert wrong.context["form"].errors == {"password": ["Incorrect password."]}
        assert client.post(asked.url, {"password": "a-password-for-tests"}).url == "/admin/account/two-factor/app/"


def test_second_factor_follows_the_person_and_a_passkey_stays_at_its_host(owner, harbour, kyoto):
    add_member(kyoto, user=owner, role=Role.GUIDE)
    set_up_totp(harbour, owner)
    add_passkey(harbour, owner)
    assert authenticator_types(harbour) == ["recovery_codes", "totp", "webauthn"]
    assert authenticator_types(kyoto) == ["recovery_codes", "totp"]
    assert sign_in(client_for(kyoto)).url == "/admin/login/code/"


def test_second_factors_are_seen_only_where_the_person_is(owner, harbour, kyoto):
    set_up_totp(harbour, owner)
    assert authenticator_types(kyoto) == []
    with organization_scope(kyoto.pk):
        assert Authenticator.objects.update(data={}) == 0
        assert Authenticator.objects.all().delete() == (0, {})
    assert authenticator_types(harbour) == ["recovery_codes", "totp"]


def test_second_factor_cannot_be_given_to_somebody_elsewhere(owner, harbour, kyoto):
    from django.db import DatabaseError

    with organization_scope(kyoto.pk), pytest.raises(DatabaseError):
        Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={})


def test_authenticator_app_is_removed(owner, harbour):
    secret, _codes = set_up_totp(harbour, owner)
    client = client_for(harbour)
    sign_in(client)
    client.post("/admin/login/code/", {"code": totp_code(secret)})
    assert client.post("/admin/account/two-factor/app/remove/").url == "/admin/account/two-factor/"
    assert authenticator_types(harbour) == []
    assert actions(harbour)[1:] == ["account.second_factor_removed"] * 2


OTHER_PATHS = [
    "/admin/",
    "/admin/account/",
    "/admin/customers/",
    "/admin/pages/",
    "/admin/api/main/pages/",
    "/admin/account/email/",
    "/admin/account/password/",
    "/admin/account/sessions/",
    "/admin/account/organizations/",
    "/admin/login/",
]


def test_organization_that_requires_it_sends_members_to_set_it_up(owner, strict):
    client = client_for(strict)
    assert sign_in(client).url == "/admin/"
    assert [client.get(path).url for path in OTHER_PATHS] == ["/admin/account/two-factor/"] * len(OTHER_PATHS)
    page = client.get("/admin/account/two-factor/").content.decode()
    assert "Harbour Walks asks everybody for a second step at sign-in." in page
    assert "wagtail-sidebar" not in page
    assert client.post("/admin/customers/new/", {"first_name": "Smuggled"}).url == "/admin/account/two-factor/"

    secret = client.get("/admin/account/two-factor/app/").context["form"].secret
    client.post("/admin/account/two-factor/app/", {"code": totp_code(secret)})
    assert client.get("/admin/customers/").status_code == 200


def test_requirement_holds_in_open_sessions_and_on_guest_pages(owner, strict):
    from wagtail.models import PageViewRestriction

    from cms.models import ContentPage

    with organization_scope(strict.pk):
        home = strict.site.root_page
        page = home.add_child(instance=ContentPage(title="Partners", slug="partners"))
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    client = client_for(strict, owner)
    assert client.get("/admin/customers/").url == "/admin/account/two-factor/"
    asked = client.get("/partners/", follow=True)
    assert [url for url, _status in asked.redirect_chain] == [
        "/_util/login/?next=/partners/",
        "/admin/login/?next=/partners/",
        "/admin/account/two-factor/",
    ]
    set_up_totp(strict, owner)
    assert client.get("/partners/").status_code == 200


def test_last_second_factor_stays_where_it_is_required(owner, strict):
    secret, _codes = set_up_totp(strict, owner)
    client = client_for(strict)
    sign_in(client)
    client.post("/admin/login/code/", {"code": totp_code(secret)})
    kept = client.post("/admin/account/two-factor/app/remove/")
    assert kept.context["form"].non_field_errors() == [
        "Your organization asks everybody for two-factor sign-in. Add another way first, then remove this one."
    ]
    add_passkey(strict, owner)
    assert client.post("/admin/account/two-factor/app/remove/").status_code == 302
    assert authenticator_types(strict) == ["recovery_codes", "webauthn"]


def queries_of_account_page(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/admin/account/two-factor/").status_code == 200
    return len(captured)


def test_requirement_costs_one_query_and_only_where_it_is(owner, harbour, kyoto, strict):
    kyoto_owner = make_member(kyoto, Role.OWNER)
    set_up_totp(strict, owner)
    set_up_totp(kyoto, kyoto_owner)
    counts = []
    for organization, person in ((strict, owner), (kyoto, kyoto_owner)):
        client = client_for(organization, person)
        client.get("/admin/account/two-factor/")
        counts.append(queries_of_account_page(client))
    assert counts[0] - counts[1] == 1
