"""What may be asked of a list, a chooser or an API beyond its address: searches, orders, pages, filters, exports and keys."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django_filters import ModelChoiceFilter
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from tests.isolation.canaries import WORD
from tests.isolation.keys import Keys, models_of_viewsets
from tests.isolation.routes import Route

Query = dict[str, Any]

EVERYTHING = {"fields": "*", "limit": 20}


def _api_of_pages(keys: Keys) -> list[Query]:
    page = keys.of_model("wagtailcore.Page")[-1]
    relations = ("child_of", "ancestor_of", "descendant_of", "translation_of")
    return [
        EVERYTHING,
        {"search": WORD, **EVERYTHING},
        {"for_explorer": 1, **EVERYTHING},
        {"has_children": 1, **EVERYTHING},
        {"order": "-id", **EVERYTHING},
        {"title": WORD, **EVERYTHING},
        *({relation: page, **EVERYTHING} for relation in relations),
    ]


def _api_of_files(keys: Keys) -> list[Query]:
    return [EVERYTHING, {"search": WORD, **EVERYTHING}, {"tags": WORD}]


def _bulk(label: str) -> Callable[[Keys], list[Query]]:
    return lambda keys: [{"id": keys.of_model(label)[0]}]


# By the route's name; what is asked with one's own keys is asked with the other's as well.
QUERIES: dict[str, Callable[[Keys], list[Query]]] = {
    "wagtailadmin_api:pages:listing": _api_of_pages,
    "wagtailadmin_api:pages:find": lambda keys: [{"id": key} for key in keys.of_model("wagtailcore.Page")],
    "wagtailadmin_api:images:listing": _api_of_files,
    "wagtailadmin_api:images:find": _bulk("tenancy.TenantImage"),
    "wagtailadmin_api:documents:listing": _api_of_files,
    "wagtailadmin_api:documents:find": _bulk("tenancy.TenantDocument"),
    "wagtailadmin_choose_page": lambda keys: [{"page_type": "wagtailcore.page", "allow_external_link": "true"}],
    "wagtailadmin_choose_page_chosen_multiple": _bulk("wagtailcore.Page"),
    "wagtailadmin_choose_page_search": lambda keys: [{"q": WORD}, {"q": WORD, "page_type": "cms.TourPage"}],
    "wagtailadmin_tag_autocomplete": lambda keys: [{"term": WORD[:4]}],
    "wagtailadmin_tag_model_autocomplete": lambda keys: [{"term": WORD[:4]}],
    "wagtaildocs_chooser:choose": lambda keys: [{"collection_id": keys.of_model("wagtailcore.Collection")[0]}],
    "wagtailimages_chooser:choose": lambda keys: [{"collection_id": keys.of_model("wagtailcore.Collection")[0]}],
}


def queries_with_keys(route: Route, url: str, keys: Keys) -> list[Query]:
    """The queries of a route in which keys stand."""
    if route.name in QUERIES:
        return QUERIES[route.name](keys)
    if route.name == "wagtail_bulk_action":
        app, model, _action = url.strip("/").split("/")[-3:]
        return _bulk(f"{app}.{model}")(keys)
    if route.name.endswith(":chosen_multiple") or ":bulk_" in route.name:
        return _bulk(models_of_viewsets()[route.namespace])(keys)
    return []


def queries_of_list(response: HttpResponse, foreign: Keys) -> list[Query]:
    """What can be asked of the list or chooser that an answer shows, filters with another organization's keys included."""
    context = getattr(response, "context_data", None) or {}
    view = context.get("view")
    if isinstance(view, BaseListingView):
        asked: list[Query] = [{"q": WORD}]
        if view.results_only:
            return asked
        asked += [{"p": 2}, *({"ordering": column.sort_key} for column in view.columns if column.sort_key)]
    elif "results_url" in context or "results_pagination_url" in context:
        return [{"q": WORD}]
    else:
        return []
    if isinstance(view, SpreadsheetExportMixin):
        asked += [{"export": "csv"}, {"export": "xlsx"}, {"export": "xlsx", "q": WORD}]
    filters = getattr(getattr(view, "filters", None), "filters", {})
    for name, found in filters.items():
        if isinstance(found, ModelChoiceFilter) and found.extra.get("queryset") is not None:
            choices = found.extra["queryset"]
            model = (choices(view.request) if callable(choices) else choices).model
            asked += [{name: key} for key in foreign.of_model(model._meta.label)[:1]]
    return asked
