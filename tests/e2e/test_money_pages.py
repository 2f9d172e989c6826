"""The owner goes through the pages about money, at a desk by day and on a phone by night; each says what it is for."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

# By address: the words by which a newcomer knows what the page is for.
LISTS = {
    "seasons": "Days on which places cost more or less",
    "promotions": "Codes that guests type in to pay less",
    "ledger": "Each movement of money.",
    "payments-report/owed": "What guests have still to pay, the earliest due first.",
    "reconciliation": "Every night your books are compared with Stripe's.",
    "taxes": "Taxes that your prices contain, or that are added to them.",
    "deposits": "What guests pay at once, and when the rest is due.",
    "cancellation-policies": "What comes back to guests who cancel.",
}
FORMS = {
    "payments-report/numbers": "The numbers that your accountant uses",
    "price-check": "See what guests would pay",
    "promotions/new": "What guests type, such as SUMMER10.",
    "taxes/new": "As guests read it, such as VAT.",
    "deposits/new": "Who books later than this pays the whole amount at once.",
    "cancellation-policies/new": "After the last deadline nothing comes back.",
    "payment-settings": "Guests can pay by card",
}


def go_through(page: Page, live_stack, inspection, name: str) -> None:
    for address, words in {**LISTS, **FORMS}.items():
        page.goto(live_stack.url("harbour", f"/admin/{address}/"))
        expect(page.locator("main")).to_contain_text(words)
        # What does not fit into the page is moved within it, not cut off.
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        inspection.look(page, f"{address.replace('/', '-')}-{name}")


def look_at_the_report(page: Page, live_stack, inspection, name: str) -> None:
    page.goto(live_stack.url("harbour", "/admin/payments-report/"))
    expect(page.locator("main")).to_contain_text("What came in and what went out")
    # The picker opens, and heads stand above their amounts.
    page.get_by_label("From").click()
    expect(page.locator(".xdsoft_datetimepicker:visible")).to_have_count(1)
    page.keyboard.press("Escape")
    edges = page.locator(".sums").first.evaluate(
        "table => [...table.rows].map(row => Math.round(row.cells[1].getBoundingClientRect().right))"
    )
    assert len(set(edges)) == 1
    inspection.look(page, f"payments-report-{name}")


def test_owner_looks_at_money_by_day_and_by_night(live_stack, signed_in, open_page, inspection) -> None:
    page = signed_in("owner")
    small = open_page(phone=True, color_scheme="dark", storage_state=page.context.storage_state())
    for window, name in ((page, "desk"), (small, "phone-dark")):
        go_through(window, live_stack, inspection, name)
        look_at_the_report(window, live_stack, inspection, name)
    assert inspection.found == {}
