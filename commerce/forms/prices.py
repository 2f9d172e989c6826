"""What staff choose to see what it would cost."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from tours.enums import TourStatus
from tours.models import TourVariant


class _NamedWithTour(forms.ModelChoiceField):
    def label_from_instance(self, obj: TourVariant) -> str:
        """Return the names of tour and variant."""
        return str(obj)


class PriceCheckForm(forms.Form):
    """Which tour on which day, booked when."""

    variant = _NamedWithTour(
        queryset=TourVariant.objects.none(), label=_("Tour and variant"), empty_label=_("Choose a tour")
    )
    day = forms.DateField(label=_("Day of the departure"), widget=AdminDateInput)
    booked_on = forms.DateField(label=_("Booked on"), widget=AdminDateInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self.fields["variant"].queryset = (
            TourVariant.objects.exclude(tour__status=TourStatus.ARCHIVED)
            .select_related("tour")
            .order_by("tour__name", "sort_order", "pk")
        )

    def clean(self) -> dict[str, Any]:
        """Return the values; nobody books after the departure."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("day") and values.get("booked_on") and values["booked_on"] > values["day"]:
            self.add_error("booked_on", _("This is after the departure."))
        return values
