"""Checks a page with axe, and lists what Wagtail's own admin is known to fall short of."""

from collections.abc import Collection, Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Parts of pages in which a rule does not hold, as CSS selectors, each with the reason.
EXCUSED: Mapping[str, Mapping[str, str]] = {
    "target-size": {".map": "Pins stand where the places are; the list beside the map leads to the same (WCAG 2.5.8)."},
}
# Rules that Wagtail's own admin breaks, each with the reason.
WAGTAIL_ADMIN: Mapping[str, str] = {}

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
INSIDE = "([target, part]) => document.querySelector(target)?.closest(part) !== null"


def findings(page: Page, *, known: Collection[str] = ()) -> list[str]:
    """What axe finds on a page, one line each, without the rules that are known; empty when all is well."""
    page.wait_for_load_state("networkidle")
    found = []
    for violation in Axe().run(page, options={**RULES, "resultTypes": ["violations"]}).response["violations"]:
        targets = [node["target"][0] for node in violation["nodes"]]
        excuses = EXCUSED.get(violation["id"], {})
        left = [target for target in targets if not any(page.evaluate(INSIDE, [target, part]) for part in excuses)]
        if left and violation["id"] not in known:
            found.append(f"{violation['id']}: {violation['help']} {left}")
    return found
