"""Every kind of page that guests see, on a phone and on a desk, by day and by night: no finding of axe, nothing wider than the screen."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

PAGES = {
    "landing": "/",
    "content": "/about-us/",
    "questions": "/questions/",
    "tours": "/tours/",
    "tour": "/tours/speicherstadt-and-hafencity-on-foot/",
    "missing": "/nowhere/",
    "lost-link": "/orders/find/",
}
WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"


def order_link(live_stack) -> str:
    mail = live_stack.wait_for_mail("clara.whitfield@guest.example").get_body(("plain",)).get_content()
    return re.search(r"http://harbour\.localhost:\d+/order/\S+", mail).group()


def wait_for_what_comes_later(page: Page) -> None:
    """Bring maps near the screen, so that they load, and wait for them and for the calendar."""
    for number in range(page.locator("[data-map]").count()):
        page.locator("[data-map]").nth(number).scroll_into_view_if_needed()
        expect(
            page.locator("[data-map]").nth(number).locator(".map__canvas .leaflet-marker-icon").first
        ).to_be_visible()
    if page.locator("#book").count():
        expect(page.locator("#book .calendar")).to_be_visible()
    page.evaluate("window.scrollTo(0, 0)")
    # Who listens to the page begins at its top.
    assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_every_kind_of_page_can_be_read_by_everybody(live_stack, open_page, inspection, phone) -> None:
    page = open_page(phone=phone)
    pages = {name: live_stack.url("harbour", path) for name, path in PAGES.items()}
    pages |= {"order": order_link(live_stack), "another-look": live_stack.url("kyoto")}
    too_wide = []
    for name, url in pages.items():
        answer = page.goto(url)
        assert (name, answer.status) == (name, 404 if name == "missing" else 200)
        wait_for_what_comes_later(page)
        width, screen = page.evaluate(WIDTHS)
        if width > screen:
            too_wide.append(name)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            inspection.look(page, f"{name}-{scheme}")
    assert (inspection.found, too_wide) == ({}, [])


def test_pictures_that_are_not_there_leave_no_hole(live_stack, page: Page) -> None:
    page.route("**/media/**", lambda route: route.fulfill(status=404))
    page.goto(live_stack.url("harbour", "/about-us/"))
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 2000)
    expect(page.locator("main figure img").first).to_have_class("is-missing")
    expect(page.locator("main figure:visible")).to_have_count(0)
    page.goto(live_stack.url("harbour"))
    expect(page.locator(".hero__picture")).to_have_css("opacity", "0")
    expect(page.locator(".hero .credit")).to_be_hidden()


def test_names_on_a_map_stand_at_their_pins_from_either_side(live_stack, phone_page: Page) -> None:
    page = phone_page
    page.goto(live_stack.url("harbour"))
    page.evaluate("document.documentElement.dir = 'rtl'")
    wait_for_what_comes_later(page)
    name, pin = page.locator(".map__name").first, page.locator(".map__pin").first
    label, spot = name.bounding_box(), pin.bounding_box()
    assert abs((label["x"] + label["width"] / 2) - (spot["x"] + spot["width"] / 2)) < 2
