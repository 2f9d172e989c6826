"""Forms of the places app."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm

from places.models import LONGEST_TAG, Place
from places.queries import search_places, tags_in_use
from tenancy.forms import SuggestInput, TenantForm


class PlaceForm(TenantForm):
    """A place; its tags are words with commas between them."""

    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        widget=SuggestInput([]),
        help_text=_("Words to sort by, with commas between them. A page can list all places with a tag."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tags" in self.fields:
            self.fields["tags"].widget.options = tags_in_use()
            self.initial["tags"] = ", ".join(self.instance.tags)

    def clean_tags(self) -> list[str]:
        """Return each word once. Raises `ValidationError` for one that is too long."""
        names = [" ".join(name.split()) for name in self.cleaned_data["tags"].split(",")]
        if any(len(name) > LONGEST_TAG for name in names):
            raise forms.ValidationError(
                _("A tag has at most %(most)s letters. Put commas between tags."), params={"most": LONGEST_TAG}
            )
        return [name for name in dict.fromkeys(names) if name]


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
