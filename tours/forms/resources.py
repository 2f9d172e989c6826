"""Forms of resources."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from modelcluster.forms import BaseChildFormSet

from tenancy.forms import TenantForm
from tours.enums import TourStatus
from tours.models import TourVariant


class ResourceForm(TenantForm):
    """A resource with the variants that need it."""

    @property
    def variants(self) -> list[int]:
        """The keys of the variants that need it, or needed it before."""
        return [
            form.cleaned_data["variant"].pk
            for form in self.formsets["needs"].forms
            if form.cleaned_data.get("variant") is not None
        ]


class NeedFormSet(BaseChildFormSet):
    """What needs a resource; the variants are read once for all rows."""

    @cached_property
    def _variants(self) -> list[tuple[Any, str]]:
        offered = TourVariant.objects.exclude(tour__status=TourStatus.ARCHIVED).select_related("tour")
        return [
            ("", "–"),
            *((variant.pk, str(variant)) for variant in offered.order_by("tour__name", "sort_order", "pk")),
        ]

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        """Offer each variant by the name of its tour and its own."""
        super().add_fields(form, index)
        chosen = form.instance.variant_id
        shown = self._variants
        if chosen and chosen not in dict(shown):
            shown = [*shown, (chosen, str(form.instance.variant))]
        form.fields["variant"].widget.choices = shown
