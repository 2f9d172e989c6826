"""Staff book for somebody on the phone; the guest comes with one person more on another day, and pays the difference by card."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bookings import fill_in_booking

pytestmark = pytest.mark.e2e

GUEST = "ida.change@guest.example"


def pay_by_card(page: Page, amount: str) -> None:
    card = page.frame_locator("[data-element] iframe")
    card.get_by_label("Card number").fill("4242424242424242")
    card.get_by_label("Expiry date").fill("12 / 40")
    card.get_by_label("Security code").fill("123")
    page.get_by_role("button", name=f"Pay {amount}").click()


def let_guests_change(page: Page, live_stack) -> None:
    page.goto(live_stack.url("harbour", "/admin/payment-settings/"))
    page.locator("[name=guest_change_hours]").fill("24")
    page.locator("[name=on_arrival_enabled]").check()
    page.locator("[name=guest_change_refunds]").check()
    page.locator("footer").get_by_role("button", name="Save").click()
    expect(page.get_by_text("The payment settings are saved.")).to_be_visible()


def test_booking_made_by_staff_and_changed_by_the_guest(
    live_stack, signed_in, phone_page: Page, open_page, inspection
) -> None:
    staff = signed_in("owner")
    let_guests_change(staff, live_stack)
    fill_in_booking(staff, live_stack, name="Lund", email=GUEST, departure=8)
    expect(staff.get_by_label("Last name")).to_have_value("Lund")
    staff.get_by_role("radio", name="Already paid to us").check()
    inspection.look(staff, "2-new-booking")
    staff.get_by_role("button", name="Book", exact=True).click()
    expect(staff.get_by_text("over €48.00 is booked.")).to_be_visible()
    order_in_admin = staff.url

    text = live_stack.wait_for_mail(GUEST).get_body(("plain",)).get_content()
    order_page = re.search(r"http://\S+/order/\S+", text).group()
    page = phone_page
    page.goto(order_page)
    inspection.look(page, "3-order")
    page.get_by_role("link", name="Change date or people").click()
    page.get_by_role("button", name="One more: Adult").click()
    page.get_by_label("When would you like to come?").select_option(index=12)
    inspection.look(page, "4-choose")
    dark = open_page(phone=True, color_scheme="dark")
    dark.goto(page.url)
    inspection.look(dark, "4-choose-dark")
    page.get_by_role("button", name="See what it costs").click()
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    expect(page.locator(".change-preview")).to_contain_text("+€24.00")
    inspection.look(page, "5-preview")
    dark.goto(page.url)
    inspection.look(dark, "5-preview-dark")
    page.get_by_role("button", name="Change the booking").click()
    expect(page.get_by_text("Your booking has been changed. We have sent you an e-mail about it.")).to_be_visible()
    inspection.look(page, "6-changed")
    changed = live_stack.wait_for_mail(GUEST, subject="Your booking has been changed")
    assert "It costs €24.00 more than before." in changed.get_body(("plain",)).get_content()
    page.get_by_role("link", name="Pay €24.00 by card").click()
    expect(page.get_by_role("button", name="Pay €24.00")).to_be_enabled()
    inspection.look(page, "7-pay")
    pay_by_card(page, "€24.00")
    expect(page.get_by_role("status").first).to_contain_text("We have received €72.00")
    expect(page.get_by_role("heading", name="Still to pay")).to_have_count(0)

    staff.goto(order_in_admin)
    inspection.look(staff, "8-order")
    staff.get_by_role("link", name="Change", exact=True).click()
    staff.get_by_label(re.compile("^Adult")).fill("1")
    inspection.look(staff, "9-staff-choose")
    staff.get_by_role("button", name="See what it costs").click()
    expect(staff.locator("main")).to_contain_text("−€48.00")
    inspection.look(staff, "10-staff-preview")
    phone = open_page(phone=True, storage_state=staff.context.storage_state())
    phone.goto(staff.url)
    inspection.look(phone, "10-staff-preview-phone")
    dark_staff = open_page(color_scheme="dark", storage_state=staff.context.storage_state())
    dark_staff.goto(staff.url)
    inspection.look(dark_staff, "10-staff-preview-dark")
    staff.get_by_role("button", name="Change the booking").click()
    expect(staff.get_by_text("The booking is changed; the guest is told by e-mail.")).to_be_visible()
    inspection.look(staff, "11-after")
    assert inspection.found == {}
