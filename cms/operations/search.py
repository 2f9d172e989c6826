"""Verbs that keep what guests find, and what they did not."""

from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import F
from wagtail.models import Page

from cms.models import SearchEntry, SearchMiss, SearchWord
from cms.queries.findable import findables
from cms.rules import Weighed, may_be_noted

# So many different searches that found nothing are kept for an organization, those of the last days.
MOST_MISSES: Final = 1000


@transaction.atomic
def index_page(page: Page) -> None:
    """Write down anew by what guests find a page, its places and its questions; by nothing while it is not published."""
    found = (
        Page.objects.select_for_update(of=("self",), no_key=True).select_related("locale").filter(pk=page.pk).first()
    )
    SearchEntry.objects.filter(page_id=page.pk).delete()
    if found is None or not found.live:
        return
    language = found.locale.language_code
    parts = findables(found.specific)
    entries = SearchEntry.objects.bulk_create(
        SearchEntry(
            page=found,
            language=language,
            kind=part.kind,
            part=part.part,
            title=part.title[:255],
            text=part.text,
            shown=part.shown,
        )
        for part in parts
    )
    SearchWord.objects.bulk_create(
        (
            SearchWord(entry=entry, language=language, word=word, weight=weight)
            for entry in entries
            for word, weight in Weighed(entry.title, entry.text).words().items()
        ),
        batch_size=2000,
    )


def index_new_pages() -> int:
    """Write down what guests find on published pages of the organization in scope of which nothing is known; return on how many.

    Those are pages from before there was a search, or that were not published by Wagtail's own verbs.
    """
    known = SearchEntry.objects.values("page_id")
    pages = list(Page.objects.live().filter(depth__gt=2).exclude(pk__in=known).order_by("path"))
    for page in pages:
        index_page(page)
    return len(pages)


def index_site() -> int:
    """Write down anew what guests find on the site of the organization in scope; return on how many pages, each in a transaction."""
    SearchEntry.objects.exclude(page__in=Page.objects.live().values("pk")).delete()
    pages = list(Page.objects.live().filter(depth__gt=2).order_by("path"))
    for page in pages:
        index_page(page)
    return len(pages)


@transaction.atomic
def note_miss(text: str, *, language: str, today: date) -> None:
    """Count a search that found nothing; what may say something about a person is not written down.

    Of the organization's own the `MOST_MISSES` latest are kept.
    """
    words = " ".join(text.lower().split())
    if not may_be_noted(words):
        return
    known = SearchMiss.objects.filter(language=language, words=words)
    if known.update(count=F("count") + 1, last_on=today):
        return
    SearchMiss.objects.bulk_create([SearchMiss(language=language, words=words, last_on=today)], ignore_conflicts=True)
    newest = SearchMiss.objects.order_by("-last_on", "-pk").values("pk")[:MOST_MISSES]
    SearchMiss.objects.exclude(pk__in=newest).delete()
