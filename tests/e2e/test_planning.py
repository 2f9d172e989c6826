"""A manager edits many departures at once, keeps places back and keeps a bus; guests see what is left."""

import datetime as dt

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_manager_changes_many_departures_and_blocks_places(live_stack, signed_in, inspection) -> None:
    page = signed_in("manager")
    # Those of today may have left already.
    later = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    page.goto(live_stack.url("harbour", f"/admin/schedules/?date_from={later}"))
    boxes = page.locator("main tbody [data-bulk-action-checkbox]")
    for number in range(3):
        boxes.nth(number).check()
    expect(page.locator("[data-bulk-action-footer]")).to_be_visible()
    inspection.look(page, "1-chosen")
    page.locator("[data-bulk-action-button]").get_by_text("Change", exact=True).click()
    main = page.locator("main")
    expect(main.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Change").click()
    expect(main).to_contain_text("Fill in at least one field.")
    page.locator("[name=guest_note]").fill("Bring a coat")
    inspection.look(page, "2-change")
    page.get_by_role("button", name="Change").click()
    expect(main).to_contain_text("3 departures done")
    inspection.look(page, "3-report")

    main.locator(".bulk-report a").first.click()
    main.get_by_role("link", name="Block places").click()
    page.locator("[name=seats]").fill("1")
    page.locator("[name=reason]").fill("Kept for the hotel until Friday")
    page.get_by_role("button", name="Block").click()
    expect(main.locator("tbody tr")).to_have_count(1)
    inspection.look(page, "4-blocked")
    main.get_by_role("button", name="Offer again").click()
    expect(main).to_contain_text("No places are blocked.")
    assert inspection.found == {}


def test_manager_keeps_a_resource_on_the_phone(live_stack, sign_in, open_page, inspection) -> None:
    page = open_page(phone=True)
    sign_in(page, "manager")
    page.goto(live_stack.url("harbour", "/admin/resources/new/"))
    page.locator("[name=name]").fill("Minibus")
    page.locator("[name=stock]").fill("2")
    page.get_by_role("button", name="Add tour").click()
    page.locator("[name=needs-0-variant]").select_option(index=1)
    inspection.look(page, "1-resource")
    page.locator("main").get_by_role("button", name="Create").click()
    expect(page.locator("main")).to_contain_text("Minibus")
    inspection.look(page, "2-resources")
    page.goto(live_stack.url("harbour", "/admin/departure-decisions/"))
    inspection.look(page, "3-decisions")
    page.goto(live_stack.url("harbour", "/admin/departure-decisions/settings/"))
    inspection.look(page, "4-who-decides")
    assert inspection.found == {}
