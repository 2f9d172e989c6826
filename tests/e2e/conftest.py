"""Ways into the running product that several of these tests take."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import findings


@pytest.fixture
def sign_in(live_stack) -> Callable[..., None]:
    """A function that sends the sign-in form: `sign_in(page, "editor")`; `at` names another organization's site."""

    def send(page: Page, role: str, *, at: str = "harbour") -> None:
        page.goto(live_stack.url(at, "/admin/"))
        page.locator("[name=login]").fill(f"{role}@harbour.example")
        page.locator("[name=password]").fill(live_stack.demo["password"])
        page.get_by_role("button", name="Sign in", exact=True).click()

    return send


@pytest.fixture
def signed_in(live_stack, sign_in, page: Page) -> Callable[[str], Page]:
    """A function that returns a window signed in at Harbour in a role."""

    def enter(role: str) -> Page:
        sign_in(page, role)
        expect(page).to_have_url(live_stack.url("harbour", "/admin/"))
        return page

    return enter


class Inspection:
    """Keeps a picture of each page and what axe finds on it."""

    def __init__(self, screenshot: Callable[[Page, str], object]) -> None:
        self.screenshot = screenshot
        self.found: dict[str, list[str]] = {}

    def look(self, page: Page, name: str) -> None:
        """Keep a picture and note the findings."""
        lines = findings(page)
        self.screenshot(page, name)
        if lines:
            self.found[name] = lines


@pytest.fixture
def inspection(screenshot) -> Inspection:
    """Looks at pages; the test compares `inspection.found` with nothing at its end, so that one run tells everything."""
    return Inspection(screenshot)
