"""Forms of price rules."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from tenancy.forms import TenantForm
from tours.forms.fields import VariantField
from tours.models import SeasonalPrice, Tour, TourVariant


class PriceRuleForm(TenantForm):
    """A price rule: for which tours, and by a percentage or an amount."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tour, variant = self.fields["tour"], self.fields["variant"]
        tour.queryset = Tour.objects.order_by("name", "pk")
        tour.empty_label = _("All tours")
        self.fields["variant"] = VariantField(
            label=variant.label,
            help_text=variant.help_text,
            queryset=TourVariant.objects.select_related("tour").order_by("tour__name", "sort_order", "pk"),
            required=False,
            empty_label=_("All variants"),
        )

    def clean(self) -> dict[str, Any]:
        """Return the values, with the tour of a chosen variant. Raises `ValidationError` for what cannot be meant."""
        values: dict[str, Any] = super().clean()
        tour, variant = values.get("tour"), values.get("variant")
        if variant is not None and tour is None and "tour" not in self.errors:
            values["tour"] = variant.tour
        elif variant is not None and tour is not None and variant.tour_id != tour.pk:
            self.add_error("variant", _("This is a variant of another tour."))
        self._clean_change(values)
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first one."))
        return values

    def _clean_change(self, values: dict[str, Any]) -> None:
        if {"basis_points", "amount_minor"} & set(self.errors):
            return
        share, amount = values.get("basis_points"), values.get("amount_minor")
        if share is None and amount is None:
            self.add_error("basis_points", _("Give a percentage, or an amount for each place."))
        elif share is not None and amount is not None:
            self.add_error("amount_minor", _("Give either a percentage or an amount, not both."))
        elif not (share or amount):
            self.add_error("basis_points" if amount is None else "amount_minor", _("Give more than zero."))


class SeasonForm(PriceRuleForm):
    """A season. Two of the same priority for the same tours may not overlap: nobody could say which counts."""

    def clean(self) -> dict[str, Any]:
        """Return the values. Raises `ValidationError` also for a season that overlaps with another of its priority."""
        values = super().clean()
        if self.errors:
            return values
        other = (
            SeasonalPrice.objects.filter(
                tour=values.get("tour"),
                variant=values.get("variant"),
                priority=values["priority"],
                first_day__lte=values["last_day"],
                last_day__gte=values["first_day"],
            )
            .exclude(pk=self.instance.pk)
            .first()
        )
        if other is not None:
            raise ValidationError(
                _(
                    "It overlaps with “%(name)s” (%(first)s – %(last)s), which has the same priority."
                    " Give one of them a higher priority, or change the days."
                ),
                params={
                    "name": other.name,
                    "first": date_format(other.first_day, "SHORT_DATE_FORMAT"),
                    "last": date_format(other.last_day, "SHORT_DATE_FORMAT"),
                },
            )
        return values
