"""What is kept once and shown on many pages, and on which."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, ReferenceIndex

if TYPE_CHECKING:
    from cms.snippets import SharedContent

Shared = TypeVar("Shared", bound="SharedContent")


def shared_by_id(model: type[Shared], ids: Iterable[int], *, locale_id: int) -> dict[int, Shared]:
    """Return what pages share, each in the language given where it is written in it, by the ids asked for.

    One query, two when some are in another language, none without ids.
    """
    wanted = set(ids)
    found: dict[int, Shared] = model._default_manager.select_related("locale").in_bulk(wanted) if wanted else {}
    foreign = [shared.translation_key for shared in found.values() if shared.locale_id != locale_id]
    if foreign:
        translated = model._default_manager.select_related("locale").filter(
            translation_key__in=foreign, locale_id=locale_id
        )
        ours = {shared.translation_key: shared for shared in translated}
        found = {pk: ours.get(shared.translation_key, shared) for pk, shared in found.items()}
    return found


def pages_showing(shared: "SharedContent") -> list[Page]:
    """Return the published pages that show something shared, in any language; three queries.

    It may be deleted already, but still needs its key.
    """
    kind: Any = type(shared)
    family = kind._default_manager.filter(translation_key=shared.translation_key).values_list("pk", flat=True)
    pages = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(kind),
        to_object_id__in=[str(pk) for pk in {shared.pk, *family}],
        base_content_type=ContentType.objects.get_for_model(Page),
    )
    keys = [int(key) for key in pages.values_list("object_id", flat=True)]
    return list(Page.objects.live().filter(pk__in=keys).order_by("path"))
