import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from tenancy import operations
from tenancy.enums import Role
from tenancy.models import EmailChange, Organization, User
from tenancy.operations import EmailChangeRefused, add_member
from tenancy.scope import every_organization, organization_scope
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel
from tests.tenancy.accounts import actions, sign_in, signed_in_as

# E-mails are queued when a change is committed.
pytestmark = pytest.mark.django_db(transaction=True)

OLD = "owner@harbour.example"
NEW = "olga@harbour.example"
EXPIRED = "This link has expired. Ask for the change again on your account page."
CANCELLED = "This change was cancelled. Ask for it again on your account page."
NOT_RIGHT = "This link is not right. Please open it again from the e-mail."


@pytest.fixture
def owner(harbour: Organization) -> User:
    return make_member(harbour, Role.OWNER)


@pytest.fixture
def client(owner: User, harbour: Organization) -> Client:
    client = client_for(harbour)
    sign_in(client)
    return client


@pytest.fixture
def ask(client: Client, run_jobs):
    """A function that asks for another address and returns the links in the e-mails, by who got them."""

    def send(email: str = NEW) -> dict[str, str]:
        assert client.post("/admin/account/email/", {"new_email": email}).url == "/admin/account/email/"
        run_jobs()
        sent = {message.to[0]: message.body for message in mail.outbox}
        mail.outbox.clear()
        links = {to: re.search(r"/admin/account/email/confirm/[^/\s]+/", body) for to, body in sent.items()}
        return {to: found[0] for to, found in links.items() if found}

    return send


def email_of(user: User) -> str:
    with every_organization():
        return User.objects.get(pk=user.pk).email


def refusal(response) -> str:
    return str(response.context["refusal"])


def test_address_changes_when_both_have_confirmed(owner, harbour, client, ask, run_jobs):
    links = ask()
    assert set(links) == {OLD, NEW}
    # The links work without being signed in: the e-mail may be read on another device.
    elsewhere = client_for(harbour)
    assert elsewhere.get(links[NEW]).context["change"].new_email == NEW
    assert elsewhere.post(links[NEW], {"confirm": "1"}).status_code == 200
    assert email_of(owner) == OLD
    assert elsewhere.post(links[OLD], {"confirm": "1"}).context["confirmed"].completed_at is not None
    assert email_of(owner) == NEW
    run_jobs()
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([OLD], "Your e-mail address was changed"),
        ([NEW], "Your e-mail address was changed"),
    ]
    assert sign_in(client_for(harbour)).status_code == 200
    assert sign_in(client_for(harbour), NEW).url == "/admin/"
    assert actions(harbour)[:3] == ["account.signed_in", "account.email_change_asked", "account.email_changed"]


def test_opening_a_link_changes_nothing(owner, harbour, ask):
    links = ask()
    for link in links.values():
        page = client_for(harbour).get(link)
        assert (page.status_code, page["Referrer-Policy"]) == (200, "no-referrer")
    with organization_scope(harbour.pk):
        change = EmailChange.objects.get()
    assert (change.old_confirmed_at, change.new_confirmed_at, email_of(owner)) == (None, None, OLD)


def test_link_works_once(harbour, ask):
    links = ask()
    elsewhere = client_for(harbour)
    elsewhere.post(links[OLD], {"confirm": "1"})
    again = elsewhere.post(links[OLD], {"confirm": "1"})
    assert refusal(again) == (
        "You have confirmed this address. The other one is still missing: open the link that we sent there."
    )
    elsewhere.post(links[NEW], {"confirm": "1"})
    assert refusal(elsewhere.get(links[NEW])) == (
        "Your e-mail address has been changed already. Nothing is left to do."
    )


def test_old_address_alone_can_stop_it(owner, harbour, ask):
    links = ask()
    elsewhere = client_for(harbour)
    elsewhere.post(links[NEW], {"confirm": "1"})
    assert elsewhere.post(links[OLD], {"cancel": "1"}).context["cancelled"] is True
    assert refusal(elsewhere.post(links[OLD], {"confirm": "1"})) == CANCELLED
    assert (email_of(owner), actions(harbour)[-1]) == (OLD, "account.email_change_cancelled")


def test_person_can_cancel(owner, client, ask):
    links = ask()
    assert client.post("/admin/account/email/", {"cancel": "1"}).url == "/admin/account/email/"
    assert [refusal(client.get(link)) for link in links.values()] == [CANCELLED] * 2


def test_links_expire(owner, harbour, ask):
    links = ask()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=24, seconds=1)):
        tried = [client_for(harbour).post(link, {"confirm": "1"}) for link in links.values()]
    assert [refusal(response) for response in tried] == [EXPIRED] * 2


def test_new_wish_ends_the_one_before(owner, client, ask):
    first = ask()
    second = ask("other@harbour.example")
    assert [refusal(client.get(link)) for link in first.values()] == [CANCELLED] * 2
    assert client.get(second[OLD]).context["change"].new_email == "other@harbour.example"


def test_link_is_nothing_at_another_organization(owner, harbour, kyoto, ask):
    add_member(kyoto, user=owner, role=Role.OWNER)
    links = ask()
    tried = [client_for(kyoto).post(link, {"confirm": "1"}) for link in links.values()]
    assert [refusal(response) for response in tried] == [NOT_RIGHT] * 2


def test_forged_link_is_refused(client):
    assert refusal(client.post("/admin/account/email/confirm/guess/", {"confirm": "1"})) == NOT_RIGHT


def test_tokens_are_kept_as_hashes(harbour, ask):
    tokens = [link.rstrip("/").rpartition("/")[2] for link in ask().values()]
    with organization_scope(harbour.pk):
        change = EmailChange.objects.get()
    assert {change.old_token_hash, change.new_token_hash} & set(tokens) == set()
    assert [len(token) for token in tokens] == [43, 43]


def test_taken_address_is_not_given_away(owner, harbour, kyoto, client, ask, run_jobs):
    make_member(kyoto, Role.OWNER, "taken@kyoto.example")
    free = client.post("/admin/account/email/", {"new_email": NEW}, follow=True)
    taken = client.post("/admin/account/email/", {"new_email": "Taken@kyoto.example"}, follow=True)
    said = [[str(message) for message in page.context["messages"]] for page in (free, taken)]
    assert said[0] == said[1] == ["We have sent a link to both addresses. Open both to finish the change."]
    run_jobs()
    subjects = {message.to[0]: message.subject for message in mail.outbox[2:]}
    assert subjects == {
        OLD: "Please confirm your new e-mail address",
        "taken@kyoto.example": "Your e-mail address was entered for another account",
    }
    (note,) = (message for message in mail.outbox if message.to == ["taken@kyoto.example"])
    assert "/confirm/" not in note.body
    assert OLD not in note.body


def test_address_taken_meanwhile_is_refused(owner, harbour, kyoto, ask):
    links = ask()
    make_member(kyoto, Role.OWNER, NEW)
    elsewhere = client_for(harbour)
    elsewhere.post(links[NEW], {"confirm": "1"})
    refused = elsewhere.post(links[OLD], {"confirm": "1"})
    assert refusal(refused) == "This change is not possible. Please ask for another address."
    assert email_of(owner) == OLD


def test_both_links_opened_at_once_change_it_once(owner, harbour, ask):
    tokens = [link.rstrip("/").rpartition("/")[2] for link in ask().values()]

    def confirm(number: int) -> object:
        return operations.confirm_email_change(tokens[number % 2], now=timezone.now())

    results = in_parallel(harbour, 6, confirm)
    refused = [result for result in results if isinstance(result, EmailChangeRefused)]
    assert (len(refused), email_of(owner)) == (4, NEW)
    assert actions(harbour).count("account.email_changed") == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("OWNER@harbour.example", "This is your e-mail address already."),
        ("not-an-address", "Enter a valid email address."),
        ("", "This field is required."),
    ],
)
def test_wrong_input_is_explained_and_kept(owner, client, given, expected):
    page = client.post("/admin/account/email/", {"new_email": given})
    assert (page.context["form"].errors["new_email"], page.context["form"]["new_email"].value()) == ([expected], given)


def test_asking_is_held_back(owner, client):
    for number in range(5):
        client.post("/admin/account/email/", {"new_email": f"new-{number}@harbour.example"})
    page = client.post("/admin/account/email/", {"new_email": NEW})
    assert page.context["form"].non_field_errors() == [
        "You have asked for this several times. Please try again in an hour."
    ]


def test_session_stays_open_over_the_change(owner, harbour, client, ask):
    for link in ask().values():
        client_for(harbour).post(link, {"confirm": "1"})
    assert signed_in_as(client) == NEW
