"""Somebody who has never seen the admin builds a site in it from nothing, publishes it and is told what is left to do."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.cms.factories import picture_file
from tests.e2e.test_editor import insert

pytestmark = pytest.mark.e2e

OWNER = "kim@lantern.example"


@pytest.fixture
def newcomer(live_stack, page: Page) -> Page:
    """The owner of an organization without a single page, signed in."""
    arguments = ("--slug", "lantern", "--host", "lantern.localhost", "--currency", "EUR", "--order-prefix", "LA")
    places = ("--time-zone", "Europe/Berlin", "--languages", "en,de", "--owner", OWNER)
    live_stack.stack.manage("create_organization", "Lantern House", *arguments, *places)
    log = (live_stack.folder / "log" / "create_organization.log").read_text()
    page.goto(live_stack.url("lantern", "/admin/"))
    page.locator("[name=login]").fill(OWNER)
    page.locator("[name=password]").fill(re.search(r"with the password (\S+)", log)[1])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(live_stack.url("lantern", "/admin/"))
    return page


def test_a_newcomer_builds_a_site_from_nothing(live_stack, newcomer, inspection, open_page) -> None:
    page = newcomer
    inspection.look(page, "1-home")
    page.get_by_role("link", name="Your site has no pages yet").click()
    page.get_by_role("radio", name="House and stay").check()
    page.get_by_role("radio", name="Yes, publish it").check()
    inspection.look(page, "2-starter")
    page.get_by_role("button", name="Make my site").click()
    expect(page).not_to_have_url(re.compile("starter-site"))

    page.goto(live_stack.url("lantern", "/admin/images/add/"))
    file = picture_file("lantern.png")
    page.locator("[name=file]").set_input_files({"name": "lantern.png", "mimeType": "image/png", "buffer": file.read()})
    page.locator("[name=title]").fill("Our lantern")
    save = page.locator("main form").get_by_role("button", name="Upload").last
    save.click()
    expect(page.get_by_text("Say what the picture shows, for those who cannot see it").first).to_be_visible()
    inspection.look(page, "3-picture")
    page.locator("[name=file]").set_input_files(
        {"name": "lantern.png", "mimeType": "image/png", "buffer": picture_file().read()}
    )
    page.locator("#id_description").fill("A brass lantern beside a blue door")
    save.click()
    expect(page).to_have_url(re.compile(r"/admin/images/$"))

    page.goto(live_stack.url("lantern", "/admin/pages/"))
    english = page.locator("tr", has_text="Lantern House").filter(has_text="English")
    english.get_by_role("link", name=re.compile("^Explore child pages")).click()
    expect(page.get_by_role("link", name="About us", exact=True).first).to_be_visible()
    home = page.url.partition("?")[0]
    page.goto(f"{home}add_subpage/")
    page.add_init_script("addEventListener('w-unsaved:watch-edits', () => { window.isWatched = true }, true)")
    page.get_by_role("link", name=re.compile("^Landing page")).click()
    page.wait_for_function("() => window.isWatched")
    page.locator("[name=title]").fill("The house")
    insert(page, 0, "Quote")
    page.locator("[name=body-0-value-text]").fill("We slept like stones.")
    inspection.look(page, "4-editor")
    expect(page).to_have_url(re.compile(r"/admin/pages/\d+/edit/"))
    page.get_by_role("button", name="Toggle checks").click()
    insert(page, 1, "Text")
    page.locator(".public-DraftEditor-content").last.click()
    page.keyboard.type("### Rooms")
    expect(page.get_by_text("A level of headings is left out")).to_be_visible()
    inspection.screenshot(page, "5-checks")
    page.get_by_role("button", name="Delete").nth(1).click()
    expect(page.locator(".public-DraftEditor-content")).to_be_hidden()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Page 'The house' has been published.")).to_be_visible()

    page.goto(live_stack.url("lantern", "/admin/organization/publishing/"))
    page.get_by_label("Somebody else looks before a page is published").check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    inspection.look(page, "6-publishing")

    page.goto(home)
    page.get_by_role("link", name="About us", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/edit/"))
    page.goto(re.sub(r"edit/.*", "unpublish/", page.url))
    page.get_by_role("button", name="Yes, unpublish it").click()
    page.goto(live_stack.url("lantern", "/admin/images/multiple/add/"))
    page.locator("input[type=file]").first.set_input_files(
        {"name": "img_1.png", "mimeType": "image/png", "buffer": picture_file("img_1.png").read()}
    )
    expect(page.get_by_text("seems to be a duplicate")).to_be_visible()

    page.goto(live_stack.url("lantern", "/admin/"))
    for text in ("broken link", "1 picture without words", "pages? without a description for search engines"):
        expect(page.get_by_role("link", name=re.compile(text))).to_be_visible()
    inspection.look(page, "7-to-do")
    for scheme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        for name in ("broken-links", "pictures-without-words", "unfinished-pages"):
            page.goto(live_stack.url("lantern", f"/admin/reports/{name}/"))
            inspection.look(page, f"8-{name}-{scheme}")

    guest = open_page(phone=True)
    guest.goto(live_stack.url("lantern", "/the-house/"))
    expect(guest.get_by_role("heading", level=1)).to_have_text("The house")
    expect(guest.get_by_text("We slept like stones.")).to_be_visible()
    inspection.look(guest, "9-guest")
    assert inspection.found == {}
