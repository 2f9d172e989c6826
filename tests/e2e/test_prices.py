"""A manager adds a season and an early bird; a guest sees each step and pays exactly that."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

# No other walk books it, so that these rules change nobody else's prices.
TOUR = "Fish market breakfast walk"
GUEST = "nora.season@guest.example"
STEPS = [
    re.compile(r"2 × Adult at €38\.00\s*€76\.00"),
    re.compile(r"Market days \(\+25%\)\s*€19\.00"),
    re.compile(r"Early riser \(−€4\.75 each\)\s*−€9\.50"),
]


def save(page: Page, rule: str) -> None:
    page.locator("footer").get_by_role("button", name=re.compile("^(Create|Save)")).click()
    expect(page.get_by_text(f"“{rule}”").or_(page.get_by_text(f"'{rule}'")).first).to_be_visible()


def write_rules(page: Page, live_stack, inspection) -> None:
    today = dt.datetime.now(dt.UTC).date()
    page.goto(live_stack.url("harbour", "/admin/seasons/new/"))
    page.locator("[name=name]").fill("Market days")
    page.locator("[name=first_day]").fill(f"{today:%Y-%m-%d}")
    page.locator("[name=last_day]").fill(f"{today + dt.timedelta(days=5000):%Y-%m-%d}")
    page.locator("[name=basis_points]").fill("25")
    page.locator("[name=tour]").select_option(label=TOUR)
    inspection.look(page, "1-season")
    save(page, "Market days")
    page.goto(live_stack.url("harbour", "/admin/early-birds/new/"))
    page.locator("[name=name]").fill("Early riser")
    page.locator("[name=days]").fill("3")
    page.locator("[name=amount_minor]").fill("4.75")
    page.locator("[name=tour]").select_option(label=TOUR)
    inspection.look(page, "2-early-bird")
    save(page, "Early riser")
    page.goto(live_stack.url("harbour", "/admin/price-check/"))
    page.locator("[name=variant]").select_option(label=f"{TOUR}: Small group")
    page.locator("[name=day]").fill(f"{today + dt.timedelta(days=40):%Y-%m-%d}")
    # The date picker opens over the button; the keyboard reaches it all the same.
    page.get_by_role("button", name="Show the price").press("Enter")
    page.get_by_label(re.compile("^Adult")).fill("2")
    page.get_by_role("button", name="Show the price").click()
    expect(page.get_by_role("status").filter(has_text="Total")).to_contain_text("€85.50")
    inspection.look(page, "3-price-check")


def choose_two_adults(page: Page) -> None:
    book = page.locator("#book")
    this_month = book.locator("#month").inner_text()
    book.get_by_role("link", name="Next month").click()
    expect(book.locator("#month")).not_to_have_text(this_month)
    book.locator("a.calendar__day").last.click()
    expect(book.locator("a.calendar__day[aria-current=date]")).to_have_count(1)
    book.locator("a.departure").filter(has_text="English").first.click()
    expect(book.get_by_role("group", name="How many people?")).to_be_visible()
    page.get_by_role("button", name="One more: Adult").click()


def test_season_and_early_bird_from_the_manager_to_the_guests_card(
    live_stack, signed_in, phone_page: Page, inspection
) -> None:
    manager = signed_in("manager")
    write_rules(manager, live_stack, inspection)

    page = phone_page
    page.goto(live_stack.url("harbour"))
    page.get_by_role("link", name="See our tours").click()
    expect(page.locator("main").get_by_text("from €42.75")).to_be_visible()
    page.get_by_role("link", name=TOUR).click()
    choose_two_adults(page)
    expect(page.locator("#price-steps dl > div")).to_have_text([*STEPS, re.compile(r"Total\s*€85\.50")])
    inspection.look(page, "4-quote")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator(".price-steps").first.locator("div")).to_have_text(STEPS)
    inspection.look(page, "5-cart")
    page.get_by_role("link", name="Go to checkout").click()
    page.get_by_label("First name").fill("Nora")
    page.get_by_label("Last name").fill("Lund")
    page.get_by_role("textbox", name="E-mail").fill(GUEST)
    page.get_by_role("radio", name=re.compile("Card")).check()
    page.get_by_role("checkbox", name="I have read and accept what applies to my booking").check()
    inspection.look(page, "6-checkout")
    page.get_by_role("button", name="Book and pay").click()
    expect(page.get_by_role("button", name="Pay €85.50")).to_be_enabled()
    card = page.frame_locator("[data-element] iframe")
    card.get_by_label("Card number").fill("4242424242424242")
    card.get_by_label("Expiry date").fill("12 / 40")
    card.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay €85.50").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    expect(page.get_by_role("status")).to_contain_text("We have received €85.50")
    expect(page.locator(".price-steps div")).to_contain_text([*STEPS, re.compile(r"Total\s*€85\.50")])
    inspection.look(page, "7-order")
    text = live_stack.wait_for_mail(GUEST).get_body(("plain",)).get_content()
    assert "Market days (+25%): €19.00\nEarly riser (−€4.75 each): −€9.50\n" in text
    assert inspection.found == {}
