"""Pure rules of the kernel: what each role may do, in one table; what is a host name, and when it is looked up."""

import hashlib
import ipaddress
import re
import string
import zoneinfo
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import idna
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenancy.enums import Role
from tenancy.models import User

# Wagtail keeps the permissions of pictures and documents with its own models, whichever models are used in their place.
_FILES: Final = (
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtailimages.delete_image",
    "wagtailimages.choose_image",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
    "wagtaildocs.delete_document",
    "wagtaildocs.choose_document",
)
_COLLECTIONS: Final = (
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
    *_FILES,
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
    *_COLLECTIONS,
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
COLLECTION_PERMISSIONS: Final[tuple[str, ...]] = (*_FILES, *_COLLECTIONS)


def grants(role: Role, permission: str) -> bool:
    """Return whether a role has a permission, written `app.codename`."""
    app = permission.partition(".")[0]
    return any(entry in (permission, f"{app}.*") for entry in ROLE_PERMISSIONS[role])


def roles_with(permission: str) -> list[Role]:
    """Return the roles that have a permission, written `app.codename`, the most powerful first."""
    return [role for role in Role if grants(role, permission)]


def plain_cell(text: str) -> str:
    """Return a text for a CSV file so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _cell(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else force_str(value, strings_only=True)


def plain_value(value: Any) -> Any:
    """Return a value of any kind as it goes into a CSV file: numbers and days as they are, all else by `plain_cell`."""
    value = _cell(value)
    return plain_cell(value) if isinstance(value, str) else value


# What no XML file can hold, such as the line breaks of word processors.
_NOT_IN_WORKBOOKS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def workbook_value(value: Any) -> Any:
    """Return a value of any kind as it goes into an Excel workbook: numbers and days as they are, all else as text that it can hold."""
    value = _cell(value)
    return _NOT_IN_WORKBOOKS.sub(" ", value) if isinstance(value, str) else value


# Whom a member may invite, give another role or remove: those in these roles. Only an owner makes owners.
ASSIGNABLE_ROLES: Final[Mapping[Role, tuple[Role, ...]]] = {
    Role.OWNER: (Role.OWNER, Role.ADMIN, Role.MANAGER, Role.EDITOR, Role.GUIDE),
    Role.ADMIN: (Role.ADMIN, Role.MANAGER, Role.EDITOR, Role.GUIDE),
}


def may_give(giver: Role, role: Role) -> bool:
    """Return whether a member in the role `giver` may give `role` to somebody, or take it away."""
    return role in ASSIGNABLE_ROLES.get(giver, ())


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
            Duty(_("Upload, change and use pictures and documents"), _FILES),
            Duty(_("Sort pictures and documents into collections"), _COLLECTIONS),
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


def token_hash(token: str) -> str:
    """Return what is kept of a random token: enough to recognise it, not enough to write it."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_name(user: User) -> str:
    """Return how a person is called: first and last name, or the e-mail address where there is none."""
    return user.get_full_name() or user.email


# The first that a browser names decides: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chrome OS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Return what a browser says of itself in words, such as “Firefox, Android”."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), gettext("another program"))
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser}, {system}" if system else browser


def time_zone_name(text: str) -> str:
    """Return the IANA time zone that somebody means, such as “Europe/Berlin” by “berlin”; the text itself when it is not clear."""
    wanted = text.strip().replace(" ", "_").casefold()
    zones = zoneinfo.available_timezones()
    for matches in (
        [zone for zone in zones if zone.casefold() == wanted],
        [zone for zone in zones if zone.casefold().endswith(f"/{wanted}") and zone.split("/")[0] in CONTINENTS],
    ):
        if len(matches) == 1:
            return matches[0]
    return text.strip()


# The first parts of the names of time zones that are not only kept for old times.
CONTINENTS: Final = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


def time_zone_choices() -> list[str]:
    """Return the IANA time zones that people choose from, by name."""
    return [*sorted(zone for zone in zoneinfo.available_timezones() if zone.split("/")[0] in CONTINENTS), "UTC"]


_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Names below the platform's own that people would take for the platform's.
RESERVED_LABELS: Final = frozenset(
    {"admin", "api", "app", "help", "login", "mail", "root", "smtp", "static", "status", "support", "waypost", "www"}
)
# How long the DNS record of a host name is looked for, and how often at least and at most.
DOMAIN_PATIENCE: Final = timedelta(days=7)
DOMAIN_SHORTEST: Final = timedelta(minutes=1)
DOMAIN_LONGEST: Final = timedelta(hours=1)


def host_name(text: str) -> str | None:
    """Return a host name as browsers send it (lower case, IDNA), from what people type or paste; None when it is none.

    “https://Führungen.example.com/x” becomes “xn--fhrungen-65a.example.com”. Addresses of machines and single words are none.
    """
    text = text.strip().lower()
    text = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text)
    text = re.split(r"[/?#]", text, maxsplit=1)[0].removesuffix(".")
    try:
        host = idna.encode(text, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        return None
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return None if labels[-1].isdigit() else host
    return None


def readable_host(host: str) -> str:
    """Return a host name as people write it: “führungen.example.com” for “xn--fhrungen-65a.example.com”."""
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def may_be_given_out(host: str, *, suffix: str) -> bool:
    """Return whether a host name below the platform's own `suffix` is one name in front of it that nobody takes for the platform's."""
    label = host.removesuffix(f".{suffix}")
    return host != label and "." not in label and label not in RESERVED_LABELS


def next_domain_check(asked_at: datetime, *, now: datetime) -> datetime | None:
    """Return when the DNS record of a host name is looked for again: soon at first, then hourly; None after `DOMAIN_PATIENCE`."""
    waited = now - asked_at
    if waited >= DOMAIN_PATIENCE:
        return None
    return now + min(max(waited / 4, DOMAIN_SHORTEST), DOMAIN_LONGEST)


# What may stand where somebody slipped: the rest of the alphabets, and the digits, of which the word has some.
_ALPHABETS: Final = (
    string.ascii_lowercase,
    string.digits,
    "αβγδεζηθικλμνξοπρστυφχψως",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ",
)


def slips(word: str) -> set[str]:
    """Return a word (small letters without accents) and all that one letter left out, added, wrong or swapped with the next makes of it."""
    letters = {*word, *(letter for alphabet in _ALPHABETS if {*alphabet} & {*word} for letter in alphabet)}
    found = {word}
    for at in range(len(word) + 1):
        before, rest = word[:at], word[at:]
        found |= {before + rest[1:], before + rest[1:2] + rest[:1] + rest[2:]}
        found |= {before + letter + after for letter in letters for after in (rest, rest[1:])}
    return found
