"""Forms of departures."""

import json
import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.widgets import AdminDateInput

from tenancy.forms import TenantForm
from tenancy.queries import current_organization
from tours.enums import TourStatus
from tours.forms.fields import VariantField, guides_field, language_choices, language_name
from tours.models import Schedule, TourVariant
from tours.queries import editable_values, guides_of, guides_to_choose
from tours.rules import days_between

MAX_DEPARTURES_AT_ONCE = 500


def parse_times(text: str) -> list[time]:
    """Return the wall times in a text such as “10:00, 14.30”, in order. Raises `ValidationError` for anything else."""
    times = []
    for part in re.split(r"[,;\s]+", text.strip()):
        match = re.fullmatch(r"(\d{1,2})[:.](\d{2})", part)
        if not match or int(match[1]) > 23 or int(match[2]) > 59:
            raise ValidationError(_("“%(text)s” is not a time such as 14:30."), params={"text": part})
        times.append(time(int(match[1]), int(match[2])))
    return sorted(set(times))


class ScheduleForm(TenantForm):
    """What can be changed about a departure."""

    class Meta:
        model = Schedule
        fields = [
            "date",
            "start_time",
            "duration_minutes",
            "cutoff_minutes",
            "capacity",
            "language",
            "min_participants",
            "decision_hours",
            "guest_note",
            "internal_note",
        ]
        help_texts = {
            "date": _("The time can change until somebody has booked."),
            "min_participants": _("Leave empty to use the number of the variant or tour. 1: it always takes place."),
            "decision_hours": _(
                "How long before the start it is decided whether enough people come. Empty: as the tour."
            ),
            "guest_note": _("Guests read it when they book and in their order."),
            "internal_note": _("For your team only."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = language_choices()
        if self.instance.language and self.instance.language not in dict(choices):
            choices.append((self.instance.language, language_name(self.instance.language)))
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=choices, required=False)
        self.fields["guides"] = guides_field(guides_to_choose(self.instance))
        self.initial["guides"] = guides_of(self.instance)
        self.fields["seen"] = forms.JSONField(
            required=False, widget=forms.HiddenInput, initial=editable_values(self.instance)
        )

    def clean_language(self) -> str:
        """Return the language. Raises `ValidationError` when the tour is not led in it, unless the departure had it before."""
        language: str = self.cleaned_data["language"]
        if language and language != self.initial.get("language") and language not in self.instance.tour.languages:
            raise ValidationError(_("This tour is not led in that language."))
        return language

    def words_of(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return values as `editable_values` gives them in words: the field's label and what is there."""
        guides = dict(self.fields["guides"].queryset.values_list("pk", "name"))

        def word(name: str, value: Any) -> str:
            if name == "guides":
                value = ", ".join(guides.get(pk, "–") for pk in value)
            elif name == "language" and value:
                value = language_name(value)
            elif name == "date":
                value = date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
            return str(_("empty")) if value in ("", None) else str(value)

        return [(str(self.fields[name].label), word(name, value)) for name, value in values.items()]

    def see(self, schedule: Schedule) -> None:
        """Take over what a departure is by now, so that what was typed can be saved over it."""
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = json.dumps(editable_values(schedule))


class NewSchedulesForm(forms.Form):
    """One departure, or one on each chosen weekday of a period, at one or more times a day."""

    variant = VariantField(
        label=_("Tour and variant"),
        queryset=TourVariant.objects.filter(is_active=True)
        .exclude(tour__status=TourStatus.ARCHIVED)
        .select_related("tour")
        .order_by("tour__name", "sort_order", "pk"),
        help_text=_(
            "Duration, places and the end of booking are taken from it; they can be changed for each departure."
        ),
    )
    first_date = forms.DateField(label=_("Day"), widget=AdminDateInput)
    last_date = forms.DateField(
        label=_("Last day"), required=False, widget=AdminDateInput, help_text=_("Empty: only the one day.")
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"),
        required=False,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("On which days of the period. None ticked: every day."),
    )
    start_times = forms.CharField(
        label=_("Start times"), max_length=200, help_text=_("One or more, such as 10:00, 14:30. Local time.")
    )
    capacity = forms.IntegerField(
        label=pgettext_lazy("on a departure", "Places"),
        required=False,
        min_value=1,
        max_value=9999,
        help_text=_("Empty: those of the variant."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=language_choices)
    guest_note = forms.CharField(label=_("Note to guests"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    internal_note = forms.CharField(
        label=_("Internal note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your team."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.zone = today, current_organization().zone
        self.fields["guides"] = guides_field(guides_to_choose())

    def clean_first_date(self) -> date:
        """Return the day. Raises `ValidationError` when it has passed."""
        day: date = self.cleaned_data["first_date"]
        if day < self.today:
            raise ValidationError(_("This day has passed."))
        return day

    def clean_start_times(self) -> list[time]:
        """Return the times."""
        return parse_times(self.cleaned_data["start_times"])

    def clean(self) -> dict[str, Any]:
        """Add `dates`, the days of the period. Raises `ValidationError` when there are none or too many."""
        values: dict[str, Any] = super().clean() or {}
        variant, language = values.get("variant"), values.get("language")
        if variant is not None and language and language not in variant.tour.languages:
            self.add_error("language", _("This tour is not led in that language."))
        first, times = values.get("first_date"), values.get("start_times")
        if first is None or times is None:
            return values
        last = values.get("last_date") or first
        if last < first:
            self.add_error("last_date", _("The last day is before the first."))
            return values
        if (last - first).days > 1000:
            self.add_error("last_date", _("Choose a shorter period."))
            return values
        values["dates"] = days_between(first, last, frozenset(int(day) for day in values.get("weekdays") or []))
        count = len(values["dates"]) * len(times)
        if count == 0:
            self.add_error("weekdays", _("None of these weekdays falls in this period."))
        elif self.today in values["dates"] and times[0] <= timezone.localtime(timezone=self.zone).time():
            self.add_error("start_times", _("This time has passed. Please choose a later one."))
        elif count > MAX_DEPARTURES_AT_ONCE:
            raise ValidationError(
                _("That would be %(count)d departures; up to %(limit)d can be created at once."),
                params={"count": count, "limit": MAX_DEPARTURES_AT_ONCE},
            )
        return values


class BlockForm(forms.Form):
    """How many places of a departure are kept back, and why."""

    seats = forms.IntegerField(label=pgettext_lazy("on a departure", "Places"), min_value=1, max_value=9999, initial=1)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("For your team, such as “Kept for the hotel until Friday” or “Seat 12 is broken”."),
    )
