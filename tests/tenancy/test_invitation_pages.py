import datetime as dt
import re

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenancy.enums import OrganizationStatus, Role
from tenancy.models import Invitation, Membership, Organization, User
from tenancy.operations import (
    add_member,
    invite_member,
    send_invitation,
    withdraw_invitation,
)
from tenancy.queries import forget_hosts
from tenancy.scope import every_organization, organization_scope
from tests.fixtures import PASSWORD, client_for, make_member
from tests.tenancy.invitations import NEW_PERSON, invite, last_link, link_in


@pytest.fixture
def owner(harbour) -> User:
    return make_member(harbour, Role.OWNER)


@pytest.fixture
def link(harbour, owner) -> str:
    with organization_scope(harbour.pk):
        invite(actor=owner, message="We met at the pier.")
    return last_link()


def test_page_says_who_asks_for_what_and_is_kept_nowhere(harbour_client, link):
    page = harbour_client.get(link)
    text = page.content.decode()
    for part in ("Owner Test invites you", "Harbour Walks", "Editor", "We met at the pier.", "lena@example.com"):
        assert part in text
    assert (page.status_code, page.headers["Referrer-Policy"], "no-store" in page.headers["Cache-Control"]) == (
        200,
        "same-origin",
        True,
    )


def test_new_person_makes_an_account_on_the_page_and_signs_in(harbour, link):
    client = client_for(harbour)
    accepted = client.post(link, NEW_PERSON)
    assert (accepted.status_code, accepted.url) == (302, reverse("wagtailadmin_login"))
    assert client.get(reverse("wagtailadmin_home")).status_code == 302
    assert "Welcome to Harbour Walks" in client.get(accepted.url).content.decode()
    with organization_scope(harbour.pk):
        user = User.objects.get(email="lena@example.com")
        assert Membership.objects.get(user=user).role == "editor"
    assert client_for(harbour, user).get(reverse("wagtailadmin_home")).status_code == 200


def test_forms_of_the_page_pass_the_check_of_their_origin(harbour, link):
    client = Client(
        enforce_csrf_checks=True, headers={"host": "harbour.localhost", "origin": "http://harbour.localhost"}
    )
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(link).content.decode())[1]
    assert client.post(link, NEW_PERSON).status_code == 403
    assert client.post(link, {**NEW_PERSON, "csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize(
    ("change", "field", "error"),
    [
        ({"first_name": ""}, "first_name", "This field is required."),
        ({"password2": "seven-green-boots"}, "password2", "The two password fields didn’t match."),
        ({"password1": "password", "password2": "password"}, "password1", "This password is too common."),
        (
            {"password1": "lena@example.com", "password2": "lena@example.com"},
            "password1",
            "The password is too similar to the e-mail.",
        ),
    ],
)
def test_bad_input_of_a_new_person_is_explained_and_nothing_is_lost(harbour, link, change, field, error):
    page = client_for(harbour).post(link, {**NEW_PERSON, **change})
    assert page.status_code == 200
    assert error in page.context["form"].errors[field]
    assert 'value="Brandt"' in page.content.decode()
    with organization_scope(harbour.pk):
        assert Invitation.objects.get().accepted_at is None


def test_existing_account_confirms_by_its_password(harbour, kyoto, link):
    make_member(kyoto, Role.OWNER, "lena@example.com")
    client = client_for(harbour)
    assert "You have an account" in client.get(link).content.decode()
    wrong = client.post(link, {"password": "not-the-password"})
    assert wrong.context["form"].errors == {"password": ["This is not the password of your account."]}
    assert client.post(link, {"password": PASSWORD}).url == reverse("wagtailadmin_login")
    with organization_scope(harbour.pk):
        assert Membership.objects.filter(user__email="lena@example.com").count() == 1


def test_existing_account_with_an_outdated_hash_can_confirm(harbour, kyoto, link, settings):
    user = make_member(kyoto, Role.OWNER, "lena@example.com")
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    with every_organization():
        User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    assert client_for(harbour).post(link, {"password": PASSWORD}).status_code == 302


def test_existing_account_is_not_given_a_new_password(harbour, kyoto, link):
    user = make_member(kyoto, Role.OWNER, "lena@example.com")
    page = client_for(harbour).post(link, NEW_PERSON)
    assert page.context["form"].errors == {"password": ["This field is required."]}
    with every_organization():
        user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_password_cannot_be_guessed_through_the_link(harbour, kyoto, link):
    make_member(kyoto, Role.OWNER, "lena@example.com")
    with time_machine.travel(timezone.now(), tick=False):
        codes = [client_for(harbour).post(link, {"password": f"guess-{n}"}).status_code for n in range(11)]
        assert codes == [200] * 10 + [429]
        assert client_for(harbour).post(link, {"password": PASSWORD}).status_code == 429


def test_links_cannot_be_guessed_without_end(harbour_client):
    with time_machine.travel("2031-05-20 10:00:00+00:00", tick=False):
        answers = [harbour_client.get(f"/invitation/guess-{number}/") for number in range(61)]
    assert [answer.status_code for answer in answers] == [404] * 60 + [429]
    assert answers[-1].headers["Retry-After"] == "600"


def test_somebody_else_who_is_signed_in_is_signed_out_by_accepting(harbour, owner, link):
    client = client_for(harbour, owner)
    client.post(link, NEW_PERSON)
    assert client.get(reverse("wagtailadmin_home")).status_code == 302


def test_declining_asks_first(harbour, link):
    client = client_for(harbour)
    decline = f"{link}decline/"
    assert "Decline the invitation?" in client.get(decline).content.decode()
    with organization_scope(harbour.pk):
        assert Invitation.objects.get().declined_at is None
    assert "You have declined" in client.post(decline).content.decode()
    with organization_scope(harbour.pk):
        assert Invitation.objects.get().declined_at is not None
    again = client.post(decline)
    assert (again.status_code, "This invitation was declined" in again.content.decode()) == (410, True)


def test_dead_links_say_what_to_do(harbour, owner, link):
    client = client_for(harbour)

    def answer() -> tuple[int, str]:
        page = client.get(link)
        assert client.post(link, NEW_PERSON).status_code == page.status_code
        return page.status_code, page.content.decode().partition("<h1>")[2].partition("</h1>")[0]

    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        assert answer() == (410, "This invitation has expired")
    with organization_scope(harbour.pk):
        invitation = Invitation.objects.get()
        withdraw_invitation(invitation, now=timezone.now(), actor=owner)
    assert answer() == (410, "This invitation was withdrawn")
    with organization_scope(harbour.pk):
        Invitation.objects.update(withdrawn_at=None, token_hash="")
    assert answer() == (404, "This link does not work")


def test_second_acceptance_leads_to_the_sign_in(harbour, link):
    client = client_for(harbour)
    client.post(link, NEW_PERSON)
    again = client.post(link, NEW_PERSON)
    assert (again.status_code, "You are already in" in again.content.decode()) == (410, True)
    assert reverse("wagtailadmin_login") in again.content.decode()


def test_member_by_another_way_is_told(harbour, link):
    with every_organization():
        user = User.objects.create_user("lena@example.com", PASSWORD)
    add_member(harbour, user=user, role=Role.GUIDE)
    page = client_for(harbour).get(link)
    assert (page.status_code, "You are already in" in page.content.decode()) == (410, True)


def test_link_does_not_work_at_another_organization(kyoto, link):
    assert client_for(kyoto).get(link).status_code == 404


def test_link_works_while_the_organization_is_set_up(harbour, link):
    with every_organization():
        Organization.objects.filter(pk=harbour.pk).update(status=OrganizationStatus.SETUP)
    forget_hosts()
    assert client_for(harbour).get(link).status_code == 200
    assert client_for(harbour).get("/").status_code == 404


def test_page_is_in_the_language_of_the_invitation(harbour, owner, run_jobs):
    with organization_scope(harbour.pk):
        invitation = invite_member("lena@example.com", role=Role.EDITOR, language="de", now=timezone.now(), actor=owner)
        send_invitation(invitation.pk, issue=1, now=timezone.now())
    page = client_for(harbour).get(link_in(mail.outbox[-1].body)).content.decode()
    assert '<html lang="de"' in page
