"""An editor builds a landing page with tiles and publishes it; nobody of Harbour gets in at Kyoto."""

import re

import pytest
from playwright.sync_api import Error, Page, expect

pytestmark = pytest.mark.e2e


def insert(page: Page, number: int, kind: str) -> None:
    """Choose a kind of block in the menu of the `number`th place for one.

    Wagtail puts the focus into a block some time after it was added; a menu that is open by then closes, so it is opened again.
    """
    option = page.get_by_role("listbox").get_by_role("option", name=kind, exact=True)
    for patience in (5_000, 10_000, 20_000):
        page.get_by_role("button", name="Insert a block").nth(number).click()
        try:
            return option.click(timeout=patience)
        except Error:
            continue
    raise AssertionError(f"No menu with {kind} opened.")


def test_editor_builds_and_publishes_a_landing_page(live_stack, signed_in, inspection, phone_page: Page) -> None:
    page = signed_in("editor")
    inspection.look(page, "1-dashboard")
    page.goto(live_stack.url("harbour", "/admin/pages/"))
    page.get_by_role("link", name="Explore child pages of 'Harbour Walks in English'").click()
    expect(page.get_by_role("link", name="Tours", exact=True).first).to_be_visible()
    inspection.look(page, "2-pages")
    page.goto(f"{page.url.partition('?')[0]}add_subpage/")
    # What is typed before Wagtail watches the form is not kept until something else changes.
    page.add_init_script("addEventListener('w-unsaved:watch-edits', () => { window.isWatched = true }, true)")
    page.get_by_role("link", name=re.compile("^Landing page")).click()
    page.wait_for_function("() => window.isWatched")

    page.locator("[name=title]").fill("Welcome, school classes")
    page.get_by_role("button", name="Insert a block").click()
    expect(page.get_by_role("option", name="Table", exact=True)).to_be_visible()
    expect(page.get_by_role("option", name="HTML", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    insert(page, 0, "Tiles")
    page.locator("[name=body-0-value-heading]").fill("For teachers")
    insert(page, 1, "Call")
    tile = "body-0-value-tiles-0-value"
    page.locator(f"[name={tile}-title]").fill("Call Jette")
    page.locator(f"[name={tile}-phone]").fill("+49 40 66969120")
    page.locator(f"[name={tile}-icon]").select_option("phone")
    page.locator(f"[name={tile}-colour]").select_option("primary")
    insert(page, 2, "Wi-Fi")
    tile = "body-0-value-tiles-1-value"
    page.locator(f"[name={tile}-title]").fill("Wi-Fi")
    page.locator(f"[name={tile}-network]").fill("School")
    page.locator(f"[name={tile}-password]").fill("chalk-and-sponge")
    inspection.look(page, "3-editor")
    # Drafts are kept while one types; the first makes the page.
    expect(page).to_have_url(re.compile(r"/admin/pages/\d+/edit/"))
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Page 'Welcome, school classes' has been published.")).to_be_visible()

    guest = phone_page
    guest.goto(live_stack.url("harbour", "/welcome-school-classes/"))
    expect(guest.get_by_role("heading", level=1)).to_have_text("Welcome, school classes")
    expect(guest.get_by_role("link", name="Call Jette")).to_have_attribute("href", "tel:+494066969120")
    inspection.look(guest, "4-published")
    assert inspection.found == {}


@pytest.mark.parametrize("role", ["owner", "manager", "editor", "guide"])
def test_staff_of_harbour_cannot_sign_in_at_kyoto(live_stack, sign_in, page: Page, role: str) -> None:
    sign_in(page, role, at="kyoto")
    expect(page.get_by_text("The email address and/or password you specified are not correct.")).to_be_visible()
    page.goto(live_stack.url("kyoto", "/admin/"))
    expect(page).to_have_url(live_stack.url("kyoto", "/admin/login/?next=/admin/"))
