"""Verbs that change pages and legal texts for an organization as a whole."""

import uuid

from django.core.management import call_command
from django.db import transaction
from django.utils.html import strip_tags
from wagtail.models import Locale, Page

from cms.enums import LegalKind
from cms.models import Branding, LandingPage, LegalText
from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import Organization


def create_homes(organization: Organization, *, container: Page) -> None:
    """Create a home page for each language of a new organization, make its own language's the site's root, and give it a look."""
    assert organization.site is not None
    key = uuid.uuid4()
    for code in organization.languages:
        home = LandingPage(
            title=organization.name,
            slug="home" if code == organization.default_language else f"home-{code}",
            locale=Locale.objects.get(language_code=code),
            translation_key=key,
        )
        container.add_child(instance=home)
        home.save_revision().publish()
        if code == organization.default_language:
            organization.site.root_page = home
            organization.site.save(update_fields=["root_page"])
    Branding.objects.create(
        site=organization.site, phone=organization.business_phone, email=organization.business_email
    )


def publish_due_pages() -> None:
    """Publish and unpublish the pages of the organization in scope whose time has come."""
    call_command("publish_scheduled", verbosity=0)


def draft_home(organization: Organization, *, language: str, container: Page) -> None:
    """Give a site a home in a further language: a draft with what the home in its own language holds, to be translated.

    A home that was there before is left as it is.
    """
    assert organization.site is not None
    own = organization.site.root_page.specific
    if Page.objects.filter(translation_key=own.translation_key, locale__language_code=language).exists():
        return
    home = LandingPage(
        title=own.title,
        slug=f"home-{language}",
        body=own.body if isinstance(own, LandingPage) else None,
        locale=Locale.objects.get(language_code=language),
        translation_key=own.translation_key,
        live=False,
    )
    container.add_child(instance=home)
    home.save_revision()


@transaction.atomic
def write_legal_text(kind: LegalKind, *, language: str, body: str, actor: Actor) -> LegalText | None:
    """Write a legal text of the organization in scope, with the words before and after in the audit; return it.

    `body` is rich text. Without words the text is removed, and None returned.
    """
    # One writer at a time, also where there is no row to lock yet.
    Organization.objects.select_for_update(no_key=True).get()
    existing = LegalText.objects.filter(kind=kind, language=language).first()
    was = existing.body if existing else ""
    if not strip_tags(body).strip():
        body = ""
    if body == was:
        return existing
    text = existing or LegalText(kind=kind, language=language)
    if body:
        text.body = body
        text.save()
    change = audit.Change(field="body", before=was, after=body)
    audit.record("legal_text.changed", text, actor=actor, changes=[change])
    if not body:
        text.delete()
        return None
    return text
