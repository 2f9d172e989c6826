"""Choosers of pictures, pages and documents whose choices a page can load all at once."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any

from django.db.models import Model
from wagtail.blocks import PageChooserBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

_pictures: ContextVar[Mapping[int, Model] | None] = ContextVar("pictures", default=None)
_pages: ContextVar[Mapping[int, Model] | None] = ContextVar("pages", default=None)
_documents: ContextVar[Mapping[int, Model] | None] = ContextVar("documents", default=None)


@contextmanager
def choices(
    *, pictures: Mapping[int, Model], pages: Mapping[int, Model], documents: Mapping[int, Model]
) -> Iterator[None]:
    """Let the blocks that become values inside take what was chosen from here instead of asking for it themselves."""
    tokens = _pictures.set(pictures), _pages.set(pages), _documents.set(documents)
    try:
        yield
    finally:
        _pictures.reset(tokens[0])
        _pages.reset(tokens[1])
        _documents.reset(tokens[2])


def _taken(known: Mapping[int, Model], values: Iterable[int | None]) -> list[Model | None]:
    # Each use has an object of its own, since Wagtail notes on a picture what it shows at one place.
    return [copy(known[value]) if value is not None and value in known else None for value in values]


class PictureBlock(ImageChooserBlock):
    """A picture; its raw value stands under the key “image” in every block that has one."""

    def bulk_to_python(self, values: Iterable[int | None]) -> list[Any]:
        known = _pictures.get()
        found: list[Any] = super().bulk_to_python(values) if known is None else _taken(known, values)
        return found


class PageBlock(PageChooserBlock):
    """A page; its raw value stands under the key “page” in every block that has one."""

    def bulk_to_python(self, values: Iterable[int | None]) -> list[Any]:
        known = _pages.get()
        found: list[Any] = super().bulk_to_python(values) if known is None else _taken(known, values)
        return found


class DocumentBlock(DocumentChooserBlock):
    """A document; its raw value stands under the key “document” in every block that has one."""

    def bulk_to_python(self, values: Iterable[int | None]) -> list[Any]:
        known = _documents.get()
        found: list[Any] = super().bulk_to_python(values) if known is None else _taken(known, values)
        return found
