"""Pieces that several forms of tours share."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tours.models import Guide, TourVariant
from tours.queries import languages_of_tours
from tours.rules import language_name


def language_choices() -> list[tuple[str, str]]:
    """Return the languages that tours are led in, for a choice that may stay empty."""
    return [("", str(_("Not set"))), *((code, language_name(code)) for code in languages_of_tours())]


def guides_field(guides: QuerySet[Guide]) -> forms.ModelMultipleChoiceField:
    """Return a field that ticks any of these guides."""
    return forms.ModelMultipleChoiceField(
        label=_("Guides"), queryset=guides, required=False, widget=forms.CheckboxSelectMultiple
    )


class VariantField(forms.ModelChoiceField):
    """One variant, named with its tour."""

    def label_from_instance(self, obj: TourVariant) -> str:
        """Return the names of tour and variant."""
        return f"{obj.tour.name}: {obj.name}"
