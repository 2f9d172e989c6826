"""How many people of each kind a booking is for after a change, and what staff decide about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commerce.enums import PaymentMethod
from commerce.queries import MAX_QUANTITY, ChangeRow


class PeopleForm(forms.Form):
    """How many people of each kind come; `quantities` holds those above zero by the key of their row."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, rows: Sequence[ChangeRow]) -> None:
        super().__init__(data)
        self.people = rows
        self.quantities: dict[int, int] = {}
        for row in rows:
            self.fields[self.field_name(row)] = forms.IntegerField(
                label=row.name,
                min_value=0,
                max_value=MAX_QUANTITY if row.tier else row.had,
                required=False,
                initial=row.had,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )

    @staticmethod
    def field_name(row: ChangeRow) -> str:
        """Return the name of the input for a kind of place."""
        return f"tier-{row.key}"

    @classmethod
    def fits(cls, data: Mapping[str, Any], rows: Sequence[ChangeRow]) -> bool:
        """Return whether what was sent is about just these kinds of places, not those of another departure."""
        return {name for name in data if name.startswith("tier-")} == {cls.field_name(row) for row in rows}

    @property
    def inputs(self) -> list[tuple[ChangeRow, Any]]:
        """Each kind of place with its input."""
        return [(row, self[self.field_name(row)]) for row in self.people]

    def clean(self) -> dict[str, Any]:
        """Check that somebody comes."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        self.quantities = {
            row.key: cleaned[self.field_name(row)] for row in self.people if cleaned.get(self.field_name(row))
        }
        if not self.quantities:
            raise ValidationError(_("Choose how many people will come. To give up all places, cancel the order."))
        return cleaned


class ChangeDecisionForm(forms.Form):
    """What staff decide about a change: how a difference is settled, and why it is made."""

    expected = forms.IntegerField(widget=forms.HiddenInput)
    due_method = forms.ChoiceField(
        label=_("The guest pays the difference"),
        choices=[
            (PaymentMethod.ON_ARRIVAL.value, _("on arrival, or by card on the page of the order")),
            (PaymentMethod.BANK_TRANSFER.value, _("by bank transfer, or by card on the page of the order")),
        ],
        initial=PaymentMethod.ON_ARRIVAL.value,
    )
    gives_back = forms.BooleanField(
        label=_("Pay the difference back now"),
        required=False,
        initial=True,
        help_text=_("It goes back the way it came. Otherwise the order shows that it is still to be paid back."),
    )
    note = forms.CharField(
        label=_("Reason"), max_length=300, required=False, help_text=_("For your colleagues; guests do not see it.")
    )

    def ask_only(self, *, due: bool, refund: bool) -> None:
        """Leave out what this change does not ask for."""
        for name, is_asked in (("due_method", due), ("gives_back", refund)):
            if not is_asked:
                del self.fields[name]
