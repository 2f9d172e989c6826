"""What each role finds in the admin: its menu, its home, and the views it can open at all."""

import json
import re
import warnings
from collections.abc import Iterator

import pytest
from django.core.paginator import UnorderedObjectListWarning
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from wagtail.models import Page

from tenancy.enums import Role
from tenancy.queries import root_collection
from tenancy.rules import grants, roles_with
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes

CUSTOMERS = ("Customers", ["Find a customer", "All customers", "Protocols", "Follow-ups due", "Messages"])
TASKS_GIVEN = ("Tasks", ["My tasks", "All tasks", "Board", "Calendar"])
TASKS = ("Tasks", [*TASKS_GIVEN[1], "Projects"])
PRICES = ("Prices", ["Seasons", "Early bird and last minute", "Groups", "What does it cost?"])
REPORTS_ON_PAGES = [
    "Still right?",
    "Translations",
    "Locked pages",
    "Workflows",
    "Workflow tasks",
    "Site history",
    "Aging pages",
    "Page types usage",
]
HELP = ("Help", ["Shortcuts"])
HELP_FOR_EDITORS = ("Help", ["What's new in Wagtail 8.0", "Editor Guide", "Shortcuts"])
ALL = [
    "Today",
    "Calendar",
    "Schedules",
    "Orders",
    "Promo codes",
    TASKS,
    CUSTOMERS,
    "Tours",
    PRICES,
    "Guides",
    "Resources",
    "Places",
    "Pages",
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
            "Branding",
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
        "Images",
        "Documents",
        ("Reports", REPORTS_ON_PAGES),
        ("Settings", ["Branding"]),
        HELP_FOR_EDITORS,
    ],
    Role.GUIDE: ["Today", "Calendar", "My departures", TASKS_GIVEN, HELP],
}

# The views that need no record, by who can open them.
OWN_ACCOUNT = {
    "account_change_email",
    "account_change_password",
    "account_organizations",
    "account_reauthenticate",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "usersessions_list",
}
EVERYBODY = {
    *OWN_ACCOUNT,
    "team:leave",
    "wagtailadmin_account",
    "wagtailadmin_dismissibles",
    "wagtailadmin_home",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_logout",
    "wagtailadmin_password_reset",
    "wagtailadmin_password_reset_done",
    "wagtailadmin_sprite",
}
SCHEDULES = {
    "my_departures:index",
    "schedules:calendar",
    "schedules:day_manifest",
    "schedules:day_manifest_csv",
    "schedules:day_manifest_pdf",
    "schedules:index",
    "schedules:index_results",
    "swaps:index",
}
TASK_VIEWS = {"tasks:board", "tasks:calendar", "tasks:index", "tasks:index_results"}
TOURS = {"records:find", "tours:index", "tours:index_results"}
PLACES = {
    "place_chooser:choose",
    "place_chooser:choose_results",
    "place_chooser:chosen_multiple",
    "place_chooser:create",
    "places:add",
    "places:index",
    "places:index_results",
}
CONTENT = {
    "freshness:index",
    "translations:index",
    "wagtail_localize:javascript_catalog",
    "wagtail_localize:translations_report",
    "wagtail_localize:translations_report_results",
    "wagtailadmin_api:documents:listing",
    "wagtailadmin_api:images:listing",
    "wagtailadmin_api:pages:listing",
    "wagtailadmin_choose_page",
    "wagtailadmin_choose_page_anchor_link",
    "wagtailadmin_choose_page_chosen_multiple",
    "wagtailadmin_choose_page_email_link",
    "wagtailadmin_choose_page_external_link",
    "wagtailadmin_choose_page_phone_link",
    "wagtailadmin_choose_page_search",
    "wagtailadmin_explore_root",
    "wagtailadmin_pages:search",
    "wagtailadmin_pages:search_results",
    "wagtailadmin_reports:aging_pages",
    "wagtailadmin_reports:aging_pages_results",
    "wagtailadmin_reports:locked_pages",
    "wagtailadmin_reports:locked_pages_results",
    "wagtailadmin_reports:page_types_usage",
    "wagtailadmin_reports:page_types_usage_results",
    "wagtailadmin_reports:site_history",
    "wagtailadmin_reports:site_history_results",
    "wagtailadmin_reports:workflow",
    "wagtailadmin_reports:workflow_results",
    "wagtailadmin_reports:workflow_tasks",
    "wagtailadmin_reports:workflow_tasks_results",
    "wagtailadmin_tag_autocomplete",
    "wagtaildocs:add",
    "wagtaildocs:add_multiple",
    "wagtaildocs:index",
    "wagtaildocs:index_results",
    "wagtaildocs_chooser:choose",
    "wagtaildocs_chooser:choose_results",
    "wagtaildocs_chooser:chosen_multiple",
    "wagtaildocs_chooser:create",
    "wagtailembeds:chooser",
    "wagtailembeds:chooser_upload",
    "wagtailforms:index",
    "wagtailforms:index_results",
    "wagtailimages:add",
    "wagtailimages:add_multiple",
    "wagtailimages:index",
    "wagtailimages:index_results",
    "wagtailimages_chooser:choose",
    "wagtailimages_chooser:choose_results",
    "wagtailimages_chooser:chosen_multiple",
    "wagtailimages_chooser:create",
}
OPERATIONS = {
    "bookings:index",
    "bookings:index_results",
    "certifications:add",
    "certifications:index",
    "certifications:index_results",
    "contact_kinds:add",
    "contact_kinds:index",
    "contact_kinds:index_results",
    "customers:add",
    "customers:find",
    "customers:index",
    "customers:index_results",
    "decisions:index",
    "decisions:index_results",
    "decisions:settings",
    "deliveries:index",
    "deliveries:index_results",
    "disputes:index",
    "disputes:index_results",
    "early_birds:add",
    "early_birds:index",
    "early_birds:index_results",
    "group_discounts:add",
    "group_discounts:index",
    "group_discounts:index_results",
    "guide_settings:index",
    "guides:add",
    "guides:index",
    "guides:index_results",
    "guides:week",
    "messages_sent:index",
    "messages_sent:index_results",
    "orders:index",
    "orders:index_results",
    "orders:new",
    "patterns:add",
    "patterns:import_calendar",
    "patterns:index",
    "patterns:index_results",
    "price_check:index",
    "projects:add",
    "projects:index",
    "projects:index_results",
    "promotions:add",
    "promotions:index",
    "promotions:index_results",
    "protocol_templates:add",
    "protocol_templates:index",
    "protocol_templates:index_results",
    "protocols:index",
    "protocols:index_results",
    "provider_events:index",
    "provider_events:index_results",
    "resources:add",
    "resources:index",
    "resources:index_results",
    "schedules:add",
    "seasons:add",
    "seasons:index",
    "seasons:index_results",
    "tasks:add",
    "tours:add",
}
SETTINGS = {
    "ledger:index",
    "ledger:index_results",
    "payments_report:datev",
    "payments_report:index",
    "payments_report:numbers",
    "payments_report:owed",
    "reconciliation:index",
    "reconciliation:index_results",
    "audit:index",
    "audit:index_results",
    "cancellation_policies:add",
    "cancellation_policies:index",
    "cancellation_policies:index_results",
    "card_reservations:add",
    "card_reservations:index",
    "card_reservations:index_results",
    "deposits:add",
    "deposits:index",
    "deposits:index_results",
    "domains:add",
    "domains:index",
    "domains:index_results",
    "legal_texts:index",
    "notifications:index",
    "notifications:index_results",
    "organization:details",
    "organization:index",
    "organization:languages",
    "organization:mail",
    "organization:sign_in",
    "organization:test_mail",
    "payment_settings:check",
    "payment_settings:index",
    "taxes:add",
    "taxes:index",
    "taxes:index_results",
    "team:index",
    "team:index_results",
    "team:invite",
    "team:roles",
    "wagtailadmin_collections:add",
    "wagtailadmin_collections:index",
}
VIEWS = {
    Role.OWNER: EVERYBODY | TASK_VIEWS | SCHEDULES | TOURS | PLACES | CONTENT | OPERATIONS | SETTINGS,
    Role.ADMIN: EVERYBODY | TASK_VIEWS | SCHEDULES | TOURS | PLACES | CONTENT | OPERATIONS | SETTINGS,
    Role.MANAGER: EVERYBODY | TASK_VIEWS | SCHEDULES | TOURS | PLACES | OPERATIONS,
    Role.EDITOR: EVERYBODY | TASK_VIEWS | TOURS | PLACES | CONTENT,
    Role.GUIDE: EVERYBODY | TASK_VIEWS | SCHEDULES,
}


def walk(patterns: list, names: str = "", route: str = "") -> Iterator[tuple[str, str]]:
    """Each view below some patterns by its full name, with its route."""
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield names + pattern.name, here
        else:
            namespace = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from walk(pattern.url_patterns, namespace, here)


def views_without_record() -> dict[str, str]:
    """The admin's views whose address needs no record, with their addresses."""
    (admin,) = (pattern for pattern in get_resolver().url_patterns if str(pattern.pattern) == "admin/")
    return {
        name: reverse(name)
        for name, route in walk(admin.url_patterns)
        if not re.search(r"[<(]", route.partition("$")[0])
    }


def opens(client: Client, url: str) -> bool:
    """Whether a person gets to see a page; who may not is sent back to the start or told that there is none."""
    answer = client.get(url)
    return answer.status_code == 200 or (answer.status_code == 302 and answer.url != "/admin/")


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


@pytest.mark.parametrize("role", Role)
def test_views_by_role(harbour, member_client, role):
    client = member_client(harbour, role)
    with warnings.catch_warnings():
        # The translations report of wagtail-localize leaves its pages in no order.
        warnings.simplefilter("ignore", UnorderedObjectListWarning)
        reached = {name for name, url in views_without_record().items() if opens(client, url)}
    assert reached == VIEWS[role]


PANELS_ON_PAGES = [
    "user_objects_in_workflow_moderation",
    "workflow_objects_to_moderate",
    "recent_edits",
    "locked_pages",
]


@pytest.mark.parametrize(
    ("role", "panels", "counts", "search"),
    [
        (Role.OWNER, ["today", *PANELS_ON_PAGES], 3, ["/admin/pages/search/"]),
        (Role.ADMIN, ["today", *PANELS_ON_PAGES], 3, ["/admin/pages/search/"]),
        (Role.MANAGER, ["today"], 0, []),
        (Role.EDITOR, ["today", *PANELS_ON_PAGES], 3, ["/admin/pages/search/"]),
        (Role.GUIDE, ["today"], 0, []),
    ],
)
def test_home_and_search_by_role(harbour, member_client, role, panels, counts, search):
    client = member_client(harbour, role)
    home = client.get("/admin/")
    assert [panel.name for panel in home.context["panels"]] == panels
    assert len(home.context["site_summary"].summary_items) == counts
    assert [url for (url, *_rest) in modules(sidebar_of(client), "SearchModule")] == search
    assert ("css/home-without-pages.css" in home.content.decode()) == (not search)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.GUIDE])
def test_pages_pictures_and_documents_are_closed_one_by_one_too(harbour, member_client, role):
    with organization_scope(harbour.pk):
        page, picture = Page.objects.get(pk=harbour.site.root_page_id), PictureFactory()
        collection = root_collection(harbour)
    client = member_client(harbour, role)
    urls = [
        reverse("wagtailadmin_explore", args=[page.pk]),
        *(
            reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
            for name in ("edit", "history", "usage", "view_draft", "copy", "set_privacy", "revisions_index")
        ),
        reverse("wagtailadmin_api:pages:detail", args=[page.pk]),
        reverse("wagtailadmin_api:images:detail", args=[picture.pk]),
        reverse("wagtailadmin_choose_page_child", args=[page.pk]),
        f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'delete'])}?id={page.pk}",
        reverse("wagtail_localize:submit_page_translation", args=[page.pk]),
        reverse("wagtailimages:edit", args=[picture.pk]),
        reverse("wagtailimages:image_usage", args=[picture.pk]),
        reverse("wagtailimages_chooser:chosen", args=[picture.pk]),
        reverse("wagtailadmin_collections:edit", args=[collection.pk]),
        reverse("wagtailsettings:edit", args=["cms", "branding"]),
    ]
    answers = [client.get(url) for url in urls]
    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [(302, "/admin/")] * 18
    # A script is told so, where a person is led back.
    asked = client.get(urls[1], headers={"x-requested-with": "XMLHttpRequest"})
    assert asked.status_code == 403


def test_refusal_says_why(harbour, member_client):
    page = member_client(harbour, Role.GUIDE).get(reverse("wagtailimages:index"), follow=True)
    assert "you do not have permission to access this area" in page.content.decode()


def test_who_is_not_signed_in_is_asked_to(harbour_client):
    answer = harbour_client.get(reverse("wagtailadmin_reports:site_history"))
    assert (answer.status_code, answer.url) == (302, "/admin/login/?next=/admin/reports/site-history/")


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.EDITOR])
def test_who_keeps_pictures_adds_and_chooses_them(harbour, member_client, role):
    with organization_scope(harbour.pk):
        picture = PictureFactory(title="Lighthouse", collection=root_collection(harbour))
    client = member_client(harbour, role)
    with new_sizes():
        assert "Lighthouse" in client.get(reverse("wagtailimages:index")).content.decode()
        assert "Lighthouse" in client.get(reverse("wagtailimages_chooser:choose")).json()["html"]
        assert client.get(reverse("wagtailimages:edit", args=[picture.pk])).status_code == 200
        assert client.get(reverse("wagtailimages:delete", args=[picture.pk])).status_code == 200


def test_owner_sorts_pictures_into_collections_and_cannot_close_them_off(harbour, member_client):
    with organization_scope(harbour.pk):
        root = root_collection(harbour)
    owner = member_client(harbour, Role.OWNER)
    assert (
        owner.post(reverse("wagtailadmin_collections:add"), {"name": "Old town", "parent": root.pk}).status_code == 302
    )
    with organization_scope(harbour.pk):
        (collection,) = root_collection(harbour).get_children()
        assert collection.name == "Old town"
    privacy = reverse("wagtailadmin_collections:set_privacy", args=[collection.pk])
    assert owner.get(privacy).url == "/admin/"
    # The one that holds all the others stays as it is.
    assert owner.get(reverse("wagtailadmin_collections:delete", args=[root.pk])).status_code in (302, 404)


def test_every_permission_of_the_table_exists(db):
    from django.contrib.auth.models import Permission

    from tenancy.rules import ROLE_PERMISSIONS

    known = {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}
    apps = {f"{name.partition('.')[0]}.*" for name in known}
    named = {entry for entries in ROLE_PERMISSIONS.values() for entry in entries}
    assert named - known - apps == set()


def test_roles_with_a_permission():
    assert roles_with("tours.view_manifest") == [Role.OWNER, Role.ADMIN, Role.MANAGER]
    assert roles_with("tours.lead_schedule") == [Role.OWNER, Role.ADMIN, Role.MANAGER, Role.GUIDE]
    assert not grants(Role.GUIDE, "tours.view_schedule")
