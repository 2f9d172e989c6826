"""One of three people gives up on the phone and sees what comes back first; staff give up the rest for them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bookings import fill_in_booking

pytestmark = pytest.mark.e2e

GUEST = "una.cancel@guest.example"


def test_one_of_three_people_gives_up(live_stack, signed_in, phone_page: Page, open_page, inspection) -> None:
    staff = signed_in("owner")
    fill_in_booking(staff, live_stack, name="Cancel", email=GUEST, departure=14)
    staff.get_by_label(re.compile("^Adult")).fill("3")
    staff.get_by_role("button", name="Show the price").click()
    expect(staff.get_by_role("status").filter(has_text="Total")).to_contain_text("€72.00")
    staff.get_by_role("radio", name="Already paid to us").check()
    staff.get_by_role("button", name="Book", exact=True).click()
    expect(staff.get_by_text("over €72.00 is booked.")).to_be_visible()
    order_in_admin = staff.url

    text = live_stack.wait_for_mail(GUEST).get_body(("plain",)).get_content()
    assert "If you cancel: Until 2 days before the start: everything back." in text
    page = phone_page
    page.goto(re.search(r"http://\S+/order/\S+", text).group())
    inspection.look(page, "1-order")
    page.get_by_role("link", name="Cancel places").click()
    page.get_by_label("Adult 1").uncheck()
    page.get_by_label("Adult 3").uncheck()
    inspection.look(page, "2-choose")
    dark = open_page(phone=True, color_scheme="dark")
    dark.goto(page.url)
    inspection.look(dark, "2-choose-dark")
    page.get_by_role("button", name="See what comes back").click()
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    expect(page.locator(".price-steps__total")).to_contain_text("€24.00")
    inspection.look(page, "3-preview")
    dark.goto(page.url)
    inspection.look(dark, "3-preview-dark")
    wide = open_page()
    wide.goto(page.url)
    inspection.look(wide, "3-preview-wide")
    page.get_by_role("button", name="Cancel these places").click()
    expect(page.get_by_text("We have sent you an e-mail about what is cancelled and what comes back.")).to_be_visible()
    expect(page.locator(".visit__people")).to_contain_text("2 × Adult")
    inspection.look(page, "4-cancelled")
    told = live_stack.wait_for_mail(GUEST, subject="Places cancelled").get_body(("plain",)).get_content()
    assert "We are paying €24.00 back to you, the way you paid." in told

    staff.goto(order_in_admin)
    inspection.look(staff, "5-order")
    staff.get_by_role("link", name="Cancel places").click()
    staff.get_by_label("Adult 1").check()
    staff.get_by_label("Adult 2").check()
    staff.get_by_label("What comes back").select_option(label="Another amount")
    staff.get_by_label("Amount", exact=True).fill("30.00")
    inspection.look(staff, "6-staff-choose")
    staff.get_by_role("button", name="See what comes back").click()
    staff.get_by_label("Why not as agreed").fill("The guest fell ill")
    inspection.look(staff, "7-staff-preview")
    staff.get_by_role("button", name="Cancel these places").click()
    expect(staff.get_by_text("The places are cancelled; the guest is told by e-mail.")).to_be_visible()
    inspection.look(staff, "8-order-over")
    page.reload()
    expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
    inspection.look(page, "9-order-over")
    assert inspection.found == {}


def test_policy_is_written_and_read_on_the_tour_page(live_stack, signed_in, page: Page, inspection) -> None:
    staff = signed_in("owner")
    staff.goto(live_stack.url("harbour", "/admin/cancellation-policies/"))
    expect(staff.get_by_text("Until 1 day before the start: 50% back.")).to_be_visible()
    inspection.look(staff, "policies")
    staff.get_by_role("link", name="Flexible", exact=True).click()
    expect(staff.locator("[name=hours_1]")).to_have_value("48")
    inspection.look(staff, "policy")
    assert inspection.found == {}
