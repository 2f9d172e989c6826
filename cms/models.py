"""Pages, and how a site looks."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import Page

from cms.enums import FONT_STACKS, Font, Header, LegalKind, SearchKind
from cms.pages.content import ContentPage, FaqPage, LandingPage
from cms.pages.templates import PageTemplate, written_fields
from cms.pages.tours import TourIndexPage, TourPage, TourPagePicture, TourPageStop
from cms.rules import DAY, INK, MINIMUM_CONTRAST, NIGHT, WHITE, contrast, is_colour, readable_on, text_on
from cms.snippets import SharedNotice, SharedQuestions
from tenancy.fields import TranslationsField
from tenancy.models import Organization, TenantImage, TenantModel
from tenancy.scope import current_organization_id

__all__ = [
    "Branding",
    "ContentPage",
    "FaqPage",
    "LandingPage",
    "LegalText",
    "PageTemplate",
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
    """Raise `ValidationError` unless the text is a colour that can be read on a white page."""
    if not is_colour(text):
        raise ValidationError(_("Write a colour as # and six digits, such as #0b3d5c."))
    found = contrast(text, WHITE)
    if found < MINIMUM_CONTRAST:
        raise ValidationError(
            _(
                "This colour is too light to read on white (contrast %(found).1f, needed %(needed).1f). Choose a darker one."
            ),
            params={"found": found, "needed": MINIMUM_CONTRAST},
        )


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
    font = models.CharField(_("typeface"), max_length=12, choices=Font.choices, default=Font.SANS)
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
            [FieldPanel("logo"), FieldPanel("tagline"), FieldPanel("tagline_translations")], heading=_("Name and logo")
        ),
        MultiFieldPanel(
            [FieldPanel("primary_colour"), FieldPanel("accent_colour"), FieldPanel("font"), FieldPanel("header")],
            heading=_("Look"),
        ),
        MultiFieldPanel(
            [FieldPanel("phone"), FieldPanel("email"), FieldPanel("address"), FieldPanel("links")],
            heading=_("Contact"),
        ),
    ]

    class Meta:
        verbose_name = _("branding")

    @classmethod
    def base_queryset(cls) -> models.QuerySet["Branding"]:
        """Return all rows, each with the kinds of legal texts there are: the foot of every page links them."""
        kinds = LegalText.objects.order_by().values("kind").distinct()
        rows: models.QuerySet[Branding] = super().base_queryset().annotate(legal_kinds=ArraySubquery(kinds))
        return rows

    @property
    def stylesheet(self) -> str:
        """The site's custom properties, for light and dark, with colours that can be read on their ground."""
        light = {
            "--primary": self.primary_colour,
            "--on-primary": text_on(self.primary_colour),
            "--accent": self.accent_colour,
            "--on-accent": text_on(self.accent_colour),
            "--link": readable_on(self.primary_colour, DAY),
            "--font": FONT_STACKS[Font(self.font)],
        }
        night_primary = readable_on(self.primary_colour, NIGHT)
        night_accent = readable_on(self.accent_colour, NIGHT)
        dark = {
            "--primary": night_primary,
            "--on-primary": INK if contrast(INK, night_primary) >= MINIMUM_CONTRAST else WHITE,
            "--accent": night_accent,
            "--on-accent": INK if contrast(INK, night_accent) >= MINIMUM_CONTRAST else WHITE,
            "--link": night_primary,
        }
        return (
            f":root{{{_declarations(light)}}}\n@media (prefers-color-scheme: dark){{:root{{{_declarations(dark)}}}}}\n"
        )

    @property
    def named_links(self) -> list[tuple[str, str]]:
        """The pages on other sites, each as the site's name and the address."""
        return [(urlsplit(line).netloc.removeprefix("www."), line) for line in self.links.split()]

    @property
    def version(self) -> str:
        """A short hash that changes with the look, for the stylesheet's address."""
        return hashlib.sha256(self.stylesheet.encode()).hexdigest()[:12]


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
