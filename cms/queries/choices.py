"""What editors chose in the blocks of a page, fetched all at once."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wagtail.models import Page

from tenancy.models import TenantDocument, TenantImage, TenantRendition


def chosen_in(raw: Any, key: str) -> Iterator[int]:
    """Yield the ids that stand under `key` anywhere in the raw content of blocks."""
    if isinstance(raw, Mapping):
        for name, value in raw.items():
            if name == key and isinstance(value, int):
                yield value
            else:
                yield from chosen_in(value, key)
    elif isinstance(raw, Iterable) and not isinstance(raw, str):
        for value in raw:
            yield from chosen_in(value, key)


def pictures_by_id(ids: Iterable[int | None]) -> dict[int, TenantImage]:
    """Return pictures with all their sizes, by id; one query, three when some have no sizes yet, none without ids."""
    wanted = {pk for pk in ids if pk is not None}
    found: dict[int, TenantImage] = {}
    for size in TenantRendition.objects.filter(image__in=wanted).select_related("image") if wanted else ():
        size.image = found.setdefault(size.image_id, size.image)
        # Where Wagtail looks for them.
        vars(size.image).setdefault("prefetched_renditions", []).append(size)
    if without := wanted - found.keys():
        found |= TenantImage.objects.prefetch_related("renditions").in_bulk(without)
    return found


def documents_by_id(ids: Iterable[int]) -> dict[int, TenantDocument]:
    """Return documents by id; one query, or none without ids."""
    wanted = set(ids)
    return TenantDocument.objects.in_bulk(wanted) if wanted else {}


def pages_by_id(ids: Iterable[int], *, locale_id: int) -> dict[int, Page]:
    """Return pages, each in the language given where it is published in it, by the ids asked for.

    One query, two when some are in another language, none without ids.
    """
    wanted = set(ids)
    pages = Page.objects.in_bulk(wanted) if wanted else {}
    foreign = [page.translation_key for page in pages.values() if page.locale_id != locale_id]
    if foreign:
        ours = {
            page.translation_key: page
            for page in Page.objects.filter(translation_key__in=foreign, locale_id=locale_id, live=True)
        }
        pages = {pk: ours.get(page.translation_key, page) for pk, page in pages.items()}
    return pages
