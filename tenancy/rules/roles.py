"""What each role may do, in one table."""

from collections.abc import Mapping
from typing import Final

from tenancy.enums import Role

# Wagtail keeps the permissions of pictures and documents with its own models, whichever models are used in their place.
FILES: Final = (
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtailimages.delete_image",
    "wagtailimages.choose_image",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
    "wagtaildocs.delete_document",
    "wagtaildocs.choose_document",
)
COLLECTIONS: Final = (
    "wagtailcore.add_collection",
    "wagtailcore.change_collection",
    "wagtailcore.delete_collection",
)
# What is seen on every page: the work of editors, but for `cms.use_html`.
_CONTENT: Final = (
    "cms.view_branding",
    "cms.change_branding",
    "cms.view_sharednotice",
    "cms.add_sharednotice",
    "cms.change_sharednotice",
    "cms.delete_sharednotice",
    "cms.view_sharedquestions",
    "cms.add_sharedquestions",
    "cms.change_sharedquestions",
    "cms.delete_sharedquestions",
    "cms.view_pagetemplate",
    "cms.add_pagetemplate",
    "cms.change_pagetemplate",
    "cms.delete_pagetemplate",
    "cms.view_searchmiss",
    *FILES,
    "places.*",
    "tours.view_tour",
    "tours.view_tourvariant",
    "wagtail_localize.submit_translation",
    "wagtailredirects.*",
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
    "commerce.view_dispute",
    "commerce.change_dispute",
    "commerce.view_promotion",
    "commerce.add_promotion",
    "commerce.change_promotion",
    "commerce.delete_promotion",
    "tenancy.view_outboxdelivery",
    "tenancy.retry_outboxdelivery",
)
_SETTINGS: Final = (
    "cms.*",
    "commerce.*",
    *COLLECTIONS,
    "tenancy.view_membership",
    "tenancy.add_membership",
    "tenancy.change_membership",
    "tenancy.delete_membership",
    "tenancy.view_invitation",
    "tenancy.add_invitation",
    "tenancy.change_invitation",
    "tenancy.view_auditentry",
    "tenancy.change_organization",
    "tenancy.view_organization",
)

# A permission is `app.codename`; `app.*` stands for all of an app's.
ROLE_PERMISSIONS: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.OWNER: ("wagtailadmin.access_admin", *_CONTENT, *_OPERATIONS, *_SETTINGS),
    Role.ADMIN: ("wagtailadmin.access_admin", *_CONTENT, *_OPERATIONS, *_SETTINGS),
    Role.MANAGER: ("wagtailadmin.access_admin", *_OPERATIONS),
    Role.EDITOR: ("wagtailadmin.access_admin", "crm.do_task", *_CONTENT),
    Role.GUIDE: ("wagtailadmin.access_admin", "crm.do_task", "tours.lead_schedule"),
}

# What a role may do with the pages below the organization's container, as Wagtail's page permissions.
PAGE_PERMISSIONS: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.OWNER: ("add_page", "change_page", "delete_page", "publish_page", "lock_page", "unlock_page"),
    Role.ADMIN: ("add_page", "change_page", "delete_page", "publish_page", "lock_page", "unlock_page"),
    Role.EDITOR: ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
}


def page_permissions(role: Role, *, reviewed: bool) -> tuple[str, ...]:
    """Return what a role may do with pages; where somebody else looks at them first (`reviewed`), editors do not publish by themselves."""
    granted = PAGE_PERMISSIONS.get(role, ())
    return tuple(name for name in granted if name != "publish_page") if reviewed and role == Role.EDITOR else granted


# Those of the permissions above that Wagtail asks for at a collection: the one that holds all the organization's files.
COLLECTION_PERMISSIONS: Final[tuple[str, ...]] = (*FILES, *COLLECTIONS)


def grants(role: Role, permission: str) -> bool:
    """Return whether a role has a permission, written `app.codename`."""
    app = permission.partition(".")[0]
    return any(entry in (permission, f"{app}.*") for entry in ROLE_PERMISSIONS[role])


def roles_with(permission: str) -> list[Role]:
    """Return the roles that have a permission, written `app.codename`, the most powerful first."""
    return [role for role in Role if grants(role, permission)]


# Whom a member may invite, give another role or remove: those in these roles. Only an owner makes owners.
ASSIGNABLE_ROLES: Final[Mapping[Role, tuple[Role, ...]]] = {
    Role.OWNER: (Role.OWNER, Role.ADMIN, Role.MANAGER, Role.EDITOR, Role.GUIDE),
    Role.ADMIN: (Role.ADMIN, Role.MANAGER, Role.EDITOR, Role.GUIDE),
}


def may_give(giver: Role, role: Role) -> bool:
    """Return whether a member in the role `giver` may give `role` to somebody, or take it away."""
    return role in ASSIGNABLE_ROLES.get(giver, ())
