"""Pages of a site: at an address, around a page, and all that are public."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Concat
from wagtail.models import Page, get_page_models

from tenancy.models import Organization


def page_at(root: Page, path: str, language: str) -> Page | None:
    """Return the published page at a path below the home in a language, the specific one, or None; one query.

    `root` is the home in the organization's own language; `path` has no slash in front and one at its end.
    """
    home = Page.objects.filter(
        translation_key=root.translation_key, depth=root.depth, locale__language_code=language, live=True
    )
    address = Concat(Subquery(home.values("url_path")[:1]), Value(path), output_field=TextField())
    return _specific(Page.objects.filter(url_path=address, live=True))


def published_page(pk: int) -> Page | None:
    """Return a published page of a site, the specific one, by its key, or None; one query."""
    return _specific(Page.objects.filter(pk=pk, live=True, depth__gt=2))


def _specific(pages: QuerySet[Page]) -> Page | None:
    """Return the first page as what it is, with its own fields; Wagtail's `specific` would ask once more."""
    kinds = [str(model._meta.model_name) for model in get_page_models() if Page in model._meta.parents]
    found = pages.select_related(*kinds).first()
    if found is None:
        return None
    return next((getattr(found, kind) for kind in kinds if hasattr(found, kind)), found)


def page_at_path(organization: Organization, path: str) -> Page | None:
    """Return the published page of an organization's site at the path of an address, or None; one query."""
    assert organization.site is not None
    language = organization.default_language
    rest = path.partition("?")[0].strip("/")
    first, _slash, below = rest.partition("/")
    if first in organization.languages:
        language, rest = first, below
    return page_at(organization.site.root_page, f"{rest}/" if rest else "", language)


def has_home(root: Page, language: str) -> bool:
    """Return whether there is a published home in a language; `root` is the one in the organization's own; one query."""
    homes = Page.objects.filter(translation_key=root.translation_key, depth=root.depth, live=True)
    return homes.filter(locale__language_code=language).exists()


def helpful_pages(root: Page, *, language: str, closed: Sequence[str] = ()) -> list[Page]:
    """Return up to six pages that help who found nothing: those of the menu, lists of tours, and questions; one query.

    `root` is the home in the organization's own language, `closed` are places in the tree to leave out.
    """
    helpful = Q(show_in_menus=True) | Q(tourindexpage__isnull=False) | Q(faqpage__isnull=False)
    pages = Page.objects.filter(helpful, depth__gt=root.depth, locale__language_code=language, live=True)
    return [page for page in pages.order_by("path") if not page.path.startswith(tuple(closed))][:6]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The home of a page, what the menu holds, the page in its other languages, and the pages between the home and it."""

    home: Page
    menu: list[Page]
    translations: list[Page]
    above: list[Page]


def surroundings(root: Page, *, language: str, languages: list[str], page: Page | None) -> Surroundings:
    """Return what stands around a page in a language; one query, or two when the organization has no home in it.

    The translations are in the order of `languages`, with the page itself among them; none when there is only one.
    """
    homes = Q(depth=root.depth, translation_key=root.translation_key)
    wanted = Q(homes | Q(depth=root.depth + 1, show_in_menus=True), locale__language_code=language)
    if page is not None and len(languages) > 1:
        wanted |= Q(translation_key=page.translation_key)
    above: list[str] = []
    if page is not None:
        above = [page.path[:end] for end in range((root.depth + 1) * page.steplen, len(page.path), page.steplen)]
        if above:
            wanted |= Q(path__in=above)
    found = list(Page.objects.filter(wanted, live=True).select_related("locale").order_by("path"))
    home = next(
        (one for one in found if one.translation_key == root.translation_key and one.locale.language_code == language),
        None,
    )
    if home is None:
        if language == root.locale.language_code:
            return Surroundings(root, [], [], [])
        return surroundings(root, language=root.locale.language_code, languages=languages, page=page)
    menu = [
        one for one in found if one.show_in_menus and one.depth == home.depth + 1 and one.path.startswith(home.path)
    ]
    order = {code: rank for rank, code in enumerate(languages)}
    translations = sorted(
        (one for one in found if page is not None and one.translation_key == page.translation_key),
        key=lambda one: order.get(one.locale.language_code, len(order)),
    )
    return Surroundings(
        home, menu, translations if len(translations) > 1 else [], [one for one in found if one.path in above]
    )


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page as search engines are told of it, with the same page in all its languages."""

    page: Page
    translations: list[Page]


def public_pages(root: Page) -> list[PublicPage]:
    """Return all published pages that everybody may read, of all languages; three queries.

    `root` is the home in the organization's own language.
    """
    homes = Page.objects.filter(translation_key=root.translation_key, depth=root.depth).values_list(
        "url_path", flat=True
    )
    pages = Page.objects.live().public().filter(depth__gte=root.depth).select_related("locale").order_by("path")
    starts = tuple(homes)
    found = [page for page in pages if page.url_path.startswith(starts)]
    by_key: dict[Any, list[Page]] = {}
    for page in found:
        by_key.setdefault(page.translation_key, []).append(page)
    return [PublicPage(page, by_key[page.translation_key]) for page in found]
