"""What a guest meets on the way through the checkout: a lost network, a clock, a declined card, the back button, other languages."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

WALK = "Speicherstadt and HafenCity on foot"
GATES = "Ten thousand gates at first light"


def choose(page: Page, live_stack, site: str, tour: str, *, months: int) -> None:
    """Put one of the first price of the first departure of a later month into the cart."""
    page.goto(live_stack.url(site))
    page.locator(".hero a.button").click()
    page.get_by_role("link", name=tour).click()
    book = page.locator("#book")
    for _month in range(months):
        shown = book.locator("#month").inner_text()
        book.locator("#month-after").click()
        expect(book.locator("#month")).not_to_have_text(shown)
    book.locator("a.calendar__day").first.click()
    expect(book.locator("a.calendar__day[aria-current=date]")).to_have_count(1)
    book.locator("a.departure").first.click()
    expect(book.get_by_role("group").first).to_be_visible()
    book.locator("form button[type=submit]").first.click()
    expect(page.locator("#cart-body")).to_be_visible()


def fill_in(page: Page, *, email: str, method: str = "Card") -> None:
    page.get_by_label("First name").fill("Frida")
    page.get_by_label("Last name").fill("Weg")
    page.get_by_role("textbox", name="E-mail").fill(email)
    page.get_by_role("radio", name=re.compile(method)).check()
    page.get_by_role("checkbox", name="I have read and accept what applies to my booking").check()


def fill_in_card(page: Page, number: str) -> None:
    card = page.frame_locator("[data-element] iframe")
    card.get_by_label("Card number").fill(number)
    card.get_by_label("Expiry date").fill("12 / 40")
    card.get_by_label("Security code").fill("123")


def test_guest_is_stopped_by_nothing_on_the_way(live_stack, phone_page: Page, inspection) -> None:
    page = phone_page
    choose(page, live_stack, "harbour", WALK, months=1)
    total = page.locator("#cart-total dd")
    before = total.inner_text()
    more = page.locator(".stepper__button").nth(1)
    more.click()
    expect(total).not_to_have_text(before)
    expect(page.locator(".stepper__button").nth(1)).to_be_focused()
    expect(page.locator("#cart-said")).to_contain_text(total.inner_text())
    inspection.look(page, "1-cart")

    page.get_by_role("link", name="Go to checkout").click()
    page.get_by_role("button", name="Book and pay").click()
    expect(page.locator("#errors")).to_be_focused()
    inspection.look(page, "2-errors")
    page.locator("#errors a").first.click()
    expect(page.get_by_label("First name")).to_be_focused()
    page.locator("#requests summary").click()
    page.get_by_label("Anything we should know?").fill("A pram comes along")
    fill_in(page, email="frida.weg@guest.example")

    # A look at the cart loses nothing of it.
    page.get_by_role("link", name="Change the cart").click()
    page.get_by_role("link", name="Go to checkout").click()
    expect(page.get_by_role("textbox", name="E-mail")).to_have_value("frida.weg@guest.example")
    expect(page.get_by_label("Anything we should know?")).to_have_value("A pram comes along")
    page.get_by_role("checkbox", name="I have read and accept what applies to my booking").check()
    inspection.look(page, "3-checkout")

    page.context.set_offline(True)
    page.get_by_role("button", name="Book and pay").click()
    expect(page.get_by_role("alert").filter(has_text="The connection was lost.")).to_be_visible()
    inspection.screenshot(page, "4-offline")
    page.context.set_offline(False)
    page.get_by_role("button", name="Book and pay").dblclick()

    pay = page.get_by_role("button", name=re.compile("^Pay €"))
    expect(pay).to_be_enabled()
    fill_in_card(page, "4000000000000002")
    page.get_by_role("button", name=re.compile("^Keep them")).click()
    expect(page.get_by_text("We keep them longer for you.").first).to_be_visible()
    card_number = page.frame_locator("[data-element] iframe").get_by_label("Card number")
    expect(card_number).to_have_value("4000 0000 0000 0002")
    inspection.look(page, "5-longer")
    pay.click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("declined"))).to_be_visible()

    page.context.set_offline(True)
    fill_in_card(page, "4242424242424242")
    pay.click()
    expect(page.locator("[data-problem]")).to_be_visible()
    page.context.set_offline(False)
    expect(pay).to_be_enabled()
    pay.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    order = page.url.partition("?")[0]

    # Back to the page that pays, or to the checkout: it leads to the booking again.
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    assert page.url.partition("?")[0] == order
    page.goto(live_stack.url("harbour", "/checkout/"))
    expect(page.get_by_text("There is nothing in your cart yet.")).to_be_visible()
    subjects = [mail["Subject"] for mail in live_stack.mails() if "frida.weg@guest.example" in str(mail["To"])]
    assert sorted(subjects) == sorted(set(subjects))
    assert inspection.found == {}


def test_what_goes_wrong_is_said_in_plain_words_and_nothing_is_lost(live_stack, phone_page: Page, inspection) -> None:
    page = phone_page
    choose(page, live_stack, "harbour", WALK, months=2)
    page.get_by_role("link", name="Go to checkout").click()
    fill_in(page, email="frida.umweg@guest.example", method="arriv")
    arrival = page.get_by_role("radio", name=re.compile("arriv"))
    book, problem = page.get_by_role("button", name=re.compile("^Book")), page.locator("[data-problem]")

    page.route("**/checkout/", lambda route: route.fulfill(status=429, body="too many requests"), times=1)
    book.click()
    expect(problem).to_contain_text("Very many people are booking from your network just now.")
    inspection.look(page, "1-busy")
    page.route("**/checkout/", lambda route: route.abort(), times=1)
    book.click()
    expect(problem).to_contain_text("The connection was lost.")
    expect(arrival).to_be_checked()

    # Without cookies the cart is gone with the session, too: the page brings it back, and what was typed.
    page.context.clear_cookies()
    book.click()
    expect(page.locator("#notice")).to_contain_text("Something has changed since you looked.")
    expect(arrival).to_be_checked()
    expect(page.get_by_role("textbox", name="E-mail")).to_have_value("frida.umweg@guest.example")
    inspection.look(page, "2-cart-brought-back")
    page.get_by_role("checkbox", name="I have read and accept what applies to my booking").check()
    book.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    assert inspection.found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_checkout_of_a_tour_that_asks_who_comes(live_stack, open_page, inspection, scheme) -> None:
    page = open_page()
    page.emulate_media(color_scheme=scheme)
    choose(page, live_stack, "kyoto", GATES, months=1)
    page.get_by_role("link", name="Go to checkout").click()
    fill_in(page, email="hana.michi@guest.example", method="arriv")
    page.get_by_role("button", name=re.compile("^Book")).click()
    expect(page.locator("#errors")).to_be_focused()
    inspection.look(page, f"1-asked-{scheme}")
    page.locator("#errors a").filter(has_text="Name").click()
    page.keyboard.type("Hana")
    page.get_by_label("Whom to call in an emergency").fill("Ken")
    page.get_by_label("Their phone number").fill("+81 75 525 1111")
    inspection.look(page, f"2-told-{scheme}")
    assert inspection.found == {}


def test_german_guest_stays_in_german(live_stack, open_page, inspection) -> None:
    page = open_page(phone=True, locale="de-DE")
    page.emulate_media(color_scheme="dark")
    page.goto(live_stack.url("harbour"))
    page.locator("a[href$='/tours/'], a[href$='/touren/']").first.click()
    page.locator(".tour-card__name a").first.click()
    book = page.locator("#book")
    month = book.locator("#month").inner_text()
    book.locator("#month-after").click()
    expect(book.locator("#month")).not_to_have_text(month)
    book.locator("a.calendar__day").first.click()
    book.locator("a.departure").first.click()
    book.locator("form button[type=submit]").first.click()
    page.locator("#cart-body .button--wide").click()
    inspection.look(page, "1-checkout")
    page.locator("[name=first_name]").fill("Frieda")
    page.locator("[name=last_name]").fill("Weg")
    page.locator("[name=email]").fill("frieda.weg@guest.example")
    page.locator("[name=accept]").check()
    page.locator("[name=method][value=bank_transfer]").check()
    page.locator("[data-checkout] button[type=submit]").click()
    expect(page).to_have_url(re.compile("/de/order/"))
    inspection.look(page, "2-order")
    mail = live_stack.wait_for_mail("frieda.weg@guest.example")
    assert "/de/order/" in mail.get_body(("plain",)).get_content()
    assert inspection.found == {}
