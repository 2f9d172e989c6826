"""What staff say of taxes."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from commerce.models import TaxedTour, TaxPercentage, TaxRate
from tenancy.forms import BasisPointsFormField, TenantForm
from tours.models import Tour

MOST_PERCENTAGES: Final = 4


class TaxRateForm(TenantForm):
    """A tax with what it amounts to from which day on, and the tours it is for."""

    tours = forms.ModelMultipleChoiceField(
        label=_("Tours"),
        queryset=Tour.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A tour with taxes of its own bears those, and none that are for all."),
    )

    class Meta:
        model = TaxRate
        fields = ["name", "name_translations", "is_inclusive", "for_all"]
        help_texts = {
            "name": _("As guests read it, such as VAT."),
            "is_inclusive": _("Unticked, it is added to the prices."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = sorted(self._percentages(), key=lambda row: (row.first_day is not None, row.first_day))
        names = []
        for number in range(1, MOST_PERCENTAGES + 1):
            row = rows[number - 1] if number <= len(rows) else None
            self.fields[f"percentage_{number}"] = BasisPointsFormField(
                label=_("Percentage") if number == 1 else _("Percentage %(number)d") % {"number": number},
                required=number == 1,
                initial=row.basis_points if row else None,
            )
            self.fields[f"day_{number}"] = forms.DateField(
                label=_("For departures from"),
                required=False,
                widget=AdminDateInput,
                initial=row.first_day if row else None,
                help_text=_("Empty: always, until the next one begins.") if number == 1 else "",
            )
            names += [f"percentage_{number}", f"day_{number}"]
        tours = self.fields["tours"]
        tours.queryset = Tour.objects.order_by("name")  # type: ignore[attr-defined]
        if self.instance.pk:
            tours.initial = list(TaxedTour.objects.filter(rate=self.instance).values_list("tour", flat=True))
        self.order_fields(["name", "name_translations", *names, "is_inclusive", "for_all", "tours"])

    def _percentages(self) -> list[TaxPercentage]:
        return list(TaxPercentage.objects.filter(rate=self.instance)) if self.instance.pk else []

    def clean(self) -> dict[str, Any]:
        """Refuse two percentages that begin on the same day, and days without a percentage."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self.steps = {}
        for number in range(1, MOST_PERCENTAGES + 1):
            percentage, day = values.get(f"percentage_{number}"), values.get(f"day_{number}")
            if percentage is None:
                if day is not None:
                    self.add_error(f"percentage_{number}", _("What does it amount to from this day on?"))
                continue
            if day in self.steps:
                self.add_error(f"day_{number}", _("Two percentages begin on the same day."))
            self.steps[day] = percentage
        return values

    def _save_m2m(self) -> None:
        super()._save_m2m()
        rate = self.instance
        TaxPercentage.objects.filter(rate=rate).delete()
        TaxPercentage.objects.bulk_create(
            TaxPercentage(rate=rate, first_day=day, basis_points=points) for day, points in self.steps.items()
        )
        TaxedTour.objects.filter(rate=rate).delete()
        TaxedTour.objects.bulk_create(TaxedTour(rate=rate, tour=tour) for tour in self.cleaned_data["tours"])
