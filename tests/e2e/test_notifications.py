"""An owner rewords a reminder and looks at it before saving."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_owner_rewords_a_reminder(live_stack, signed_in, inspection) -> None:
    page = signed_in("owner")
    page.goto(live_stack.url("harbour", "/admin/notifications/"))
    inspection.look(page, "1-notifications")
    page.get_by_role("link", name="Reminder to guests before their departure").click()
    inspection.look(page, "2-form")
    page.locator("[name=subject_en]").fill("Tomorrow: {tour}")
    page.get_by_role("button", name="More actions").or_(
        page.locator("footer [data-w-dropdown-target=toggle]")
    ).first.click()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".mail-preview").first).to_contain_text("Tomorrow: Old town on foot")
    inspection.look(page, "3-preview")
    page.locator("[name=text_en]").fill("Dear {guest}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("{guest} is not known here.")).to_be_visible()
    inspection.look(page, "4-refused")
    page.locator("[name=text_en]").fill("Dear {first_name}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The notification is saved.")).to_be_visible()
    assert inspection.found == {}
