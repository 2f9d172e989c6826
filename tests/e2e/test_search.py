"""A guest searches: by the keyboard with suggestions, and without any script."""

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import findings

pytestmark = pytest.mark.e2e


def test_guest_finds_a_tour_by_the_keyboard(live_stack, page) -> None:
    page.goto(live_stack.url("harbour"))
    page.get_by_role("searchbox", name="Search this site").focus()
    combobox = page.get_by_role("combobox", name="Search this site")
    expect(combobox).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("spiecherstadt")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(combobox).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert combobox.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(combobox).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Search")).to_be_visible()
    expect(page.get_by_text("Nothing fits “spiecherstadt”")).to_be_visible()
    assert findings(page) == []


def test_guest_searches_without_scripts(live_stack, open_page) -> None:
    page = open_page(phone=True, java_script_enabled=False)
    page.goto(live_stack.url("harbour"))
    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox", name="Search this site").fill("tour")
    page.get_by_role("search").get_by_role("button", name="Search").click()
    expect(page.get_by_role("main").get_by_role("heading", level=3).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
