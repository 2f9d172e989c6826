"""Checks a page with axe, and lists the parts of pages that are excused, each with the reason."""

from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# By rule (“*” is any): CSS selectors of parts in which it does not hold, with the reason. What is Wagtail's is not ours to change.
EXCUSED: Mapping[str, Mapping[str, str]] = {
    "*": {".xdsoft_datetimepicker": "Wagtail's date picker; the field it belongs to takes a typed date."},
    "aria-allowed-role": {"h2[role=alert]": "Wagtail says the number of matches in a heading that is read out."},
    "label": {".ui-autocomplete-input": "Wagtail's own field for tags, which its script makes without the label."},
    "target-size": {
        ".map": "Pins stand where the places are; the list beside the map leads to the same (WCAG 2.5.8).",
        ".w-panel__toggle": "Wagtail's own arrow that folds a panel.",
    },
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
INSIDE = "([target, part]) => document.querySelector(target)?.closest(part) !== null"

# Where filling in has scrolled to, a header that stays may cover half of what is to be pressed. What scrolls is not always the page.
TO_THE_TOP = """() => {
    for (const part of document.querySelectorAll("*")) if (part.scrollTop) part.scrollTo({ top: 0, behavior: "instant" });
}"""


def findings(page: Page) -> list[str]:
    """What axe finds on a page looked at from its top, one line each, without what is excused; empty when all is well."""
    # On a busy machine the network can be idle while the page is still being read.
    page.wait_for_load_state("load")
    page.wait_for_load_state("networkidle")
    if page.evaluate("() => Boolean(window.jQuery)"):
        # Blocks slide into the editor: on the way they are smaller than they will be.
        page.wait_for_function("() => jQuery(':animated').length === 0")
    page.evaluate(TO_THE_TOP)
    found = []
    for violation in Axe().run(page, options={**RULES, "resultTypes": ["violations"]}).response["violations"]:
        targets = [node["target"][0] for node in violation["nodes"]]
        excuses = [*EXCUSED["*"], *EXCUSED.get(violation["id"], {})]
        left = [target for target in targets if not any(page.evaluate(INSIDE, [target, part]) for part in excuses)]
        if left:
            found.append(f"{violation['id']}: {violation['help']} {left}")
    return found
