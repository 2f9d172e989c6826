import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client

from tenancy.enums import Role
from tenancy.models import AuditEntry, Organization, User
from tenancy.operations import add_member
from tenancy.scope import every_organization, organization_scope
from tests.fixtures import PASSWORD, client_for, make_member
from tests.tenancy.accounts import actions, sign_in, signed_in_as

# E-mails are queued when a change is committed.
commits = pytest.mark.django_db(transaction=True)
WRONG = "The email address and/or password you specified are not correct."
NEW_PASSWORD = "gulls-over-the-pier"


@pytest.fixture
def owner(harbour: Organization) -> User:
    return make_member(harbour, Role.OWNER)


def errors(response) -> list[str]:
    return response.context["form"].non_field_errors()


def test_sign_in_leads_to_the_admin(owner, harbour, harbour_client):
    response = sign_in(harbour_client)
    assert (response.status_code, response.url) == (302, "/admin/")
    assert signed_in_as(harbour_client) == "owner@harbour.example"
    assert actions(harbour) == ["account.signed_in"]


def test_sign_in_takes_any_case_of_the_address(owner, harbour_client):
    sign_in(harbour_client, "OWNER@Harbour.example")
    assert signed_in_as(harbour_client) == "owner@harbour.example"


def test_sign_in_leads_to_where_the_person_wanted_to_go(owner, harbour_client):
    asked = harbour_client.get("/admin/customers/")
    assert asked.url == "/admin/login/?next=/admin/customers/"
    assert sign_in(harbour_client, next="/admin/customers/").url == "/admin/customers/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "http://kyoto.localhost/admin/"])
def test_sign_in_leads_to_no_other_host(owner, harbour_client, target):
    assert sign_in(harbour_client, next=target).url == "/admin/"


def test_sign_in_names_the_organization_and_offers_no_account(owner, harbour_client):
    text = harbour_client.get("/admin/login/").content.decode()
    assert '<p class="account__organization">Harbour Walks</p>' in text
    assert "sign up" not in text.lower()
    assert harbour_client.get("/admin/signup/").status_code == 302


def test_wrong_password_unknown_address_and_other_organization_look_the_same(owner, harbour, kyoto):
    with every_organization():
        User.objects.create_user("nobody@harbour.example", PASSWORD)
    tries = [
        sign_in(client_for(harbour), password="not-the-password"),
        sign_in(client_for(harbour), "stranger@example.com"),
        sign_in(client_for(harbour), "nobody@harbour.example"),
        sign_in(client_for(kyoto)),
    ]
    assert [(response.status_code, errors(response)) for response in tries] == [(200, [WRONG])] * 4


def test_failed_sign_ins_are_written_down_without_addresses(owner, harbour, harbour_client):
    sign_in(harbour_client, password="not-the-password")
    sign_in(harbour_client, "stranger@example.com")
    with organization_scope(harbour.pk):
        entries = AuditEntry.objects.filter(action="account.sign_in_failed").order_by("pk")
        found = list(entries.values_list("subject_type", "subject_id", "details"))
    assert found == [("tenancy.user", owner.pk, {}), ("tenancy.organization", harbour.pk, {})]


def test_account_is_held_back_after_five_wrong_passwords(owner, harbour):
    for _ in range(5):
        assert errors(sign_in(client_for(harbour), password="not-the-password")) == [WRONG]
    held_back = sign_in(client_for(harbour))
    assert errors(held_back) == ["Too many attempts. Please wait five minutes, then try again."]
    assert held_back.context["form"]["login"].value() == "owner@harbour.example"


def test_attempts_at_one_organization_do_not_hold_back_another(owner, harbour, kyoto):
    add_member(kyoto, user=owner, role=Role.MANAGER)
    for _ in range(6):
        sign_in(client_for(harbour), password="not-the-password")
    assert sign_in(client_for(kyoto)).url == "/admin/"


def test_address_is_held_back_after_many_accounts(owner, harbour):
    for number in range(20):
        assert errors(sign_in(client_for(harbour), f"guess-{number}@harbour.example")) == [WRONG]
    assert errors(sign_in(client_for(harbour))) == ["Too many attempts. Please wait five minutes, then try again."]
    elsewhere = client_for(harbour)
    elsewhere.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert sign_in(elsewhere).url == "/admin/"


@pytest.mark.parametrize("path", ["/_util/login/", "/de/_util/login/"])
def test_wagtails_form_for_private_pages_lets_nobody_in(owner, harbour_client, path):
    assert harbour_client.post(path, {"username": "owner@harbour.example", "password": PASSWORD}).status_code == 405
    assert signed_in_as(harbour_client) is None
    assert harbour_client.get(path, {"next": "/partners/"}).url == "/admin/login/?next=/partners/"


def test_account_that_is_switched_off_cannot_sign_in(owner, harbour_client):
    with every_organization():
        User.objects.filter(pk=owner.pk).update(is_active=False)
    assert sign_in(harbour_client).url == "/admin/account/inactive/"
    assert signed_in_as(harbour_client) is None


def test_sign_out(owner, harbour, harbour_client):
    sign_in(harbour_client)
    assert harbour_client.post("/admin/logout/").url == "/admin/login/"
    assert signed_in_as(harbour_client) is None
    assert actions(harbour) == ["account.signed_in", "account.signed_out"]


def test_session_of_one_host_is_nothing_at_another(owner, harbour, kyoto):
    add_member(kyoto, user=owner, role=Role.OWNER)
    at_harbour = client_for(harbour, owner)
    at_kyoto = client_for(kyoto)
    at_kyoto.cookies["sessionid"] = at_harbour.cookies["sessionid"].value
    assert signed_in_as(at_kyoto) is None
    assert signed_in_as(at_harbour) == "owner@harbour.example"


def test_sign_in_speaks_german(owner, harbour):
    client = client_for(harbour)
    response = client.post(
        "/admin/login/",
        {"login": "owner@harbour.example", "password": "falsch"},
        headers={"accept-language": "de"},
    )
    text = response.content.decode()
    assert re.findall(r'role="alert">(.*?)</p>', text) == ["E-Mail-Adresse oder Passwort stimmen nicht."]
    assert '<html lang="de"' in text


def ask_for_reset(client: Client, email: str, run_jobs) -> str | None:
    """Ask for a new password; return the link in the e-mail, if there is one."""
    response = client.post("/admin/password_reset/", {"email": email})
    assert response.url == "/admin/password_reset/sent/"
    run_jobs()
    if not mail.outbox:
        return None
    return re.search(r"http://harbour\.localhost(?::\d+)?(/admin/password_reset/\S+)", mail.outbox.pop().body)[1]


@commits
def test_forgotten_password_is_chosen_anew(owner, harbour, harbour_client, run_jobs):
    other_browser = client_for(harbour, owner)
    link = ask_for_reset(harbour_client, "owner@harbour.example", run_jobs)
    form = harbour_client.get(link, follow=True)
    chosen = harbour_client.post(form.wsgi_request.path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert chosen.url == "/admin/password_reset/done/"
    assert signed_in_as(other_browser) is None
    assert errors(sign_in(client_for(harbour))) == [WRONG]
    assert sign_in(client_for(harbour), password=NEW_PASSWORD).url == "/admin/"
    again = client_for(harbour).get(link, follow=True)
    assert again.context["token_fail"] is True
    assert actions(harbour)[0] == "account.password_reset"


@commits
def test_reset_mail_comes_from_the_organization(owner, harbour_client, run_jobs):
    harbour_client.post("/admin/password_reset/", {"email": "owner@harbour.example"})
    run_jobs()
    (sent,) = mail.outbox
    assert (sent.to, sent.from_email, sent.reply_to) == (
        ["owner@harbour.example"],
        "Harbour Walks <bookings@localhost>",
        ["hello@harbour.example"],
    )


@commits
def test_reset_lets_in_who_was_held_back(owner, harbour, harbour_client, run_jobs):
    for _ in range(6):
        sign_in(harbour_client, password="not-the-password")
    link = ask_for_reset(harbour_client, "owner@harbour.example", run_jobs)
    form = harbour_client.get(link, follow=True)
    harbour_client.post(form.wsgi_request.path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert sign_in(harbour_client, password=NEW_PASSWORD).url == "/admin/"


@commits
def test_reset_does_not_say_who_has_an_account(owner, harbour, kyoto_client, harbour_client, run_jobs):
    assert ask_for_reset(harbour_client, "stranger@example.com", run_jobs) is None
    assert ask_for_reset(kyoto_client, "owner@harbour.example", run_jobs) is None


@commits
def test_reset_link_of_one_organization_is_nothing_at_another(owner, harbour_client, kyoto_client, run_jobs):
    link = ask_for_reset(harbour_client, "owner@harbour.example", run_jobs)
    assert kyoto_client.get(link, follow=True).context["token_fail"] is True


@commits
def test_reset_link_expires(owner, harbour_client, run_jobs):
    link = ask_for_reset(harbour_client, "owner@harbour.example", run_jobs)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=24, seconds=2)):
        assert harbour_client.get(link, follow=True).context["token_fail"] is True


@commits
def test_queued_mail_is_sealed(owner, harbour_client):
    from config.celery import app

    harbour_client.post("/admin/password_reset/", {"email": "owner@harbour.example"})
    with app.connection_for_read() as connection, connection.SimpleQueue(app.conf.task_default_queue) as queue:
        message = queue.get(block=False)
        message.ack()
    assert "password_reset" not in str(message.payload)
    assert "owner@harbour.example" not in str(message.payload)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("short-one", ["This password is too short. It must contain at least 10 characters."]),
        ("basketball", ["This password is too common."]),
        ("8273645190", ["This password is entirely numeric."]),
        ("owner@harbour.example", ["The password is too similar to the e-mail."]),
    ],
)
def test_weak_password_is_refused(owner, harbour, password, expected):
    client = client_for(harbour)
    sign_in(client)
    response = client.post(
        "/admin/account/password/", {"oldpassword": PASSWORD, "password1": password, "password2": password}
    )
    assert response.context["form"].errors["password1"] == expected


def test_password_change_needs_the_old_one(owner, harbour):
    client = client_for(harbour)
    sign_in(client)
    response = client.post(
        "/admin/account/password/", {"oldpassword": "guess", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    assert response.context["form"].errors == {"oldpassword": ["Please type your current password."]}


@commits
def test_password_change_ends_other_sessions_and_tells_the_person(owner, harbour, run_jobs):
    client, other = client_for(harbour), client_for(harbour)
    sign_in(client)
    sign_in(other)
    client.post(
        "/admin/account/password/", {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    assert signed_in_as(other) is None
    assert signed_in_as(client) == "owner@harbour.example"
    run_jobs()
    (notice,) = mail.outbox
    assert (notice.to, notice.subject) == (["owner@harbour.example"], "Password Changed")
    assert actions(harbour)[2:] == ["account.password_changed"]


@pytest.mark.parametrize(
    "path",
    [
        "/admin/account/password/",
        "/admin/account/email/",
        "/admin/account/two-factor/",
        "/admin/account/two-factor/app/",
        "/admin/account/two-factor/recovery-codes/",
        "/admin/account/two-factor/passkeys/add/",
        "/admin/account/sessions/",
        "/admin/account/organizations/",
        "/admin/account/confirm/",
    ],
)
def test_pages_of_the_account_are_for_signed_in_people(harbour_client, path):
    assert harbour_client.get(path).url == f"/admin/login/?next={path}"


def test_wagtails_own_ways_to_change_password_and_address_are_closed(owner, harbour):
    client = client_for(harbour, owner)
    page = client.get("/admin/account/").content.decode()
    assert "password-new_password1" not in page
    assert "name_email-email" not in page
    client.post("/admin/account/", {"name_email-email": "new@harbour.example", "password-new_password1": NEW_PASSWORD})
    with every_organization():
        kept = User.objects.get(pk=owner.pk)
    assert kept.email == "owner@harbour.example"
    assert kept.check_password(PASSWORD)
