"""A departure is cancelled, its guest takes another one on the phone; another departure is moved, and its guest is told."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bookings import book

pytestmark = pytest.mark.e2e

NELE, OLE = "nele.cancelled@guest.example", "ole.moved@guest.example"


def open_departure_of(page: Page, live_stack, name: str) -> None:
    """Go to the departure that a guest has booked."""
    page.goto(live_stack.url("harbour", "/admin/bookings/"))
    page.locator("main tbody tr").filter(has_text=name).get_by_role("link").first.click()
    page.locator('main dl a[href*="/schedules/inspect/"]').click()
    page.wait_for_url("**/schedules/inspect/**")


def address_in(mail, path: str) -> str:
    return re.search(rf"http://\S+{path}\S*", mail.get_body(("plain",)).get_content())[0]


def test_guest_of_a_cancelled_departure_takes_another_one(live_stack, signed_in, open_page, inspection) -> None:
    page = signed_in("manager")
    book(page, live_stack, name="Cancelled", email=NELE, departure=10)
    open_departure_of(page, live_stack, "Cancelled")
    departure = page.url
    page.goto(departure.replace("inspect/", "") + "cancel/")
    expect(page.locator("main")).to_contain_text("1 booking")
    inspection.look(page, "1-preview")
    # The latest one offered: it can still be booked when the time to choose is over.
    page.get_by_role("checkbox").last.check()
    page.locator("[name=guest_text]").fill("The pier is closed after the storm. We would love to see you another day.")
    page.get_by_role("button", name="Cancel departure").last.click()
    expect(page.locator("main")).to_contain_text("This field is required.")
    page.locator("[name=reason]").fill("Storm")
    inspection.look(page, "2-filled-in")
    page.get_by_role("button", name="Cancel departure").last.click()
    expect(page.locator("#progress")).to_contain_text("Some guests are still choosing.", timeout=30_000)
    inspection.look(page, "3-progress")

    mail = live_stack.wait_for_mail(NELE, subject="does not take place")
    phone = open_page(phone=True)
    phone.goto(address_in(mail, "/choices/"))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your departure does not take place")
    inspection.look(phone, "4-choice")
    dark = open_page(phone=True, color_scheme="dark")
    dark.goto(phone.url)
    inspection.look(dark, "5-choice-in-the-dark")
    dark.get_by_role("link", name="To your order").click()
    inspection.look(dark, "6-order")
    phone.get_by_role("button", name="Take this one").first.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("You have a new departure")
    inspection.look(phone, "7-taken")
    live_stack.wait_for_mail(NELE, subject="Your new departure")

    page.reload()
    expect(page.locator("#progress")).to_contain_text("Took another departure")
    inspection.look(page, "8-done")
    small = open_page(phone=True, storage_state=page.context.storage_state())
    small.goto(page.url)
    inspection.look(small, "9-done-on-the-phone")
    assert inspection.found == {}


def test_guest_of_a_moved_departure_is_told_and_says_yes(live_stack, signed_in, open_page, inspection) -> None:
    page = signed_in("manager")
    book(page, live_stack, name="Moved", email=OLE, departure=7)
    open_departure_of(page, live_stack, "Moved")
    page.goto(page.url.replace("inspect/", "") + "reschedule/")
    inspection.look(page, "1-when")
    start = page.locator("[name=start_time]")
    old = dt.time.fromisoformat(start.input_value()[:5])
    # So little that whoever leads it is free before the next one.
    new = f"{old.hour}:{(old.minute + 5) % 60:02}"
    # As the calendar leads there.
    page.goto(f"{page.url}?date={page.locator('[name=date]').input_value()}&start_time={new}")
    expect(page.locator("main")).to_contain_text("New time")
    inspection.look(page, "2-preview")
    page.locator("[name=reason]").fill("Low tide")
    page.get_by_role("button", name="Move departure").last.click()
    expect(page.locator("#progress")).to_contain_text("Everybody has been told.", timeout=30_000)
    mail = live_stack.wait_for_mail(OLE, subject="New time")
    phone = open_page(phone=True)
    phone.goto(address_in(mail, "/choices/"))
    inspection.look(phone, "3-choice")
    phone.get_by_role("button", name="The new time suits me").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("See you at the new time")
    inspection.look(phone, "4-kept")
    assert inspection.found == {}
