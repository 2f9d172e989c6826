"""Reads of the tenancy app."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language_info
from wagtail.models import Collection, Page
from wagtail.users.models import UserProfile

from tenancy.enums import DeliveryStatus, DomainStatus, OrganizationStatus, Role
from tenancy.models import Domain, EmailChange, Invitation, Membership, Organization, OutboxDelivery, User
from tenancy.rules import token_hash
from tenancy.scope import current_organization_id, every_organization, require_organization_id
from tenancy.signals import settings_locks

# How long a process may go on with what it knows of a host name, in seconds.
HOST_LIFETIME = 5.0


@dataclass(frozen=True, slots=True)
class HostEntry:
    """A host name that serves: whose it is, and the organization's main one, to which guests are led."""

    organization: Organization
    main_host: str


_hosts: dict[str, tuple[float, HostEntry | None]] = {}
_organizations: dict[int, tuple[float, Organization]] = {}


def host_entry(host: str) -> HostEntry | None:
    """Return what a verified host name (without port) leads to, or None. The answer may be 5 seconds old.

    The organization is shared between requests: read it, do not change it.
    """
    known = _hosts.get(host)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    verified = Domain.objects.filter(status=DomainStatus.VERIFIED)
    with every_organization():
        organization = (
            Organization.objects.filter(pk__in=verified.filter(host=host).values("organization"))
            .annotate(
                main_host=Subquery(verified.filter(organization=OuterRef("pk"), is_canonical=True).values("host")[:1])
            )
            .select_related("site__root_page__locale")
            .first()
        )
    entry = HostEntry(organization, organization.main_host or host) if organization is not None else None
    if len(_hosts) > 10_000:
        _hosts.clear()
    _hosts[host] = (time.monotonic() + HOST_LIFETIME, entry)
    return entry


def organization_for_host(host: str) -> Organization | None:
    """Return the organization that a verified host name (without port) leads to, or None; as `host_entry`."""
    entry = host_entry(host)
    return entry.organization if entry is not None else None


def forget_hosts() -> None:
    """Forget what this process knows of host names and their organizations."""
    _hosts.clear()
    _organizations.clear()


def current_organization() -> Organization:
    """Return the organization in scope; raises `Organization.DoesNotExist` without one."""
    return Organization.objects.get()


def scope_currency() -> str:
    """Return the currency of the organization in scope, or “XXX” without one."""
    organization_id = current_organization_id()
    return _traits(organization_id).currency if organization_id else "XXX"


def scope_zone() -> ZoneInfo:
    """Return the time zone of the organization in scope, UTC without one."""
    organization_id = current_organization_id()
    return _traits(organization_id).zone if organization_id else ZoneInfo("UTC")


def scope_languages() -> list[str]:
    """Return the languages of the organization in scope, its own first; none without one."""
    organization_id = current_organization_id()
    return list(_traits(organization_id).languages) if organization_id else []


def scope_organization() -> Organization:
    """Return the organization in scope as this process knows it, mostly without a query: it may be `HOST_LIFETIME` seconds old."""
    return _traits(require_organization_id())


def _traits(organization_id: int) -> Organization:
    known = _organizations.get(organization_id)
    if known is None or known[0] < time.monotonic():
        known = (time.monotonic() + HOST_LIFETIME, Organization.objects.get(pk=organization_id))
        _organizations[organization_id] = known
    return known[1]


def members() -> QuerySet[User]:
    """Return the accounts of those who work for the organization in scope, by name."""
    working = Membership.objects.values("user")
    return User.objects.filter(pk__in=working, is_active=True).order_by("first_name", "last_name", "email")


def canonical_host(organization: Organization) -> str:
    """Return the main host name of an organization, which must be in scope."""
    return (
        Domain.objects.filter(organization=organization)
        .order_by("-is_canonical", "pk")
        .values_list("host", flat=True)[0]
    )


def absolute_url(organization: Organization, path: str) -> str:
    """Return the full address of `path` at the organization's main host name, for e-mails and other places without a request."""
    base = urlsplit(settings.BASE_URL)
    port = f":{base.port}" if base.port else ""
    return f"{base.scheme}://{canonical_host(organization)}{port}{path}"


def address_of(organization: Organization, path: str) -> str:
    """Return the full address of `path` at an organization's main host name, whichever organization is in scope."""
    with every_organization():
        return absolute_url(organization, path)


def page_container(organization: Organization) -> Page:
    """Return the page under which the homes of an organization stand; it must be in scope, or the owner asks."""
    assert organization.site is not None
    root_page: Page = organization.site.root_page
    return root_page if root_page.depth == 2 else root_page.get_ancestors().get(depth=2)


def root_collection(organization: Organization) -> Collection:
    """Return the collection that holds the pictures and documents of the organization in scope."""
    return Collection.objects.filter(depth=2).extra(where=["organization_id = %s"], params=[organization.pk]).get()


def role_of(user: User) -> Role | None:
    """Return the role a person has in the organization in scope, or None."""
    role = Membership.objects.filter(user=user).values_list("role", flat=True).first()
    return Role(role) if role else None


def language_of(user: User) -> str:
    """Return the language in which a person reads the admin of the organization in scope; empty when none was chosen."""
    chosen = UserProfile.objects.filter(user=user).values_list("preferred_language", flat=True).first()
    return chosen or ""


def team() -> QuerySet[Membership]:
    """Return who works for the organization in scope, each with the person and whether a second factor is set up (`has_second_factor`)."""
    factors = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return Membership.objects.select_related("user").annotate(has_second_factor=Exists(factors))


def is_member(email: str) -> bool:
    """Return whether the person with this e-mail address, in any case, works for the organization in scope."""
    return Membership.objects.filter(user__email__iexact=email).exists()


def invitation_by_token(token: str) -> Invitation | None:
    """Return the invitation of the organization in scope that a link opens, however it stands now, or None."""
    return Invitation.objects.select_related("organization", "invited_by").filter(token_hash=token_hash(token)).first()


def invited_account(invitation: Invitation) -> User | None:
    """Return the account that the invited e-mail address has anywhere, or None.

    For those who hold the invitation's token only: nobody else may learn whether there is one.
    """
    with every_organization():
        return User.objects.filter(email__iexact=invitation.email).first()


def has_open_invitations(user: User, *, now: datetime) -> bool:
    """Return whether invitations that a person has sent can still be accepted."""
    unanswered = Q(accepted_at=None, declined_at=None, withdrawn_at=None)
    return Invitation.objects.filter(unanswered, invited_by=user, expires_at__gt=now).exists()


def listed_invitations(*, now: datetime) -> list[Invitation]:
    """Return the invitations that those who manage the team look at: unanswered ones, and those declined in the last 30 days."""
    unanswered = Q(accepted_at=None, declined_at=None, withdrawn_at=None)
    recent = Q(declined_at__gte=now - timedelta(days=30))
    return list(
        Invitation.objects.filter(unanswered | recent).select_related("invited_by").order_by("-created_at", "-pk")
    )


def organizations_of(user: User) -> list[Organization]:
    """Return the organizations that a person works for and can enter, by name, whichever is in scope."""
    with every_organization():
        return list(
            Organization.objects.filter(
                pk__in=user.memberships.values("organization"),
                status__in=(OrganizationStatus.SETUP, OrganizationStatus.ACTIVE),
            ).order_by("name", "pk")
        )


def has_second_factor(user: User, *, besides: Authenticator | None = None) -> bool:
    """Return whether a person has set up an authenticator app or a passkey that works here, not counting `besides`."""
    authenticators = Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if besides is not None:
        authenticators = authenticators.exclude(pk=besides.pk)
    return authenticators.exists()


def member_by_email(email: str) -> User | None:
    """Return the account with an e-mail address, in any case, when the person works for the organization in scope."""
    return User.objects.filter(email__iexact=email).first()


def email_has_account(email: str) -> bool:
    """Return whether an account of any organization has this e-mail address, in any case. Nobody may be told."""
    with every_organization():
        return User.objects.filter(email__iexact=email).exists()


def user_for_update(pk: int) -> User:
    """Return a person's account, locked until the running transaction ends."""
    return User.objects.select_for_update().get(pk=pk)


def email_change_by_token(token: str) -> EmailChange | None:
    """Return the change of an e-mail address that a link belongs to, or None."""
    return (
        EmailChange.objects.filter(Q(old_token_hash=token_hash(token)) | Q(new_token_hash=token_hash(token)))
        .select_related("user")
        .first()
    )


def open_email_change(user: User, *, now: datetime) -> EmailChange | None:
    """Return the change of e-mail address that waits for a person's confirmations."""
    return EmailChange.objects.filter(user=user, completed_at=None, cancelled_at=None, expires_at__gt=now).first()


def host_is_taken(host: str) -> bool:
    """Return whether any organization has shown that a host name is its own."""
    with every_organization():
        return Domain.objects.filter(host=host, status=DomainStatus.VERIFIED).exists()


def is_platform_host(host: str) -> bool:
    """Return whether a host name is one that the platform gives out itself, below `PLATFORM_HOST_SUFFIX`."""
    suffix = settings.PLATFORM_HOST_SUFFIX
    return bool(suffix) and host.endswith(f".{suffix}")


def is_platform_itself(host: str) -> bool:
    """Return whether a host name is the platform's own, at which no organization is."""
    return host in (settings.PLATFORM_HOST_SUFFIX, urlsplit(settings.BASE_URL).hostname)


def locked_settings() -> dict[str, str]:
    """Return which fields of the organization in scope cannot change any more, each with the reason in the active language."""
    found: dict[str, str] = {}
    locks: Any
    for _receiver, locks in settings_locks.send(Organization):
        found |= locks or {}
    return found


def installed_languages() -> dict[str, str]:
    """Return the languages that sites can have, each with its name in the active language."""
    return {code: str(get_language_info(code)["name_translated"]) for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES}


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """A language of an organization's site: its home there, and how many pages are published in it."""

    code: str
    name: str
    is_own: bool
    home: Page | None
    pages: int

    @property
    def is_live(self) -> bool:
        """Whether guests see the site in it."""
        return self.home is not None and self.home.live


def spoken_languages(organization: Organization) -> list[SpokenLanguage]:
    """Return the languages of an organization's site in its order; two queries. It must be in scope."""
    assert organization.site is not None
    root = organization.site.root_page
    pages = Page.objects.filter(depth__gt=2)
    homes = {
        home.locale.language_code: home
        for home in pages.filter(translation_key=root.translation_key, depth=root.depth).select_related("locale")
    }
    counts = dict(pages.filter(live=True).order_by().values_list("locale__language_code").annotate(Count("pk")))
    names = installed_languages()
    return [
        SpokenLanguage(
            code=code,
            name=names.get(code, code),
            is_own=code == organization.default_language,
            home=homes.get(code),
            pages=counts.get(code, 0),
        )
        for code in organization.languages
    ]


def published_pages(language: str) -> list[str]:
    """Return the titles of the pages of the organization in scope that are published in a language, as the tree has them."""
    pages = Page.objects.filter(locale__language_code=language, live=True, depth__gt=2).order_by("path")
    return list(pages.values_list("title", flat=True))


def failed_delivery_count() -> int:
    """Return how many events could not be acted on; one query."""
    return OutboxDelivery.objects.filter(status=DeliveryStatus.FAILED).count()
