"""Writes the demo's pictures, look and pages, in every language of the site."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from django.core.files.base import ContentFile
from django.utils.text import slugify
from wagtail.coreutils import string_to_ascii
from wagtail.models import Locale, Page

from cms.models import (
    Branding,
    ContentPage,
    FaqPage,
    LandingPage,
    TourIndexPage,
    TourPage,
    TourPagePicture,
    TourPageStop,
)
from devtools.demo_content.shapes import DemoPage, DemoSite, DemoTour, PageOf, Picture, Words
from tenancy.models import Organization, TenantImage
from tenancy.queries import root_collection
from tours.models import Stop, Tour

CREDIT = "Illustration: Waypost"  # the same words in every language
KINDS: dict[str, type[Page]] = {"tours": TourIndexPage, "content": ContentPage, "faq": FaqPage}

Drawings = Mapping[str, "Future[bytes]"]


@contextmanager
def drawing(sites: Iterable[DemoSite]) -> Iterator[Mapping[str, Drawings]]:
    """Draw the pictures of sites in processes of their own while the block goes on.

    Yields what will come, by the site's short name and the picture's name.
    """
    # Fresh processes: a copy of this one would share its database connection.
    pool = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    try:
        yield {
            site.slug: {name: pool.submit(draw) for name, draw in [*site.pictures.items(), ("logo", site.logo)]}
            for site in sites
        }
    finally:
        pool.shutdown(cancel_futures=True)


def write_pages(site: DemoSite, organization: Organization, *, tours: Mapping[str, Tour], drawings: Drawings) -> None:
    """Write the pictures, the branding and the published pages of a site below its homes."""
    pictures = _write_pictures(site, organization, drawings)
    _write_branding(site, organization, pictures)
    assert organization.site is not None
    own_home = LandingPage.objects.get(pk=organization.site.root_page_id)
    keys: dict[str, uuid.UUID] = {}
    for language in site.languages:
        locale = Locale.objects.get(language_code=language)
        home = LandingPage.objects.get(translation_key=own_home.translation_key, locale=locale)
        _Writer(site, locale, pictures, keys).write(home, tours)


def _write_pictures(site: DemoSite, organization: Organization, drawings: Drawings) -> dict[str, TenantImage]:
    collection = root_collection(organization)
    pictures = {}
    for name, drawn in drawings.items():
        title = site.picture_titles.get(name, site.name)
        file = ContentFile(drawn.result(), name=f"{name}.png" if name == "logo" else f"{name}.jpg")
        image = TenantImage(title=title, description=title, file=file, collection=collection)
        image.credit = "" if name == "logo" else CREDIT
        image._set_image_file_metadata()
        image.save()
        pictures[name] = image
    return pictures


def _write_branding(site: DemoSite, organization: Organization, pictures: Mapping[str, TenantImage]) -> None:
    branding = Branding.objects.get(site=organization.site)
    branding.logo = pictures["logo"]
    branding.primary_colour = site.primary_colour
    branding.accent_colour = site.accent_colour
    branding.font = site.font
    branding.tagline, branding.tagline_translations = site.tagline.en, site.tagline.others
    branding.address = site.address
    branding.full_clean()
    branding.save()


class _Writer:
    """Writes the pages of one language. `keys` holds what makes pages of several languages translations of each other."""

    def __init__(
        self, site: DemoSite, locale: Locale, pictures: Mapping[str, TenantImage], keys: dict[str, uuid.UUID]
    ) -> None:
        self.site = site
        self.locale = locale
        self.language = locale.language_code
        self.pictures = pictures
        self.keys = keys
        self.pages: dict[str, Page] = {}

    def write(self, home: LandingPage, tours: Mapping[str, Tour]) -> None:
        """Write everything below `home`, then `home` itself, which points at it."""
        for source in self.site.pages:
            page = self._write_page(home, source)
            if source.kind == "tours":
                for tour in self.site.tours:
                    self._write_tour_page(page, tour, tours[tour.slug])
        home = LandingPage.objects.get(pk=home.pk)
        # Editors tell the homes apart by their titles; guests read the name of the site.
        home.title = self.site.home_title[self.language]
        home.seo_title = self.site.name
        home.search_description = self.site.home_description[self.language]
        home.share_image = self.pictures[self.site.home_picture]
        home.body = self._body(LandingPage, self.site.home_body)
        home.save_revision().publish()

    def _key(self, name: str) -> uuid.UUID:
        return self.keys.setdefault(name, uuid.uuid4())

    def _words(self, words: Words) -> str:
        return words[self.language]

    def _body(self, model: type[Page], body: Any) -> Any:
        field = model._meta.get_field("body")
        blocks = field.to_python(self._filled(body))
        # Made into values and back, as an editor's form does, each block inside another has an id, by which it is translated.
        return field.to_python(field.stream_block.get_prep_value(blocks)) if list(blocks) else blocks

    def _filled(self, value: Any) -> Any:
        match value:
            case Words():
                return self._words(value)
            case Picture(name):
                return self.pictures[name].pk
            case PageOf(name):
                return self.pages[name].pk
            case Mapping():
                return {key: self._filled(item) for key, item in value.items()}
            case list() | tuple():
                return [self._filled(item) for item in value]
        return value

    def _write_page(self, home: Page, source: DemoPage) -> Page:
        model = KINDS[source.kind]
        page = model(
            title=self._words(source.title),
            slug=self._words(source.slug),
            search_description=self._words(source.description),
            locale=self.locale,
            translation_key=self._key(source.name),
            show_in_menus=True,
        )
        if source.kind == "tours":
            page.intro = self._words(source.intro)
        else:
            page.body = self._body(model, source.body)
        self.pages[source.name] = self._publish(home, page)
        return page

    def _publish(self, parent: Page, page: Page) -> Page:
        Page.objects.get(pk=parent.pk).add_child(instance=page)
        page.save_revision().publish()
        return page

    def _write_tour_page(self, index: Page, source: DemoTour, tour: Tour) -> None:
        page = TourPage(
            title=self._words(source.name),
            slug=slugify(string_to_ascii(self._words(source.name))),
            search_description=self._words(source.summary)[:160].rpartition(" ")[0] + " …",
            locale=self.locale,
            translation_key=self._key(f"tour {source.slug}"),
            tour=tour,
            summary=self._words(source.summary),
            cover=self.pictures[source.cover],
            highlights=self._words(source.highlights),
            included=self._words(source.included),
            excluded=self._words(source.excluded),
            to_bring=self._words(source.to_bring),
        )
        page.pictures = [
            TourPagePicture(
                image=self.pictures[name],
                sort_order=position,
                locale=self.locale,
                translation_key=self._key(f"picture {source.slug} {position}"),
            )
            for position, name in enumerate(source.pictures)
        ]
        page.stop_contents = [
            TourPageStop(
                stop=stop,
                text=self._words(words.text),
                image=self.pictures.get(words.picture),
                sort_order=position,
                locale=self.locale,
                translation_key=self._key(f"stop {stop.pk}"),
            )
            for position, (stop, words) in enumerate(
                zip(Stop.objects.filter(tour=tour).order_by("sort_order"), source.stops, strict=True)
            )
        ]
        self.pages[f"tour {source.slug}"] = self._publish(index, page)
