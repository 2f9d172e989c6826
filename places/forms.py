"""Forms of the places app."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm

from places.models import Place
from places.queries import search_places
from tenancy.forms import TenantForm


class PlaceSearchForm(BaseFilterForm):
    """Finds a place to choose by its name or address."""

    q = forms.CharField(
        label=_("Search term"), widget=forms.TextInput(attrs={"placeholder": _("Search")}), required=False
    )

    def filter(self, objects: QuerySet[Place]) -> QuerySet[Place]:
        """Return the places that fit what was typed."""
        objects = super().filter(objects)
        query: Any = self.cleaned_data.get("q")
        if query:
            self.is_searching = True
            self.search_query = query
            objects = search_places(objects, query)
        return objects


class NewPlaceForm(TenantForm):
    """A place made on the way, while a tour is being written; the rest can follow."""

    class Meta:
        model = Place
        fields = ["name", "kind", "street", "postal_code", "city", "latitude", "longitude"]
