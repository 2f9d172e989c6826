"""Beginning a site with pages that make sense at once."""

import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.html import format_html, format_html_join
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page
from wagtail_localize.models import Translation

from cms import queries
from cms.models import Branding, ContentPage, FaqPage, LandingPage, TourIndexPage
from cms.rules import ABOUT, QUESTIONS, TOURS, Starter, StarterTile
from tenancy import audit
from tenancy.models import Organization, User
from tenancy.queries import current_organization


class SiteNotEmpty(Exception):
    """There are pages already; a starter overwrites nothing."""


@transaction.atomic
def build_starter(starter: Starter, *, publish: bool, actor: User) -> None:
    """Give the organization in scope a site in a style: its home, a list of tours, questions and “about us”, and the look.

    In the site's own language and in those of its others that our own words are in. The look is changed only where nobody has
    chosen one. Raises `SiteNotEmpty`; then nothing was done.
    """
    # One at a time: whoever clicked second finds the pages of the first.
    Organization.objects.select_for_update(no_key=True).get()
    organization = current_organization()
    if not queries.is_site_empty(organization):
        raise SiteNotEmpty
    assert organization.site is not None
    keys = {name: uuid.uuid4() for name in (TOURS, QUESTIONS, ABOUT)}
    root = organization.site.root_page
    homes = LandingPage.objects.filter(translation_key=root.translation_key, depth=root.depth)
    for home in homes.select_related("locale").order_by("path"):
        language = home.locale.language_code
        if language == organization.default_language or language in _further_languages(organization):
            with override(language):
                _write(home, starter, keys, publish=publish, actor=actor)
            # Its words are its own from now on.
            Translation.objects.filter(source__object_id=home.translation_key, target_locale=home.locale).update(
                enabled=False
            )
    _dress(Branding.objects.get(site=organization.site), starter, organization)
    audit.record("starter_site.built", organization, actor=actor)


def _further_languages(organization: Organization) -> list[str]:
    """The organization's languages beside its own that our own words are in."""
    ours = dict(settings.WAGTAILADMIN_PERMITTED_LANGUAGES)
    return [code for code in organization.languages if code in ours and code != organization.default_language]


def _write(home: LandingPage, starter: Starter, keys: dict[str, uuid.UUID], *, publish: bool, actor: User) -> None:
    tours = TourIndexPage(title=str(starter.tours), intro=_paragraphs([starter.tours_intro]))
    answers = [{"question": str(question), "answer": _paragraphs([answer])} for question, answer in starter.questions]
    questions = FaqPage(title=_("Questions"), body=[("faq", {"heading": "", "questions": answers})])
    about = ContentPage(title=_("About us"), body=[("rich_text", _paragraphs(starter.about)), *_contact()])
    pages: dict[str, Page] = {TOURS: tours, QUESTIONS: questions, ABOUT: about}
    tours.search_description, about.search_description = str(starter.tours_intro), str(starter.about[0])
    questions.search_description = " ".join(map(str, starter.questions[0]))
    home.search_description = str(starter.lead)
    for name, page in pages.items():
        page.slug, page.show_in_menus, page.live = slugify(page.title), True, False
        page.locale, page.translation_key = home.locale, keys[name]
        home.add_child(instance=page)
        _save(page, publish=publish, actor=actor)
    hero = {"heading": str(starter.heading), "text": str(starter.lead), "button": str(starter.button), "page": tours}
    tiles = [_tile(tile, pages) for tile in starter.tiles]
    story = format_html("<h2>{}</h2>{}", starter.story_heading, _paragraphs(starter.story))
    home.body = [
        ("hero", hero),
        ("tiles", {"heading": "", "tiles": tiles}),
        ("tours", {"heading": str(starter.next_tours), "count": 3, "soonest_first": True}),
        ("rich_text", story),
        (
            "call_to_action",
            {
                "heading": _("Any questions?"),
                "text": "",
                "button": _("Questions and answers"),
                "page": questions,
                "url": "",
            },
        ),
    ]
    _save(home, publish=publish, actor=actor)


def _save(page: Page, *, publish: bool, actor: User) -> None:
    revision = page.save_revision(user=actor)
    if publish:
        revision.publish(user=actor)


def _paragraphs(texts: Any) -> str:
    return format_html_join("", "<p>{}</p>", ((text,) for text in texts))


def _contact() -> list[tuple[str, Any]]:
    organization = current_organization()
    lines = [organization.business_name, *organization.business_address.splitlines()]
    lines += [organization.business_email, str(organization.business_phone or "")]
    told = [(line.strip(),) for line in lines if line.strip()]
    return [
        ("rich_text", format_html("<h2>{}</h2><p>{}</p>", _("Contact"), format_html_join("\u2003·\u2003", "{}", told)))
    ]


def _tile(tile: StarterTile, pages: dict[str, Page]) -> tuple[str, dict[str, Any]]:
    face = {
        "title": str(tile.title),
        "text": str(tile.text),
        "icon": tile.icon.value,
        "image": None,
        "size": tile.size.value,
        "colour": tile.colour.value,
    }
    if tile.leads_to:
        return "page", {**face, "page": pages[tile.leads_to]}
    return "info", {**face, "details": str(tile.details)}


def _dress(branding: Branding, starter: Starter, organization: Organization) -> None:
    look = ("primary_colour", "accent_colour", "font", "header")
    untouched = Branding()
    if all(getattr(branding, name) == getattr(untouched, name) for name in look):
        for name in look:
            setattr(branding, name, getattr(starter, name))
    if not branding.tagline:
        with override(organization.default_language):
            branding.tagline = str(starter.tagline)
        for language in _further_languages(organization):
            with override(language):
                branding.tagline_translations[language] = str(starter.tagline)
    branding.save()
