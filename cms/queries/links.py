"""Links that stand in what guests see, and those that lead nowhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.fields import URLField
from django.urls import Resolver404, resolve
from django.utils.translation import override
from wagtail.contrib.redirects.models import Redirect
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from cms.enums import LinkKind
from cms.models import Branding, FoundLink, LegalText, TourPage
from cms.queries.freshness import shared_models
from cms.queries.pages import page_at_path
from cms.rules import BROKEN_AFTER
from places.models import Place
from tenancy.enums import OrganizationStatus
from tenancy.models import Domain, TenantDocument, TenantImage
from tenancy.queries import current_organization

# What the value under a key of a block leads to.
CHOSEN: Final = {"page": LinkKind.PAGE, "document": LinkKind.DOCUMENT, "image": LinkKind.PICTURE}
# A page at which there is nothing.
NOTHING: Final = 0
LONGEST_WORDS: Final = 120


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands in a block (`part` is its id) or a field: to one of one's own things (`target`), or to an address."""

    kind: LinkKind
    target: int | None = None
    url: str = ""
    part: str = ""
    words: str = ""


def link_holders() -> Iterator[Model]:
    """Yield everything that guests see and that may have links in it: published pages and what they show."""
    yield from Page.objects.live().filter(depth__gt=2).order_by("path").specific().iterator(chunk_size=100)
    models: tuple[type[Model], ...] = (*shared_models(), LegalText, Branding, Place)
    for model in models:
        yield from model._default_manager.order_by("pk")


def links_of(holder: Model) -> list[Link]:
    """Return the links in something, each once; addresses of one's own site become the pages there."""
    found = dict.fromkeys(_links_of(holder))
    hosts = set(Domain.objects.values_list("host", flat=True))
    return [own for link in found if (own := _resolved(link, hosts)) is not None]


def _links_of(holder: Model) -> Iterator[Link]:
    for field in type(holder)._meta.fields:
        value = getattr(holder, field.attname)
        if not value:
            continue
        if isinstance(field, StreamField):
            yield from _in_blocks(list(value.raw_data))
        elif isinstance(field, RichTextField):
            yield from _in_html(value)
        elif isinstance(field, URLField):
            yield Link(LinkKind.ADDRESS, url=value)
    if isinstance(holder, Branding):
        yield from (Link(LinkKind.ADDRESS, url=address, words=name) for name, address in holder.named_links)
    if isinstance(holder, TourPage):
        for content in holder.stop_contents.all():
            yield from _in_html(content.text)


def _in_blocks(raw: Any, part: str = "", words: str = "") -> Iterator[Link]:
    if isinstance(raw, Mapping):
        part = raw.get("id") or part
        words = next((str(raw[key]) for key in ("title", "button", "heading", "name") if raw.get(key)), words)
        for key, value in raw.items():
            if key in CHOSEN and isinstance(value, int):
                yield Link(CHOSEN[key], target=value, part=part, words=words[:LONGEST_WORDS])
            elif key == "url" and isinstance(value, str) and value:
                yield Link(LinkKind.ADDRESS, url=value, part=part, words=words[:LONGEST_WORDS])
            else:
                yield from _in_blocks(value, part, words)
    elif isinstance(raw, list):
        for value in raw:
            yield from _in_blocks(value, part, words)
    elif isinstance(raw, str) and ("<a " in raw or "<embed" in raw):
        yield from _in_html(raw, part)


def _in_html(text: str, part: str = "") -> Iterator[Link]:
    for tag in BeautifulSoup(text, "html.parser").find_all(["a", "embed"]):
        kind = {"page": LinkKind.PAGE, "document": LinkKind.DOCUMENT, "image": LinkKind.PICTURE}.get(
            str(tag.get("linktype") or tag.get("embedtype"))
        )
        words = str(tag.get("alt") or tag.get_text(" ", strip=True))[:LONGEST_WORDS]
        key = str(tag.get("id", ""))
        if kind is not None and key.isdecimal():
            yield Link(kind, target=int(key), part=part, words=words)
        elif tag.get("href"):
            yield Link(LinkKind.ADDRESS, url=str(tag["href"]).strip(), part=part, words=words)


def _resolved(link: Link, hosts: set[str]) -> Link | None:
    """Return a link as it is kept: None for what is no address, and for what is certainly there."""
    if link.kind != LinkKind.ADDRESS:
        return link
    try:
        parts = urlsplit(link.url)
    except ValueError:
        return Link(LinkKind.PAGE, NOTHING, link.url[:2000], link.part, link.words)
    if parts.scheme in ("http", "https") and parts.hostname not in hosts:
        return Link(LinkKind.ADDRESS, None, link.url[:2000], link.part, link.words)
    if parts.scheme not in ("", "http", "https") or not parts.path.startswith("/"):
        return None
    target = _page_at(parts.path)
    return None if target is None else Link(LinkKind.PAGE, target, link.url[:2000], link.part, link.words)


def _page_at(path: str) -> int | None:
    """Return the key of the published page at a path of one's own site, `NOTHING` when there is none, None for what is no page."""
    organization = current_organization()
    page = page_at_path(organization, path)
    if page is not None:
        return int(page.pk)
    if Redirect.objects.filter(old_path=Redirect.normalise_path(path)).exists():
        return None
    first, _slash, rest = path.strip("/").partition("/")
    below = f"/{rest}" if first in organization.languages else path
    with override(settings.LANGUAGE_CODE):
        try:
            return NOTHING if resolve(below).view_name in ("cms:page", "wagtail_serve") else None
        except Resolver404:
            return NOTHING


def broken_links() -> QuerySet[FoundLink]:
    """Return the links that lead nowhere, ignored ones too: to what is not published or not there, and to addresses that failed often."""
    own = OuterRef("target")
    works = (
        Q(kind=LinkKind.PAGE) & Exists(Page.objects.live().filter(pk=own))
        | Q(kind=LinkKind.DOCUMENT) & Exists(TenantDocument.objects.filter(pk=own))
        | Q(kind=LinkKind.PICTURE) & Exists(TenantImage.objects.filter(pk=own))
        | Q(kind=LinkKind.ADDRESS, failures__lt=BROKEN_AFTER)
    )
    return FoundLink.objects.exclude(works)


def links_in(holder: Model) -> QuerySet[FoundLink]:
    """Return the links that are known to stand in something."""
    kind = ContentType.objects.get_for_model(holder, for_concrete_model=True)
    return FoundLink.objects.filter(holder_type=kind, holder_id=holder.pk)


def organizations_with_due_links(*, now: datetime) -> list[int]:
    """Return the keys of organizations that have addresses to look at; a sweep asks."""
    due = FoundLink.objects.filter(kind=LinkKind.ADDRESS, is_ignored=False, next_check_at__lte=now)
    active = due.filter(organization__status=OrganizationStatus.ACTIVE)
    return list(active.order_by("organization").values_list("organization", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """How far the addresses of other sites have been looked at."""

    total: int
    waiting: int

    @property
    def done(self) -> int:
        """How many need no look now."""
        return self.total - self.waiting


def link_check(*, now: datetime) -> LinkCheck:
    """Return how many addresses there are, and how many wait to be looked at now; two queries."""
    watched = FoundLink.objects.filter(kind=LinkKind.ADDRESS, is_ignored=False)
    waiting = watched.filter(next_check_at__lte=now)
    return LinkCheck(watched.values("url").distinct().count(), waiting.values("url").distinct().count())
