"""Forms for many departures at once."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tours.forms.fields import guides_field, language_choices
from tours.queries import guides_to_choose


class ChangeSchedulesForm(forms.Form):
    """What many departures are given; what is left empty stays as it is."""

    capacity = forms.IntegerField(
        label=pgettext_lazy("on a departure", "Places"), required=False, min_value=1, max_value=9999
    )
    cutoff_minutes = forms.IntegerField(
        label=_("Booking closes (minutes before)"), required=False, min_value=0, max_value=525_600
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=language_choices)
    guest_note = forms.CharField(
        label=_("Note to guests"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Replaces the current one."),
    )
    internal_note = forms.CharField(
        label=_("Internal note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your team. Replaces the current one."),
    )
    remove = forms.MultipleChoiceField(
        label=_("Remove"),
        required=False,
        choices=[
            ("language", _("Language")),
            ("guest_note", _("Note to guests")),
            ("internal_note", _("Internal note")),
            ("guides", _("Guides")),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ticked fields are cleared."),
    )
    field_order = ["capacity", "cutoff_minutes", "language", "guides", "guest_note", "internal_note", "remove"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As it is")), *language_choices()[1:]]
        self.fields["guides"] = guides_field(guides_to_choose())
        self.fields["guides"].help_text = _("These guides will lead all of them, instead of the current ones.")
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Add `values`, what is to be changed by field. Raises `ValidationError` when that is nothing, or one thing twice."""
        found: dict[str, Any] = super().clean() or {}
        removed = set(found.get("remove") or [])
        given = {
            name: value
            for name, value in found.items()
            if name != "remove" and value not in ("", None) and not (name == "guides" and not value)
        }
        for name in removed & set(given):
            self.add_error(name, _("Enter something or remove it, not both."))
        found["values"] = {
            **{name: list(value) if name == "guides" else value for name, value in given.items()},
            **{name: [] if name == "guides" else "" for name in removed},
        }
        if not found["values"] and not self.errors:
            raise ValidationError(_("Fill in at least one field."))
        return found


class CancelSchedulesForm(forms.Form):
    """Why many departures are cancelled."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your team: it is kept with each departure."),
    )
