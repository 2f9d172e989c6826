"""The pictures that stand for pages where somebody shares them."""

import hashlib
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from wagtail.models import Page

from cms.documents import DRAWING, draw_share_image
from cms.models import Branding
from cms.queries.findable import first_picture
from tenancy.models import TenantImage

# Without a picture that is asked for it is made anew in a fifth of a second; those that are shared are asked for soon.
LIFETIME_SECONDS = 30 * 24 * 60 * 60


def share_path(page: Any, branding: Branding, name: str) -> str:
    """Return the path of the picture that stands for a page (the specific one); another one when anything on the picture changes."""
    return reverse("cms:share_image", args=[page.pk, _version(page, branding, name)])


def share_image(page: Any, branding: Branding, name: str) -> bytes:
    """Return the picture that stands for a page as a JPEG, from the cache or drawn now."""
    key = f"share-image:{page.pk}:{_version(page, branding, name)}"
    known: bytes | None = cache.get(key)
    if known is None:
        picture, logo = _picture(page), branding.logo
        known = draw_share_image(
            title=_title(page),
            name=name,
            colour=branding.primary_colour,
            picture=picture.get_rendition("fill-1200x630|format-jpeg").file if picture else None,
            logo=logo.get_rendition("max-160x48|format-png").file if logo else None,
        )
        cache.set(key, known, LIFETIME_SECONDS)
    return known


def _title(page: Page) -> str:
    return str(page.seo_title or page.title)


def _picture(page: Any) -> TenantImage | None:
    return page.shared_picture or first_picture(page)


def _version(page: Any, branding: Branding, name: str) -> str:
    picture = _picture(page)
    parts = [DRAWING, _title(page), name, branding.primary_colour, branding.logo_id]
    if picture is not None:
        parts += [picture.pk, picture.file.name, picture.get_focal_point()]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
