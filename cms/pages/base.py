"""What every page has."""

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PageViewRestriction
from wagtail.url_routing import RouteResult

from tenancy.models import TenantImage


class BasePage(Page):
    """A page of an organization's guest site."""

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
                FieldPanel("slug"),
                FieldPanel("seo_title"),
                FieldPanel("search_description"),
                FieldPanel("share_image"),
            ],
            heading=_("For search engines and sharing"),
        ),
        MultiFieldPanel([FieldPanel("show_in_menus")], heading=_("Menu")),
    ]

    class Meta:
        abstract = True

    @property
    def shared_picture(self) -> TenantImage | None:
        """The picture that stands for the page elsewhere."""
        return self.share_image

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Find the page below this one that an address means, at any depth, in one step."""
        if path_components:
            wanted = f"{self.url_path}{'/'.join(path_components)}/"
            found = Page.objects.filter(url_path=wanted, depth=self.depth + len(path_components)).first()
            if found is not None:
                result: RouteResult = found.specific.route(request, [])
                return result
        return super().route(request, path_components)

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        """Return what keeps some people from this page, here or above; one query."""
        paths = [self.path[:end] for end in range(self.steplen, len(self.path) + 1, self.steplen)]
        return PageViewRestriction.objects.filter(page__path__in=paths).select_related("page")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a guest. What is personal on a page is fetched by the page itself, so all guests get the same."""
        response: HttpResponse = super().serve(request, *args, **kwargs)
        response.same_for_all = not request.user.is_authenticated  # type: ignore[attr-defined]
        return response
