"""What the templates of the guest site ask for."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse, translate_url
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, to_locale
from wagtail.models import Page

from cms import queries
from cms.enums import LegalKind
from cms.models import Branding
from cms.queries.sharing import share_path
from tenancy.fields import translated

register = template.Library()
# {{ place|translated:"name" }}: in the active language, else in the organization's own.
register.filter(translated)

# Each icon is the inside of a 24 × 24 drawing of lines.
ICONS = {
    "compass": '<circle cx="12" cy="12" r="9"/><path d="m15.5 8.5-2 5-5 2 2-5z"/>',
    "map": '<path d="m3 6 6-2 6 2 6-2v14l-6 2-6-2-6 2z"/><path d="M9 4v14M15 6v14"/>',
    "calendar": '<rect x="3" y="5" width="18" height="16" rx="2"/><path d="M3 10h18M8 3v4M16 3v4"/>',
    "phone": '<path d="M6 3h4l2 5-2.5 1.5a11 11 0 0 0 5 5L16 12l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2z"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3 7 9 6 9-6"/>',
    "chat": '<path d="M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5z"/>',
    "wifi": '<path d="M2 9a15 15 0 0 1 20 0M5 12.5a10 10 0 0 1 14 0M8.5 16a5 5 0 0 1 7 0"/><circle cx="12" cy="19" r="1"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.5v.1"/>',
    "question": '<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.5c-.7.4-1 .9-1 2M12 17v.1"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "bag": '<path d="M5.5 8h13l1 12.5h-15zM8.5 8V7a3.5 3.5 0 0 1 7 0v1"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
    "heart": '<path d="M12 20s-8-5-8-11a4.5 4.5 0 0 1 8-2.5A4.5 4.5 0 0 1 20 9c0 6-8 11-8 11z"/>',
    "ticket": '<path d="M3 8a2 2 0 0 0 2-2h14a2 2 0 0 0 2 2v3a1.5 1.5 0 0 0 0 3v3a2 2 0 0 0-2 1H5a2 2 0 0 0-2-1v-3a1.5 1.5 0 0 0 0-3z"/>',
}


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same page in a language."""

    code: str
    name: str
    url: str
    full_url: str


@dataclass(frozen=True, slots=True)
class MenuLink:
    """An entry of the menu."""

    title: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What header and footer show."""

    name: str
    branding: Branding
    home_url: str
    is_home: bool
    menu: list[MenuLink]
    languages: list[LanguageLink]
    legal: list[LegalKind]
    home_full_url: str
    above: list[tuple[str, str]]


@register.simple_tag(takes_context=True)
def site_frame(context: dict[str, Any]) -> Frame:
    """Return what header and footer show around the page of the request."""
    request = context["request"]
    organization = request.organization
    shown = context.get("page")
    page = shown if isinstance(shown, Page) and shown.pk else None
    around = queries.surroundings(
        organization.site.root_page, language=get_language() or "", languages=organization.languages, page=page
    )
    if page is not None:
        languages = {other.locale.language_code: other.get_full_url(request) for other in around.translations}
    else:
        here = request.build_absolute_uri(request.path)
        languages = {code: translate_url(here, code) for code in organization.languages}
    branding = Branding.for_request(request)
    return Frame(
        name=organization.name,
        branding=branding,
        legal=[kind for kind in LegalKind if kind in branding.legal_kinds],
        home_url=around.home.get_url(request) or "/",
        is_home=page is not None and page.pk == around.home.pk,
        home_full_url=around.home.get_full_url(request) or "/",
        above=[(one.title, one.get_full_url(request)) for one in around.above],
        menu=[
            MenuLink(entry.title, entry.get_url(request), page is not None and page.pk == entry.pk)
            for entry in around.menu
        ],
        languages=[
            LanguageLink(code, get_language_info(code)["name_local"], urlsplit(url).path, url)
            for code, url in languages.items()
            # An address that is the same in two languages is not translated.
            if len(set(languages.values())) > 1
        ],
    )


@dataclass(frozen=True, slots=True)
class Meta:
    """What search engines and those who share a page are told of it; addresses are whole."""

    title: str
    description: str
    url: str
    locale: str
    image_url: str
    structured_data: SafeString


@register.simple_tag(takes_context=True)
def page_meta(context: dict[str, Any]) -> Meta:
    """Return what is said of the page of the request; after `site_frame`, and without a query unless prices of a tour are not known."""
    # They read models, which ask for the tags of no template.
    from cms.queries import structured_data
    from cms.queries.findable import description_of

    request, page, frame = context["request"], context["page"], context["frame"]
    # What is previewed before it was ever saved has no address yet.
    url = page.get_full_url(request) or "" if page.pk else ""
    title, description = page.seo_title or page.title, description_of(page)
    language = get_language() or ""
    home_url = frame.home_full_url
    image_url = urljoin(url, share_path(page, frame.branding, frame.name)) if page.pk else ""
    if frame.is_home:
        search_url = urljoin(url, reverse("cms:search"))
        logo = frame.branding.logo
        things = [
            structured_data.organization_thing(
                frame.name, frame.branding, url=home_url, logo=urljoin(url, logo.file.url) if logo else ""
            ),
            structured_data.site_thing(frame.name, url=home_url, language=language, search_url=search_url),
        ]
    else:
        steps = [(frame.name, home_url), *frame.above, (page.title, url)]
        things = [structured_data.breadcrumb_thing(steps)]
    if "tour" in context:
        things += structured_data.tour_things(
            context["tour"],
            context["stops"],
            name=page.title,
            description=description,
            url=url,
            image=image_url,
            organizer=structured_data.organizer_thing(frame.name, url=home_url),
            currency=request.organization.currency,
        )
    return Meta(title, description, url, to_locale(language), image_url, structured_data.json_ld(things))


@register.simple_tag
def icon_svg(name: str) -> SafeString:
    """Return the drawing of an icon; decoration, so hidden from screen readers."""
    inside = ICONS.get(name, "")
    return SafeString(  # from the table above
        f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{inside}</svg>'
    )


@register.simple_tag
@cache
def text_of_script(path: str) -> SafeString:
    """Return the text of a script below `static/`, for a page that has it in itself."""
    return SafeString(Path(str(finders.find(path))).read_text())  # a file of ours


@register.simple_tag
def map_setting(name: str) -> str:
    """Return a setting of the maps."""
    return str(getattr(settings, name)) if name.startswith("MAP_") else ""
