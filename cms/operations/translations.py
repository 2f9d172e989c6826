"""Pages in further languages, by wagtail-localize: begun from a page in the site's own language, and kept in step with it."""

import contextlib

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.operations import TranslationCreator

from cms import queries
from cms.models import LandingPage
from cms.snippets import SharedContent
from tenancy.models import Organization, User


def link_translation(page: Page, *, language: str) -> Translation:
    """Let a page that exists in `language` take its words from a translation of `page`, and its pictures and order from `page` itself."""
    source, _created = TranslationSource.get_or_create_from_instance(page)
    translation, _created = Translation.objects.get_or_create(
        source=source, target_locale=Locale.objects.get(language_code=language)
    )
    return translation


def draft_translations(organization: Organization, *, language: str, actor: User | None) -> int:
    """Make a draft in `language` of each published page that has none, parents first, and return how many were made.

    A home that nobody has written on yet becomes one too. Each is made on its own, so a repeat goes on where one was stopped.
    """
    assert organization.site is not None
    root = organization.site.root_page
    home = LandingPage.objects.filter(translation_key=root.translation_key, locale__language_code=language).first()
    if home is not None and not home.body:
        link_translation(root, language=language)
    made = 0
    creator = TranslationCreator(actor, [Locale.objects.get(language_code=language)])
    for page in queries.untranslated_pages(root, language):
        with transaction.atomic():
            creator.create_translations(page)
        made += Page.objects.filter(translation_key=page.translation_key, locale__language_code=language).exists()
    return made


def keep_in_step(page: Page) -> None:
    """Bring the translations of a page that was published in step with it.

    New words wait for whoever translates. Where none is missing and nothing waits to be published, the rest (pictures, order, what
    was taken away) is published at once.
    """
    source = TranslationSource.objects.filter(object_id=page.translation_key, locale_id=page.locale_id).first()
    if source is None:
        return
    translations = list(source.translations.filter(enabled=True).select_related("target_locale"))
    for translation in translations:
        translation.source = source
    ready = [one for one in translations if queries.is_published_in_full(one)]
    source.update_from_db()
    for translation in ready:
        total, translated = translation.get_progress()
        if translated < total:
            continue
        # What cannot be published as it is, such as with a picture that is gone, waits for whoever translates, as missing words do.
        with contextlib.suppress(ValidationError, ObjectDoesNotExist), transaction.atomic():
            translation.save_target(publish=True)


def keep_shared_in_step(shared: SharedContent) -> None:
    """Bring the translations of something shared in step with it once it was saved; where words are missing, they wait."""
    source = TranslationSource.objects.filter(object_id=shared.translation_key, locale_id=shared.locale_id).first()
    if source is None:
        return
    source.update_from_db()
    for translation in source.translations.filter(enabled=True).select_related("target_locale"):
        total, translated = translation.get_progress()
        if translated == total:
            with contextlib.suppress(ValidationError, ObjectDoesNotExist), transaction.atomic():
                translation.save_target()
