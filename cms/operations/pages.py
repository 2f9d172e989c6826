"""Verbs that change the pages of an organization as a whole."""

import uuid

from django.core.management import call_command
from wagtail.models import Locale, Page

from cms.models import Branding, LandingPage
from cms.operations.translations import link_translation
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
    link_translation(own, language=language)
