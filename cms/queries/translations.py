"""How far pages are in further languages, and which are older than the page they were made from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet
from wagtail.models import Page
from wagtail_localize.models import (
    SegmentOverride,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationLog,
    TranslationSource,
)

from cms.enums import TranslationState


@dataclass(frozen=True, slots=True)
class PageTranslation:
    """A published page in the site's own language and what there is of it in another one; `words` of `total` texts are translated."""

    page: Page
    language: str
    translated: Page | None
    source_id: int | None
    state: TranslationState
    words: int = 0
    total: int = 0


def _own_pages(root: Page) -> list[Page]:
    own = Page.objects.live().filter(locale_id=root.locale_id, path__startswith=root.path, alias_of__isnull=True)
    return list(own.order_by("path"))


def untranslated(root: Page, language: str) -> QuerySet[Page]:
    """Return the published pages from `root` on, the home in the site's own language, that have none in `language`; parents first.

    A tour has one page in a language, also where that was written on its own.
    """
    from cms.pages.tours import TourPage  # pages ask here

    there = Page.objects.filter(
        translation_key=OuterRef("translation_key"), locale__language_code=language, alias_of__isnull=True
    )
    own = Page.objects.live().filter(locale_id=root.locale_id, path__startswith=root.path, alias_of__isnull=True)
    tours = TourPage.objects.filter(locale__language_code=language).values("tour")
    elsewhere = TourPage.objects.filter(pk=OuterRef("pk"), tour__in=tours)
    return own.filter(~Exists(there), ~Exists(elsewhere)).order_by("path")


def untranslated_pages(root: Page, language: str) -> list[Page]:
    """Return the pages of `untranslated`; one query."""
    return list(untranslated(root, language))


def _translated_texts(**segments: Any) -> Any:
    return StringTranslation.objects.filter(
        translation_of_id=OuterRef("string_id"), context_id=OuterRef("context_id"), has_error=False, **segments
    )


def is_published_in_full(translation: Translation) -> bool:
    """Return whether guests see all that a translation holds: the page is published, no text is missing, none was changed since."""
    total, translated = translation.get_progress()
    if total != translated:
        return False
    live = Page.objects.live().filter(
        translation_key=translation.source.object_id,
        locale_id=translation.target_locale_id,
        has_unpublished_changes=False,
    )
    last = translation.source.translation_logs.filter(locale_id=translation.target_locale_id)
    published = last.aggregate(last=Max("created_at"))["last"]
    if published is None or not live.exists():
        return False
    others = SegmentOverride.objects.filter(
        context__object=translation.source.object_id, locale_id=translation.target_locale_id, updated_at__gt=published
    )
    later = _translated_texts(locale_id=translation.target_locale_id, updated_at__gt=published)
    texts = StringSegment.objects.filter(Exists(later), source=translation.source_id)
    return not others.exists() and not texts.exists()


def page_translations(root: Page, *, languages: Iterable[str]) -> list[PageTranslation]:
    """Return each published page from `root` on, the home in the site's own language, in each of `languages`; nine queries.

    Those with something to do come first, by what it is, then as the tree has them.
    """
    pages = _own_pages(root)
    wanted = [code for code in languages if code != root.locale.language_code]
    keys = [page.translation_key for page in pages]
    others = {
        (page.translation_key, page.locale.language_code): page
        for page in Page.objects.filter(
            translation_key__in=keys, locale__language_code__in=wanted, alias_of__isnull=True
        ).select_related("locale")
    }
    by_tour = {(page.tour_id, page.locale.language_code): page for page in _tour_pages()}
    tours = {page.pk: tour_id for (tour_id, _language), page in by_tour.items()}
    sources = {
        source.object_id: source.pk
        for source in TranslationSource.objects.filter(object_id__in=keys, locale_id=root.locale_id).only("object_id")
    }
    linked = set(
        Translation.objects.filter(source__in=sources.values(), enabled=True).values_list(
            "source_id", "target_locale__language_code"
        )
    )
    totals = dict(
        StringSegment.objects.filter(source__in=sources.values())
        .order_by()
        .values_list("source_id")
        .annotate(Count("pk"))
    )
    published: dict[tuple[int, str], datetime] = {
        (source, language): last
        for source, language, last in TranslationLog.objects.filter(source__in=sources.values())
        .order_by()
        .values_list("source_id", "locale__language_code")
        .annotate(Max("created_at"))
    }
    texts = {
        (source, language): (count, last)
        for source, language, count, last in StringSegment.objects.filter(
            source__in=sources.values(),
            string__translations__context=F("context"),
            string__translations__has_error=False,
        )
        .order_by()
        .values_list("source_id", "string__translations__locale__language_code")
        .annotate(Count("pk"), Max("string__translations__updated_at"))
    }
    overridden = {
        (sources.get(key), language): last
        for key, language, last in SegmentOverride.objects.filter(context__object__in=keys)
        .order_by()
        .values_list("context__object", "locale__language_code")
        .annotate(Max("updated_at"))
    }
    found = []
    for page in pages:
        source = sources.get(page.translation_key)
        for language in wanted:
            other = others.get((page.translation_key, language)) or by_tour.get((tours.get(page.pk), language))
            total = totals.get(source, 0) if source else 0
            words, changed = texts.get((source, language), (0, None)) if source else (0, None)
            changes = [at for at in (changed, overridden.get((source, language))) if at is not None]
            last = published.get((source, language)) if source else None
            is_linked = source is not None and (source, language) in linked
            if other is None:
                state = TranslationState.MISSING
            elif not is_linked:
                state = _state_of_copy(page, other)
            elif words < total:
                state = TranslationState.INCOMPLETE
            elif not other.live or other.has_unpublished_changes or last is None or any(at > last for at in changes):
                state = TranslationState.READY
            else:
                state = TranslationState.CURRENT
            shown = source if is_linked and other is not None else None
            found.append(PageTranslation(page, language, other, shown, state, words, total))
    order = {state: rank for rank, state in enumerate(TranslationState)}
    return sorted(found, key=lambda one: order[one.state])


def _tour_pages() -> Iterable[Any]:
    from cms.pages.tours import TourPage  # pages ask here

    return TourPage.objects.select_related("locale")


def _state_of_copy(page: Page, other: Page) -> TranslationState:
    """A page written on its own, without a translation: nobody knows its words, but when it was published."""
    if other.last_published_at is None or not other.live:
        return TranslationState.READY
    if page.last_published_at is not None and page.last_published_at > other.last_published_at:
        return TranslationState.OLDER
    return TranslationState.CURRENT
