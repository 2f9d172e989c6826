import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from tenancy import operations
from tenancy.enums import OrganizationStatus, Role
from tenancy.models import Membership, Organization, User
from tenancy.operations import SwitchRefused, add_member, remove_member
from tenancy.queries import forget_hosts
from tenancy.scope import every_organization, organization_scope
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel
from tests.tenancy.accounts import actions, set_up_totp, sign_in, signed_in_as, totp_code

OWNER = "owner@harbour.example"


@pytest.fixture
def owner(harbour: Organization, kyoto: Organization) -> User:
    """Somebody who works for both organizations."""
    user = make_member(harbour, Role.OWNER)
    add_member(kyoto, user=user, role=Role.GUIDE)
    return user


@pytest.fixture
def client(owner: User, harbour: Organization) -> Client:
    client = client_for(harbour)
    sign_in(client)
    return client


def hand_over(client: Client, target: Organization) -> str:
    """Press “Switch” and return the path at the other host that the page leads to."""
    page = client.post(f"/admin/account/organizations/{target.public_id}/")
    (address,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', page.content.decode())
    assert urlsplit(address).hostname == f"{target.slug}.localhost"
    return urlsplit(address).path


def names(client: Client) -> list[str]:
    return [organization.name for organization in client.get("/admin/account/organizations/").context["organizations"]]


def set_status(organization: Organization, status: OrganizationStatus) -> None:
    with every_organization():
        Organization.objects.filter(pk=organization.pk).update(status=status)
    forget_hosts()


def test_switch_signs_in_at_the_other_host(owner, harbour, kyoto, client):
    assert names(client) == ["Kyoto Trails"]
    at_kyoto = client_for(kyoto)
    arrived = at_kyoto.get(hand_over(client, kyoto))
    assert (arrived.url, arrived["Referrer-Policy"]) == ("/admin/", "no-referrer")
    assert (signed_in_as(at_kyoto), signed_in_as(client)) == (OWNER, OWNER)
    assert actions(harbour) == ["account.signed_in", "account.switched_away"]
    assert actions(kyoto) == ["account.switched_here"]


def test_switch_works_once(kyoto, client):
    path = hand_over(client, kyoto)
    client_for(kyoto).get(path)
    again = client_for(kyoto)
    assert again.get(path).url == "/admin/login/"
    assert signed_in_as(again) is None


def test_switch_works_for_a_minute(kyoto, client):
    path = hand_over(client, kyoto)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=62)):
        late = client_for(kyoto).get(path, follow=True)
    assert [str(message) for message in late.context["messages"]] == [
        "This link to switch has expired. Please sign in, or go back and switch again."
    ]


def test_switch_works_at_its_own_host_only(harbour, kyoto, client):
    path = hand_over(client, kyoto)
    at_harbour = client_for(harbour)
    assert at_harbour.get(path).url == "/admin/login/"
    assert signed_in_as(at_harbour) is None
    assert client_for(kyoto).get(path).url == "/admin/"


def test_forged_switch_is_refused(kyoto, client):
    path = hand_over(client, kyoto)
    forged = path.rstrip("/")[:-2] + "xx/"
    assert client_for(kyoto).get(forged).url == "/admin/login/"


@pytest.mark.django_db(transaction=True)
def test_switch_lets_one_of_two_copies_in(owner, harbour, kyoto):
    with organization_scope(harbour.pk):
        token = operations.issue_switch(owner, to=kyoto, second_factor=False)

    def redeem(_number: int) -> object:
        return operations.redeem_switch(token)

    results = in_parallel(kyoto, 8, redeem)
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert {type(result) for result in results if isinstance(result, Exception)} == {SwitchRefused}


def test_switch_is_refused_to_who_was_removed(owner, kyoto, client):
    path = hand_over(client, kyoto)
    with organization_scope(kyoto.pk):
        remove_member(Membership.objects.get(user=owner))
    at_kyoto = client_for(kyoto)
    assert at_kyoto.get(path).url == "/admin/login/"
    assert signed_in_as(at_kyoto) is None
    assert names(client) == []


def test_switch_to_where_one_does_not_work_is_refused(harbour, kyoto, member_client):
    guide = member_client(harbour, Role.GUIDE)
    answer = guide.post(f"/admin/account/organizations/{kyoto.public_id}/", follow=True)
    assert answer.redirect_chain == [("/admin/account/organizations/", 302)]
    assert [str(message) for message in answer.context["messages"]] == ["You cannot switch to this organization."]


@pytest.mark.parametrize("status", [OrganizationStatus.SUSPENDED, OrganizationStatus.DELETED])
def test_organization_that_does_not_run_is_not_offered(kyoto, client, status):
    path = hand_over(client, kyoto)
    set_status(kyoto, status)
    assert names(client) == []
    assert client.post(f"/admin/account/organizations/{kyoto.public_id}/").status_code == 302
    assert client_for(kyoto).get(path).status_code == 404


def test_switch_needs_a_press_of_the_button(kyoto, client):
    assert client.get(f"/admin/account/organizations/{kyoto.public_id}/").status_code == 405


def test_second_factor_is_carried(owner, harbour, kyoto):
    secret, _codes = set_up_totp(harbour, owner)
    client = client_for(harbour)
    sign_in(client)
    client.post("/admin/login/code/", {"code": totp_code(secret)})
    at_kyoto = client_for(kyoto)
    assert at_kyoto.get(hand_over(client, kyoto)).url == "/admin/"
    assert signed_in_as(at_kyoto) == OWNER


def test_second_factor_that_was_not_shown_is_asked_for(owner, harbour, kyoto, client):
    secret, _codes = set_up_totp(harbour, owner)
    at_kyoto = client_for(kyoto)
    assert at_kyoto.get(hand_over(client, kyoto)).url == "/admin/login/code/"
    assert signed_in_as(at_kyoto) is None
    assert at_kyoto.post("/admin/login/code/", {"code": totp_code(secret)}).url == "/admin/"
    assert signed_in_as(at_kyoto) == OWNER


def test_requirement_of_the_target_holds(kyoto, client):
    with every_organization():
        Organization.objects.filter(pk=kyoto.pk).update(requires_two_factor=True)
    forget_hosts()
    at_kyoto = client_for(kyoto)
    at_kyoto.get(hand_over(client, kyoto))
    assert at_kyoto.get("/admin/customers/").url == "/admin/account/two-factor/"


def test_password_is_asked_for_before_something_delicate_after_a_switch(kyoto, client):
    at_kyoto = client_for(kyoto)
    at_kyoto.get(hand_over(client, kyoto))
    assert at_kyoto.get("/admin/account/email/").url.startswith("/admin/account/confirm/")


def test_switch_replaces_who_was_signed_in_there(owner, kyoto, client):
    at_kyoto = client_for(kyoto, make_member(kyoto, Role.OWNER))
    at_kyoto.get(hand_over(client, kyoto))
    assert signed_in_as(at_kyoto) == OWNER


def test_arrivals_are_held_back(kyoto):
    client = client_for(kyoto)
    for _ in range(20):
        client.get("/admin/account/arrive/guess/")
    held_back = client.get("/admin/account/arrive/guess/", follow=True)
    assert [str(message) for message in held_back.context["messages"]][-1] == (
        "Too many attempts. Please wait a minute, then try again."
    )


def test_menu_offers_the_switch_to_people_of_several_organizations(harbour, kyoto, client, member_client):
    assert '"/admin/account/organizations/"' in client.get("/admin/").content.decode()
    assert '"/admin/account/organizations/"' not in member_client(kyoto, Role.OWNER).get("/admin/").content.decode()
