"""Pieces that several forms of tours share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tours.models import Guide, TourVariant
from tours.queries import languages_of_tours
from tours.rules import language_name


def language_choices() -> list[tuple[str, str]]:
    """Return the languages that tours are led in, for a choice that may stay empty."""
    return [("", str(_("Not set"))), *((code, language_name(code)) for code in languages_of_tours())]


def clean_language_codes(codes: list[str] | None) -> list[str]:
    """Return language codes in small letters, each once. Raises `ValidationError` for what is no language."""
    known = list(dict.fromkeys(code.strip().lower() for code in codes or []))
    unknown = [code for code in known if language_name(code) == code]
    if unknown:
        raise ValidationError(_("“%(code)s” is not a language code such as en."), params={"code": unknown[0]})
    return known


class CalendarAddressField(forms.URLField):
    """The address of a calendar as calendar programs give it, with `webcal:` for what is fetched by `https:`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, assume_scheme="https", **kwargs)
        self.validators = [URLValidator(schemes=["http", "https"])]

    def to_python(self, value: Any) -> Any:
        """Return the address with a scheme that can be fetched."""
        text = value.strip() if isinstance(value, str) else value
        if isinstance(text, str) and text.lower().startswith(("webcal://", "webcals://")):
            text = f"https://{text.partition('://')[2]}"
        return super().to_python(text)


def guides_field(guides: QuerySet[Guide]) -> forms.ModelMultipleChoiceField:
    """Return a field that ticks any of these guides."""
    return forms.ModelMultipleChoiceField(
        label=_("Guides"), queryset=guides, required=False, widget=forms.CheckboxSelectMultiple
    )


class VariantField(forms.ModelChoiceField):
    """One variant, named with its tour."""

    def label_from_instance(self, obj: TourVariant) -> str:
        """Return the names of tour and variant."""
        return f"{obj.tour.name}: {obj.name}"
