"""Forms of tours, variants, prices and stops."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet

from tenancy.forms import TenantForm
from tours.enums import AccessFeature
from tours.forms.fields import clean_language_codes
from tours.models import Schedule, TourVariant


class TourForm(TenantForm):
    """A tour with its variants, prices and stops."""

    accessibility = forms.MultipleChoiceField(
        label=_("accessibility"),
        choices=AccessFeature.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Guests can look for tours by these. Tick only what is sure."),
    )

    def clean_languages(self) -> list[str]:
        """Return the codes in small letters, each once. Raises `ValidationError` for what is no language."""
        return clean_language_codes(self.cleaned_data["languages"])


class VariantFormSet(BaseChildFormSet):
    """The variants of a tour; one that has departures stays."""

    def clean(self) -> None:
        """Raise `ValidationError` when a variant with departures is to be deleted."""
        super().clean()
        deleted = [form.instance.pk for form in self.deleted_forms if form.instance.pk]
        kept = Schedule.objects.filter(variant__in=deleted).values_list("variant__name", flat=True).first()
        if kept is not None:
            raise ValidationError(
                _("“%(variant)s” has departures and cannot be deleted. Untick “offered” instead."),
                params={"variant": kept},
            )


class PriceFormSet(BaseChildFormSet):
    """The prices of a tour, each for all its variants or for one of them."""

    @cached_property
    def _variants(self) -> list[tuple[Any, str]]:
        saved = [variant for variant in self.instance.variants.all() if variant.pk]
        return [("", str(_("All without prices of their own"))), *((variant.pk, variant.name) for variant in saved)]

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        """Offer the variants of this tour only, read once for all prices."""
        super().add_fields(form, index)
        field = form.fields["variant"]
        field.queryset = TourVariant.objects.filter(tour=self.instance.pk)
        field.widget.choices = self._variants


class StopFormSet(BaseChildFormSet):
    """The stops of a tour, with their places read once for all."""

    @cached_property
    def _places(self) -> dict[str, Model]:
        pks = [stop.place_id for stop in self.get_queryset() if stop.place_id]
        model = self.model._meta.get_field("place").related_model
        return {str(place.pk): place for place in model.objects.filter(pk__in=pks)}

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        """Give the widget the place itself, so that it need not look each up."""
        super().add_fields(form, index)
        form.fields["place"].prepare_value = lambda value: self._places.get(str(value), value)
