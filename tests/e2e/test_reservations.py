"""A tour takes money only when it takes place: cards are reserved, freed with a cancelled departure, and charged for one that leaves."""

import datetime as dt
import json
import re
import urllib.request
from base64 import b64encode

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_checkout import fill_in_card
from tests.e2e.test_staff import add_price

pytestmark = pytest.mark.e2e

TOUR = "Mudflats at low tide"
GUEST = "wiebke.watt@guest.example"


def charges(live_stack) -> list[tuple[str, int]]:
    """Each attempt at the Stripe emulator over the price of this tour: its state and what was taken, the first one first."""
    request = urllib.request.Request(f"{live_stack.stripe_url}/v1/payment_intents?limit=100")
    request.add_header("Authorization", f"Basic {b64encode(b'sk_test_harbour:').decode()}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        found = json.load(answer)["data"]
    return [(one["status"], one["amount_received"]) for one in reversed(found) if one["amount"] == 6320]


def plan_tour(page: Page, live_stack, inspection) -> None:
    """A tour for at least four people, with a departure on each of two days."""
    page.goto(live_stack.url("harbour", "/admin/tours/new/"))
    page.locator("[name=name]").fill(TOUR)
    page.locator("[name=status]").select_option("active")
    page.locator("[name=languages]").fill("en, de")
    page.locator("[name=capacity]").fill("10")
    page.locator("[name=min_participants]").fill("4")
    page.get_by_role("tab", name="Variants").click()
    page.locator("[name=variants-0-name]").fill("Group")
    page.get_by_role("tab", name="Prices").click()
    add_price(page, 0, "Adult", "31.60")
    page.locator("[name=pricing_tiers-0-is_default]").check()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text(f"Tour '{TOUR}' created.")).to_be_visible()
    first = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3)
    page.goto(live_stack.url("harbour", "/admin/schedules/new/"))
    page.locator("[name=variant]").select_option(label=f"{TOUR}: Group")
    for name, day in (("first_date", first), ("last_date", first + dt.timedelta(days=1))):
        # Without the calendar that opens below a field which is typed into.
        page.locator(f"[name={name}]").evaluate("(field, day) => { field.value = day; }", f"{day}")
    page.locator("[name=start_times]").fill("12:00")
    page.locator("main").get_by_role("button", name="Create").click()
    expect(page).to_have_url(live_stack.url("harbour", "/admin/schedules/"))
    page.goto(live_stack.url("harbour", "/admin/card-reservations/new/"))
    page.locator("[name=tour]").select_option(label=TOUR)
    inspection.look(page, "1-rule")
    page.locator("main").get_by_role("button", name="Create").click()
    expect(page.locator("main tbody")).to_contain_text(TOUR)
    inspection.look(page, "2-rules")


def departure_key(page: Page, live_stack, number: int) -> str:
    """The key of one of the departures, by its place in the list."""
    page.goto(live_stack.url("harbour", "/admin/schedules/?q=Mudflats"))
    page.locator("main tbody tr").nth(number).get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("Bookings")
    return re.search(r"/inspect/(\d+)/", page.url)[1]


def book_by_link(page: Page, live_stack) -> str:
    """Let staff book two adults on the first departure; return the address of the guest's order."""
    key = departure_key(page, live_stack, 0)
    page.goto(live_stack.url("harbour", f"/admin/orders/new/{key}/"))
    page.get_by_label(re.compile("^Adult")).fill("2")
    page.get_by_label("Last name").fill("Watt")
    page.get_by_role("textbox", name="E-mail").fill(GUEST)
    page.get_by_role("button", name="Show the price").click()
    expect(page.get_by_role("status").filter(has_text="Total")).to_contain_text("€63.20")
    page.get_by_role("radio", name=re.compile("link", re.IGNORECASE)).check()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("over €63.20 is booked.")).to_be_visible()
    mail = live_stack.wait_for_mail(GUEST).get_body(("plain",)).get_content()
    return re.search(r"http://\S+/order/[^/\s]+/", mail)[0]


def reserve(guest: Page) -> None:
    button = guest.get_by_role("button", name="Reserve €63.20")
    expect(button).to_be_enabled()
    fill_in_card(guest, "4242424242424242")
    button.click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    expect(guest.get_by_role("status")).to_contain_text("€63.20 are reserved on the card.")


def test_card_is_reserved_freed_and_charged(live_stack, signed_in, open_page, inspection) -> None:
    staff, guest = signed_in("owner"), open_page(phone=True)
    plan_tour(staff, live_stack, inspection)

    order = book_by_link(staff, live_stack)
    guest.goto(order)
    guest.get_by_role("link", name="Pay €63.20").click()
    expect(guest.get_by_text("Your card is only reserved now.")).to_be_visible()
    inspection.look(guest, "3-pay")
    reserve(guest)
    inspection.look(guest, "4-reserved")
    guest.emulate_media(color_scheme="dark")
    inspection.look(guest, "4-reserved-dark")
    assert charges(live_stack) == [("requires_capture", 0)]

    staff.goto(live_stack.url("harbour", "/admin/orders/?q=Watt"))
    staff.locator("main tbody").get_by_role("link", name="HW-").first.click()
    expect(staff.locator("main")).to_contain_text("€63.20 are reserved on the card.")
    inspection.look(staff, "5-order")

    key = departure_key(staff, live_stack, 0)
    staff.goto(live_stack.url("harbour", f"/admin/schedules/{key}/cancel/"))
    inspection.look(staff, "6-cancel")
    staff.get_by_role("radio", name="Get their money back at once.").check()
    staff.locator("[name=reason]").fill("The tide is too high")
    staff.get_by_role("button", name="Cancel departure").last.click()
    live_stack.wait_for_mail(GUEST, subject="does not take place")
    guest.goto(order)
    expect(guest.get_by_role("heading", level=1)).to_have_text("This booking is cancelled")
    expect(guest.get_by_role("status")).to_contain_text("Nothing was charged.")
    inspection.look(guest, "7-freed-dark")

    guest.emulate_media(color_scheme="light")
    guest.get_by_role("link", name="Choose another date").click()
    guest.locator("#book a.calendar__day").first.click()
    guest.locator("#book a.departure").first.click()
    guest.get_by_role("button", name="One more: Adult").click()
    expect(guest.locator("#price-steps")).to_contain_text("€63.20")
    guest.get_by_role("button", name="Add to cart").click()
    guest.get_by_role("link", name="Go to checkout").click()
    guest.get_by_label("First name").fill("Wiebke")
    guest.get_by_label("Last name").fill("Watt")
    guest.get_by_role("textbox", name="E-mail").fill(GUEST)
    guest.get_by_role("radio", name=re.compile("Card")).check()
    expect(guest.get_by_text("The money is taken when 4 people have booked")).to_be_visible()
    guest.get_by_role("checkbox", name="I have read and accept what applies to my booking").check()
    inspection.look(guest, "8-checkout")
    guest.get_by_role("button", name="Book and pay").click()
    reserve(guest)
    order = guest.url.partition("?")[0]

    key = departure_key(staff, live_stack, 1)
    staff.goto(live_stack.url("harbour", f"/admin/schedules/{key}/takes-place/"))
    expect(staff.locator("main")).to_contain_text("€63.20 that are reserved on the card of 1 order are taken now.")
    inspection.look(staff, "9-takes-place")
    staff.get_by_role("button", name="It takes place").click()
    live_stack.wait_for_mail(GUEST, subject="We have received your payment")
    guest.goto(order)
    expect(guest.get_by_role("status")).to_contain_text("We have received €63.20.")
    inspection.look(guest, "10-paid")
    assert charges(live_stack) == [("canceled", 0), ("succeeded", 6320)]
    assert inspection.found == {}
