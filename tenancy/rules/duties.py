"""What the roles may do, as people call it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenancy.enums import Role
from tenancy.rules.roles import COLLECTIONS, FILES, PAGE_PERMISSIONS, grants, may_give

# Each role in one sentence, for those who give it and those who get it.
ROLE_WORDS: Final[Mapping[Role, Promise]] = {
    Role.OWNER: _("Everything, owners and the money included."),
    Role.ADMIN: _("Everything except making or removing owners."),
    Role.MANAGER: _("The daily work: departures, orders and customers."),
    Role.EDITOR: _("What guests read and see: pages, pictures and places."),
    Role.GUIDE: _("The departures they lead, and who comes on them."),
}


class Duty(NamedTuple):
    """A piece of work as people call it, and what a role needs for it: permissions, those over pages, roles it may give."""

    label: Promise
    permissions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    gives: tuple[Role, ...] = ()


# The table above in words. A permission stands here by its name or with its whole app.
DUTIES: Final[tuple[tuple[Promise, tuple[Duty, ...]], ...]] = (
    (
        _("Guest site"),
        (
            Duty(
                _("Write and publish pages"),
                pages=("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
            ),
            Duty(_("Delete pages"), pages=("delete_page",)),
            Duty(
                _("Translate pages"),
                ("wagtail_localize.submit_translation",),
            ),
            Duty(_("Upload, change and use pictures and documents"), FILES),
            Duty(_("Sort pictures and documents into collections"), COLLECTIONS),
            Duty(_("Keep places and their spots on the map"), ("places.*",)),
            Duty(_("Change logo, colours and navigation"), ("cms.view_branding", "cms.change_branding")),
            Duty(
                _("Keep templates for pages"),
                (
                    "cms.view_pagetemplate",
                    "cms.add_pagetemplate",
                    "cms.change_pagetemplate",
                    "cms.delete_pagetemplate",
                ),
            ),
            Duty(
                _("Keep notices and questions that many pages show"),
                (
                    "cms.view_sharednotice",
                    "cms.add_sharednotice",
                    "cms.change_sharednotice",
                    "cms.delete_sharednotice",
                    "cms.view_sharedquestions",
                    "cms.add_sharedquestions",
                    "cms.change_sharedquestions",
                    "cms.delete_sharedquestions",
                ),
            ),
            Duty(_("Lead old addresses to pages"), ("wagtailredirects.*",)),
            Duty(_("Read what guests searched for and did not find"), ("cms.view_searchmiss",)),
            Duty(_("Write HTML on pages"), ("cms.*",)),
        ),
    ),
    (
        _("Tours and guests"),
        (
            Duty(_("See tours"), ("tours.view_tour", "tours.view_tourvariant")),
            Duty(_("See the departures they lead, and who comes on them"), ("tours.lead_schedule",)),
            Duty(
                _("See all departures and who is booked"),
                ("tours.view_schedule", "tours.view_booking", "tours.view_manifest"),
            ),
            Duty(_("Plan tours, prices and departures"), ("tours.*",)),
            Duty(_("See and care for customers"), ("crm.*",)),
            Duty(_("Import customers, protocols and tasks from files"), ("crm.add_import",)),
            Duty(_("Work on tasks given to them"), ("crm.do_task",)),
            Duty(_("Give out tasks and plan projects"), ("crm.add_task", "crm.change_task", "crm.add_project")),
        ),
    ),
    (
        _("Orders and money"),
        (
            Duty(
                _("See and change orders"),
                ("commerce.view_order", "commerce.change_order", "commerce.view_orderline", "commerce.view_payment"),
            ),
            Duty(_("Confirm payments that came in"), ("commerce.confirm_payment",)),
            Duty(_("Refund payments"), ("commerce.refund_payment",)),
            Duty(_("See and answer disputes"), ("commerce.view_dispute", "commerce.change_dispute")),
            Duty(_("Refund more than the organization’s limit"), ("commerce.refund_any_amount",)),
            Duty(
                _("Give out promo codes and see what they bring"),
                (
                    "commerce.view_promotion",
                    "commerce.add_promotion",
                    "commerce.change_promotion",
                    "commerce.delete_promotion",
                ),
            ),
            Duty(
                _("See the payments report and the ledger, and settle differences from Stripe"),
                ("commerce.view_ledgertransaction", "commerce.view_difference", "commerce.change_difference"),
            ),
            Duty(_("Decide how guests can pay"), ("commerce.*",)),
        ),
    ),
    (
        _("Organization"),
        (
            Duty(_("Sign in to the admin"), ("wagtailadmin.access_admin",)),
            Duty(
                _("Manage the team"),
                (
                    "tenancy.view_membership",
                    "tenancy.add_membership",
                    "tenancy.change_membership",
                    "tenancy.delete_membership",
                    "tenancy.view_invitation",
                    "tenancy.add_invitation",
                    "tenancy.change_invitation",
                ),
                gives=(Role.ADMIN, Role.MANAGER, Role.EDITOR, Role.GUIDE),
            ),
            Duty(_("Make and remove owners"), gives=(Role.OWNER,)),
            Duty(_("Change the organization’s settings"), ("tenancy.view_organization", "tenancy.change_organization")),
            Duty(
                _("See problems and try again"),
                ("tenancy.view_outboxdelivery", "tenancy.retry_outboxdelivery", "commerce.view_providerevent"),
            ),
            Duty(_("See who did what"), ("tenancy.view_auditentry",)),
        ),
    ),
)


def does(role: Role, duty: Duty) -> bool:
    """Return whether a role has all that a duty needs."""
    return (
        all(grants(role, permission) for permission in duty.permissions)
        and all(permission in PAGE_PERMISSIONS.get(role, ()) for permission in duty.pages)
        and all(may_give(role, other) for other in duty.gives)
    )
