"""Guests look for a tour and at its pictures."""

import re

import pytest
from playwright.sync_api import Route, expect

pytestmark = pytest.mark.e2e

TOUR = "/tours/speicherstadt-and-hafencity-on-foot/"


def test_list_follows_its_filters_and_the_address(live_stack, page) -> None:
    page.goto(live_stack.url("harbour", "/tours/"))
    page.wait_for_load_state("networkidle")
    page.evaluate("window.isTheSamePage = true")
    count, cards = page.locator("#tour-count"), page.locator(".tour-card")
    everything = cards.count()
    page.get_by_label("Category").select_option("food")
    expect(count).to_have_text("1 tour")
    expect(cards).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/tours/\?category=food$"))
    page.get_by_label("Price up to").fill("1")
    page.get_by_label("Price up to").press("Enter")
    expect(page.get_by_text("No tour fits all of this.")).to_be_visible()
    page.get_by_role("link", name=re.compile("^without “Price up to")).click()
    expect(cards).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/tours/\?category=food$"))
    expect(page.get_by_label("Price up to")).to_have_value("")
    expect(count).to_be_focused()
    assert page.evaluate("window.isTheSamePage")
    page.go_back()
    expect(page.get_by_text("No tour fits all of this.")).to_be_visible()
    expect(page.get_by_label("Price up to")).to_have_value("1")
    page.get_by_role("link", name="Show all tours").click()
    expect(cards).to_have_count(everything)
    expect(page.get_by_label("Category")).to_have_value("")


def test_filter_changed_before_its_script_is_there_counts(live_stack, page) -> None:
    held = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/js/tours*.js", hold)
    page.goto(live_stack.url("harbour", "/tours/"))
    page.get_by_label("Category").select_option(label="Food and drink")
    expect(page.locator("#tour-count")).to_have_text("3 tours")
    (script,) = held
    script.continue_()
    expect(page.locator("#tour-count")).to_have_text("1 tour")
    expect(page.get_by_label("Category")).to_have_value("food")
    expect(page).to_have_url(live_stack.url("harbour", "/tours/?category=food"))
    # What is wrong in the address is told, and not sent again.
    page.unroute("**/js/tours*.js")
    page.goto(live_stack.url("harbour", "/tours/?price=cheap"))
    expect(page.get_by_role("alert")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    expect(page).to_have_url(live_stack.url("harbour", "/tours/?price=cheap"))


def test_list_is_filtered_without_scripts(live_stack, browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_stack.url("harbour", "/tours/"))
    page.get_by_label("Category").select_option("food")
    page.get_by_role("button", name="Show tours").click()
    expect(page).to_have_url(re.compile(r"/tours/\?category=food$"))
    expect(page.locator(".tour-card")).to_have_count(1)
    context.close()


def test_pictures_open_large_and_are_turned_by_keys(live_stack, page) -> None:
    page.goto(live_stack.url("harbour", TOUR))
    # What shows them comes after the page.
    page.wait_for_load_state("networkidle")
    links = page.locator("[data-gallery] a[data-width]")
    links.first.click()
    box = page.get_by_role("dialog", name="Pictures")
    expect(box.get_by_role("status")).to_have_text(f"1 / {links.count()}")
    box.get_by_role("button", name="Next picture").click()
    expect(box.get_by_role("status")).to_have_text(f"2 / {links.count()}")
    page.keyboard.press("ArrowLeft")
    expect(box.get_by_role("status")).to_have_text(f"1 / {links.count()}")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(links.first).to_be_focused()


def test_price_and_dates_stay_in_reach_on_a_phone(live_stack, phone_page) -> None:
    phone_page.goto(live_stack.url("harbour", TOUR))
    bar = phone_page.locator(".book-bar")
    expect(bar).to_contain_text(re.compile(r"from €\d+"))
    bar.get_by_role("link", name="Choose a date").click()
    expect(phone_page.locator("#book .calendar")).to_be_in_viewport()
    expect(phone_page.get_by_role("heading", name="You may also like")).to_be_attached()
