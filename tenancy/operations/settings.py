"""What an organization says of itself: business data, time zone, currency, e-mail sender, languages."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from tenancy import audit, queries
from tenancy.audit import Actor
from tenancy.models import Organization
from tenancy.operations.roles import refresh_role_permissions
from tenancy.signals import language_added, organization_changed


class SettingRefused(ValueError):
    """A setting that cannot be changed so; nothing was. `field` names it, the message is for staff, in the active language."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(message)


def change_organization(organization: Organization, *, changes: Mapping[str, Any], actor: Actor) -> Organization:
    """Change fields of an organization, with before and after in the audit; return it as it is now.

    Fields that already have the value are left out. Raises `SettingRefused` for a value that is not right, or a field that cannot
    change any more, such as the currency after the first order.
    """
    try:
        with transaction.atomic():
            return _change(organization.pk, changes, actor)
    except IntegrityError as error:
        # An order was placed meanwhile: the database has the last word.
        if "organization_currency_locked" not in str(error):
            raise
        raise SettingRefused("currency", queries.locked_settings().get("currency", str(error))) from error


def _change(pk: int, changes: Mapping[str, Any], actor: Actor) -> Organization:
    organization = Organization.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=pk)
    before = audit.snapshot(organization)
    changed = [field for field, value in changes.items() if getattr(organization, field) != value]
    if not changed:
        return organization
    for field in changed:
        setattr(organization, field, changes[field])
    for field, reason in queries.locked_settings().items():
        if field in changed:
            raise SettingRefused(field, reason)
    try:
        organization.clean_fields(exclude={field.name for field in Organization._meta.fields} - set(changed))
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise SettingRefused(field, messages[0]) from error
    organization.save(update_fields=[*changed, "updated_at"])
    if "reviews_pages" in changed:
        refresh_role_permissions(organization)
    if "name" in changed and organization.site is not None:
        organization.site.site_name = organization.name
        organization.site.save(update_fields=["site_name"])
    _log(organization, before, actor)
    _tell(organization)
    return organization


def _tell(organization: Organization) -> None:
    organization_changed.send(Organization, organization=organization)
    transaction.on_commit(queries.forget_hosts)


def _log(organization: Organization, before: audit.Snapshot, actor: Actor) -> None:
    changes = audit.changes_since(before, organization)
    audit.record("organization.changed", organization, actor=actor, changes=changes)


@transaction.atomic
def add_language(organization: Organization, *, language: str, actor: Actor) -> Organization:
    """Let an organization's site have pages in a further language, with a home to begin at; return it as it is now.

    Raises `SettingRefused` for a language that the installation does not have. A repeat has no effect.
    """
    organization = (
        Organization.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=organization.pk)
    )
    if language in organization.languages:
        return organization
    if language not in queries.installed_languages():
        raise SettingRefused("language", _("This language is not installed."))
    before = audit.snapshot(organization)
    organization.languages = [*organization.languages, language]
    organization.save(update_fields=["languages", "updated_at"])
    language_added.send(
        Organization, organization=organization, language=language, container=queries.page_container(organization)
    )
    _log(organization, before, actor)
    _tell(organization)
    return organization


@transaction.atomic
def remove_language(organization: Organization, *, language: str, actor: Actor) -> Organization:
    """Stop having pages in a language; drafts in it are kept. Returns the organization as it is now.

    Raises `SettingRefused` for the organization's own language, and while pages are published in it. A repeat has no effect.
    """
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if language == organization.default_language:
        raise SettingRefused("language", _("The site's own language cannot be removed."))
    if language not in organization.languages:
        return organization
    published = queries.published_pages(language)
    if published:
        raise SettingRefused(
            "language",
            _("Pages are published in %(language)s: %(titles)s. Unpublish them first.")
            % {"language": get_language_info(language)["name_translated"], "titles": _titles(published)},
        )
    before = audit.snapshot(organization)
    organization.languages = [code for code in organization.languages if code != language]
    organization.save(update_fields=["languages", "updated_at"])
    _log(organization, before, actor)
    _tell(organization)
    return organization


def _titles(titles: list[str], shown: int = 3) -> str:
    named = ", ".join(f"“{title}”" for title in titles[:shown])
    more = len(titles) - shown
    return _("%(titles)s and %(count)d more") % {"titles": named, "count": more} if more > 0 else named
