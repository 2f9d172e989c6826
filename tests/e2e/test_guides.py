"""A manager plans guides, asks one, and the guide answers on the phone by the link of the e-mail."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def test_guide_is_asked_and_answers_on_the_phone(live_stack, signed_in, inspection, open_page) -> None:
    page: Page = signed_in("manager")
    page.goto(live_stack.url("harbour", "/admin/guides/new/"))
    page.locator("[name=name]").fill("Wiebke Claasen")
    page.locator("[name=email]").fill("wiebke@example.com")
    page.locator("[name=languages]").fill("en, de")
    inspection.look(page, "1-guide")
    page.get_by_role("tab", name="What they lead").click()
    page.get_by_role("button", name="Add tour").click()
    page.locator("[name=qualifications-0-tour]").select_option(index=1)
    inspection.look(page, "2-what-they-lead")
    page.get_by_role("tab", name="When they can").click()
    page.get_by_role("button", name="Add hours").click()
    page.locator("[name=availabilities-0-weekday]").select_option("0")
    page.locator("[name=availabilities-0-start_time]").fill("08:00")
    page.locator("[name=availabilities-0-end_time]").fill("09:00")
    page.keyboard.press("Escape")
    inspection.look(page, "3-when-they-can")
    page.get_by_role("tab", name="Own calendar").click()
    inspection.look(page, "4-own-calendar")
    page.get_by_role("button", name="Create").click()
    expect(page).to_have_url(live_stack.url("harbour", "/admin/guides/"))
    inspection.look(page, "5-guides")

    first = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=9)
    page.goto(live_stack.url("harbour", f"/admin/schedules/?date_from={first}"))
    link = page.locator("main table tbody tr td.title a").last
    key = re.search(r"/inspect/(\d+)/", link.get_attribute("href") or "")
    assert key is not None
    assign = live_stack.url("harbour", f"/admin/schedules/{key[1]}/guides/")
    page.goto(assign)
    inspection.look(page, "6-who-could-lead-it")
    card = page.locator(".guide-card", has_text="Wiebke Claasen")
    reason = card.get_by_label("Why all the same")
    if reason.count():
        reason.fill("She knows the tour best")
    card.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Wiebke Claasen is asked.")).to_be_visible()
    inspection.look(page, "7-asked")

    mail = live_stack.wait_for_mail("wiebke@example.com", subject="Can you lead")
    answer = re.search(r"http://\S+/guide/answer/\S+", mail.get_body(("plain",)).get_content())
    assert answer is not None
    phone = open_page(phone=True)
    phone.goto(answer[0])
    inspection.look(phone, "8-phone-question")
    phone.get_by_role("button", name="Yes, I lead it").click()
    expect(phone.get_by_text("Thank you, Wiebke Claasen: you lead this departure.")).to_be_visible()
    inspection.look(phone, "9-phone-answer")

    page.goto(assign)
    # Somebody else may lead it as well.
    expect(page.locator(".guide-card--confirmed", has_text="Wiebke Claasen")).to_be_visible()
    page.goto(live_stack.url("harbour", f"/admin/guides/week/?day={first}"))
    inspection.look(page, "10-week")
    page.goto(live_stack.url("harbour", "/admin/guide-settings/"))
    inspection.look(page, "11-settings")
    for name, address in (
        ("12-phone-assign", assign),
        ("13-phone-week", live_stack.url("harbour", "/admin/guides/week/")),
    ):
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        inspection.look(page, name)
    page.emulate_media(color_scheme="dark")
    inspection.look(page, "14-dark-week")
    page.goto(assign)
    inspection.look(page, "15-dark-assign")
    assert inspection.found == {}
