"""The base of forms of records, and fields for what records hold."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from tenancy import queries
from tenancy.money import Money, currency_symbol, parse_basis_points, parse_minor


class TenantForm(WagtailAdminModelForm):
    """A form for a tenant's record, which also checks what must be unique inside the organization.

    Where the organization has one language only, nothing is asked in others.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(queries.scope_languages()) < 2:
            for name in [name for name, field in self.fields.items() if isinstance(field, TranslationsFormField)]:
                del self.fields[name]

    def _get_validation_exclusions(self) -> set[str]:
        # What the database derives is as unique as the fields it is derived from.
        derived = {field.name for field in self._meta.model._meta.fields if field.generated}
        return super()._get_validation_exclusions() - {"organization"} - derived


class MinorUnitsInput(forms.TextInput):
    """A text input for an amount, with the currency beside it for those who cannot see the label."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].setdefault("inputmode", "decimal")
        context["widget"]["attrs"].setdefault("placeholder", currency_symbol(queries.scope_currency()))
        return context


class MinorUnitsFormField(forms.CharField):
    """An amount typed in the major unit (“12.50”) and kept in minor units of the organization's currency."""

    widget = MinorUnitsInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return str(Money(value, queries.scope_currency()).major)
        return value

    def clean(self, value: Any) -> int | None:
        """Return minor units, or None for an empty optional field. Raises `ValidationError` for what is no amount or below zero."""
        text = super().clean(value)
        if not text:
            return None
        amount = parse_minor(text, queries.scope_currency())
        if amount < 0:
            raise ValidationError(_("Enter an amount of zero or more."))
        return amount

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class BasisPointsFormField(forms.CharField):
    """A percentage typed as people write it (“12.5”) and kept in hundredths of a percent; `most` is the largest, in the same unit."""

    def __init__(self, *, most: int = 10_000, **kwargs: Any) -> None:
        self.most = most
        super().__init__(max_length=10, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{Decimal(value).scaleb(-2).normalize():f}"
        return value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return what a phone needs to show its keyboard for numbers."""
        return {**super().widget_attrs(widget), "inputmode": "decimal", "placeholder": "%"}

    def clean(self, value: Any) -> int | None:
        """Return hundredths of a percent, or None for an empty optional field.

        Raises `ValidationError` for what is no percentage, below zero or more than `most`.
        """
        text = super().clean(value)
        if not text:
            return None
        share = parse_basis_points(text)
        if not 0 <= share <= self.most:
            raise ValidationError(
                _("Enter a percentage from 0 to %(most)s."), params={"most": self.prepare_value(self.most)}
            )
        return share

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class TranslationsWidget(forms.MultiWidget):
    """One text input for each further language of the organization."""

    template_name = "tenancy/translations_widget.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        languages = {code: forms.TextInput() for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES}
        super().__init__(languages, attrs)

    def decompress(self, value: dict[str, str] | None) -> list[str]:
        texts = value or {}
        return [texts.get(code, "") for code in self._codes]

    @property
    def _codes(self) -> list[str]:
        return [code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = queries.scope_languages()[1:]
        for code, subwidget in zip(self._codes, context["widget"]["subwidgets"], strict=True):
            language = get_language_info(code)["name_translated"]
            subwidget["language"] = language
            subwidget["attrs"].update({"lang": code, "aria-label": str(language)})
        context["widget"]["subwidgets"] = [
            subwidget
            for code, subwidget in zip(self._codes, context["widget"]["subwidgets"], strict=True)
            if code in shown
        ]
        return context


class TranslationsFormField(forms.Field):
    """The texts of a field in the organization's further languages, as `{code: text}` without empty ones."""

    widget = TranslationsWidget

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_length = max_length
        if max_length is not None:
            for text in self.widget.widgets:
                text.attrs["maxlength"] = str(max_length)

    def clean(self, value: Any) -> dict[str, str]:
        """Return the texts by language. Raises `ValidationError` for one longer than `max_length`."""
        texts = self._texts(value)
        for text in texts.values() if self.max_length is not None else ():
            MaxLengthValidator(self.max_length)(text)
        return texts

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self._texts(data) != (initial or {})

    def _texts(self, value: Any) -> dict[str, str]:
        codes = [code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]
        return {code: text.strip() for code, text in zip(codes, value or [], strict=False) if text and text.strip()}


class SuggestInput(forms.TextInput):
    """A text input whose browser offers `options` that hold what is typed; it works without scripts and on phones."""

    template_name = "tenancy/suggest_input.html"

    def __init__(self, options: Iterable[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.options = options

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["options"] = self.options
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}-options"
        return context
