"""The pages of tours: what a guest reads before booking, and at each stop."""

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urljoin

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, TranslatableMixin
from wagtail.search import index

from cms import queries
from cms.blocks import ContentBlock
from cms.pages.base import BasePage
from commerce.queries import policy_words_of
from places.rules import directions_url
from tenancy.models import TenantDocument, TenantImage
from tenancy.queries import scope_currency
from tours.models import Stop, Tour
from tours.queries import stops_of
from tours.rules import language_name

if TYPE_CHECKING:
    from cms.forms import TourFilterForm

TEXT = ["bold", "italic", "ul", "ol", "link"]


class _Chosen:
    """A filter that is set, in words, with the query of the list without it and how many tours that would find, if that was asked."""

    def __init__(self, name: str, form: "TourFilterForm", count: int | None) -> None:
        fields = {"date": ("from", "to")}.get(name, (name,))
        self.query = form.query(without=fields)
        self.count = count
        self.label = form.in_words(fields)


class TourIndexPage(BasePage):
    """The list of all tours on sale."""

    intro = RichTextField(_("introduction"), blank=True, features=TEXT)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("intro", help_text=_("A few words above the list. The tours below it come from their pages.")),
    ]
    template = "cms/tour_index_page.html"
    subpage_types: ClassVar[list[str]] = ["cms.TourPage"]
    page_description = _("Lists the tours on sale; their pages belong below it.")

    class Meta:
        verbose_name = _("tour list page")
        verbose_name_plural = _("tour list pages")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A form without scripts sends what was left empty as well; the address that is kept and shared has none of it.
        full = [(name, value) for name, values in request.GET.lists() for value in values if value.strip()]
        if len(full) < sum(len(values) for _name, values in request.GET.lists()):
            return redirect(f"{request.path}{f'?{urlencode(full)}' if full else ''}")
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.forms import TourFilterForm  # forms know the models, and pages are models

        facts = queries.tour_facts(self)
        form = TourFilterForm(request.GET, facts=facts)
        found = queries.find_tours(
            self, facts, form.filters, order=form.chosen_order, number=request.GET.get("page", 1), now=timezone.now()
        )
        part = found.part
        # Other addresses of the same list are not worth keeping.
        query = request.META.get("QUERY_STRING", "")
        if not form.errors and f"?{query}" == form.query(page=part.number):
            request.stored_query = query  # type: ignore[attr-defined]
        return {
            **super().get_context(request, *args, **kwargs),
            "form": form,
            "found": found,
            "chosen": [_Chosen(name, form, found.instead.get(name)) for name in form.filters.set_ones],
            "previous_query": form.query(page=part.number - 1) if part.has_previous() else None,
            "next_query": form.query(page=part.number + 1) if part.has_next() else None,
        }


class TourPage(BasePage):
    """What guests read about a tour, in one language. What is sold, when and for how much stands in the tour itself."""

    tour = models.ForeignKey(Tour, verbose_name=_("tour"), on_delete=models.PROTECT, related_name="pages")
    summary = models.TextField(
        _("summary"), max_length=400, help_text=_("Two sentences that make people want to come.")
    )
    cover = models.ForeignKey(
        TenantImage, verbose_name=_("cover picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cover_words = models.CharField(
        _("what the cover shows"),
        max_length=255,
        blank=True,
        help_text=_("Only if the picture says something that the title does not. Empty: screen readers pass over it."),
    )
    highlights = RichTextField(_("highlights"), blank=True, features=TEXT)
    included = RichTextField(_("included"), blank=True, features=TEXT)
    excluded = RichTextField(_("not included"), blank=True, features=TEXT)
    to_bring = RichTextField(_("what to bring"), blank=True, features=TEXT)
    body = StreamField(ContentBlock(), verbose_name=_("more content"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("tour", help_text=_("Dates, prices, stops and the meeting point come from it.")),
        FieldPanel("summary"),
        FieldPanel("cover", help_text=_("The wide picture at the top, and in lists of tours.")),
        FieldPanel("cover_words"),
        MultiFieldPanel(
            [
                FieldPanel("highlights", help_text=_("Three to five points that guests will remember.")),
                FieldPanel("included", help_text=_("What the price covers, such as entrance and drinks.")),
                FieldPanel("excluded", help_text=_("What guests pay themselves.")),
                FieldPanel("to_bring", help_text=_("Such as good shoes, or a coat against rain.")),
            ],
            heading=_("What to expect"),
        ),
        InlinePanel(
            "pictures",
            label=_("Picture"),
            heading=_("Gallery"),
            help_text=_("Guests swipe through them in this order."),
        ),
        InlinePanel(
            "stop_contents",
            label=_("Stop"),
            heading=_("Words for the stops"),
            help_text=_("All stops of the tour are shown, in the tour's order. Add what guests read and hear there."),
        ),
        FieldPanel(
            "body",
            help_text=_("Whatever else guests should know, such as questions or a film. It stands below the stops."),
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("summary"),
        index.SearchField("highlights"),
        index.SearchField("body"),
    ]
    template = "cms/tour_page.html"
    parent_page_types: ClassVar[list[str]] = ["cms.TourIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("What guests read about one tour, with its stops and the booking panel.")

    class Meta:
        verbose_name = _("tour page")
        verbose_name_plural = _("tour pages")

    def clean(self) -> None:
        super().clean()
        if self.tour_id and self.locale_id:
            others = TourPage.objects.filter(tour=self.tour_id, locale=self.locale_id).exclude(pk=self.pk)
            if others.exists():
                raise ValidationError({"tour": _("This tour has a page in this language already.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        tour = queries.tour_of(self)
        stop_contents = list(self.stop_contents.select_related("audio"))
        gallery = list(self.pictures.all())
        ids = [self.cover_id, self.share_image_id, *(own.image_id for own in (*stop_contents, *gallery))]
        pictures = queries.pictures_by_id(ids)
        # In the draft that a preview shows, what was chosen last may differ from what is stored.
        self.cover, self.share_image = pictures.get(self.cover_id), pictures.get(self.share_image_id)
        for own in (*stop_contents, *gallery):
            own.image = pictures.get(own.image_id)
        stops = queries.shown_stops(stops_of(tour), stop_contents)
        return {
            **super().get_context(request, *args, **kwargs),
            "tour": tour,
            "stops": stops,
            "points": queries.map_points(stops),
            "pictures": gallery,
            # The list stands above; asking for its page would be a query more.
            "list_url": urljoin(self.get_url(request) or "", "../"),
            "languages": [language_name(code) for code in tour.languages],
            "meeting_points": queries.place_points(tour.meeting_point),
            "directions_url": directions_url(tour.meeting_point) if tour.meeting_point else "",
            "cancellation_policy": policy_words_of(tour, scope_currency()),
        }

    @property
    def shared_picture(self) -> TenantImage | None:
        return self.share_image or self.cover


class PictureWords(models.Model):
    """What a picture shows in one use of it, in the page's language; where it is empty the words of the library are said."""

    image_words = models.CharField(
        _("what it shows here"),
        max_length=255,
        blank=True,
        help_text=_("Only if the picture library’s own words do not fit here. Empty: those are said."),
    )

    class Meta:
        abstract = True


class TourPagePicture(PictureWords, TranslatableMixin, Orderable):
    """A picture of a tour page's gallery."""

    page = ParentalKey(TourPage, on_delete=models.CASCADE, related_name="pictures")
    image = models.ForeignKey(TenantImage, verbose_name=_("picture"), on_delete=models.CASCADE, related_name="+")
    caption = models.CharField(_("caption"), max_length=200, blank=True)

    panels = [FieldPanel("image"), FieldPanel("image_words"), FieldPanel("caption")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        pass

    def __str__(self) -> str:
        return self.caption


class TourPageStop(PictureWords, TranslatableMixin, Orderable):
    """What guests read and hear at a stop, in the page's language."""

    page = ParentalKey(TourPage, on_delete=models.CASCADE, related_name="stop_contents")
    stop = models.ForeignKey(Stop, verbose_name=_("stop"), on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("title"), max_length=200, blank=True, help_text=_("Empty: the stop's own."))
    text = RichTextField(_("text"), blank=True, features=TEXT)
    image = models.ForeignKey(
        TenantImage, verbose_name=_("picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    audio = models.ForeignKey(
        TenantDocument,
        verbose_name=_("sound"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("An MP3 or M4A file."),
    )

    panels = [
        FieldPanel("stop"),
        FieldPanel("title"),
        FieldPanel("text"),
        FieldPanel("image"),
        FieldPanel("image_words"),
        FieldPanel("audio"),
    ]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        pass

    def __str__(self) -> str:
        return self.title or str(self.stop)
