"""Somebody calls: from any page of the admin to what was said, written down, by the keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import findings

pytestmark = pytest.mark.e2e


class Keys:
    """A keyboard that counts what is pressed on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += len(key.split("+"))

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)


def add_customer(page: Page, live_stack, first: str, last: str, email: str) -> None:
    page.goto(live_stack.url("harbour", "/admin/customers/new/"))
    page.locator("[name=first_name]").fill(first)
    page.locator("[name=last_name]").fill(last)
    page.locator("[name=email]").fill(email)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=2, name=f"{first} {last}")).to_be_visible()


def test_call_is_logged_by_the_keyboard_alone(live_stack, signed_in, screenshot) -> None:
    page = signed_in("manager")
    add_customer(page, live_stack, "Wiebke", "Zwölfender", "wiebke@zwoelf.example")
    page.goto(live_stack.url("harbour", "/admin/"))
    expect(page.locator("#find-customer")).to_be_attached()
    keys = Keys(page)
    keys.press("Control+k")
    keys.type("zwo")
    expect(page.get_by_role("option", name=re.compile("Wiebke Zwölfender"))).to_be_visible()
    screenshot(page, "find-customer")
    keys.press("Shift+Enter")
    expect(page).to_have_url(re.compile("/customers/[0-9]+/log/$"))
    expect(page.locator("[name=subject]")).to_be_focused()
    keys.type("Asks for a window seat")
    keys.press("Enter")
    expect(page.get_by_text("Noted.")).to_be_visible()
    expect(page.locator(".profile__timeline")).to_contain_text("Asks for a window seat")
    # Eight besides what was said.
    assert keys.pressed == 8 + len("Asks for a window seat")


def test_customer_is_found_in_spite_of_a_slip_and_on_a_phone(live_stack, sign_in, open_page, screenshot) -> None:
    page = open_page(phone=True)
    sign_in(page, "manager")
    expect(page).to_have_url(live_stack.url("harbour", "/admin/"))
    add_customer(page, live_stack, "Wendelin", "Quastenberg", "w@quasten.example")
    page.goto(live_stack.url("harbour", "/admin/"))
    page.keyboard.press("Control+k")
    page.keyboard.type("qaustenberg")
    found = page.get_by_role("option", name=re.compile("Wendelin Quastenberg"))
    expect(found).to_be_visible()
    assert findings(page) == []
    screenshot(page, "find-customer-phone")
    found.click()
    expect(page.get_by_role("heading", level=2, name="Wendelin Quastenberg")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("nobody at all")
    expect(page.get_by_text("Nobody found.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#find-customer")).to_be_hidden()


def test_profile_and_protocol_read_well(live_stack, signed_in, sign_in, open_page, inspection) -> None:
    page = signed_in("manager")
    add_customer(page, live_stack, "Frauke", "Immergrün", "frauke@immer.example")
    profile = page.url
    page.locator(".profile__actions").get_by_role("link", name="Edit").click()
    page.locator("[name=tag_names]").fill("VIP, school class")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Tags")).to_contain_text("school class")
    page.get_by_role("link", name="Log a call").click()
    page.locator("[name=subject]").fill("Wants a quiet corner for twelve children")
    page.locator("[name=body]").fill("They come from Bremen by train.\nA teacher calls again.")
    page.locator("[name=outcome]").select_option(label="They get back to us")
    page.locator("[name=is_private]").check()
    page.locator("[name=files]").set_input_files(
        [{"name": "list of children.txt", "mimeType": "text/plain", "buffer": b"Twelve of them"}]
    )
    page.get_by_label("Search for more to link").fill("Speicherstadt")
    page.get_by_role("button", name=re.compile("^Tour Speicherstadt")).first.click()
    expect(page.get_by_role("checkbox", name=re.compile("^Tour Speicherstadt"))).to_be_checked()
    inspection.look(page, "1-protocol")
    page.get_by_role("button", name="Save").click()
    entry = page.locator(".profile__timeline li").filter(has_text="quiet corner")
    expect(entry).to_contain_text("list of children.txt")
    entry.get_by_role("button", name="Pin").click()
    pinned = page.locator(".profile__timeline--pinned")
    expect(pinned).to_contain_text("quiet corner")
    inspection.look(page, "2-profile")
    page.emulate_media(color_scheme="dark")
    inspection.look(page, "3-profile-dark")
    page.goto(f"{page.url.split('#')[0]}?show=messages")
    expect(page.locator(".profile__timeline").last).to_contain_text("Nothing yet.")
    phone = open_page(phone=True)
    sign_in(phone, "manager")
    expect(phone).to_have_url(live_stack.url("harbour", "/admin/"))
    phone.goto(profile)
    inspection.look(phone, "4-profile-phone")
    phone.get_by_role("link", name="quiet corner").first.click()
    expect(phone.locator("[name=subject]")).to_have_value("Wants a quiet corner for twelve children")
    phone.emulate_media(color_scheme="dark")
    inspection.look(phone, "5-protocol-phone-dark")
    assert inspection.found == {}


def test_two_customers_become_one_and_two_again(live_stack, signed_in, sign_in, open_page, inspection) -> None:
    page = signed_in("manager")
    add_customer(page, live_stack, "Hedda", "Klabauter", "hedda@klabauter.example")
    kept = page.url
    page.goto(live_stack.url("harbour", "/admin/customers/new/"))
    page.locator("[name=first_name]").fill("Hedda")
    page.locator("[name=last_name]").fill("Klabauter")
    page.locator("[name=phone]").fill("+49 40 12345 987")
    page.locator("[name=note]").fill("Comes with a guide dog.")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=2, name="Hedda Klabauter")).to_be_visible()
    gone = page.url
    phone = open_page(phone=True)
    sign_in(phone, "manager")
    expect(phone).to_have_url(live_stack.url("harbour", "/admin/"))
    page.goto(f"{kept.split('/inspect/')[0]}/{kept.rstrip('/').rpartition('/')[2]}/merge/?q=klabauter")
    compare = page.locator("form + ul").get_by_role("link", name="Compare with Hedda Klabauter")
    expect(compare).to_be_visible()
    inspection.look(page, "1-merge-with")
    compare.click()
    expect(page.get_by_role("heading", name="What belongs to them")).to_be_visible()
    inspection.look(page, "3-merge")
    page.emulate_media(color_scheme="dark")
    inspection.look(page, "4-merge-dark")
    phone.goto(page.url)
    expect(phone.get_by_role("heading", name="What belongs to them")).to_be_visible()
    inspection.look(phone, "5-merge-phone")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page).to_have_url(kept)
    expect(page.get_by_text("guide dog")).to_be_visible()
    page.goto(gone)
    expect(page).to_have_url(kept)
    duplicates = live_stack.url("harbour", "/admin/duplicates/")
    phone.goto(duplicates)
    inspection.look(phone, "2-duplicates-phone")
    page.goto(duplicates)
    inspection.look(page, "2-duplicates-dark")
    page.get_by_role("link", name=re.compile("What was merged: Hedda")).click()
    expect(page.get_by_role("button", name="Undo the merge")).to_be_visible()
    inspection.look(page, "6-merged-dark")
    phone.goto(page.url)
    phone.emulate_media(color_scheme="dark")
    inspection.look(phone, "7-merged-phone-dark")
    page.get_by_role("button", name="Undo the merge").click()
    expect(page).to_have_url(gone)
    assert inspection.found == {}
