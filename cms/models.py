"""Pages, and how a site looks."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import URLValidator
from django.db import models
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import Page

from cms.enums import Font, Header, LegalKind, LinkKind, LinkProblem, SearchKind
from cms.pages.content import ContentPage, FaqPage, LandingPage
from cms.pages.review import ReviewTask
from cms.pages.templates import PageTemplate, written_fields
from cms.pages.tours import TourIndexPage, TourPage, TourPagePicture, TourPageStop
from cms.rules import (
    FONT_STACKS,
    HEADING_STACKS,
    Corrections,
    Look,
    corrections_of,
    font_faces,
    is_colour,
    look_by_day,
    look_by_night,
    stack_until_it_comes,
)
from cms.snippets import SharedNotice, SharedQuestions
from tenancy.fields import TranslationsField
from tenancy.models import Organization, TenantImage, TenantModel
from tenancy.permissions import RoleSitePolicy
from tenancy.scope import current_organization_id

__all__ = [
    "Branding",
    "ContentPage",
    "FaqPage",
    "FoundLink",
    "LandingPage",
    "LegalText",
    "PageTemplate",
    "ReviewTask",
    "SearchEntry",
    "SearchMiss",
    "SearchWord",
    "SharedNotice",
    "SharedQuestions",
    "TourIndexPage",
    "TourPage",
    "TourPagePicture",
    "TourPageStop",
    "written_fields",
]


def validate_links(text: str) -> None:
    """Raise `ValidationError` unless each line of the text is the address of a page."""
    for line in text.split():
        try:
            URLValidator(schemes=["https", "http"])(line)
        except ValidationError as error:
            raise ValidationError(
                _("“%(line)s” is not an address such as https://www.example.com/us."), params={"line": line}
            ) from error


def validate_colour(text: str) -> None:
    """Raise `ValidationError` unless the text is a colour; one that is hard to read is corrected where it is used."""
    if not is_colour(text):
        raise ValidationError(_("Write a colour as # and six digits, such as #0b3d5c."))


class LegalText(TenantModel):
    """A text that the law asks for or that guests agree to, in one language."""

    kind = models.CharField(_("text"), max_length=16, choices=LegalKind.choices)
    language = models.CharField(_("language"), max_length=12)
    body = RichTextField(_("text"), features=["h2", "h3", "bold", "italic", "ol", "ul", "hr", "link"])

    class Meta:
        verbose_name = _("legal text")
        verbose_name_plural = _("legal texts")
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "language"], name="legal_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"


@register_setting(icon="view")
class Branding(BaseSiteSetting):
    """How an organization's site looks and how to reach it."""

    select_related = ["logo"]
    # Which legal texts there are; comes with the row.
    legal_kinds: Sequence[str] = ()

    logo = models.ForeignKey(
        TenantImage, verbose_name=_("logo"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    primary_colour = models.CharField(
        _("main colour"), max_length=7, default="#0b3d5c", validators=[validate_colour], help_text=_("Such as #0b3d5c.")
    )
    accent_colour = models.CharField(_("accent colour"), max_length=7, default="#9a3b12", validators=[validate_colour])
    font = models.CharField(_("typeface"), max_length=12, choices=Font.choices, default=Font.FIGTREE)
    header = models.CharField(_("bar at the top"), max_length=12, choices=Header.choices, default=Header.PLAIN)
    tagline = models.CharField(_("tagline"), max_length=120, blank=True)
    tagline_translations = TranslationsField(_("tagline in other languages"))
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.TextField(_("address"), blank=True)
    links = models.TextField(
        _("elsewhere"),
        blank=True,
        validators=[validate_links],
        help_text=_("Your pages on other sites, one address in a line."),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("logo", help_text=_("Beside your name at the top, and in the tab of the browser.")),
                FieldPanel("tagline", help_text=_("A few words about you, at the foot of every page.")),
                FieldPanel("tagline_translations"),
            ],
            heading=_("Name and logo"),
        ),
        MultiFieldPanel(
            [FieldPanel("primary_colour"), FieldPanel("accent_colour"), FieldPanel("font"), FieldPanel("header")],
            heading=_("Look"),
        ),
        HelpPanel(template="cms/admin/branding_sample.html", heading=_("How it looks")),
        MultiFieldPanel(
            [FieldPanel("phone"), FieldPanel("email"), FieldPanel("address"), FieldPanel("links")],
            heading=_("Contact"),
        ),
    ]

    class Meta:
        verbose_name = _("branding")

    @classmethod
    def get_permission_policy(cls) -> RoleSitePolicy:
        """Return who may change it: whoever has a role that may."""
        return RoleSitePolicy(cls)

    @classmethod
    def base_queryset(cls) -> models.QuerySet["Branding"]:
        """Return all rows, each with the kinds of legal texts there are: the foot of every page links them."""
        kinds = LegalText.objects.order_by().values("kind").distinct()
        rows: models.QuerySet[Branding] = super().base_queryset().annotate(legal_kinds=ArraySubquery(kinds))
        return rows

    @property
    def by_day(self) -> Look:
        """The site's colours on a light ground."""
        return look_by_day(self.primary_colour, self.accent_colour)

    @property
    def by_night(self) -> Look:
        """The site's colours on a dark ground."""
        return look_by_night(self.primary_colour, self.accent_colour)

    @property
    def fonts(self) -> dict[str, str]:
        """The stacks of fonts, by their custom properties."""
        font = Font(self.font)
        return {"--font": FONT_STACKS[font], "--font-heading": HEADING_STACKS.get(font, FONT_STACKS[font])}

    @property
    def fonts_at_first(self) -> dict[str, str]:
        """The stacks of fonts for who has not fetched any, by their custom properties; those of a typeface of the device as ever."""
        return {name: stack_until_it_comes(stack) for name, stack in self.fonts.items()}

    @property
    def font_faces(self) -> str:
        """The CSS that makes the typeface known."""
        return font_faces(Font(self.font), static)

    @property
    def properties_by_day(self) -> str:
        """The custom properties of the light scheme, with those of the typeface."""
        return _declarations(_properties(self.by_day) | self.fonts)

    @property
    def properties_by_night(self) -> str:
        """The custom properties of the dark scheme."""
        return _declarations(_properties(self.by_night))

    @property
    def corrections(self) -> list[tuple[str, Corrections]]:
        """What is done so that the two colours can be used, each with the name of its field."""
        return [
            (str(self._meta.get_field(name).verbose_name), corrections_of(getattr(self, name)))
            for name in ("primary_colour", "accent_colour")
        ]

    @property
    def stylesheet(self) -> str:
        """All the site's styles: those of every site, its fonts, and its colours for light and dark, which can be read on their ground.

        One file: a phone with a slow connection shows nothing before it has all of them. Fonts are asked for by `:root.fonts`, which
        site.js sets when the page is shown.
        """
        fonts = _declarations(self.fonts)
        return (
            f"{_styles_of_every_site()}{self.font_faces}:root{{{_declarations(_properties(self.by_day) | self.fonts_at_first)}}}\n"
            f"@media (prefers-color-scheme: dark){{:root{{{self.properties_by_night}}}}}\n"
            f":root.fonts{{{fonts}}}@media (scripting: none){{:root{{{fonts}}}}}\n"
        )

    @property
    def named_links(self) -> list[tuple[str, str]]:
        """The pages on other sites, each as the site's name and the address."""
        return [(urlsplit(line).netloc.removeprefix("www."), line) for line in self.links.split()]

    @property
    def version(self) -> str:
        """A short hash that changes with the look, for the stylesheet's address."""
        return hashlib.sha256(self.stylesheet.encode()).hexdigest()[:12]


def _styles_of_every_site() -> str:
    return "".join(Path(str(finders.find(f"css/{name}.css"))).read_text() for name in ("site", "booking", "tours"))


def _properties(look: Look) -> dict[str, str]:
    return {f"--{name.replace('_', '-')}": colour for name, colour in asdict(look).items()}


def _declarations(properties: dict[str, str]) -> str:
    return ";".join(f"{name}:{value}" for name, value in properties.items())


class SearchEntry(TenantModel):
    """Something that guests find, in one language: a page, a tour, a place on its way, or a question on a page.

    `part` is where on the page it stands, the `id` of an element; `shown` the raw value of its `VisibilityBlock`, if it has one.
    """

    # The database takes it away with its page (see the migration), so that Django reads none of them before.
    page = models.ForeignKey(Page, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    language = models.CharField(max_length=12)
    kind = models.CharField(max_length=12, choices=SearchKind.choices)
    part = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=255)
    text = models.TextField(blank=True)
    shown = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word by which an entry is found, in small letters without accents; the more it says about the entry, the higher its weight.

    A table, because under row-level security PostgreSQL reads an index only for `=` and `<`: neither full text nor trigrams.
    """

    wagtail_reference_index_ignore = True

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        default=current_organization_id,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # As above: the database takes them away with their entry.
    entry = models.ForeignKey(SearchEntry, on_delete=models.DO_NOTHING, related_name="words", db_constraint=False)
    language = models.CharField(max_length=12)
    word = models.CharField(max_length=40, db_collation="C")
    weight = models.SmallIntegerField()

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        indexes = [
            models.Index(fields=["organization", "language", "word"], include=["entry", "weight"], name="search_word")
        ]

    def __str__(self) -> str:
        return self.word


class FoundLink(TenantModel):
    """A link that stands in something guests see; whether it works is known of addresses of other sites, and asked of one's own.

    `part` is the id of the block it stands in. An address has failed `failures` times in a row; `next_check_at` says when it is
    asked again.
    """

    holder_type = models.ForeignKey(
        ContentType, on_delete=models.CASCADE, related_name="+", limit_choices_to={"app_label": "cms"}
    )
    holder_id = models.BigIntegerField()
    holder = GenericForeignKey("holder_type", "holder_id")
    part = models.CharField(max_length=80, blank=True)
    words = models.CharField(_("words"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=LinkKind.choices)
    target = models.BigIntegerField(null=True)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    problem = models.CharField(_("problem"), max_length=12, choices=LinkProblem.choices, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(_("last looked at"), null=True)
    next_check_at = models.DateTimeField(null=True)
    is_ignored = models.BooleanField(_("ignored"), default=False)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        indexes = [
            models.Index(fields=["organization", "next_check_at"], name="found_link_due"),
            models.Index(fields=["organization", "holder_type", "holder_id"], name="found_link_holder"),
        ]

    def __str__(self) -> str:
        return self.words or self.url


class SearchMiss(TenantModel):
    """Words that guests searched for and did not find; nobody is written down with them."""

    language = models.CharField(_("language"), max_length=12)
    words = models.CharField(_("words"), max_length=60)
    count = models.PositiveIntegerField(_("searches"), default=1)
    last_on = models.DateField(_("last on"))

    class Meta:
        verbose_name = _("search that found nothing")
        verbose_name_plural = _("searches that found nothing")
        constraints = [
            models.UniqueConstraint(fields=["organization", "language", "words"], name="search_miss_once"),
        ]

    def __str__(self) -> str:
        return self.words
