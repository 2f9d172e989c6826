"""Forms of the calendar: what it shows, and where a departure is moved to."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from tenancy.fields import translated
from tours.enums import CalendarGrouping, CalendarView, ScheduleStatus
from tours.forms.fields import language_name
from tours.models import TourVariant
from tours.queries import NOBODY


class CalendarForm(forms.Form):
    """What the calendar shows; all of it stands in the address. Choices come from what the person may see."""

    view = forms.ChoiceField(choices=CalendarView.choices, required=False, widget=forms.HiddenInput)
    day = forms.DateField(required=False, widget=forms.HiddenInput)
    by = forms.ChoiceField(label=_("Order"), choices=CalendarGrouping.choices, required=False)
    tour = forms.TypedChoiceField(label=_("Tour"), coerce=int, empty_value=None, required=False)
    variant = forms.TypedChoiceField(label=_("Variant"), coerce=int, empty_value=None, required=False)
    guide = forms.ChoiceField(label=_("Guide"), required=False)
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All but cancelled")), *ScheduleStatus.choices], required=False
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    FILTERS = ("tour", "variant", "guide", "status", "language")

    def __init__(self, *args: Any, variants: Collection[TourVariant], guides: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tours = {variant.tour_id: variant.tour for variant in variants}
        languages = sorted({code for tour in tours.values() for code in tour.languages})
        self.set_choices("tour", [(pk, translated(tour, "name")) for pk, tour in tours.items()])
        self.set_choices(
            "variant",
            [
                (variant.pk, f"{translated(variant.tour, 'name')}: {translated(variant, 'name')}")
                for variant in variants
            ],
        )
        self.set_choices("language", [(code, language_name(code)) for code in languages])
        if guides:
            self.set_choices("guide", [(NOBODY, _("Nobody yet")), *guides.items()])
        else:
            del self.fields["guide"]

    def set_choices(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        """Let a field choose one of these, or all of them."""
        self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """What was chosen; where it makes no sense, what stands when nothing is chosen. Without a day there is no `day`."""
        self.is_valid()
        given = self.cleaned_data
        guide = given.get("guide") or None
        return {
            **({"day": given["day"]} if given.get("day") else {}),
            "view": CalendarView(given.get("view") or CalendarView.MONTH),
            "by": CalendarGrouping(given.get("by") or ""),
            "tour": given.get("tour"),
            "variant": given.get("variant"),
            "guide": int(guide) if guide and guide != NOBODY else guide,
            "status": given.get("status") or "",
            "language": given.get("language") or "",
        }


class MoveForm(forms.Form):
    """Where a departure is moved to; `expected` is the start that the person saw."""

    date = forms.DateField(label=_("Day"), widget=AdminDateInput)
    start_time = forms.TimeField(label=_("Start"), widget=AdminTimeInput, help_text=_("Local time."))
    expected = forms.DateTimeField(widget=forms.HiddenInput, required=False)
    next = forms.CharField(widget=forms.HiddenInput, required=False)
