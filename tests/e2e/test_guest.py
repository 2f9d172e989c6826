"""A guest books a tour on a phone, from the landing page to the booking opened again by the e-mail's link."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

GUEST = "grete.journey@guest.example"


def choose_departure(page: Page) -> None:
    book = page.locator("#book")
    this_month = book.locator("#month").inner_text()
    book.get_by_role("link", name="Next month").click()
    expect(book.locator("#month")).not_to_have_text(this_month)
    book.locator("a.calendar__day").first.click()
    expect(book.locator("a.calendar__day[aria-current=date]")).to_have_count(1)
    book.locator("a.departure").filter(has_text="English").first.click()
    expect(book.get_by_role("group", name="How many people?")).to_be_visible()


def pay_by_card(page: Page) -> None:
    card = page.frame_locator("[data-element] iframe")
    card.get_by_label("Card number").fill("4242424242424242")
    card.get_by_label("Expiry date").fill("12 / 40")
    card.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay €60.00").click()


def test_guest_books_pays_and_opens_the_booking_again(live_stack, phone_page: Page, inspection) -> None:
    page = phone_page

    def look(name: str) -> None:
        inspection.look(page, name)

    page.goto(live_stack.url("harbour"))
    expect(page.get_by_role("heading", level=1)).to_have_text("See the harbour with people who grew up in it")
    look("1-landing")
    page.get_by_role("link", name="See our tours").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tours")
    look("2-tours")
    page.get_by_role("link", name="Speicherstadt and HafenCity on foot").click()
    expect(page.locator("#book .calendar")).to_be_visible()
    look("3-tour")

    choose_departure(page)
    page.get_by_role("button", name="One more: Adult").click()
    page.get_by_role("button", name="One more: Child").click()
    expect(page.locator("#price-steps dl > div")).to_have_text(
        [
            re.compile(r"2 × Adult at €24\.00\s*€48\.00"),
            re.compile(r"1 × Child at €12\.00\s*€12\.00"),
            re.compile(r"Total\s*€60\.00"),
        ]
    )
    look("4-price")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart")
    look("5-cart")
    page.get_by_role("link", name="Go to checkout").click()

    page.get_by_label("First name").fill("Grete")
    page.get_by_label("Last name").fill("Hansen")
    page.get_by_role("textbox", name="E-mail").fill(GUEST)
    page.get_by_label("Phone").fill("+49 40 66969120")
    page.get_by_role("radio", name=re.compile("Card")).check()
    page.get_by_role("checkbox", name="I have read and accept what applies to my booking").check()
    look("6-checkout")
    page.get_by_role("button", name="Book and pay").click()

    expect(page.get_by_role("button", name="Pay €60.00")).to_be_enabled()
    look("7-pay")
    pay_by_card(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    expect(page.get_by_role("status")).to_contain_text("We have received €60.00")
    look("8-confirmed")
    order = page.url

    mail = live_stack.wait_for_mail(GUEST)
    text = mail.get_body(("plain",)).get_content()
    assert order.partition("?")[0] in text
    page.goto(f"http://localhost:{live_stack.port}/__mail__/")
    look("9-mailbox")
    page.get_by_role("link", name=GUEST).first.click()
    look("10-mail")
    page.frame_locator(".mailbox__html").locator("a[href*='/order/']").first.click()
    expect(page).to_have_url(order.partition("?")[0])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    assert inspection.found == {}
