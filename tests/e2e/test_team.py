"""An owner invites somebody, who joins on a phone and works; then the owner removes the person, whose next click leads outside."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

PERSON = "lena.brandt@guest.example"
PASSWORD = "seven-green-boats"


def link_in(mail) -> str:
    """The address of the link in an invitation's e-mail."""
    return re.search(r"http://\S+/invitation/\S+", mail.get_body(("plain",)).get_content())[0]


def test_owner_invites_a_person_who_works_until_removed(live_stack, signed_in, open_page, inspection) -> None:
    owner = signed_in("owner")
    owner.goto(live_stack.url("harbour", "/admin/team/"))
    owner.get_by_role("link", name="Invite").click()
    inspection.look(owner, "1-invite")
    owner.locator("[name=email]").fill(PERSON)
    owner.locator("[name=role][value=editor]").check()
    owner.get_by_label("Message").fill("Lena, we would love you to write our new tours.")
    owner.locator("main").get_by_role("button", name="Invite").click()
    expect(owner.get_by_text(f"{PERSON} is invited.")).to_be_visible()
    mail = live_stack.wait_for_mail(PERSON, subject="Invitation to work with Harbour")
    owner.reload()
    expect(owner.get_by_role("row", name=PERSON)).to_contain_text("Open until")
    inspection.look(owner, "2-team")

    phone = open_page(phone=True)
    phone.goto(link_in(mail))
    expect(phone.get_by_text("Lena, we would love you to write our new tours.")).to_be_visible()
    inspection.look(phone, "3-invitation")
    phone.get_by_label("First name").fill("Lena")
    phone.get_by_label("Last name").fill("Brandt")
    phone.locator("[name=password1]").fill(PASSWORD)
    phone.locator("[name=password2]").fill("something-else")
    phone.get_by_role("button", name="Accept").click()
    expect(phone.get_by_text("The two password fields didn’t match.")).to_be_visible()
    expect(phone.get_by_label("Last name")).to_have_value("Brandt")
    inspection.look(phone, "4-mistake")
    phone.locator("[name=password1]").fill(PASSWORD)
    phone.locator("[name=password2]").fill(PASSWORD)
    phone.get_by_role("button", name="Accept").click()

    expect(phone.get_by_text("Welcome to Harbour Walks.")).to_be_visible()
    phone.locator("[name=login]").fill(PERSON)
    phone.locator("[name=password]").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    expect(phone).to_have_url(live_stack.url("harbour", "/admin/"))
    inspection.look(phone, "5-own-admin")
    expect(phone.locator("a[href='/admin/places/']")).to_have_count(1)
    expect(phone.locator("a[href='/admin/orders/'], a[href='/admin/team/']")).to_have_count(0)
    assert live_stack.wait_for_mail("owner@harbour.example", subject="Lena Brandt has accepted your invitation")

    phone.goto(link_in(mail))
    expect(phone.get_by_role("heading", level=1)).to_have_text("You are already in")
    inspection.look(phone, "6-used-link")
    phone.goto(live_stack.url("harbour", "/admin/places/"))
    expect(phone).to_have_url(live_stack.url("harbour", "/admin/places/"))

    owner.reload()
    row = owner.get_by_role("row", name=PERSON)
    expect(row).to_contain_text("Editor")
    owner.goto(live_stack.url("harbour", "/admin/team/?q=Brandt"))
    owner.get_by_role("link", name="Lena Brandt").hover()
    owner.get_by_role("button", name=re.compile("More options")).click()
    owner.get_by_role("link", name="Remove").click()
    inspection.look(owner, "7-remove")
    owner.get_by_role("button", name="Remove").click()
    expect(owner.get_by_text("Lena Brandt does not work here any more.")).to_be_visible()

    phone.goto(live_stack.url("harbour", "/admin/places/"))
    expect(phone).to_have_url(re.compile(r"/admin/login/"))
    assert inspection.found == {}


def test_owner_reads_what_each_role_may_do(live_stack, signed_in, inspection) -> None:
    page = signed_in("owner")
    page.goto(live_stack.url("harbour", "/admin/team/roles/"))
    row = page.get_by_role("row", name="Refund payments")
    expect(row.get_by_role("cell")).to_have_text(["Yes", "Yes", "Yes", "–No", "–No"])
    inspection.look(page, "roles")
    assert inspection.found == {}
