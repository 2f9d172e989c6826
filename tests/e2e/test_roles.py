"""A guide finds the own departures and who comes on them, on a phone; each role's home and first list look right by day and by night."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def test_guide_reads_the_manifest_on_a_phone(live_stack, sign_in, inspection, phone_page: Page) -> None:
    page = phone_page
    sign_in(page, "guide")
    expect(page.get_by_role("region", name=re.compile("Today"))).to_be_visible()
    inspection.look(page, "1-home")
    page.get_by_role("link", name="All my departures").click()
    expect(page.get_by_role("heading", level=1, name="My departures")).to_be_attached()
    inspection.look(page, "2-departures")
    page.locator("main tbody tr").first.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("Piet Hansen")
    inspection.look(page, "3-departure")
    page.goto(f"{page.url.replace('/inspect/', '/').rstrip('/')}/manifest/")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    inspection.look(page, "4-manifest")
    page.goto(live_stack.url("harbour", "/admin/orders/"))
    expect(page).to_have_url(live_stack.url("harbour", "/admin/"))
    expect(page.get_by_text("Sorry, you do not have permission to access this area.")).to_be_visible()
    assert inspection.found == {}
