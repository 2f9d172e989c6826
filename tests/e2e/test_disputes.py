"""A guest's bank takes a payment back: staff hear of it, answer, and win or lose."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from reportlab.pdfgen.canvas import Canvas

from tests.e2e.bookings import fill_in_booking

pytestmark = pytest.mark.e2e

# Stripe's test card that is disputed as soon as it has paid.
DISPUTED_CARD = "4000000000000259"


def pay_with_disputed_card(page: Page, phone: Page, live_stack, *, name: str, email: str, departure: int) -> None:
    """Let staff book for a guest, who pays by the link with a card whose owner then complains."""
    fill_in_booking(page, live_stack, name=name, email=email, departure=departure)
    page.get_by_role("radio", name=re.compile("link", re.IGNORECASE)).check()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("over €48.00 is booked.")).to_be_visible()
    mail = live_stack.wait_for_mail(email)
    phone.goto(re.search(r"http://\S+/order/\S+", mail.get_body(("plain",)).get_content())[0])
    if "/pay" not in phone.url:
        phone.get_by_role("link", name=re.compile("Pay")).first.click()
    expect(phone.get_by_role("button", name="Pay €48.00")).to_be_enabled()
    card = phone.frame_locator("[data-element] iframe")
    card.get_by_label("Card number").fill(DISPUTED_CARD)
    card.get_by_label("Expiry date").fill("12 / 40")
    card.get_by_label("Security code").fill("123")
    phone.get_by_role("button", name="Pay €48.00").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your booking is confirmed")


def open_dispute(page: Page, live_stack, *, name: str) -> None:
    """Wait until staff have been written to, and go to the dispute of a guest."""
    page.goto(live_stack.url("harbour", f"/admin/orders/?q={name}"))
    number = page.locator("main tbody").get_by_role("link", name="HW-").first.inner_text().strip()
    live_stack.wait_for_mail("manager@harbour.example", subject=f"Chargeback, order {number}")
    page.goto(live_stack.url("harbour", f"/admin/disputes/?q={name}"))
    page.locator("main tbody").get_by_role("link", name="HW-").first.click()
    expect(page.get_by_text("The guest has had this payment taken back by the bank.")).to_be_visible()


def a_pdf() -> bytes:
    output = BytesIO()
    canvas = Canvas(output)
    canvas.drawString(72, 720, "Signed at the pier")
    canvas.save()
    return output.getvalue()


def answer(page: Page, inspection, statement: str) -> None:
    page.get_by_role("link", name="Prepare the answer").click()
    page.get_by_label("Your statement").fill(statement)
    page.locator("[name=slot]").select_option("customer_signature")
    page.locator("[name=file]").set_input_files(
        {"name": "signature.pdf", "mimeType": "application/pdf", "buffer": a_pdf()}
    )
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="signature.pdf")).to_be_visible()
    inspection.look(page, "answer")
    page.get_by_role("button", name="Save and go on to sending").click()
    expect(page.locator("main")).to_contain_text("This can be done once.")
    inspection.look(page, "send")
    page.get_by_role("button", name="Send the answer to the bank").click()
    expect(page.get_by_text("The answer is on its way. It is kept here as it was sent.")).to_be_visible()


def wait_for(page: Page, words: str) -> None:
    """Look again until the job has done its part."""

    def shown() -> None:
        page.reload()
        expect(page.locator("main")).to_contain_text(words, timeout=1_500)

    for _attempt in range(20):
        try:
            shown()
        except AssertionError:
            continue
        return
    shown()


def test_chargeback_is_answered_and_won(live_stack, signed_in, open_page, inspection) -> None:
    page, phone = signed_in("manager"), open_page(phone=True)
    pay_with_disputed_card(page, phone, live_stack, name="Winsome", email="dora.won@guest.example", departure=4)
    open_dispute(page, live_stack, name="Winsome")
    inspection.look(page, "1-dispute")
    page.get_by_role("link", name="To the order").click()
    expect(page.locator("main")).to_contain_text("Nothing can be paid back until it has")
    inspection.look(page, "2-order")
    page.goto(live_stack.url("harbour", "/admin/"))
    expect(page.locator("main")).to_contain_text("answer by")
    inspection.look(page, "3-today")
    page.goto(live_stack.url("harbour", "/admin/disputes/"))
    inspection.look(page, "4-list")
    open_dispute(page, live_stack, name="Winsome")
    with page.expect_download() as download:
        page.get_by_role("link", name="Evidence pack (PDF)").click()
    download.value.save_as("test-artifacts/evidence-pack.pdf")
    # This text wins at Stripe's test mode.
    answer(page, inspection, "winning_evidence")
    wait_for(page, "You won: the money is yours again.")
    inspection.look(page, "5-won")
    live_stack.wait_for_mail("manager@harbour.example", subject="Won")
    small = open_page(phone=True, color_scheme="dark", storage_state=page.context.storage_state())
    small.goto(page.url)
    inspection.look(small, "6-won-on-the-phone-in-the-dark")
    assert inspection.found == {}


def test_chargeback_is_answered_and_lost(live_stack, signed_in, open_page, inspection) -> None:
    page, phone = signed_in("manager"), open_page(phone=True)
    pay_with_disputed_card(page, phone, live_stack, name="Loseley", email="dora.lost@guest.example", departure=5)
    open_dispute(page, live_stack, name="Loseley")
    small = open_page(phone=True, storage_state=page.context.storage_state())
    small.goto(page.url)
    inspection.look(small, "1-dispute-on-the-phone")
    answer(page, inspection, "losing_evidence")
    wait_for(page, "The money stays with the guest.")
    inspection.look(page, "2-lost")
    page.get_by_role("link", name="To the order").click()
    expect(page.locator("main")).to_contain_text("A chargeback was lost: the money stays with the guest.")
    inspection.look(page, "3-order")
    small.goto(page.url)
    inspection.look(small, "4-order-on-the-phone")
    assert inspection.found == {}
