"""Staff put a tour on sale, see an order with its money, and log a call that then stands on the customer's timeline."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def add_price(page: Page, number: int, name: str, price: str) -> None:
    page.get_by_role("button", name="Add price").click()
    page.locator(f"[name=pricing_tiers-{number}-name]").fill(name)
    page.locator(f"[name=pricing_tiers-{number}-price_minor]").fill(price)


def fill_date(page: Page, name: str, day: dt.date) -> None:
    """Type a date and close the calendar that opens below the field.

    The field is left without entering the next one: its calendar would open a moment later, and a click then closes it.
    """
    field = page.locator(f"[name={name}]")
    field.click()
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    expect(calendar).to_have_count(1)
    field.fill(f"{day}")
    field.blur()
    expect(calendar).to_have_count(0)


def test_manager_puts_a_tour_on_sale(live_stack, signed_in, inspection) -> None:
    page = signed_in("manager")
    inspection.look(page, "1-dashboard")
    page.goto(live_stack.url("harbour", "/admin/tours/new/"))
    page.locator("[name=name]").fill("Bridges at dusk")
    page.locator("[name=status]").select_option("active")
    page.locator("[name=languages]").fill("en, de")
    page.locator("[name=capacity]").fill("10")
    inspection.look(page, "2-tour")
    page.get_by_role("tab", name="Variants").click()
    page.locator("[name=variants-0-name]").fill("Group")
    inspection.look(page, "3-variants")
    page.get_by_role("tab", name="Prices").click()
    add_price(page, 0, "Adult", "21.50")
    add_price(page, 1, "Child", "9")
    page.locator("[name=pricing_tiers-0-is_default]").check()
    inspection.look(page, "4-prices")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("Tour 'Bridges at dusk' created.")).to_be_visible()

    first = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=10)
    page.goto(live_stack.url("harbour", "/admin/schedules/new/"))
    page.locator("[name=variant]").select_option(label="Bridges at dusk: Group")
    fill_date(page, "first_date", first)
    fill_date(page, "last_date", first + dt.timedelta(days=2))
    page.locator("[name=start_times]").fill("18:00, 20:30")
    inspection.look(page, "5-new-departures")
    page.locator("main").get_by_role("button", name="Create").click()
    expect(page).to_have_url(live_stack.url("harbour", "/admin/schedules/"))
    page.goto(live_stack.url("harbour", "/admin/schedules/?q=Bridges"))
    expect(page.locator("main table tbody tr")).to_have_count(6)
    inspection.look(page, "6-departures")
    assert inspection.found == {}


def test_manager_sees_an_order_and_logs_a_call(live_stack, signed_in, inspection) -> None:
    page = signed_in("manager")
    page.goto(live_stack.url("harbour", "/admin/orders/?q=Whitfield"))
    inspection.look(page, "1-orders")
    page.locator("main tbody").get_by_role("link", name="HW-").click()
    main = page.locator("main")
    number = page.url.rstrip("/").rpartition("/")[2]
    payments = main.get_by_role("table").last
    expect(payments).to_contain_text("Received")
    expect(payments).to_contain_text("€60.00")
    inspection.look(page, "2-order")

    main.get_by_role("link", name="Clara Whitfield").first.click()
    inspection.look(page, "3-customer")
    page.get_by_role("link", name="Log a call").click()
    page.locator("[name=subject]").fill("Wants the picture of her group")
    page.locator("[name=body]").fill("Promised to send it on Monday.")
    page.locator("[name=duration_minutes]").fill("4")
    fill_date(page, "follow_up_on", dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3))
    page.locator("[name=links]").first.check()
    inspection.look(page, "4-call")
    page.locator("main").get_by_role("button", name="Save").click()

    timeline = page.get_by_role("region", name="Timeline")
    entry = timeline.get_by_role("listitem").filter(has_text="Wants the picture of her group")
    expect(entry).to_contain_text("Promised to send it on Monday.")
    expect(entry.get_by_role("link", name="HW-")).to_have_attribute("href", f"/admin/orders/inspect/{number}/")
    expect(page.get_by_role("region", name="What is next")).to_contain_text("Wants the picture of her group")
    inspection.look(page, "5-timeline")
    assert inspection.found == {}
