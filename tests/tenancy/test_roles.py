"""The views of the admin that each role can open."""

import re
import warnings
from collections.abc import Iterator

import pytest
from django.core.paginator import UnorderedObjectListWarning
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tenancy.enums import Role

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
    "add_own_redirect",
    "branding_sample",
    "freshness:index",
    "links:index",
    "picture_words:index",
    "unfinished_pages:index",
    "page_templates:index",
    "page_templates:index_results",
    "starter_site:index",
    *(
        f"wagtailsnippets_cms_{kind}:{view}"
        for kind in ("sharednotice", "sharedquestions")
        for view in ("add", "list", "list_results", "preview_on_add")
    ),
    *(
        f"wagtailsnippetchoosers_cms_{kind}:{view}"
        for kind in ("sharednotice", "sharedquestions")
        for view in ("choose", "choose_results", "chosen_multiple")
    ),
    "own_redirects",
    "own_redirects_results",
    "search_misses:index",
    "search_misses:index_results",
    "translations:index",
    "wagtailredirects:add",
    "wagtailredirects:index",
    "wagtailredirects:index_results",
    "wagtailredirects:start_import",
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
    "wagtailimages_add",
    "wagtailimages_chooser:choose",
    "wagtailimages_chooser:choose_results",
    "wagtailimages_chooser:chosen_multiple",
    "wagtailimages_chooser:create",
}
OPERATIONS = {
    "attention:index",
    "attention:index_results",
    "attention_rules:add",
    "attention_rules:count_new",
    "attention_rules:index",
    "attention_rules:index_results",
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
    "customers:merge_selected",
    "decisions:index",
    "decisions:index_results",
    "decisions:settings",
    "deliveries:index",
    "deliveries:index_results",
    "disputes:index",
    "disputes:index_results",
    "duplicates:index",
    "duplicates:index_results",
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
    "imports:add",
    "imports:index",
    "imports:index_results",
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
    "private_documents:add",
    "private_documents:index",
    "private_documents:index_results",
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
    "tour_tags:add",
    "tour_tags:index",
    "tour_tags:index_results",
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
    "organization:publishing",
    "organization:sign_in",
    "organization:test_mail",
    "payment_settings:check",
    "payment_settings:index",
    "private_documents:limits",
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


@pytest.mark.parametrize("role", Role)
def test_views_by_role(harbour, member_client, role):
    client = member_client(harbour, role)
    with warnings.catch_warnings():
        # The translations report of wagtail-localize leaves its pages in no order.
        warnings.simplefilter("ignore", UnorderedObjectListWarning)
        reached = {name for name, url in views_without_record().items() if opens(client, url)}
    assert reached == VIEWS[role]
