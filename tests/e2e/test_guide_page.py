"""A guide's own page on a phone, by day and by night: what they lead, who comes, the list of a day, and what staff see of it."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_guide_finds_who_comes_on_a_phone(live_stack, sign_in, inspection, open_page, scheme) -> None:
    page: Page = open_page(phone=True, color_scheme=scheme)
    sign_in(page, "guide")
    page.goto(live_stack.url("harbour", "/admin/my-departures/"))
    expect(page.get_by_role("heading", name="Next")).to_be_visible()
    inspection.look(page, f"1-my-departures-{scheme}")
    page.get_by_role("region", name="Next").get_by_role("link", name="Check-in").first.click()
    expect(page.get_by_text("Clara Whitfield").first).to_be_visible()
    expect(page.get_by_text("0 of 3 here")).to_be_visible()
    inspection.look(page, f"2-check-in-{scheme}")
    page.get_by_role("searchbox").fill("nobody")
    expect(page.get_by_text("Nobody of that name is booked here.")).to_be_visible()
    expect(page.get_by_role("heading", name="Clara Whitfield")).to_be_hidden()
    page.get_by_role("searchbox").fill("WHITF")
    expect(page.get_by_role("heading", name="Clara Whitfield")).to_be_visible()
    expect(page.get_by_role("link", name="Call Clara Whitfield")).to_have_attribute("href", "tel:+442079460118")
    page.get_by_role("link", name="Manifest").click()
    expect(page.get_by_role("link", name="PDF")).to_be_visible()
    inspection.look(page, f"3-manifest-{scheme}")
    page.get_by_role("link", name="Whole day").click()
    expect(page.get_by_label("Day", exact=True)).to_be_visible()
    inspection.look(page, f"4-day-{scheme}")
    assert inspection.found == {}
