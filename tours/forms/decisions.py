"""Forms about departures with too few participants."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from tours.enums import Decision, WhoDecides
from tours.models import Schedule


class DecisionForm(forms.Form):
    """What becomes of a departure, and why."""

    choice = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    into = forms.ChoiceField(
        label=_("To which departure"),
        required=False,
        help_text=_(
            "Those near in time with room for all, which take place then. Guests pay nothing more and get nothing back."
        ),
    )
    note = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your team."),
    )

    def __init__(self, *args: Any, targets: Sequence[Schedule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = {str(target.pk): target for target in targets}
        offered = [choice for choice in Decision if targets or choice != Decision.MERGE]
        self.fields["choice"].choices = [(choice.value, choice.label) for choice in offered]
        if targets:
            self.fields["into"].choices = [
                (
                    key,
                    _("%(when)s, %(variant)s (%(booked)d of %(capacity)d booked)")
                    % {
                        "when": date_format(target.local_start, _("D j M Y, H:i")),
                        "variant": target.variant.name,
                        "booked": target.booked_count,
                        "capacity": target.capacity,
                    },
                )
                for key, target in self.targets.items()
            ]
        else:
            del self.fields["into"]

    @property
    def target(self) -> Schedule | None:
        """The departure that was chosen to take the guests."""
        return self.targets.get(self.cleaned_data.get("into", ""))


class PlanningForm(forms.Form):
    """Who decides about departures with too few participants."""

    minimum_decided_by = forms.ChoiceField(
        label=_("Who decides when too few people come"), choices=WhoDecides.choices, widget=forms.RadioSelect
    )
