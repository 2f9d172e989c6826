"""Bookings of a walk's own: those of the demo are the same for every walk, so that none of them changes one."""

import re

from playwright.sync_api import Page, expect

TOUR = "Speicherstadt and HafenCity on foot"


def fill_in_booking(page: Page, live_stack, *, name: str, email: str, departure: int) -> None:
    """Let staff enter two adults on one of the next departures that nobody has booked, by its place among them, up to the price."""
    page.goto(live_stack.url("harbour", "/admin/orders/"))
    page.get_by_role("link", name="New booking").click()
    page.get_by_label("Tour", exact=True).select_option(label=TOUR)
    page.get_by_role("button", name="Show departures").click()
    # A whole group at one price has no adults; where nobody has booked, no other walk looks.
    departures = page.locator(".booking-form__departures a").filter(has_not_text="Just your party")
    departures = departures.filter(has_text="16 places free")
    departures.nth(departure).click()
    page.get_by_label(re.compile("^Adult")).fill("2")
    page.get_by_label("Last name").fill(name)
    page.get_by_role("textbox", name="E-mail").fill(email)
    page.get_by_role("button", name="Show the price").click()
    expect(page.get_by_role("status").filter(has_text="Total")).to_contain_text("€48.00")


def book(page: Page, live_stack, *, name: str, email: str, departure: int) -> None:
    """Let staff book two adults, who have paid."""
    fill_in_booking(page, live_stack, name=name, email=email, departure=departure)
    page.get_by_role("radio", name="Already paid to us").check()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("over €48.00 is booked.")).to_be_visible()
