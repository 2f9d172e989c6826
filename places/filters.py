"""Filters of the list of places."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from places.models import Place
from places.queries import tag_choices


class PlaceFilterSet(WagtailFilterSet):
    """Places by kind, city and tag."""

    tag = django_filters.ChoiceFilter(label=_("Tag"), choices=(), method="filter_tag")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["tag"].extra["choices"] = tag_choices()

    def filter_tag(self, places: QuerySet[Place], _name: str, value: str) -> QuerySet[Place]:
        """Return those that have a tag."""
        return places.filter(tags__contains=[value])

    class Meta:
        model = Place
        fields = ["kind", "city"]
