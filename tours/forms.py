"""Forms of the tours app."""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy, to_locale
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.widgets import AdminDateInput

from tenancy.forms import TenantForm
from tenancy.models import User
from tenancy.queries import members
from tours.enums import TourStatus
from tours.models import Guide, Schedule, TourVariant
from tours.queries import guides_of, guides_to_choose, languages_of_tours
from tours.rules import MAX_FILE_BYTES, FileRefused, Mapping, StopFile, days_between, read_stop_file

MAX_DEPARTURES_AT_ONCE = 500


def language_name(code: str) -> str:
    """Return what a language is called in the active language, such as “German” for de; the code when it is not known."""
    try:
        return Locale.parse(code, sep="-").get_display_name(to_locale(get_language() or "en")) or code
    except (UnknownLocaleError, ValueError):
        return code


def _language_choices() -> list[tuple[str, str]]:
    return [("", str(_("Not set"))), *((code, language_name(code)) for code in languages_of_tours())]


def parse_times(text: str) -> list[time]:
    """Return the wall times in a text such as “10:00, 14.30”, in order. Raises `ValidationError` for anything else."""
    times = []
    for part in re.split(r"[,;\s]+", text.strip()):
        match = re.fullmatch(r"(\d{1,2})[:.](\d{2})", part)
        if not match or int(match[1]) > 23 or int(match[2]) > 59:
            raise ValidationError(_("“%(text)s” is not a time such as 14:30."), params={"text": part})
        times.append(time(int(match[1]), int(match[2])))
    return sorted(set(times))


class TourForm(TenantForm):
    """A tour with its variants, prices and stops."""

    def clean_languages(self) -> list[str]:
        """Return the codes in small letters, each once. Raises `ValidationError` for what is no language."""
        codes = list(dict.fromkeys(code.strip().lower() for code in self.cleaned_data["languages"] or []))
        unknown = [code for code in codes if language_name(code) == code]
        if unknown:
            raise ValidationError(_("“%(code)s” is not a language code such as en."), params={"code": unknown[0]})
        return codes


class VariantFormSet(BaseChildFormSet):
    """The variants of a tour; one that has departures stays."""

    def clean(self) -> None:
        """Raise `ValidationError` when a variant with departures is to be deleted."""
        super().clean()
        deleted = [form.instance.pk for form in self.deleted_forms if form.instance.pk]
        kept = Schedule.objects.filter(variant__in=deleted).values_list("variant__name", flat=True).first()
        if kept is not None:
            raise ValidationError(
                _("“%(variant)s” has departures and cannot be deleted. Untick “offered” instead."),
                params={"variant": kept},
            )


class PriceFormSet(BaseChildFormSet):
    """The prices of a tour, each for all its variants or for one of them."""

    @cached_property
    def _variants(self) -> list[tuple[Any, str]]:
        saved = [variant for variant in self.instance.variants.all() if variant.pk]
        return [("", str(_("All without prices of their own"))), *((variant.pk, variant.name) for variant in saved)]

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        """Offer the variants of this tour only, read once for all prices."""
        super().add_fields(form, index)
        field = form.fields["variant"]
        field.queryset = TourVariant.objects.filter(tour=self.instance.pk)
        field.widget.choices = self._variants


class StopFormSet(BaseChildFormSet):
    """The stops of a tour, with their places read once for all."""

    @cached_property
    def _places(self) -> dict[str, Model]:
        pks = [stop.place_id for stop in self.get_queryset() if stop.place_id]
        model = self.model._meta.get_field("place").related_model
        return {str(place.pk): place for place in model.objects.filter(pk__in=pks)}

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        """Give the widget the place itself, so that it need not look each up."""
        super().add_fields(form, index)
        form.fields["place"].prepare_value = lambda value: self._places.get(str(value), value)


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

    class Meta:
        model = Guide
        fields = ["name", "user", "is_active"]
        help_texts = {"is_active": _("Untick it for somebody who has stopped. What they led stays on record.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = members()


def _guides_field(guides: QuerySet[Guide]) -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        label=_("Guides"), queryset=guides, required=False, widget=forms.CheckboxSelectMultiple
    )


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
            "guest_note",
            "internal_note",
        ]
        help_texts = {
            "date": _("The time can change until somebody has booked."),
            "guest_note": _("Guests read it when they book and in their order."),
            "internal_note": _("For your team only."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = _language_choices()
        if self.instance.language and self.instance.language not in dict(choices):
            choices.append((self.instance.language, language_name(self.instance.language)))
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=choices, required=False)
        self.fields["guides"] = _guides_field(guides_to_choose(self.instance))
        self.initial["guides"] = guides_of(self.instance)


class _VariantField(forms.ModelChoiceField):
    def label_from_instance(self, obj: TourVariant) -> str:
        return f"{obj.tour.name}: {obj.name}"


class NewSchedulesForm(forms.Form):
    """One departure, or one on each chosen weekday of a period, at one or more times a day."""

    variant = _VariantField(
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
    language = forms.ChoiceField(label=_("Language"), required=False, choices=_language_choices)
    guest_note = forms.CharField(label=_("Note to guests"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    internal_note = forms.CharField(
        label=_("Internal note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your team."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["guides"] = _guides_field(guides_to_choose())

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
            self.add_error("weekdays", _("None of these weekdays lies in the period."))
        elif count > MAX_DEPARTURES_AT_ONCE:
            raise ValidationError(
                _("These are %(count)d departures; at most %(limit)d can be made at once."),
                params={"count": count, "limit": MAX_DEPARTURES_AT_ONCE},
            )
        return values


class CancelForm(forms.Form):
    """Why a departure is cancelled."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your team: it is kept with the departure."),
    )


class StopUploadForm(forms.Form):
    """A file of points."""

    file = forms.FileField(
        label=_("GeoJSON file"),
        max_length=255,
        help_text=_(
            "Points in WGS 84 (longitude and latitude), as map services and city portals export them; up to 5 MB."
        ),
    )

    def clean_file(self) -> Any:
        """Return the upload. Raises `ValidationError` when it cannot be read as GeoJSON."""
        upload = self.cleaned_data["file"]
        # One byte more than may be: enough to see that it is too big.
        self.raw = upload.read(MAX_FILE_BYTES + 1)
        try:
            read_stop_file(self.raw)
        except FileRefused as error:
            raise ValidationError(str(error)) from error
        return upload


class StopMappingForm(forms.Form):
    """What the fields of a file mean."""

    name_field = forms.ChoiceField(label=_("Name"), help_text=_("Features without a name are left out."))
    name_prefix = forms.CharField(
        label=_("Before each name"),
        required=False,
        max_length=60,
        strip=False,
        help_text=_("For names that are only numbers, such as “Sign ”."),
    )
    title_case = forms.BooleanField(label=_("Write names in CAPITALS as titles"), required=False)
    order_field = forms.ChoiceField(
        label=pgettext_lazy("of stops", "Order"), required=False, help_text=_("Without one, the order of the file.")
    )
    id_field = forms.ChoiceField(
        label=_("Id"), required=False, help_text=_("By it, a repeated import finds the places of the last one.")
    )
    text_field = forms.ChoiceField(label=_("How to find it"), required=False)
    source = forms.CharField(
        label=_("Source"),
        max_length=60,
        help_text=_("Sets the ids of this file apart from those of others. Keep it for a repeat."),
    )
    filter_field = forms.ChoiceField(label=_("Only where"), required=False)
    filter_value = forms.CharField(label=_("has the value"), required=False, max_length=200)
    replace = forms.BooleanField(
        label=_("Remove stops that are not in the file"),
        required=False,
        help_text=_("What guests read at these stops is removed with them; their places stay."),
    )

    def __init__(self, *args: Any, file: StopFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(self._choices(file))
        self.fields["name_field"].choices = choices
        for name in ("order_field", "id_field", "text_field", "filter_field"):
            self.fields[name].choices = [("", "–"), *choices]

    @staticmethod
    def _choices(file: StopFile) -> Iterator[tuple[str, str]]:
        for name in file.fields:
            example = file.example(name)
            yield name, f"{name} ({example})" if example else name

    @property
    def mapping(self) -> Mapping:
        """What was chosen."""
        values = self.cleaned_data
        filters = ((values["filter_field"], values["filter_value"].strip()),) if values["filter_field"] else ()
        return Mapping(
            source=values["source"],
            name_field=values["name_field"],
            name_prefix=values["name_prefix"],
            order_field=values["order_field"],
            id_field=values["id_field"],
            text_field=values["text_field"],
            title_case=values["title_case"],
            filters=filters,
        )
