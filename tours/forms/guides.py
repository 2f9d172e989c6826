"""Forms of guides."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet

from tenancy.forms import TenantForm
from tenancy.models import User
from tenancy.queries import members
from tours.enums import AssignmentRole
from tours.forms.fields import CalendarAddressField, clean_language_codes
from tours.models import Guide


class _AccountField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        name = obj.get_full_name()
        return f"{name} ({obj.email})" if name else obj.email


class GuideForm(TenantForm):
    """A guide, and the account of the team by which the guide signs in."""

    user = _AccountField(
        label=_("Account"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Who signs in with it as a guide sees the departures this guide leads, and nothing else."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = members()
        self.fields["is_active"].help_text = _("Untick it for somebody who has stopped. What they led stays on record.")

    def clean_languages(self) -> list[str]:
        """Return the codes in small letters, each once. Raises `ValidationError` for what is no language."""
        return clean_language_codes(self.cleaned_data["languages"])


class QualificationFormSet(BaseChildFormSet):
    """The tours a guide knows, each once."""

    def get_unique_error_message(self, unique_check: Any) -> str:
        """Return what is said when a tour is there twice."""
        return gettext("A tour is on the list twice.")


class AvailabilityFormSet(BaseChildFormSet):
    """Weekly hours, of which no two overlap."""

    def clean(self) -> None:
        """Raise `ValidationError` when hours of one weekday overlap."""
        super().clean()
        rows = sorted(
            (values["weekday"], values["start_time"], values["end_time"])
            for values in (form.cleaned_data for form in self.forms)
            if not values.get("DELETE") and values.get("start_time") and values.get("end_time")
        )
        for (day, _starts, ends), (other_day, starts, _ends) in pairwise(rows):
            if day == other_day and starts < ends:
                raise ValidationError(_("Hours of one weekday overlap."))


class FeedFormSet(BaseChildFormSet):
    """Addresses of calendars."""

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        """Take an address as calendar programs give it."""
        super().add_fields(form, index)
        if "url" in form.fields:
            form.fields["url"] = CalendarAddressField(
                label=form.fields["url"].label, help_text=form.fields["url"].help_text
            )


class PutDownForm(forms.Form):
    """A guide for a departure: what to do, as what, and why in spite of what warns."""

    VERBS = ("ask", "assign")

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in VERBS])
    guide = forms.ModelChoiceField(queryset=Guide.objects.none())
    role = forms.ChoiceField(choices=AssignmentRole.choices, label=_("As"))
    reason = forms.CharField(
        label=_("Why all the same"),
        required=False,
        max_length=500,
        widget=forms.TextInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guide"].queryset = Guide.objects.filter(is_active=True)


class SwapForm(forms.Form):
    """To whom a guide would hand a departure over, and why."""

    wanted = forms.ModelChoiceField(
        label=_("To whom"),
        queryset=Guide.objects.none(),
        required=False,
        empty_label=_("Whoever can"),
        help_text=_("They get an e-mail. You lead the departure until somebody takes it over."),
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, guides: Iterable[Guide], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wanted"].queryset = Guide.objects.filter(pk__in=[guide.pk for guide in guides])
