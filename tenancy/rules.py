"""Who may do what: the permissions of each role, in one table."""

from collections.abc import Mapping
from typing import Final

from tenancy.enums import Role

_CONTENT: Final = (
    "cms.*",
    "places.*",
    "tenancy.add_tenantimage",
    "tenancy.change_tenantimage",
    "tenancy.delete_tenantimage",
    "tenancy.choose_tenantimage",
    "tenancy.add_tenantdocument",
    "tenancy.change_tenantdocument",
    "tenancy.delete_tenantdocument",
    "tenancy.choose_tenantdocument",
    "wagtailcore.add_collection",
    "wagtailcore.change_collection",
    "wagtail_localize.submit_translation",
    "simpletranslation.submit_translation",
)
_OPERATIONS: Final = (
    "tours.*",
    "places.*",
    "crm.*",
    "commerce.view_order",
    "commerce.change_order",
    "commerce.view_orderline",
    "commerce.view_payment",
    "commerce.view_providerevent",
    "commerce.confirm_payment",
    "commerce.refund_payment",
    "tenancy.view_outboxdelivery",
    "tenancy.retry_outboxdelivery",
)
_SETTINGS: Final = (
    "commerce.*",
    "tenancy.view_membership",
    "tenancy.add_membership",
    "tenancy.change_membership",
    "tenancy.delete_membership",
    "tenancy.view_auditentry",
    "tenancy.change_organization",
    "tenancy.view_organization",
)

# A permission is `app.codename`; `app.*` stands for all of an app's.
ROLE_PERMISSIONS: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.OWNER: ("wagtailadmin.access_admin", *_CONTENT, *_OPERATIONS, *_SETTINGS),
    Role.ADMIN: ("wagtailadmin.access_admin", *_CONTENT, *_OPERATIONS, *_SETTINGS),
    Role.MANAGER: ("wagtailadmin.access_admin", *_OPERATIONS, "tenancy.choose_tenantimage", "tenancy.add_image"),
    Role.EDITOR: ("wagtailadmin.access_admin", *_CONTENT, "tours.view_tour", "tours.view_tourvariant"),
    Role.GUIDE: (
        "wagtailadmin.access_admin",
        "tours.view_tour",
        "tours.view_tourvariant",
        "tours.view_schedule",
        "tours.view_booking",
    ),
}

# What a role may do with the pages below the organization's container, as Wagtail's page permissions.
PAGE_PERMISSIONS: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.OWNER: ("add_page", "change_page", "delete_page", "publish_page", "lock_page", "unlock_page"),
    Role.ADMIN: ("add_page", "change_page", "delete_page", "publish_page", "lock_page", "unlock_page"),
    Role.EDITOR: ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
}

# What a role may do with the pictures and documents in the organization's collections.
COLLECTION_PERMISSIONS: Final[tuple[str, ...]] = (
    "add_tenantimage",
    "change_tenantimage",
    "choose_tenantimage",
    "add_tenantdocument",
    "change_tenantdocument",
    "choose_tenantdocument",
)


def grants(role: Role, permission: str) -> bool:
    """Return whether a role has a permission, written `app.codename`."""
    app = permission.partition(".")[0]
    return any(entry in (permission, f"{app}.*") for entry in ROLE_PERMISSIONS[role])


def plain_cell(text: str) -> str:
    """Return a text for a CSV file so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
