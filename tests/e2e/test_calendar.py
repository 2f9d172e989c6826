"""A manager looks at the calendar, moves a departure by hand and by keyboard, and takes it back."""

import datetime as dt

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_manager_drags_a_departure_and_takes_it_back(live_stack, signed_in, inspection) -> None:
    page = signed_in("manager")
    # A week of its own, far from the demo's departures.
    monday = dt.date(2032, 3, 1)
    page.goto(live_stack.url("harbour", "/admin/schedules/new/"))
    page.locator("[name=variant]").select_option(index=1)
    page.locator("[name=first_date]").fill(f"{monday}")
    page.locator("[name=start_times]").fill("10:00")
    page.locator("[name=start_times]").press("Escape")
    page.locator("main").get_by_role("button", name="Create").click()
    expect(page).to_have_url(live_stack.url("harbour", "/admin/schedules/"))

    page.goto(live_stack.url("harbour", f"/admin/schedules/calendar/?view=week&day={monday}"))
    entry = page.locator(".cal-entry")
    entry.drag_to(page.locator("td[data-day='2032-03-04']"), target_position={"x": 20, "y": 20})
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator("td[data-day='2032-03-04'] .cal-entry")).to_have_count(1)
    inspection.look(page, "1-moved")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("td[data-day='2032-03-01'] .cal-entry")).to_have_count(1)

    page.locator("[data-day-link]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-day-link]").nth(1)).to_be_focused()
    page.keyboard.press("PageDown")
    expect(page.locator("#cal-title")).to_have_text("8 Mar – 14 Mar 2032")
    assert inspection.found == {}


@pytest.mark.parametrize("path", ["?", "?by=tour", "?view=week&by=guide", "?view=day"])
def test_calendar_on_a_phone(live_stack, sign_in, inspection, open_page, path) -> None:
    page = open_page(phone=True)
    sign_in(page, "manager")
    expect(page).to_have_url(live_stack.url("harbour", "/admin/"))
    inspection.look(page, "1-today")
    page.goto(live_stack.url("harbour", f"/admin/schedules/calendar/{path}"))
    inspection.look(page, "2-calendar")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert inspection.found == {}
