"""Work of several people: tasks on the board, a project with what waits for what, and a colleague who is mentioned."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_staff import fill_date

pytestmark = pytest.mark.e2e


def add_task(page: Page, live_stack, title: str, *, days: int, project: str = "") -> None:
    page.goto(live_stack.url("harbour", "/admin/tasks/new/"))
    page.locator("[name=title]").fill(title)
    fill_date(page, "due_on", dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days))
    if project:
        # Away from the time, whose choice of hours is open.
        page.locator("[name=title]").click()
        field = page.locator("[name=project]")
        page.locator("[data-panel]").filter(has=field).locator("[data-panel-toggle]").click()
        field.select_option(label=project)
    page.locator("main").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=2, name=title)).to_be_visible()


def test_tasks_of_a_project_from_the_first_line_to_the_last(live_stack, signed_in, inspection, open_page) -> None:
    page = signed_in("manager")
    page.goto(live_stack.url("harbour", "/admin/projects/new/"))
    page.locator("[name=name]").fill("Winter paint")
    page.locator("main").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=2, name="Winter paint")).to_be_visible()
    add_task(page, live_stack, "Sand the deck", days=3, project="Winter paint")
    add_task(page, live_stack, "Paint the deck", days=9, project="Winter paint")
    page.get_by_label("Begin only after").select_option(label="Sand the deck")
    page.locator("form", has=page.get_by_label("Begin only after")).get_by_role("button", name="Add").click()
    waits = page.get_by_role("region", name="Waits for")
    expect(waits.get_by_role("link", name="Sand the deck")).to_be_visible()
    inspection.look(page, "1-task")
    waits.get_by_role("link", name="Sand the deck").click()
    expect(page.get_by_role("heading", level=2, name="Sand the deck")).to_be_visible()
    page.get_by_label("Begin only after").select_option(label="Paint the deck")
    page.locator("form", has=page.get_by_label("Begin only after")).get_by_role("button", name="Add").click()
    expect(page.get_by_text(re.compile("waited for already by “Paint the deck”"))).to_be_visible()

    page.goto(live_stack.url("harbour", "/admin/projects/"))
    page.get_by_role("link", name="Winter paint").first.click()
    page.locator("main").get_by_role("link", name="Board", exact=True).click()
    under_way = page.get_by_role("region", name="In progress")
    page.locator("[data-card]", has_text="Sand the deck").drag_to(under_way, target_position={"x": 20, "y": 20})
    expect(under_way.locator("[data-card]", has_text="Sand the deck")).to_be_visible()
    inspection.look(page, "2-board")
    page.locator("[data-card]", has_text="Sand the deck").get_by_role("link").click()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("Finished", exact=True)).to_be_visible()
    page.goto(live_stack.url("harbour", "/admin/tasks/?who=me&state=unfinished"))
    expect(page.get_by_role("link", name="Paint the deck")).to_be_visible()
    expect(page.get_by_role("link", name="Sand the deck")).to_have_count(0)

    page.goto(live_stack.url("harbour", "/admin/projects/"))
    page.get_by_role("link", name="Winter paint").first.click()
    expect(page.get_by_text("50%: 1 of 2 tasks done")).to_be_visible()
    expect(page.locator(".gantt__arrow")).to_have_count(1)
    inspection.look(page, "3-project")
    page.set_viewport_size({"width": 390, "height": 844})
    inspection.look(page, "4-project-phone")
    page.goto(live_stack.url("harbour", "/admin/tasks/board/"))
    inspection.look(page, "5-board-phone")
    page.goto(live_stack.url("harbour", "/admin/attention/"))
    expect(page.get_by_role("link", name="Overdue task: Order twelve new headsets")).to_be_visible()
    inspection.look(page, "6-attention-phone")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 1280, "height": 900})
    inspection.look(page, "7-attention-dark")
    page.goto(live_stack.url("harbour", "/admin/attention/?state=done"))
    expect(page.get_by_text("There is nothing of this kind.")).to_be_visible()
    inspection.look(page, "8-nothing-dark")
    assert inspection.found == {}


def test_colleague_is_offered_and_told_while_a_protocol_is_written(live_stack, signed_in, inspection) -> None:
    page = signed_in("manager")
    page.goto(live_stack.url("harbour", "/admin/customers/new/"))
    page.locator("[name=first_name]").fill("Swantje")
    page.locator("[name=last_name]").fill("Mention")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Log a call").click()
    page.locator("[name=subject]").fill("Asks for a private boat")
    body = page.locator("[name=body]")
    body.press_sequentially("For @je")
    expect(page.locator("#mentions").get_by_role("option", name="Jette Lindemann")).to_be_visible()
    inspection.look(page, "1-offer")
    body.press("Enter")
    body.press_sequentially("please")
    expect(body).to_have_value("For @Jette Lindemann please")
    page.locator("main").get_by_role("button", name="Save").click()
    entry = page.locator(".profile__timeline").get_by_role("listitem").filter(has_text="Asks for a private boat")
    expect(entry).to_contain_text("For @Jette Lindemann please")
    mail = live_stack.wait_for_mail("owner@harbour.example")
    assert "mentions you: Asks for a private boat" in str(mail)

    entry.get_by_role("link", name="Asks for a private boat").click()
    editor = page.locator("[contenteditable=true]").first
    expect(editor).to_contain_text("For @Jette Lindemann please")
    editor.click()
    editor.press("Control+End")
    editor.press_sequentially(" or @jette")
    expect(page.locator("#mentions").get_by_role("option", name="Jette Lindemann")).to_be_visible()
    editor.press("Enter")
    expect(editor).to_have_text("For @Jette Lindemann please or @Jette Lindemann ")
    editor.press_sequentially("today")
    editor.press("Control+a")
    editor.press("Control+b")
    inspection.look(page, "2-editor")
    page.locator("main").get_by_role("button", name="Save").click()
    bold = page.locator(".profile__timeline .profile__text b")
    expect(bold).to_have_text("For @Jette Lindemann please or @Jette Lindemann today")
    inspection.look(page, "3-profile")
    page.set_viewport_size({"width": 390, "height": 844})
    inspection.look(page, "4-profile-phone")
    assert inspection.found == {}
