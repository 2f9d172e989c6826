"""What every page has."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page

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

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a guest. What is personal on a page is fetched by the page itself, so all guests get the same."""
        response: HttpResponse = super().serve(request, *args, **kwargs)
        response.same_for_all = not request.user.is_authenticated  # type: ignore[attr-defined]
        return response
