"""What all lists of the admin have in common."""

from typing import Any

from django.db.models import QuerySet
from wagtail.admin.views import generic


class IndexView(generic.IndexView):  # type: ignore[misc]  # Wagtail has no types
    """A list whose rows keep one order from page to page, also those that are equal in the column it is ordered by."""

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows in the chosen order, then by key."""
        queryset = super().order_queryset(queryset)
        fields = queryset.query.order_by or queryset.model._meta.ordering
        return queryset if {"pk", "-pk"} & set(fields) else queryset.order_by(*fields, "pk")
