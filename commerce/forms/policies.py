"""What comes back to guests who cancel, as staff write it down."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commerce.models import CancellationPolicy, TourPolicy
from commerce.rules import PolicyStep, policy_problem
from tenancy.forms import TenantForm
from tours.models import Tour

MOST_STEPS: Final = 4


class CancellationPolicyForm(TenantForm):
    """A policy with its deadlines, and the tours that have it."""

    tours = forms.ModelMultipleChoiceField(
        label=_("Tours"),
        queryset=Tour.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All other tours have the policy that is marked so above, if there is one."),
    )

    class Meta:
        model = CancellationPolicy
        fields = ["name", "fee_minor", "is_default"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_STEPS + 1):
            step = dict(enumerate(self.instance.steps, start=1)).get(number, {})
            self.fields[f"hours_{number}"] = forms.IntegerField(
                label=_("Deadline %(number)d: hours before the start") % {"number": number},
                required=False,
                min_value=0,
                initial=step.get("hours"),
                help_text=_(
                    "Whole days, such as 24 or 48, end at the same time of day as the departure. "
                    "0 is the start itself. After the last deadline nothing comes back."
                )
                if number == 1
                else "",
            )
            self.fields[f"percent_{number}"] = forms.IntegerField(
                label=_("Deadline %(number)d: percent that come back") % {"number": number},
                required=False,
                min_value=1,
                max_value=100,
                initial=step.get("percent"),
            )
        tours = self.fields["tours"]
        tours.queryset = Tour.objects.order_by("name")  # type: ignore[attr-defined]
        if self.instance.pk:
            tours.initial = list(self.instance.tour_policies.values_list("tour", flat=True))
        steps = [f"{part}_{number}" for number in range(1, MOST_STEPS + 1) for part in ("hours", "percent")]
        self.order_fields(["name", *steps, "fee_minor", "is_default", "tours"])

    def clean(self) -> dict[str, Any]:
        """Put the deadlines in order; refuse those that make no sense, a second default, and tours that have another policy."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        steps = []
        for number in range(1, MOST_STEPS + 1):
            hours, percent = values.get(f"hours_{number}"), values.get(f"percent_{number}")
            if (hours is None) != (percent is None) and not self.errors:
                empty = "percent" if percent is None else "hours"
                self.add_error(f"{empty}_{number}", _("Give both the hours and the percent, or neither."))
            elif hours is not None and percent is not None:
                steps.append(PolicyStep(hours, percent))
        steps.sort(key=lambda step: -step.hours)
        if not self.errors and (problem := policy_problem(steps)):
            raise ValidationError(problem)
        if values.get("is_default"):
            other = CancellationPolicy.objects.filter(is_default=True).exclude(pk=self.instance.pk).first()
            if other is not None:
                self.add_error("is_default", _("“%(name)s” is for all other tours already.") % {"name": other})
        taken = TourPolicy.objects.filter(tour__in=values.get("tours") or ()).exclude(policy=self.instance.pk)
        for row in taken.select_related("tour", "policy"):
            words = _("%(tour)s has the policy “%(policy)s” already.")
            self.add_error("tours", words % {"tour": row.tour, "policy": row.policy})
        self.instance.steps = [{"hours": step.hours, "percent": step.percent} for step in steps]
        return values

    def _save_m2m(self) -> None:
        super()._save_m2m()
        wanted = list(self.cleaned_data["tours"])
        self.instance.tour_policies.exclude(tour__in=wanted).delete()
        for tour in wanted:
            TourPolicy.objects.get_or_create(policy=self.instance, tour=tour)
