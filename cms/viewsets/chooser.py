"""Choosing a page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail.admin.views.chooser import BrowseView
from wagtail.models import Page

from cms.pages.forms import HOME_DEPTH

_browse = BrowseView.get


def browse_from_home(view: BrowseView, request: HttpRequest, parent_page_id: int | None = None) -> HttpResponse:
    """Answer with the pages below one to choose from, at first those below the home.

    Stands in for `BrowseView.get`, which begins above it, where there is nothing to choose: what holds the homes of all languages
    has no address.
    """
    above: Any = Page.objects.filter(pk=parent_page_id, depth__lt=HOME_DEPTH)
    if parent_page_id is None or above.exists():
        parent_page_id = request.organization.site.root_page_id  # type: ignore[attr-defined]
    answer: HttpResponse = _browse(view, request, parent_page_id)
    return answer
