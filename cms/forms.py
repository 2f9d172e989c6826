"""What guests tell about a page, and which tours they ask for."""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cms.enums import Duration, TourOrder
from cms.models import PageTemplate
from cms.rules import STARTERS, TourFacts, TourFilters
from tenancy.forms import MinorUnitsFormField, TenantForm
from tenancy.money import format_money
from tenancy.queries import scope_currency
from tours.enums import AccessFeature, TourCategory
from tours.rules import language_name


class StillRightForm(forms.Form):
    """What a guest knows better, if they like to say it."""

    words = forms.CharField(
        label=_("What is different?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("You need not write anything. Please leave out names and telephone numbers."),
    )


class KeepTemplateForm(TenantForm):
    """What a template is called that is made of a page."""

    class Meta:
        model = PageTemplate
        fields = ("name", "note")

    def clean_name(self) -> str:
        """Return the name. Raises `ValidationError` when another template has it."""
        name: str = self.cleaned_data["name"]
        if PageTemplate.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a template of this name already."))
        return name


class StarterForm(forms.Form):
    """With which style a site begins, and whether guests see it at once."""

    style = forms.ChoiceField(
        label=_("Style"),
        choices=[(starter.key, starter.name) for starter in STARTERS.values()],
        widget=forms.RadioSelect,
    )
    publish = forms.TypedChoiceField(
        label=_("Shall guests see it at once?"),
        choices=[("", _("No, make drafts")), ("1", _("Yes, publish it"))],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )


_DAY: Final = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class TourFilterForm(forms.Form):
    """Which tours a guest asks for, as the address of the list says it; all of it may be missing.

    It offers what tells some of the tours from others, so `facts` are those of all tours of the list. What is wrong limits
    nothing and is told at its field.
    """

    price = MinorUnitsFormField(
        label=_("Price up to"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6})
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    tag = forms.TypedChoiceField(label=_("Theme"), required=False, coerce=int, empty_value=None)
    language = forms.ChoiceField(label=_("Language"), required=False)
    duration = forms.ChoiceField(label=_("Duration"), required=False)
    access = forms.MultipleChoiceField(label=_("Accessibility"), required=False, widget=forms.CheckboxSelectMultiple)
    order = forms.ChoiceField(label=_("Order"), required=False, choices=TourOrder.choices)

    field_order = ("from", "to", "language", "duration", "price", "category", "tag", "order", "access")

    def __init__(self, data: QueryDict, *, facts: Sequence[TourFacts]) -> None:
        super().__init__(data)
        self.label_suffix = ""
        self.fields["from"] = forms.DateField(label=_("From"), required=False, widget=_DAY)
        self.fields["to"] = forms.DateField(label=_("Until"), required=False, widget=_DAY)
        self.order_fields(self.field_order)
        self._offer("category", _named(TourCategory.choices, {tour.category for tour in facts}))
        self._offer("tag", sorted({tag for tour in facts for tag in tour.tags.items()}, key=itemgetter(1)))
        codes = sorted({code for tour in facts for code in tour.languages})
        self._offer("language", [(code, language_name(code)) for code in codes])
        lengths = {length for length in Duration if any(tour.minutes in length.minutes for tour in facts)}
        self._offer("duration", _named(Duration.choices, lengths))
        access = _named(AccessFeature.choices, {feature for tour in facts for feature in tour.accessibility})
        self.fields["access"].choices = access
        if not access and "access" not in data:
            del self.fields["access"]

    def _offer(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        # What all tours have in common is no question.
        if len(choices) < 2 and name not in self.data:
            del self.fields[name]
        else:
            self.fields[name].choices = [("", _("Any")), *choices]

    def clean(self) -> None:
        """Raise `ValidationError` when the days are the wrong way round."""
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and last < first:
            self.add_error("to", ValidationError(_("This day is before the first one.")))

    @property
    def filters(self) -> TourFilters:
        """What is asked for, without what is wrong."""
        self.is_valid()
        asked = self.cleaned_data
        return TourFilters(
            from_=asked.get("from"),
            to=asked.get("to"),
            language=asked.get("language", ""),
            duration=asked.get("duration", ""),
            price=asked.get("price"),
            category=asked.get("category", ""),
            tag=asked.get("tag"),
            access=tuple(asked.get("access", ())),
        )

    @property
    def chosen_order(self) -> str:
        """In which order, as a `TourOrder`."""
        self.is_valid()
        return str(self.cleaned_data.get("order", ""))

    def in_words(self, names: Iterable[str]) -> str:
        """Return what some fields ask for, such as “From 3 May, Until 5 May” or “English”."""
        words = []
        for name in names:
            value = self.cleaned_data.get(name)
            field = self.fields.get(name)
            if field is None or value in (None, "", []):
                continue
            if isinstance(value, date):
                words.append(f"{field.label} {date_format(value, 'DATE_FORMAT')}")
            elif isinstance(field, MinorUnitsFormField):
                words.append(f"{field.label} {format_money(value, scope_currency())}")
            else:
                chosen = value if isinstance(value, list) else [value]
                words += [str(label) for key, label in field.choices if key in chosen]
        return ", ".join(words)

    def query(self, *, without: Iterable[str] = (), page: int = 1) -> str:
        """Return the query of the address of this list without some fields, or of another part of it; empty, or beginning with “?”."""
        left_out = set(without)
        pairs = [
            (name, value.strip())
            for name in self.fields
            if name not in left_out
            for value in self.data.getlist(name)
            if value.strip()
        ]
        if page > 1:
            pairs.append(("page", str(page)))
        return f"?{urlencode(pairs)}" if pairs else ""


def _named(choices: Iterable[tuple[Any, Any]], present: Iterable[str]) -> list[tuple[Any, Any]]:
    known = set(present)
    return [(value, label) for value, label in choices if value in known]
