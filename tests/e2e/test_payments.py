"""Money on its ways: transfers that staff find or do not find, a card that is declined or asked about, a debit that takes days."""

import json
import re
import urllib.request
from base64 import b64encode

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bookings import fill_in_booking
from tests.e2e.test_checkout import fill_in_card

pytestmark = pytest.mark.e2e


def order_page(live_stack, email: str) -> str:
    """The address of a guest's order, as the first e-mail says."""
    text = live_stack.wait_for_mail(email).get_body(("plain",)).get_content()
    return re.search(r"http://\S+/order/[^/\s]+/", text)[0]


def book(page: Page, live_stack, *, name: str, email: str, departure: int, method: str) -> str:
    """Let staff book two adults to be paid in a way; return the address of the guest's order."""
    fill_in_booking(page, live_stack, name=name, email=email, departure=departure)
    page.get_by_role("radio", name=re.compile(method)).check()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("over €48.00 is booked.")).to_be_visible()
    return order_page(live_stack, email)


def at_stripe(live_stack, path: str, values: dict | None = None) -> dict:
    """Ask the Stripe emulator, or turn a knob of it."""
    body = json.dumps(values).encode() if values is not None else None
    request = urllib.request.Request(f"{live_stack.stripe_url}{path}", body)
    request.add_header("Authorization", f"Basic {b64encode(b'sk_test_harbour:').decode()}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def intent_of(page: Page) -> str:
    """The PaymentIntent of a page on which a card is typed."""
    return page.locator("form[data-pay]").get_attribute("data-secret").partition("_secret_")[0]


def attempts(live_stack, intent: str) -> list[tuple[str, int]]:
    """Each charge that was tried for a PaymentIntent, the first one first: its state, and what was taken."""
    found = at_stripe(live_stack, f"/v1/charges?payment_intent={intent}&limit=100")["data"]
    return [(charge["status"], charge["amount_captured"]) for charge in reversed(found)]


def both(guest: Page, inspection, name: str) -> None:
    """Look at a guest's page in light and in dark."""
    for scheme in ("light", "dark"):
        guest.emulate_media(color_scheme=scheme)
        inspection.look(guest, f"{name}-{scheme}")
    guest.emulate_media(color_scheme="light")


def test_transfer_is_found_and_another_is_not(live_stack, signed_in, phone_page: Page, inspection) -> None:
    staff, guest = signed_in("owner"), phone_page
    came = book(staff, live_stack, name="Ueberwiesen", email="came@guest.example", departure=11, method="Bank transfer")
    order_in_admin = staff.url
    guest.goto(came)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Your places are kept for you")
    both(guest, inspection, "1-kept")
    staff.get_by_role("link", name="Money received").click()
    inspection.look(staff, "2-received")
    staff.locator("main").get_by_role("button", name="Money received").click()
    expect(staff.get_by_text("The payment is confirmed.")).to_be_visible()
    inspection.look(staff, "3-order")
    guest.reload()
    expect(guest.get_by_role("status")).to_contain_text("We have received €48.00.")
    both(guest, inspection, "4-confirmed")

    missing = book(
        staff, live_stack, name="Vergessen", email="missing@guest.example", departure=11, method="Bank transfer"
    )
    assert staff.url != order_in_admin
    staff.get_by_role("link", name="Money will not come").click()
    staff.get_by_label("Reason").fill("The guest called: it was never sent")
    inspection.look(staff, "5-will-not-come")
    staff.locator("main").get_by_role("button", name="Money will not come").click()
    expect(staff.get_by_text("The payment is given up; the places will be free within a minute.")).to_be_visible()
    live_stack.wait_for_mail("missing@guest.example", subject="Your places have been given back", seconds=90)
    guest.goto(missing)
    expect(guest.get_by_role("heading", level=1)).to_have_text("The time to pay has run out")
    both(guest, inspection, "6-given-back")
    assert inspection.found == {}


def test_declined_card_then_one_the_bank_asks_about(live_stack, signed_in, phone_page: Page, inspection) -> None:
    guest = phone_page
    guest.goto(
        book(signed_in("owner"), live_stack, name="Versuch", email="again@guest.example", departure=12, method="link")
    )
    guest.get_by_role("link", name="Pay €48.00").click()
    pay = guest.get_by_role("button", name="Pay €48.00")
    expect(pay).to_be_enabled()
    intent = intent_of(guest)
    fill_in_card(guest, "4000000000000002")
    pay.click()
    expect(guest.get_by_role("alert").filter(has_text=re.compile("declined"))).to_be_visible()
    inspection.look(guest, "1-declined")
    fill_in_card(guest, "4000002500003155")
    pay.click()
    bank = guest.frame_locator("dialog iframe")
    bank.get_by_role("button", name="Fail payment").click()
    expect(guest.get_by_role("alert").filter(has_text=re.compile("authenticate"))).to_be_visible()
    # The bank's first question is gone before it asks again.
    expect(guest.locator("dialog iframe")).to_have_count(0)
    expect(pay).to_be_enabled()
    fill_in_card(guest, "4000002500003155")
    pay.click()
    expect(bank.get_by_role("button", name="Complete payment")).to_be_visible()
    inspection.screenshot(guest, "2-bank")
    # A picture of the whole page moves the frame for a moment, and a click would go beside the button.
    bank.get_by_role("button", name="Complete payment").press("Enter")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    both(guest, inspection, "3-confirmed")
    # Whatever was tried: one PaymentIntent, and one charge that took the money.
    taken = [attempt for attempt in attempts(live_stack, intent) if attempt[0] == "succeeded"]
    assert taken == [("succeeded", 4800)]
    assert at_stripe(live_stack, f"/v1/payment_intents/{intent}")["amount_received"] == 4800
    assert inspection.found == {}


def test_debit_takes_days_fails_and_is_paid_by_card(live_stack, signed_in, phone_page: Page, inspection) -> None:
    guest, email = phone_page, "debit@guest.example"
    order = book(signed_in("owner"), live_stack, name="Lastschrift", email=email, departure=13, method="link")
    guest.goto(order)
    guest.get_by_role("link", name="Pay €48.00").click()
    expect(guest.get_by_role("button", name="Pay €48.00")).to_be_enabled()
    intent = intent_of(guest)
    # The payment form takes cards only; here the bank account is Stripe's own test account.
    knob = {"account": "harbour", "payment_intent": intent}
    at_stripe(live_stack, "/_emulator/advance", {**knob, "status": "processing"})
    live_stack.wait_for_mail(email, subject="Your payment is on its way")
    guest.goto(order)
    # For two minutes it could be a card; after that the page says the same as the e-mail.
    expect(guest.get_by_role("heading", level=1)).to_have_text("We are checking your payment")
    both(guest, inspection, "1-checking")
    at_stripe(live_stack, "/_emulator/advance", {**knob, "status": "failed"})
    live_stack.wait_for_mail(email, subject="Your payment did not go through")
    guest.goto(order)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Your booking is not paid yet")
    inspection.look(guest, "2-failed")
    guest.get_by_role("link", name="Pay €48.00").click()
    pay = guest.get_by_role("button", name="Pay €48.00")
    expect(pay).to_be_enabled()
    assert intent_of(guest) == intent
    inspection.look(guest, "3-again")
    fill_in_card(guest, "4242424242424242")
    pay.click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")
    assert attempts(live_stack, intent) == [("failed", 0), ("succeeded", 4800)]
    assert inspection.found == {}
