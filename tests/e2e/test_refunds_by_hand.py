"""Staff write down that money goes back by hand, change their minds, and withdraw it."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bookings import book

pytestmark = pytest.mark.e2e


def test_refund_by_hand_is_marked_as_paid_and_withdrawn(live_stack, signed_in, open_page, sign_in, inspection) -> None:
    page: Page = signed_in("owner")
    book(page, live_stack, name="Handover", email="hal.handover@guest.example", departure=9)
    order = page.url
    page.get_by_role("link", name="Pay back").click()
    page.get_by_label("Amount").fill("10.00")
    page.get_by_role("button", name="Pay back").click()
    expect(page.get_by_text("Money is to be paid back by hand.")).to_be_visible()
    inspection.look(page, "1-waits")
    page.get_by_role("link", name="Mark as paid back").click()
    page.get_by_role("button", name="Mark as paid back").click()
    expect(page.get_by_text("The refund is done.")).to_be_visible()
    expect(page.get_by_text("Money is to be paid back by hand.")).to_have_count(0)
    small = open_page(phone=True, color_scheme="dark")
    sign_in(small, "owner")
    small.goto(order)
    inspection.look(small, "2-paid-on-the-phone")
    page.get_by_role("link", name="Withdraw", exact=True).click()
    expect(page.get_by_text("For when the guest did not get the €10.00 after all.")).to_be_visible()
    inspection.look(page, "3-withdraw")
    small.goto(page.url)
    inspection.look(small, "3-withdraw-on-the-phone")
    page.get_by_label("Reason").fill("The guest takes a voucher instead")
    page.get_by_role("button", name="Withdraw refund").click()
    expect(page.get_by_text("The refund is withdrawn.")).to_be_visible()
    inspection.look(page, "4-withdrawn")
    assert inspection.found == {}
