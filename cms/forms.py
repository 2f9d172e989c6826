"""What guests tell about a page, what they search for, and which tours they ask for."""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, ClassVar, Final
from urllib.parse import urlencode, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.redirects.forms import RedirectForm
from wagtail.contrib.redirects.models import Redirect

from cms import queries
from cms.enums import Duration, SearchKind, TourOrder
from cms.models import Branding, PageTemplate
from cms.rules import STARTERS, TourFacts, TourFilters
from tenancy.forms import MinorUnitsFormField, TenantForm, check_words
from tenancy.models import TenantImage
from tenancy.money import format_money
from tenancy.queries import scope_currency, scope_languages
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


class LookForm(forms.ModelForm):
    """What a site would look like, for a sample of it; nothing is saved."""

    class Meta:
        model = Branding
        fields = ("primary_colour", "accent_colour", "font", "header")


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


class PictureWordsForm(forms.ModelForm):
    """What one of many pictures shows; left empty, nothing is said yet."""

    class Meta:
        model = TenantImage
        fields = ("description", "description_translations", "is_decorative")
        labels: ClassVar = {"description": _("What does it show?")}
        help_texts: ClassVar = {"is_decorative": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(scope_languages()) < 2:
            del self.fields["description_translations"]

    def clean(self) -> dict[str, Any]:
        """Raise `ValidationError` when there are words in further languages, but none in the organization's own."""
        values = super().clean() or {}
        if values.get("description_translations"):
            check_words(self)
        return values


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


class SearchForm(forms.Form):
    """What a guest searches for, as the address says it: in everything, or in one kind of things."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search", "autocapitalize": "none"}),
    )
    kind = forms.ChoiceField(required=False, choices=[("", ""), *SearchKind.choices])

    @property
    def words(self) -> str:
        """What was typed; nothing when that is no text, or a whole book."""
        self.is_valid()
        return str(self.cleaned_data.get("q", ""))

    @property
    def only(self) -> SearchKind | None:
        """The kind of things, if one is asked for."""
        self.is_valid()
        kind = self.cleaned_data.get("kind")
        return SearchKind(kind) if kind else None


class OwnRedirectForm(RedirectForm):
    """An old address of one's own site, and where it leads: never to itself, and never away from a page that is there."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        # There is one site, and no list of those of others.
        del self.fields["site"]

    def clean(self) -> None:
        """Raise `ValidationError` when the redirect leads nowhere, in a circle, or would never be followed."""
        cleaned = self.cleaned_data
        self.instance.site = self.request.organization.site  # type: ignore[attr-defined]
        page, link = cleaned.get("redirect_page"), cleaned.get("redirect_link")
        if not self.errors and bool(page) == bool(link):
            self.add_error("redirect_page", _("Choose a page, or type an address: one of them."))
        path = Redirect.normalise_path(cleaned.get("old_path", ""))
        others = Redirect.objects.filter(old_path=path).exclude(pk=self.instance.pk)
        if "old_path" in cleaned and others.exists():
            self.add_error("old_path", _("A redirect with this path already exists."))
        if "old_path" in cleaned and queries.page_at_path(self.request.organization, path) is not None:  # type: ignore[attr-defined]
            self.add_error("old_path", _("There is a page at this address: nobody would be redirected."))
        if link and self._leads_back(link, path):
            self.add_error("redirect_link", _("This leads back to the address itself."))

    def _leads_back(self, link: str, path: str) -> bool:
        parts = urlsplit(link)
        if parts.netloc != self.request.get_host():
            return False
        target = Redirect.normalise_path(link)
        if target == path:
            return True
        end = queries.redirect_target(self.request, target)
        return end is not None and Redirect.normalise_path(end.url) == path


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
    order = forms.ChoiceField(label=_("Sort by"), required=False, choices=TourOrder.choices)

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
