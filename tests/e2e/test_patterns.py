"""Staff say when a tour leaves, look at the plan, and guests find the departures."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def main_of(page: Page):
    return page.locator("main")


def test_manager_plans_a_season(live_stack, signed_in, inspection, open_page) -> None:
    page = signed_in("manager")
    page.goto(live_stack.url("harbour", "/admin/patterns/"))
    inspection.look(page, "1-patterns")
    page.goto(live_stack.url("harbour", "/admin/patterns/new/"))
    page.locator("[name=variant]").select_option(index=1)
    expect(page.locator("[name=every_weeks]")).to_be_visible()
    page.get_by_label("On request").check()
    expect(page.locator("[name=every_weeks]")).to_be_hidden()
    expect(page.locator("[name=start_times]")).to_be_hidden()
    inspection.look(page, "2-on-request")
    page.get_by_label("On certain days").check()
    expect(page.locator("[name=dates]")).to_be_visible()
    expect(page.locator("[name=excluded_dates]")).to_be_hidden()
    page.get_by_label("Again and again").check()
    for day in ("Saturday", "Sunday"):
        page.get_by_label(day).check()
    page.locator("[name=start_times]").fill("7:05")
    inspection.look(page, "3-form")
    page.get_by_role("button", name="Show the plan").click()
    expect(main_of(page)).to_contain_text("Nothing has been saved yet.")
    inspection.look(page, "4-plan")
    page.get_by_role("button", name="Back to the form").click()
    expect(page.locator("[name=start_times]")).to_have_value("7:05")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Save and do this").click()
    expect(page.get_by_text("The pattern is saved.")).to_be_visible()

    page.get_by_role("link", name="Sat, Sun at 07:05").or_(page.locator("main tbody a").first).first.click()
    page.get_by_label("Saturday").uncheck()
    page.locator("[name=excluded_dates]").fill(f"{dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)}")
    page.get_by_role("button", name="Show the plan").click()
    expect(main_of(page)).to_contain_text("not in the pattern any more")
    inspection.look(page, "5-plan-of-a-change")
    page.get_by_label("Remove them").check()
    page.get_by_role("button", name="Save and do this").click()
    expect(page.get_by_text("The pattern is saved.")).to_be_visible()

    page.goto(live_stack.url("harbour", "/admin/patterns/import/"))
    inspection.look(page, "6-import")
    assert inspection.found == {}
