"""An owner changes a place and a customer, takes a list away, and reads in the log who did that."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_owner_reads_who_did_what(live_stack, signed_in, inspection) -> None:
    owner = signed_in("owner")
    owner.goto(live_stack.url("harbour", "/admin/places/"))
    owner.locator("main table a[href*='/places/edit/']").first.click()
    name = owner.locator("[name=name]").input_value()
    owner.locator("[name=name]").fill(f"{name} (new)")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("updated")).to_be_visible()
    owner.locator("main table").get_by_role("link", name=f"{name} (new)").first.click()
    record = owner.url
    owner.goto(record.replace("/edit/", "/history/"))
    expect(owner.locator("main")).to_contain_text(f"changed the place “{name} (new)”")
    inspection.look(owner, "1-history")

    with owner.expect_download():
        owner.evaluate("location.href = '/admin/customers/?export=csv'")
    owner.goto(live_stack.url("harbour", "/admin/audit/"))
    expect(owner.locator("main")).to_contain_text(re.compile(r"exported \d+ rows? of the list “customers” as CSV"))
    row = owner.get_by_role("link", name=f"changed the place “{name} (new)”")
    expect(row).to_have_count(1)
    for scheme in ("light", "dark"):
        owner.emulate_media(color_scheme=scheme)
        for width, height in ((1280, 900), (390, 844)):
            owner.set_viewport_size({"width": width, "height": height})
            inspection.look(owner, f"2-log-{scheme}-{width}")
    owner.set_viewport_size({"width": 1280, "height": 900})
    owner.emulate_media(color_scheme="light")
    owner.get_by_role("button", name="Show filters").click()
    owner.get_by_role("button", name="Part", exact=True).click()
    inspection.look(owner, "2-log-filters")
    owner.goto(live_stack.url("harbour", "/admin/audit/"))
    row.click()
    expect(owner.locator("main del")).to_have_text(name)
    expect(owner.locator("main ins")).to_have_text(f"{name} (new)")
    expect(owner.locator("main")).to_contain_text("127.0.0.0/24")
    for scheme in ("light", "dark"):
        owner.emulate_media(color_scheme=scheme)
        for width, height in ((1280, 900), (390, 844)):
            owner.set_viewport_size({"width": width, "height": height})
            inspection.look(owner, f"3-entry-{scheme}-{width}")
    owner.set_viewport_size({"width": 1280, "height": 900})
    owner.emulate_media(color_scheme="light")
    owner.get_by_role("link", name="Everything done to it").click()
    expect(owner.locator("main tbody tr")).to_have_count(1)
    owner.goto(live_stack.url("harbour", "/admin/audit/?area=account"))
    expect(owner.locator("main")).to_contain_text("signed in")
    inspection.look(owner, "4-sign-ins")
    assert inspection.found == {}
