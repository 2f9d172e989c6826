"""A real Chromium for the tests marked `e2e`, and what happens where there is none."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from devtools.chromium import HOW_TO_GET_ONE, find_chromium

ARTIFACTS = Path(__file__).parent.parent / "test-artifacts"
NO_CHROMIUM = "no Chromium"
DESKTOP = {"width": 1280, "height": 900}
PATIENCE_MS = 30_000
PHONE = {"width": 390, "height": 844}
ARGUMENTS = [
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--no-first-run",
]
_failed = pytest.StashKey[bool]()


class OneProcessForBrowsers(LoadScopeScheduling):  # type: ignore[misc]
    """Gives the tests below `tests/e2e/` to one process, since they share one running product, and spreads the others."""

    def _split_scope(self, nodeid: str) -> str:
        return "e2e" if nodeid.startswith("tests/e2e/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneProcessForBrowsers:
    return OneProcessForBrowsers(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):  # type: ignore[no-untyped-def]
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


def _not_run(reporter) -> int:  # type: ignore[no-untyped-def]
    return sum(NO_CHROMIUM in str(report.longrepr) for report in reporter.stats.get("skipped", []))


def pytest_terminal_summary(terminalreporter) -> None:  # type: ignore[no-untyped-def]
    count = _not_run(terminalreporter)
    if count:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(f"{count} tests that need a browser were NOT run. {HOW_TO_GET_ONE}", red=True)
        if os.environ.get("CI"):
            terminalreporter.line("Under CI this is a failure.", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and os.environ.get("CI") and _not_run(reporter) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser; a test that needs one is skipped where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    return path


# Not for the session: while Playwright runs, its thread counts as asynchronous, and Django refuses to query there.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium that finds every `*.localhost` on this machine and talks to nobody else."""
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """A function that opens a browser window with cookies of its own: `open_page(phone=True, locale="de-DE")`.

    The test fails when a page does what its Content-Security-Policy refuses, wherever it went.
    """
    contexts: list[BrowserContext] = []
    complaints: dict[str, set[str]] = {}

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            url = message.page.url if message.page else ""
            complaints.setdefault(url, set()).add(message.text)

    def open_one(*, phone: bool = False, **options: object) -> Page:
        size = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {"viewport": DESKTOP}
        context = browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **size, **options})
        # A busy machine answers late; what never comes fails all the same.
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        context.on("console", note)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for number, context in enumerate(contexts, start=1):
        if request.node.stash.get(_failed, False):
            for page in context.pages:
                page.screenshot(path=_artifact(request.node.name, f"failed-{number}"), full_page=True)
        context.close()
    assert complaints == {}


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A browser window of a desktop's size."""
    return open_page()


@pytest.fixture
def phone_page(open_page: Callable[..., Page]) -> Page:
    """A browser window of a phone's size."""
    return open_page(phone=True)


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """A function that keeps a picture of the whole page: `screenshot(page, "cart")` in `test-artifacts/`."""

    def keep(page: Page, name: str) -> Path:
        path = _artifact(request.node.name, name)
        page.screenshot(path=path, full_page=True)
        return path

    return keep


def _artifact(test: str, name: str) -> Path:
    folder = ARTIFACTS / re.sub(r"[^\w-]+", "-", test).strip("-")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.png"
