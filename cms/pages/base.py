"""What every page has."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import StreamValue
from wagtail.models import Page, PageViewRestriction

from cms import queries
from cms.blocks.choosers import choices
from cms.pages.forms import BasePageForm
from cms.snippets import SharedNotice, SharedQuestions
from tenancy.models import TenantImage


class BasePage(Page):
    """A page of an organization's guest site."""

    base_form_class = BasePageForm
    # Not below the container of the homes, where nothing has an address.
    parent_page_types: ClassVar[list[str]] = ["cms.LandingPage", "cms.ContentPage"]

    share_image = models.ForeignKey(
        TenantImage,
        verbose_name=_("picture for sharing"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Shown when somebody sends the page to others."),
    )

    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel(
                    "slug",
                    help_text=_(
                        "The end of the page’s address. When you change it, the old address leads on by itself."
                    ),
                ),
                FieldPanel(
                    "seo_title", help_text=_("What search engines show as the heading. Empty: the title of the page.")
                ),
                FieldPanel(
                    "search_description",
                    help_text=_(
                        "One or two sentences that search engines show below the heading. Empty: how the page begins."
                    ),
                ),
                FieldPanel("share_image"),
            ],
            heading=_("For search engines and sharing"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "show_in_menus",
                    help_text=_("Puts the page into the menu at the top, when it stands directly below the home."),
                )
            ],
            heading=_("Menu"),
        ),
    ]

    class Meta:
        abstract = True

    _restrictions: QuerySet[PageViewRestriction] | None = None

    @property
    def shared_picture(self) -> TenantImage | None:
        """The picture that stands for the page elsewhere."""
        return self.share_image

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        """Return what keeps some people from this page, here or above; one query, however often it is asked."""
        if self._restrictions is None:
            paths = [self.path[:end] for end in range(self.steplen, len(self.path) + 1, self.steplen)]
            self._restrictions = PageViewRestriction.objects.filter(page__path__in=paths).select_related("page")
        return self._restrictions

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        body: StreamValue | None = getattr(self, "body", None)
        raw = list(body.raw_data) if body else []
        sharing = None if type(self).share_image.is_cached(self) else self.share_image_id
        places = queries.places_by_id([*queries.chosen_in(raw, "place"), *queries.chosen_in(raw, "near")])
        of_places = [place.picture_id for place in places.values()]
        pictures = queries.pictures_by_id([sharing, *queries.chosen_in(raw, "image"), *of_places])
        for place in places.values():
            place.picture = pictures.get(place.picture_id or 0)
        if sharing is not None:
            self.share_image = pictures.get(sharing)
        if body:
            pages = queries.pages_by_id(queries.chosen_in(raw, "page"), locale_id=self.locale_id)
            documents = queries.documents_by_id(queries.chosen_in(raw, "document"))
            shared = {
                shelf: queries.shared_by_id(model, queries.chosen_in(raw, key), locale_id=self.locale_id)
                for shelf, key, model in (
                    ("shared_notices", "shared_notice", SharedNotice),
                    ("shared_questions", "shared_questions", SharedQuestions),
                )
            }
            with choices(pictures=pictures, pages=pages, documents=documents, places=places, **shared):
                # Makes values of all blocks.
                list(body)
        # Shared questions note here what they have shown, so that no two of them have the same `id`.
        context: dict[str, Any] = super().get_context(request, *args, **kwargs) | {"shown_before": set()}
        return context

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a guest. What is personal on a page is fetched by the page itself, so all guests get the same."""
        response: HttpResponse = super().serve(request, *args, **kwargs)
        # Who may see a page that not everybody may see was asked for this guest only.
        response.same_for_all = not request.user.is_authenticated and not self.get_view_restrictions()  # type: ignore[attr-defined]
        return response
