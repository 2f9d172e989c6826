"""A manager makes a promo code, a guest follows its link, sees what it takes off, and staff see what it brought."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_checkout import WALK, choose, fill_in

pytestmark = pytest.mark.e2e


def test_code_from_the_admin_to_the_order(live_stack, page: Page, phone_page: Page, sign_in, inspection) -> None:
    sign_in(page, "manager")
    page.goto(live_stack.url("harbour", "/admin/promotions/new/"))
    page.locator("[name=name]").fill("Autumn by the harbour")
    page.locator("[name=code]").fill("AUTUMN-10")
    page.locator("[name=basis_points]").fill("10")
    inspection.look(page, "1-new-promotion")
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("link", name="Autumn by the harbour").first.click()
    expect(page.get_by_text("/?code=AUTUMN-10")).to_be_visible()

    phone = phone_page
    phone.goto(live_stack.url("harbour", "/?code=autumn%2010"))
    choose(phone, live_stack, "harbour", WALK, months=2)
    expect(phone.locator(".promo__code")).to_have_text(re.compile(r"AUTUMN-10: −€2\.40"))
    inspection.look(phone, "2-cart-with-code")
    phone.get_by_text("Promo code", exact=True).first.click()
    phone.get_by_role("textbox", name="Promo code").fill("nonsense")
    phone.get_by_role("button", name="Use the code").click()
    expect(phone.get_by_role("alert")).to_contain_text("We do not know the code “nonsense”.")
    inspection.look(phone, "3-unknown-code")
    phone.get_by_role("link", name="Go to checkout").click()
    expect(phone.locator(".promo__code")).to_contain_text("AUTUMN-10")
    fill_in(phone, email="frida.autumn@example.com", method="On arrival")
    inspection.look(phone, "4-checkout-with-code")
    phone.get_by_role("button", name=re.compile("Book")).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    expect(phone.get_by_text("Code AUTUMN-10: 10% off")).to_be_visible()
    inspection.look(phone, "5-order-with-code")

    page.reload()
    expect(page.get_by_role("cell", name="Frida Weg")).to_be_visible()
    inspection.look(page, "6-promotion")
    assert inspection.found == {}
