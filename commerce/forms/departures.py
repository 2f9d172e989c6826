"""What staff decide about the guests of a departure that is cancelled or moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput

from commerce.operations import GuestPlan
from commerce.queries import time_to_choose
from tenancy.fields import translated
from tenancy.models import Organization
from tours.models import Schedule

TEXT = "guest_text"


class DepartureChoices(forms.ModelMultipleChoiceField):
    """Departures by their time, with how many places are left."""

    def label_from_instance(self, obj: Schedule) -> str:
        """Return when it leaves, its variant, and how many places are left."""
        return _("%(when)s, %(variant)s: %(count)d places left") % {
            "when": date_format(obj.local_start, _("D j M Y, H:i")),
            "variant": translated(obj.variant, "name"),
            "count": obj.seats_left,
        }


class GuestPlanForm(forms.Form):
    """Whether guests choose or are told only, what they can take instead, until when, and words of one's own to them."""

    answer = forms.ChoiceField(label=_("Guests"), widget=forms.RadioSelect)
    alternatives = DepartureChoices(
        label=_("Departures they can take instead"),
        queryset=Schedule.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The nearest first. One tap on the page the e-mail leads to moves the booking; the price paid stands."
        ),
    )
    choose_until = forms.DateTimeField(label=_("They can choose until"), required=False, widget=AdminDateTimeInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your team: it is kept with the departure."),
    )

    # Labels of the two answers; subclasses say them.
    choose_label: Any = ""
    told_label: Any = ""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        schedule: Schedule,
        alternatives: Sequence[Schedule],
        organization: Organization,
        now: datetime,
        has_guests: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.zone = organization.zone
        self.now = now
        self.latest = self.latest_choice(schedule, alternatives)
        self.text_fields: list[str] = []
        if not has_guests:
            for name in ("answer", "alternatives", "choose_until"):
                del self.fields[name]
            return
        for place, code in enumerate(organization.languages):
            name = TEXT if place == 0 else f"{TEXT}_{code}"
            self.text_fields.append(name)
            self.fields[name] = forms.CharField(
                label=_("Your words to the guests (%(language)s)")
                % {"language": get_language_info(code)["name_translated"]}
                if len(organization.languages) > 1
                else _("Your words to the guests"),
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
                help_text=_("Shown in the e-mail, below what happened. Optional.") if place == 0 else "",
            )
        self.codes = list(organization.languages)
        default = time_to_choose(self.counted(schedule, alternatives), now=now)
        self._offer(default, alternatives)

    def _offer(self, default: datetime | None, alternatives: Sequence[Schedule]) -> None:
        answer, offered, until = self.fields["answer"], self.fields["alternatives"], self.fields["choose_until"]
        assert isinstance(answer, forms.ChoiceField)
        assert isinstance(offered, DepartureChoices)
        answer.choices = [("choose", self.choose_label), ("told", self.told_label)]
        answer.initial = "choose" if default else "told"
        offered.queryset = (
            Schedule.objects.filter(pk__in=[other.pk for other in alternatives])
            .select_related("variant")
            .order_by("starts_at", "pk")
        )
        until.initial = default.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0) if default else None
        until.help_text = _("Local time in %(zone)s.") % {"zone": self.zone.key}
        if not alternatives:
            offered.help_text = _("There is no other departure of this tour with room.")

    def counted(self, schedule: Schedule, alternatives: Sequence[Schedule]) -> Sequence[Schedule]:
        """Return the departures whose end of booking limits the time to choose."""
        raise NotImplementedError

    def latest_choice(self, schedule: Schedule, alternatives: Sequence[Schedule]) -> datetime | None:
        """Return the latest instant until which guests may choose."""
        counted = self.counted(schedule, alternatives)
        return max((other.booking_closes_at for other in counted), default=None)

    def clean_choose_until(self) -> datetime | None:
        """Return the instant; what was typed is the organization's local time, whatever zone the person has in the admin."""
        typed: datetime | None = self.cleaned_data["choose_until"]
        return timezone.make_naive(typed).replace(tzinfo=self.zone) if typed else None

    def clean(self) -> dict[str, Any]:
        """Check that guests who choose have something to choose, and time for it."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("answer") != "choose":
            return values
        self.check_offers(values)
        until = values.get("choose_until")
        if "choose_until" in self.errors:
            return values
        if until is None:
            self.add_error("choose_until", _("Enter a deadline for their choice."))
        elif until <= self.now:
            self.add_error("choose_until", _("This time has passed."))
        elif self.latest is not None and until > self.latest:
            latest = date_format(self.latest.astimezone(self.zone), _("D j M Y, H:i"))
            self.add_error(
                "choose_until",
                ValidationError(_("That is too late: choose %(latest)s or earlier."), params={"latest": latest}),
            )
        return values

    def check_offers(self, values: dict[str, Any]) -> None:
        """Add an error when there is nothing to choose."""

    def plan(self, *, limit_minor: int | None) -> GuestPlan:
        """Return what was decided, with the most that the person may pay back of one order."""
        values = self.cleaned_data
        chooses = values.get("answer") == "choose"
        texts = (
            {code: values[name].strip() for code, name in zip(self.codes, self.text_fields, strict=True)}
            if self.text_fields
            else {}
        )
        first, *others = texts.items() or [("", "")]
        return GuestPlan(
            reason=values["reason"],
            guest_text=first[1],
            guest_text_translations={code: text for code, text in others if text},
            alternatives=list(values["alternatives"]) if chooses else [],
            choose_until=values["choose_until"] if chooses else None,
            limit_minor=limit_minor,
        )


class CancelDepartureForm(GuestPlanForm):
    """Why a departure is cancelled, and what its guests get."""

    choose_label = _(
        "Choose: another departure or their money back. Those who have not chosen in time get the money back."
    )
    told_label = _("Get their money back at once.")

    def counted(self, schedule: Schedule, alternatives: Sequence[Schedule]) -> Sequence[Schedule]:
        """Return the alternatives: without one there is nothing to choose."""
        return alternatives

    def check_offers(self, values: dict[str, Any]) -> None:
        """Add an error when no departure is ticked."""
        ticked = values.get("alternatives")
        if ticked:
            # Once the last of them can no longer be booked, there is nothing left to choose.
            self.latest = max(other.booking_closes_at for other in ticked)
        elif "alternatives" not in self.errors:
            self.add_error("alternatives", _("Tick at least one departure, or pay the money back at once."))


class MoveDepartureForm(GuestPlanForm):
    """What the guests of a departure that is moved may choose."""

    choose_label = _(
        "Choose: the new time, another departure or their money back. Those who do not answer come at the new time."
    )
    told_label = _("Are told the new time only.")

    date = forms.DateField(widget=forms.HiddenInput)
    start_time = forms.TimeField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["reason"].required = False

    def counted(self, schedule: Schedule, alternatives: Sequence[Schedule]) -> Sequence[Schedule]:
        """Return the departure itself, as it is moved: once its booking is closed, it is too late for another choice."""
        return [schedule]


class NewTimeForm(forms.Form):
    """To which day and time a departure is to move."""

    date = forms.DateField(label=_("Day"), widget=AdminDateInput)
    start_time = forms.TimeField(label=_("Start"), widget=AdminTimeInput)
