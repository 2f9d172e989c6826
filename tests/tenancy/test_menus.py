"""What each role finds in the menu of the admin."""

import json
import re

import pytest
from django.test import Client

from tenancy.enums import Role

CUSTOMERS = (
    "Customers",
    [
        "Find a customer",
        "All customers",
        "Protocols",
        "Messages",
        "Duplicates",
        "Private documents",
        "Import",
    ],
)
TASKS_GIVEN = ("Tasks", ["My tasks", "All tasks", "Board", "Calendar"])
TASKS = ("Tasks", [*TASKS_GIVEN[1], "Projects"])
PRICES = ("Prices", ["Seasons", "Early bird and last minute", "Groups", "What does it cost?"])
REPORTS_ON_PAGES = [
    "Still right?",
    "Not found",
    "Broken links",
    "Pictures without words",
    "Unfinished pages",
    "Translations",
    "Locked pages",
    "Workflows",
    "Workflow tasks",
    "Site history",
    "Aging pages",
    "Page types usage",
]
SHARED = ("Shared content", ["Notices", "Questions"])
HELP = ("Help", ["Shortcuts"])
HELP_FOR_EDITORS = ("Help", ["What's new in Wagtail 8.0", "Editor Guide", "Shortcuts"])
ALL = [
    "Today",
    "Calendar",
    "Schedules",
    "Orders",
    "Promo codes",
    TASKS,
    "Needs attention",
    CUSTOMERS,
    "Tours",
    PRICES,
    "Guides",
    "Resources",
    "Places",
    "Pages",
    SHARED,
    "Images",
    "Documents",
    (
        "Reports",
        [
            "Payments report",
            "Ledger",
            "Reconciliation",
            "Problems",
            "Who did what",
            "Disputes",
            "Stripe events",
            *REPORTS_ON_PAGES,
        ],
    ),
    (
        "Settings",
        [
            "Organization",
            "Team",
            "Payment",
            "Deposits",
            "Taxes",
            "Card reservations",
            "Cancellation policies",
            "Notifications",
            "Collections",
            "Redirects",
            "Branding",
            "Page templates",
        ],
    ),
    HELP_FOR_EDITORS,
]
MENUS = {
    Role.OWNER: ALL,
    Role.ADMIN: ALL,
    Role.MANAGER: [
        "Today",
        "Calendar",
        "Schedules",
        "Orders",
        "Promo codes",
        TASKS,
        "Needs attention",
        CUSTOMERS,
        "Tours",
        PRICES,
        "Guides",
        "Resources",
        "Places",
        ("Reports", ["Problems", "Disputes", "Stripe events"]),
        HELP,
    ],
    Role.EDITOR: [
        TASKS_GIVEN,
        "Tours",
        "Places",
        "Pages",
        SHARED,
        "Images",
        "Documents",
        ("Reports", REPORTS_ON_PAGES),
        ("Settings", ["Redirects", "Branding", "Page templates"]),
        HELP_FOR_EDITORS,
    ],
    Role.GUIDE: ["Today", "Calendar", "My departures", TASKS_GIVEN, HELP],
}


def sidebar_of(client: Client) -> dict:
    page = client.get("/admin/").content.decode()
    found = re.search(r'<script id="wagtail-sidebar-props"[^>]*>(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1])


def modules(sidebar: dict, kind: str) -> list:
    return [module["_args"] for module in sidebar["modules"] if module["_type"] == f"wagtail.sidebar.{kind}"]


def labels(items: list) -> list:
    found = []
    for item in items:
        options, *children = item["_args"]
        below = labels(children[0]) if children and isinstance(children[0], list) else []
        found.append((options["label"], below) if below else options["label"])
    return found


@pytest.mark.parametrize("role", Role)
def test_menu_by_role(harbour, member_client, role):
    ((entries, *_rest),) = modules(sidebar_of(member_client(harbour, role)), "MainMenuModule")
    assert labels(entries) == MENUS[role]
